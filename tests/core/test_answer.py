"""What a check says: the four answers, each with its reason, and nothing guessed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from kaishu.core.answer import Inspection, colours_of, judge, spoken_date, tell
from kaishu.core.given import find_batch, find_market
from kaishu.core.pack import Pack
from kaishu.core.recall import LANGUAGES, Conditions, RuleKind
from kaishu.core.verdict import Answer
from tests.core.small_recall import FORM, product, publish, recall, rule

AFFECTED, NOT, ASK, NONE = (
    Answer.AFFECTED,
    Answer.NOT_AFFECTED,
    Answer.ASK,
    Answer.NO_SUCH_MODEL,
)
LISTED = "A1000000"
NEXT_LIST = "A2000000"


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    bought = Conditions(bought_from=date(2022, 12, 16), bought_to=date(2025, 10, 21))
    what = recall(
        rule(1, RuleKind.LIST, "LIST", file="one.csv"),
        rule(2, RuleKind.LIST, "LIST2", file="two.csv", when=Conditions(markets=("jp", "us"))),
        rule(3, RuleKind.RANGE, "RANGE", first="A1000000", last="A1ZZZZZZ"),
        rule(4, RuleKind.RANGE, "RANGE", first="A3000010", last="A3000019"),
        rule(5, RuleKind.PREFIX, "PREFIX", prefix="A57", length=8),
        rule(6, RuleKind.MODEL, "MODEL"),
        rule(7, RuleKind.MODEL, "COLOUR", when=Conditions(not_colours=("white",))),
        rule(8, RuleKind.MODEL, "BOUGHT", when=bought),
        rule(9, RuleKind.LIST, "BOTH", file="one.csv", when=Conditions(colours=("black",))),
    )
    lists = {"one.csv": [LISTED.encode()], "two.csv": [NEXT_LIST.encode()]}
    return publish(tmp_path_factory.mktemp("editions"), what, lists)


D = date.fromisoformat


@pytest.mark.parametrize(
    ("given", "known"),
    [
        ("jp", "jp"),
        (" JP ", "JP"),
        ("ＣＮ", "cn"),
        ("us", "us"),
        ("other", "other"),
        ("KR", "KR"),
        *((each, "") for each in ("", "Japan", "日本", "eu", "ch", "hk", "uk", "USA", "?")),
    ],
)
def test_a_market_that_may_be_the_recalls_own_is_not_known(given: str, known: str) -> None:
    when = Conditions(markets=("jp", "gb"))
    assert find_market(recall(rule(1, RuleKind.MODEL, when=when)), given) == known


def test_the_union_is_a_market_apart_where_none_of_its_countries_is_named() -> None:
    assert find_market(recall(rule(1, RuleKind.MODEL)), "EU") == "EU"


@pytest.mark.parametrize(
    ("named", "given", "known"),
    [
        ("us", "gb", "gb"),
        ("us", "CA", ""),  # Canada, or California
        ("eu", "kr", "kr"),
        ("eu", "de", ""),
        ("jp", "de", "de"),
        ("dk", "de", ""),
        ("worldwide", "kr", ""),
    ],
)
def test_a_country_is_apart_where_nobody_can_mean_the_recalls_own_by_its_code(
    named: str, given: str, known: str
) -> None:
    when = Conditions(markets=(named,))
    assert find_market(recall(rule(1, RuleKind.MODEL, when=when)), given) == known


@pytest.mark.parametrize(
    ("given", "known"),
    [
        ("0240-5", "0240-5"),
        ("０２４０－５", "0240-5"),
        ("LOT No.0240-5", "0240-5"),
        ("批号：p6", "P6"),
        ("ロット番号 P6", "P6"),
        *((each, "") for each in ("2405", "02405", "240-5", "O24O-5", "0240 - 5.", "P-6", "0P6")),
        *(
            (each, "")
            for each in ("P–6", "P−6", "Pー6", "P6\u200b", "P6。", "Lot nr. P6", "P6, Q1")
        ),
        *(
            (each, "")
            for each in ("Q1／P6", "Batch ID: P 6 EXP 2026", "P6 (on the box)", "A 024 05")
        ),
        *((each, "") for each in ("unknown", "不明", "わからない", "?", "-")),
        ("2406", "2406"),
        ("P66", "P66"),
        ("P6-A", "P6-A"),
        ("7.P6", "7.P6"),
        ("Lot 2406, exp 2026", "Lot 2406, exp 2026"),
        ("", ""),
    ],
)
def test_what_may_be_a_named_batch_among_other_signs_or_words_is_not_known(
    given: str, known: str
) -> None:
    what = recall(rule(1, RuleKind.MODEL, when=Conditions(batches=("P6", "0240-5"))))
    assert find_batch(what, what.products[0], given) == known


def test_a_word_may_be_a_batch_where_batches_are_words() -> None:
    what = recall(rule(1, RuleKind.MODEL, when=Conditions(batches=("P6", "RED"))))
    assert find_batch(what, what.products[0], "blue") == "blue"


def test_what_looks_alike_by_two_groups_with_a_sign_in_common_is_a_question(tmp_path: Path) -> None:
    form = replace(FORM, unit_unique=False, lookalikes=("0O", "2Z", "QO", "ZQ"))
    listed = rule(1, RuleKind.CODES, codes=("A00000Q1", "A0000021"))
    pack = publish(tmp_path, replace(recall(listed), formats=(form,)), {})
    said = {
        serial: judge(pack, Inspection(model="M1", serial=serial)).reason
        for serial in ("A00000Q1", "A0000001", "A00000Z1", "A0Q00021", "A0000051")
    }
    assert list(said.values()) == [
        "code_listed",
        *["code_looks_listed"] * 3,
        "not_listed",
    ]


@pytest.mark.parametrize("code", ["MODEL:M2;SN:{}", "https://example.com/?pn=M2&sn={}"])
def test_a_code_that_names_another_recalled_model_is_a_question(code: str, tmp_path: Path) -> None:
    rules = rule(1, RuleKind.MODEL, "M2"), rule(2, RuleKind.PREFIX, "M1", prefix="AZ")
    pack = publish(tmp_path, recall(*rules, products=(product("M1"), product("M2"))), {})
    said = [
        judge(pack, Inspection(model=model, serial=code.format("A0000000")))
        for model in ("M1", "M2", "")
    ]
    assert [(each.answer, each.reason) for each in said] == [
        (ASK, "code_other_product"),
        *[(AFFECTED, "whole_model")] * 2,
    ]


@pytest.mark.parametrize(
    ("asked", "answer", "reason"),
    [
        (Inspection(model="LIST", serial=LISTED), AFFECTED, "listed"),
        (Inspection(model=" ｌｉｓｔ ", serial="sn: a100-0000"), AFFECTED, "listed"),
        (Inspection(model="LIST", serial="A9999999"), NOT, "not_listed"),
        (Inspection(model="LIST", serial=NEXT_LIST), ASK, "listed_other_model"),
        (Inspection(model="LIST"), ASK, "serial_empty"),
        (Inspection(model="LIST", serial="SN:"), ASK, "serial_empty"),
        (Inspection(model="LIST", serial="A100000"), ASK, "serial_too_short"),
        (Inspection(model="LIST", serial="A10000000"), ASK, "serial_too_long"),
        (Inspection(model="LIST", serial="A10000?0"), ASK, "serial_character"),
        (Inspection(model="LIST", serial="B1000000"), ASK, "serial_other_brand"),
        (Inspection(model="LIST", serial="A1OOOOOO"), AFFECTED, "listed"),
        (Inspection(model="LIST", serial="A4OOOOOO"), ASK, "repair_changes_answer"),
        (Inspection(model="LIST2", serial=LISTED), ASK, "listed_other_model"),
        (Inspection(model="LIST2", serial=NEXT_LIST, market="Japan"), AFFECTED, "listed"),
        (Inspection(model="LIST2", market="Japan"), ASK, "serial_empty"),
        (Inspection(model="LIST2", market="ＣＮ"), NOT, "market_excluded"),
        (Inspection(model="LIST2", serial=NEXT_LIST), AFFECTED, "listed"),
        (Inspection(model="LIST2", serial=NEXT_LIST, market="JP"), AFFECTED, "listed"),
        (Inspection(model="LIST2", serial=NEXT_LIST, market="cn"), ASK, "listed_but_differs"),
        (Inspection(model="LIST2", market="cn"), NOT, "market_excluded"),
        (Inspection(model="RANGE", serial="A0ZZZZZZ"), NOT, "not_listed"),
        (Inspection(model="RANGE", serial="A1000000"), AFFECTED, "in_range"),
        (Inspection(model="RANGE", serial="A1ZZZZZZ"), AFFECTED, "in_range"),
        (Inspection(model="RANGE", serial="A2000001"), NOT, "not_listed"),
        (Inspection(model="RANGE", serial="A3000009"), NOT, "not_listed"),
        (Inspection(model="RANGE", serial="A3000010"), AFFECTED, "in_range"),
        (Inspection(model="RANGE", serial="A3000019"), AFFECTED, "in_range"),
        (Inspection(model="RANGE", serial="A300001A"), NOT, "not_listed"),
        (Inspection(model="PREFIX", serial="A5712345"), AFFECTED, "prefix_match"),
        (Inspection(model="PREFIX", serial="A5812345"), NOT, "not_listed"),
        (Inspection(model="PREFIX"), ASK, "serial_empty"),
        (Inspection(model="MODEL"), AFFECTED, "whole_model"),
        (Inspection(model="MODEL", serial="cannot read it"), AFFECTED, "whole_model"),
        (Inspection(model="COLOUR"), ASK, "need_colour"),
        (Inspection(model="COLOUR", colour="black"), AFFECTED, "whole_model"),
        (Inspection(model="COLOUR", colour="colour-black"), AFFECTED, "whole_model"),
        (Inspection(model="COLOUR", colour="WHITE"), NOT, "colour_excluded"),
        (Inspection(model="COLOUR", colour="off-white"), ASK, "need_colour"),
        (Inspection(model="COLOUR", colour="white", serial="?"), ASK, "serial_character"),
        (Inspection(model="BOUGHT"), ASK, "need_bought_on"),
        (Inspection(model="BOUGHT", bought=D("2022-12-15")), NOT, "bought_outside"),
        (Inspection(model="BOUGHT", bought=D("2022-12-16")), AFFECTED, "whole_model"),
        (Inspection(model="BOUGHT", bought=D("2025-10-21")), AFFECTED, "whole_model"),
        (Inspection(model="BOUGHT", bought=D("2025-10-22")), NOT, "bought_outside"),
        (Inspection(model="BOTH"), ASK, "serial_empty"),
        (Inspection(model="BOTH", serial=LISTED), AFFECTED, "listed"),
        (Inspection(model="BOTH", serial="A100000O"), AFFECTED, "listed"),
        (Inspection(model="BOTH", serial=LISTED, colour="black"), AFFECTED, "listed"),
        (Inspection(model="BOTH", serial=LISTED, colour="white"), ASK, "listed_but_differs"),
        (Inspection(model="BOTH", serial="A100000O", colour="white"), ASK, "listed_but_differs"),
        (Inspection(model="BOTH", serial=NEXT_LIST), ASK, "listed_other_model"),
        (Inspection(model="BOTH", colour="white"), NOT, "colour_excluded"),
        (Inspection(model="M9", serial=LISTED), NONE, "no_such_model"),
        (Inspection(model="", serial=LISTED), NONE, "no_such_model"),
    ],
)
def test_each_rule_and_condition_gives_its_answer(
    pack: Pack, asked: Inspection, answer: Answer, reason: str
) -> None:
    verdict = judge(pack, asked)
    assert (verdict.answer, verdict.reason) == (answer, reason)
    assert verdict.edition == pack.ref


def test_the_facts_say_what_the_answer_rests_on(pack: Pack) -> None:
    affected = judge(pack, Inspection(model="list", serial="a1oooooo"))
    assert affected.facts == {
        "model": "LIST",
        "serial": LISTED,
        "repaired": "3: O → 0, 4: O → 0, 5: O → 0, 6: O → 0, 7: O → 0, 8: O → 0",
        "rule": "1",
    }
    short = judge(pack, Inspection(model="LIST", serial="A1"))
    assert short.facts == {"model": "LIST", "length": "2", "lengths": "8"}
    early = judge(pack, Inspection(model="BOUGHT", bought=D("2022-12-15"), market="jp"))
    assert early.facts == {
        "model": "BOUGHT",
        "rule": "8",
        "bought_on": "2022-12-15",
        "market": "jp",
    }


def test_affected_says_stop_first_then_what_to_do_now(pack: Pack) -> None:
    page = tell(pack, judge(pack, Inspection(model="LIST", serial="A1OOOOOO")), "en")
    assert page.headline == "This product is being recalled"
    assert page.first == "Stop using it (en)"
    assert page.steps == ("Switch it off (en)", "Put it aside (en)")
    assert page.repaired.startswith("We corrected a character that is easy to misread (3: O → 0")
    assert (page.keep_safe, page.never) == (
        "Away from things that burn (en)",
        "Never in the bin (en)",
    )
    assert (page.asks, page.edition) == ("", "1")
    assert page.data_as_of == "Information as of 2 January 2026 (edition 1)"


def test_a_question_says_which_fact_and_to_leave_it_until_then(pack: Pack) -> None:
    page = tell(pack, judge(pack, Inspection(model="BOUGHT")), "ja")
    assert page.first == "はっきりするまで、使ったり充電したりしないでください。"
    assert page.asks == "bought"
    assert page.steps == (
        "購入日を入力してください。注文メールやレシートでわかります。"
        "わからないときは、0120-000-000にお電話ください。",
    )
    asked = {"COLOUR": "colour", "LIST": "serial", "M9": "model"}
    for model, fact in asked.items():
        assert tell(pack, judge(pack, Inspection(model=model)), "ja").asks == fact


def test_flight_advice_is_by_model_whatever_the_serial_says(pack: Pack) -> None:
    for serial in (LISTED, "", "?"):
        verdict = judge(pack, Inspection(model="LIST", serial=serial))
        assert tell(pack, verdict, "zh-Hans").flight == "Do not take it on a plane (zh-Hans)"
    outside = judge(pack, Inspection(model="LIST", serial="A9999999"))
    assert "no product of a recalled model may fly" in tell(pack, outside, "en").flight
    assert tell(pack, judge(pack, Inspection(model="M9")), "en").flight == ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_answer_is_whole_in_every_language(pack: Pack, language: str) -> None:
    for model in ("LIST", "RANGE", "PREFIX", "MODEL", "COLOUR", "BOUGHT", "M9"):
        for serial in ("", LISTED, "A2OOOOOO", "A1", "A" * 9, "?", "B1000000"):
            page = tell(pack, judge(pack, Inspection(model=model, serial=serial)), language)
            assert page.headline
            assert page.sentence
            assert page.steps
            assert page.phone == "0120-000-000"
            assert page.phone_hours == f"9-17 ({language})"
            assert page.hazard == f"Fire ({language})"
            assert "{" not in page.sentence + "".join(page.steps)
            assert (page.first == "") is (page.verdict.answer is NOT)


def test_colours_to_choose_from_hold_the_ones_that_are_left_out(tmp_path: Path) -> None:
    one = replace(product("M1", "black"), variants=product("M1", "black").variants)
    what = recall(rule(1, RuleKind.MODEL, when=Conditions(not_colours=("white",))), products=(one,))
    assert colours_of(what, one) == ("black", "white")
    pack = publish(tmp_path, what)
    assert judge(pack, Inspection(model="M1", colour="white")).reason == "colour_excluded"


def test_dates_are_spoken_as_people_write_them() -> None:
    day = D("2026-03-09")
    assert [spoken_date(day, language) for language in LANGUAGES] == [
        "2026年3月9日",
        "2026年3月9日",
        "9 March 2026",
    ]
