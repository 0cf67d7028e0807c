"""The kit letter on paper: one page, every character of a name, a code that a depot can scan."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from kaishu.core.recall import LANGUAGES
from kaishu.doors.partner.codes import read_label
from kaishu.paper.codes import unit_code
from kaishu.paper.glyphs import GETA, printable
from kaishu.paper.kit_letter import Letter, Step, letters_pdf

AT = datetime(2026, 11, 22, tzinfo=UTC)
CASE_NO = "123456789092"  # 1234567890 and its check digits
DRAWING = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M1 1h7v7z"/></svg>'
PRINTER_DPI = 203  # the coarsest label printers in use
HOSTILE = ("#let x = 1; #x", "$ a^2 $", "*bold* _it_ `raw`", "\\ \\u{1F300}", "@ref <label> [x]")
NAMES = ("𠮷野 䶮子", "葛󠄀城 辻󠄁", "高橋・髙﨑·神", "Zoë Ångström-O'Neil", "ﾔﾏﾀﾞ ﾊﾅｺ")


def letter(**more: object) -> Letter:
    usual = Letter(
        language="ja",
        case_no=CASE_NO,
        unit_no=1,
        slip=True,
        address=("〒105-0001", "東京都港区1-2-3", "佐藤 花子 様"),
        company="Kumo",
        contact=("2026年11月22日", "0120-000-000"),
        reference_label="Reference",
        title="Send it back",
        intro="It costs nothing.",
        steps=tuple(Step(words=f"step {n}", drawing=DRAWING) for n in range(7)),
        stop_title="Stop",
        stop="Call us.",
        cut="Cut here",
        to_label="Return to",
        to=("East Centre",),
        code_label="For the depot",
        product=("Power bank", "K100"),
        marks=("FORBIDDEN FOR TRANSPORT BY AIR",),
    )
    return replace(usual, **more)  # type: ignore[arg-type]  # any field of the letter


def opened(*letters: Letter) -> pypdfium2.PdfDocument:
    return pypdfium2.PdfDocument(letters_pdf(letters, title="kits", at=AT))


def words(document: pypdfium2.PdfDocument, page: int = 0) -> str:
    return document[page].get_textpage().get_text_bounded().replace("\r\n", "\n")


def codes(document: pypdfium2.PdfDocument, page: int = 0) -> list[str]:
    """Return what a scanner reads from the page as a black-and-white printer prints it."""
    drawn = document[page].render(scale=PRINTER_DPI / 72).to_pil()
    printed = drawn.convert("L").point(lambda grey: 255 if grey > 127 else 0).convert("1")
    return [code.text for code in zxingcpp.read_barcodes(printed.convert("L"))]


def test_every_character_of_a_name_and_an_address_is_on_the_page_as_typed() -> None:
    page = words(opened(letter(address=(*NAMES, *HOSTILE))))
    for line in (*NAMES, *HOSTILE):
        assert line in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_names_come_out_whole_in_a_letter_of_any_language(language: str) -> None:
    page = words(opened(letter(language=language, address=NAMES)))
    assert all(name in page for name in NAMES)


def test_what_no_font_has_is_a_geta_and_is_named_for_the_packer() -> None:
    written = letter(address=("花子 🌸", "김철수", "👩‍👩‍👧"))
    page = words(opened(written))
    assert f"花子 {GETA}" in page and GETA * 3 in page
    assert written.missing() == ("🌸", "김", "철", "수", "👩", "👧")


def test_signs_that_turn_or_hide_letters_are_left_out() -> None:
    assert printable("a\u202eb\u200bc\x00d\ud800e").text == "abcde"
    assert printable("\U0001f338\ufe0f").text == GETA


@pytest.mark.parametrize("slip", [True, False])
@pytest.mark.parametrize(
    "address",
    [
        (),
        ("x",),
        tuple(f"line {n} of an address that does not want to end" for n in range(20)),
        ("長" * 400,),
        ("W" * 400,),
    ],
)
def test_a_letter_is_exactly_one_a4_page_however_long_the_address(
    address: tuple[str, ...], slip: bool
) -> None:
    long = "とても長い説明がここに入ります。" * 12
    document = opened(letter(address=address, slip=slip, intro=long, stop=long, marks=(long,) * 4))
    assert len(document) == 1
    assert [round(side * 25.4 / 72) for side in document[0].get_size()] == [210, 297]
    assert codes(document) == [unit_code(CASE_NO, 1)]


def test_the_code_survives_the_coarsest_printer_and_reads_as_case_and_unit() -> None:
    document = opened(letter(unit_no=12))
    (code,) = codes(document)
    assert read_label(code) == (CASE_NO, 12)
    assert code in words(document)


def test_the_code_survives_a_dirty_third_of_its_corner() -> None:
    document = opened(letter())
    drawn = document[0].render(scale=PRINTER_DPI / 72).to_pil().convert("L")
    (found,) = zxingcpp.read_barcodes(drawn)
    right, bottom = found.position.bottom_right.x, found.position.bottom_right.y
    drawn.paste(Image.new("L", (34, 34), 255), (right - 34, bottom - 34))
    assert [code.text for code in zxingcpp.read_barcodes(drawn)] == [unit_code(CASE_NO, 1)]


def test_many_letters_are_one_file_in_the_order_given_each_with_its_own_code() -> None:
    many = [letter(unit_no=number, language=LANGUAGES[number % 3]) for number in range(1, 8)]
    document = opened(*many)
    assert len(document) == 7
    assert [codes(document, page) for page in range(7)] == [
        [unit_code(CASE_NO, number)] for number in range(1, 8)
    ]


def test_the_same_letters_are_the_same_bytes_and_an_archive_file() -> None:
    first, second = (letters_pdf([letter()], title="kits", at=AT) for _ in range(2))
    assert first == second
    assert b"pdfaid" in first and b"<pdfaid:part>2</pdfaid:part>" in first


def test_a_unit_that_must_not_be_posted_has_no_slip_to_cut_off() -> None:
    page = words(opened(letter(slip=False, to_label="For the carrier")))
    assert "Cut here" not in page and "For the carrier" in page


def test_nothing_on_the_page_is_told_apart_by_colour_alone() -> None:
    drawn = opened(letter())[0].render(scale=1).to_pil().convert("RGB")
    coloured = [
        pixel
        for _, pixel in drawn.getcolors(maxcolors=1 << 20) or ()
        if max(pixel) - min(pixel) > 16
    ]
    assert coloured == []
