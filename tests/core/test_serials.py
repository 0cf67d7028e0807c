"""Reading a serial: what people type, and what may and may not be made of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaishu.core.recall import SerialFormat
from kaishu.core.serials import PROBLEMS, Repair, read

ALPHABET = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"
SIXTEEN = SerialFormat(
    code="sixteen",
    alphabet=ALPHABET,
    lengths=(16,),
    prefix="A",
    confusions={"O": "0", "I": "1"},
)
SIX = SerialFormat(code="six", alphabet="0123456789ABCDEFGHI", lengths=(6,), confusions={"O": "0"})
MIXED = SerialFormat(code="mixed", alphabet=ALPHABET, lengths=(9, 10))
BATCH = SerialFormat(code="batch", alphabet="0123456789CMPQ-", lengths=(6,))
SERIAL = "A1B2C3D4E5F6G7H8"


@pytest.mark.parametrize(
    "typed",
    [
        "A1B2C3D4E5F6G7H8",
        "a1b2c3d4e5f6g7h8",
        "  A1B2 C3D4 E5F6 G7H8  ",
        "A1B2-C3D4-E5F6-G7H8",
        "Ａ１Ｂ２Ｃ３Ｄ４Ｅ５Ｆ６Ｇ７Ｈ８",
        "ａ１ｂ２　ｃ３ｄ４ーｅ５ｆ６－ｇ７ｈ８",
        "A1B2‐C3D4‑E5F6–G7H8",
        "A1B2—C3D4−E5F6―G7H8",
        "\u200bA1B2C3D4\u00a0E5F6G7H8\ufeff\n",
        "SN:A1B2C3D4E5F6G7H8",
        "sn a1b2c3d4e5f6g7h8",
        "S/N: A1B2C3D4E5F6G7H8",
        "S/N No. A1B2C3D4E5F6G7H8",
        "SN Code: A1B2C3D4E5F6G7H8",
        "Serial Number: A1B2C3D4E5F6G7H8",
        "serial no. A1B2C3D4E5F6G7H8",
        "シリアル番号：A1B2C3D4E5F6G7H8",
        "シリアルナンバー A1B2C3D4E5F6G7H8",
        "ｼﾘｱﾙ番号 Ａ１Ｂ２Ｃ３Ｄ４Ｅ５Ｆ６Ｇ７Ｈ８",
        "製造番号 A1B2C3D4E5F6G7H8",
        "序列号：A1B2C3D4E5F6G7H8",
        "产品序列号: A1B2C3D4E5F6G7H8",
        "SN码：A1B2C3D4E5F6G7H8",
    ],
)
def test_width_case_spaces_hyphens_and_labels_do_not_matter(typed: str) -> None:
    reading = read(typed, SIXTEEN)
    assert (reading.serial, reading.problem, reading.repaired) == (SERIAL, None, ())


@pytest.mark.parametrize(
    ("typed", "form", "problem", "facts"),
    [
        ("", SIXTEEN, "serial_empty", {}),
        (" - \u3000", SIXTEEN, "serial_empty", {}),
        ("SN:", SIXTEEN, "serial_empty", {}),
        ("4571411205187", SIXTEEN, "serial_too_short", {"length": "13", "lengths": "16"}),
        (SERIAL + "9", SIXTEEN, "serial_too_long", {"length": "17", "lengths": "16"}),
        ("A" * 201, SIXTEEN, "serial_too_long", {"length": "201", "lengths": "16"}),
        ("A1B2C3D4E5F6G7H?", SIXTEEN, "serial_character", {"character": "?", "at": "16"}),
        ("わからない", SIXTEEN, "serial_character", {"character": "わ", "at": "1"}),
        ("А1B2C3D4E5F6G7H8", SIXTEEN, "serial_character", {"character": "А", "at": "1"}),
        ("ı1B2C3D4E5F6G7H8", SIXTEEN, "serial_character", {"character": "ı", "at": "1"}),
        ("B1B2C3D4E5F6G7H8", SIXTEEN, "serial_other_brand", {"prefix": "A"}),
        ("12345678", MIXED, "serial_too_short", {"length": "8", "lengths": "9 / 10"}),
    ],
)
def test_a_text_that_is_no_serial_names_its_problem(
    typed: str, form: SerialFormat, problem: str, facts: dict[str, str]
) -> None:
    reading = read(typed, form)
    assert (reading.serial, reading.problem, dict(reading.facts)) == (None, problem, facts)
    assert problem in PROBLEMS


def test_a_look_alike_outside_the_alphabet_is_repaired_and_its_place_is_kept() -> None:
    reading = read("a1b2-c3d4-e5f6-goi8", SIXTEEN)
    assert reading.serial == "A1B2C3D4E5F6G018"
    assert reading.repaired == (Repair(14, "O", "0"), Repair(15, "I", "1"))
    assert [str(repair) for repair in reading.repaired] == ["14: O → 0", "15: I → 1"]


def test_a_letter_of_one_brand_is_never_folded_by_the_table_of_another() -> None:
    assert read("000i21", SIX).serial == "000I21"
    assert read("OOOI21", SIX).serial == "000I21"
    assert read("000L21", SIX).problem == "serial_character"
    assert read("12345678O", MIXED).problem == "serial_character"


def test_hyphens_stay_where_the_alphabet_has_them() -> None:
    assert read("ｃ１４－ｐ６", BATCH).serial == "C14-P6"
    assert read("C14ーP6", BATCH).serial == "C14-P6"


def test_letters_of_a_serial_that_look_like_a_label_stay() -> None:
    form = SerialFormat(code="sn", alphabet=ALPHABET, lengths=(8,))
    assert read("SN123456", form).serial == "SN123456"
    assert read("SN: SN123456", form).serial == "SN123456"


def test_a_text_that_fits_with_and_without_its_label_is_a_question() -> None:
    form = SerialFormat(code="two", alphabet=ALPHABET, lengths=(6, 8))
    reading = read("SN123456", form)
    assert (reading.serial, reading.problem) == (None, "serial_two_ways")
    assert reading.facts == {"one": "SN123456", "other": "123456"}


def _full_width(letter: str) -> str:
    return chr(ord(letter) + 0xFEE0)


SEPARATORS = ["", "", "", " ", "\u3000", "-", "－", "ー", "–", "\u200b", "\u00ad", "\t"]
CONFUSED = {"0": ["0", "O", "o", "Ｏ", "ｏ"], "1": ["1", "I", "i", "Ｉ"]}


@st.composite
def typed_serials(draw: st.DrawFn) -> tuple[str, str]:
    serial = "A" + draw(st.text(alphabet=ALPHABET, min_size=15, max_size=15))
    typed = draw(st.sampled_from(["", "SN:", "S/N ", "シリアル番号：", "序列号 ", "Serial No. "]))
    for letter in serial:
        written = draw(st.sampled_from(CONFUSED.get(letter, [letter])))
        change = draw(st.sampled_from([str, str.lower, _full_width]))
        if not (change is _full_width and ord(written) > 127):
            written = change(written)
        typed += written + draw(st.sampled_from(SEPARATORS))
    return typed, serial


@given(typed_serials())
def test_any_mix_of_ways_to_type_a_serial_reads_as_that_serial(pair: tuple[str, str]) -> None:
    typed, serial = pair
    reading = read(typed, SIXTEEN)
    assert (reading.serial, reading.problem) == (serial, None)
    for repair in reading.repaired:
        assert serial[repair.at - 1] == repair.now == SIXTEEN.confusions[repair.was]


@given(st.text(max_size=220), st.sampled_from([SIXTEEN, SIX, MIXED, BATCH]))
def test_any_text_gives_either_a_serial_of_the_format_or_a_known_problem(
    typed: str, form: SerialFormat
) -> None:
    reading = read(typed, form)
    if reading.serial is None:
        assert reading.problem in PROBLEMS
        return
    assert reading.problem is None
    assert len(reading.serial) in form.lengths
    assert set(reading.serial) <= set(form.alphabet)
    assert reading.serial.startswith(form.prefix)
    assert read(reading.serial, form).serial == reading.serial


@pytest.mark.parametrize(
    "typed",
    [
        "A1B2\nC3D4\r\nE5F6 G7H8\n",
        "A1B2 dash C3D4 hyphen E5F6 space G7H8.",
        "A1B2ハイフンC3D4ハイフンE5F6スペースG7H8。",
        "序列号 A1B2杠C3D4横杠E5F6空格G7H8。",
        "“A1B2, C3D4, E5F6, G7H8”",
        "SN : A1B2、C3D4、E5F6、G7H8",
    ],
)
def test_what_dictation_and_paste_put_around_a_serial_does_not_matter(typed: str) -> None:
    assert (read(typed, SIXTEEN).serial, read(typed, SIXTEEN).problem) == (SERIAL, None)


@pytest.mark.parametrize("character", "/*?|#&")
def test_a_stroke_or_a_star_may_have_been_on_the_label_so_it_is_asked_about(character: str) -> None:
    reading = read(f"A1B2C3D4{character}E5F6G7H8", SIXTEEN)
    assert (reading.serial, reading.problem) == (None, "serial_character")


def test_a_spoken_gap_that_may_also_be_part_of_the_serial_is_asked_about() -> None:
    form = SerialFormat(code="words", alphabet=ALPHABET, lengths=(4, 8))
    reading = read("AB12 DASH", form)
    assert (reading.serial, reading.problem) == (None, "serial_two_ways")
    assert dict(reading.facts) == {"one": "AB12DASH", "other": "AB12"}


GAPS = [" ", "-", "　", "\n", " dash ", " hyphen ", "ハイフン", "空格", ", ", "・", "ー", "\u00a0"]


@given(
    serial=st.text(alphabet=ALPHABET, min_size=15, max_size=15).map(lambda rest: "A" + rest),
    gaps=st.lists(st.sampled_from(GAPS), min_size=3, max_size=3),
    label=st.sampled_from(["", "SN:", "S/N ", "Serial No. ", "シリアル番号：", "序列号："]),
    lower=st.booleans(),
    wide=st.booleans(),
    fold=st.booleans(),
)
def test_any_mix_of_paste_and_dictation_reads_the_same_serial_or_asks(
    serial: str, gaps: list[str], label: str, lower: bool, wide: bool, fold: bool
) -> None:
    """Never another serial: a wrong one could answer "not affected"."""
    typed = serial.replace("0", "O").replace("1", "I") if fold else serial
    typed = typed.lower() if lower else typed
    if wide:
        typed = "".join(chr(ord(c) + 0xFEE0) for c in typed)
    groups = [typed[0:4], typed[4:8], typed[8:12], typed[12:16]]
    pairs = zip(groups, [*gaps, ""], strict=True)
    reading = read(label + "".join(group + gap for group, gap in pairs), SIXTEEN)
    assert reading.serial in (serial, None)
    if reading.serial is None:
        assert reading.problem in PROBLEMS
    assert reading.serial == serial or reading.problem == "serial_two_ways"
    assert bool(reading.repaired) == (fold and bool(set(serial) & set("01"))) or not reading.serial
