"""Scanned codes are read as the serial in them, and look-alikes are only ever asked about."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from kaishu.core.answer import Inspection, judge, tell
from kaishu.core.codes import Payload, unpack
from kaishu.core.dates import Month
from kaishu.core.lookalikes import candidates, suggest
from kaishu.core.pack import Pack
from kaishu.core.recall import Conditions, RuleKind, Variant
from kaishu.core.serials import read
from kaishu.core.verdict import Answer
from tests.core.small_recall import FORM, product, publish, recall, rule

GTIN, OTHER_GTIN = "04571411204692", "04571411193170"
SERIAL = "A100000B"
MADE = date(2024, 6, 23)
WHOLE = Payload(serial=SERIAL, gtin=GTIN, batch="P6", made_on=MADE)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (f"(01){GTIN}(21){SERIAL}", Payload(serial=SERIAL, gtin=GTIN)),
        (f"（０１）{GTIN}（２１）{SERIAL}", Payload(serial=SERIAL, gtin=GTIN)),
        (f"01{GTIN}21{SERIAL}", Payload(serial=SERIAL, gtin=GTIN)),
        (f"]d201{GTIN}1124062310P6\x1d21{SERIAL}", WHOLE),
        (f"01{GTIN}21{SERIAL}<GS>10P6<GS>11240623", WHOLE),
        (f"01{GTIN}21{SERIAL}\u241d10P6\u241d11240623", WHOLE),
        (f"https://id.gs1.org/01/{GTIN}/21/{SERIAL}?11=240623&10=P6", None),
        (f"https://example.com/x/01/{GTIN}/21/{SERIAL}", Payload(serial=SERIAL, gtin=GTIN)),
        (f"HTTPS://example.com/check?model=A1&SN={SERIAL}", Payload(serial=SERIAL, model="A1")),
        (f"https://example.com/#/check?sn={SERIAL}", Payload(serial=SERIAL)),
        (f"MODEL:A1;SN:{SERIAL};COLOR:black", Payload(serial=SERIAL, model="A1")),
    ],
)
def test_a_scanned_code_is_read_to_the_serial(typed: str, said: Payload | None) -> None:
    reading = read(typed, FORM)
    assert reading.serial == SERIAL
    assert said is None or reading.payload == said


@pytest.mark.parametrize(
    "typed", ["https://example.com/", "http://[", "(99)x", "a;b", "]d2", "://"]
)
def test_what_is_no_code_is_no_code(typed: str) -> None:
    assert unpack(typed) is None


def test_a_code_with_a_month_and_no_day_says_the_month_and_not_its_last_day() -> None:
    payload = unpack(f"(01){GTIN}(11)240600(21){SERIAL}")
    assert payload is not None and payload.made_on == Month(2024, 6)


def test_a_label_alone_and_a_plain_serial_are_not_codes() -> None:
    assert read("SN: A100-000B", FORM).payload is None
    assert read(SERIAL, FORM).payload is None


def test_a_serial_in_a_code_is_repaired_and_shown_like_any_other() -> None:
    reading = read(f"(01){GTIN}(21)A1OOOOOB", FORM)
    assert (reading.serial, len(reading.repaired)) == (SERIAL, 5)
    assert read(f"(01){GTIN}(21)A1?", FORM).problem == "serial_character"
    assert read(f"(01){GTIN}", FORM).problem == "serial_empty"


@pytest.fixture(scope="module")
def pack(tmp_path_factory) -> Pack:
    goods = tuple(
        replace(
            product(model, "black"), variants=(Variant(code=f"{model}-B", colour="black", jan=jan),)
        )
        for model, jan in (("M1", GTIN[1:]), ("M2", OTHER_GTIN[1:]))
    )
    what = recall(
        rule(1, RuleKind.LIST, file="m1.csv"),
        rule(2, RuleKind.MODEL, "M2", when=Conditions(variants=("M2-B",))),
        products=goods,
    )
    form = replace(FORM, lookalikes=("2Z", "B8", "5S"))
    return publish(
        tmp_path_factory.mktemp("packs"),
        replace(what, formats=(form,)),
        {"m1.csv": [SERIAL.encode(), b"A2000000", b"A5000005", b"A500000S", b"AS000005"]},
    )


def test_the_model_is_found_by_the_bar_code(pack: Pack) -> None:
    verdict = judge(pack, Inspection(model="", serial=f"01{GTIN}21{SERIAL}"))
    assert (verdict.answer, verdict.facts["model"]) == (Answer.AFFECTED, "M1")
    assert verdict.facts["variant"] == "M1-B"
    assert judge(pack, Inspection(model="", serial=SERIAL)).answer is Answer.NO_SUCH_MODEL


def test_the_bar_code_answers_for_the_item_code(pack: Pack) -> None:
    assert judge(pack, Inspection(model="M2")).reason == "need_variant"
    scanned = judge(pack, Inspection(model="M2", serial=f"(01){OTHER_GTIN}(21)A9000000"))
    assert (scanned.answer, scanned.reason) == (Answer.AFFECTED, "whole_model")


def test_a_code_of_another_model_is_a_question_and_never_a_no(pack: Pack) -> None:
    wrong = judge(pack, Inspection(model="M1", serial=f"(01){OTHER_GTIN}(21)A9000000"))
    assert (wrong.answer, wrong.reason) == (Answer.ASK, "code_other_product")
    assert "M1" in tell(pack, wrong, "en").sentence
    listed = judge(pack, Inspection(model="M1", serial=f"(01){OTHER_GTIN}(21){SERIAL}"))
    assert listed.answer is Answer.AFFECTED


def _suggested(pack: Pack, serial: str, model: str = "M1") -> tuple[str, ...]:
    asked = Inspection(model=model, serial=serial)
    return suggest(pack, asked, judge(pack, asked))


def test_a_look_alike_of_a_listed_serial_is_asked_about(pack: Pack) -> None:
    assert _suggested(pack, "A1000008") == (SERIAL,)
    assert _suggested(pack, "a1-0000-08") == (SERIAL,)
    assert _suggested(pack, "AZ000000") == ("A2000000",)


def test_nothing_is_suggested_that_is_two_changes_away_or_not_recalled(pack: Pack) -> None:
    assert _suggested(pack, "A1000009") == ()
    assert _suggested(pack, SERIAL) == ()
    assert _suggested(pack, "A100000?") == ()
    assert _suggested(pack, "", "M2") == ()


def test_a_dense_neighbourhood_gives_nothing_away(tmp_path) -> None:
    form = replace(FORM, lookalikes=("5S",))
    what = replace(recall(rule(1, RuleKind.LIST, file="a.csv")), formats=(form,))
    near = [b"A5555550", b"A5555S55", b"A555S555"]
    dense = publish(tmp_path, what, {"a.csv": near})
    asked = Inspection(model="M1", serial="A5555555")
    assert len(candidates("A5555555", form)) == 7
    assert len(suggest(dense, asked, judge(dense, asked))) == 2
    many = publish(tmp_path / "b", what, {"a.csv": [*near, b"A55S5555"]})
    assert suggest(many, asked, judge(many, asked)) == ()


def test_the_number_of_questions_to_the_index_is_bounded() -> None:
    form = replace(FORM, lookalikes=("0123456789",), lengths=(40,))
    assert len(candidates("A" + "5" * 39, form)) == 64
