"""A list of serials is read the same from every kind of file, and each bad row is named."""

from __future__ import annotations

import csv
import zipfile
from pathlib import Path

import numpy as np
import openpyxl
import polars as pl
import pytest
import xlsxwriter
from hypothesis import example, given
from hypothesis import strategies as st

from kaishu.core.errors import Refusal
from kaishu.editions.imports import pieces, text, unzip, workbook
from kaishu.editions.imports.errors import (
    ColumnMissing,
    ColumnUnclear,
    EncodingUnclear,
    FileBroken,
    FileHasNoRows,
    FileKindUnknown,
    FileTooBigInside,
    SheetMissing,
    TooManyRows,
)
from kaishu.editions.imports.pieces import Choice
from tests.editions.lists_world import FORM, plain_list, read

GOOD = [f"A{number:07d}" for number in range(1, 6)]
ROWS = st.one_of(
    st.integers(0, 40).map(lambda number: f"A{number:07d}"),
    st.integers(0, 40).map(lambda number: f"a{number:09d}"),
    st.integers(0, 40).map(lambda number: f" A{number:03d}-{number:04d} "),
    st.sampled_from(
        ["", "  ", "A000000O", "Ａ０００００００１", "SN: A0000001", "B0000001", "=A1"]
    ),
    st.sampled_from(["A0000001,red", "1.23457E+15", "A1", "ß000001", "A000000\u0131", "x" * 300]),
    st.text(alphabet="Aa019OIſ -ー=\t", max_size=12),
)


def write_csv(path: Path, rows: list[str], *, header: str = "serial") -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerows([[header], *([row] for row in rows)])
    return path


def write_xlsx(path: Path, rows: list[object], *, header: str = "serial") -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in [header, *rows]:
        sheet.append(["x", row])
    book.save(path)
    return path


@given(st.lists(ROWS, min_size=1, max_size=30))
@example(["A0000001", "a0000001", "A0000002"])
@example(["", "A0000001", "", ""])
def test_a_list_is_read_as_the_plain_rules_read_it(
    tmp_path_factory: pytest.TempPathFactory, rows: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("lists")
    while rows and not rows[-1].strip():
        rows.pop()
    if not rows:
        return
    expected = plain_list(rows)
    path = write_csv(folder / "list.csv", rows)
    found = read(path)
    assert (found.serials, sorted(row.row for row in found.bad)) == expected
    frame = pl.DataFrame({"serial": rows}, schema={"serial": pl.String})
    frame.write_parquet(folder / "list.parquet")
    again = read(folder / "list.parquet")
    assert (again.serials, [row + 1 for row, _ in again.codes]) == expected


@given(st.lists(ROWS, min_size=1, max_size=12))
def test_a_workbook_is_read_as_the_plain_rules_read_it(
    tmp_path_factory: pytest.TempPathFactory, rows: list[str]
) -> None:
    texts = [row for row in rows if not row.startswith("=")] or ["A0000001"]
    expected = plain_list(texts)
    folder = tmp_path_factory.mktemp("books")
    with xlsxwriter.Workbook(folder / "beside.xlsx", {"strings_to_formulas": False}) as book:
        sheet = book.add_worksheet()
        for row, value in enumerate(["serial", *texts]):
            sheet.write_string(row, 0, "x")
            sheet.write_string(row, 2, value)
    found = read(folder / "beside.xlsx")
    assert (found.serials, sorted(row.row for row in found.bad)) == expected


@pytest.mark.parametrize(
    "header",
    [
        "serial",
        "S/N",
        "Serial No.",
        "シリアル番号",
        "製造番号",
        "ｼﾘｱﾙ番号",
        "序列号",
        "SN码",
        " ＳＮ ",
    ],
)
def test_the_column_is_found_by_what_people_call_it(tmp_path: Path, header: str) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f"no;{header};made\n1;A0000001;2024\n2;A0000002;2024\n", encoding="utf-8")
    assert read(path).serials == ["A0000001", "A0000002"]


def test_a_title_above_the_names_does_not_move_the_row_numbers(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("対象一覧\n\n番号,シリアル番号\n1,A0000001\n2,bad\n", encoding="utf-8")
    assert read(path).codes == [(5, "row_length")]


@pytest.mark.parametrize(
    ("encoding", "header"),
    [
        ("utf-8", "シリアル番号"),
        ("utf-8-sig", "序列号"),
        ("utf-16", "シリアル番号"),
        ("utf-16-le", "serial"),
        ("utf-16-be", "serial"),
        ("cp932", "シリアル番号"),
        ("gb18030", "序列号"),
    ],
)
def test_every_usual_encoding_is_recognised(tmp_path: Path, encoding: str, header: str) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(f"{header},x\r\nA0000001,京\r\nA0000002,都\r\n".encode(encoding))
    assert read(path).serials == ["A0000001", "A0000002"]


def test_an_encoding_that_cannot_be_told_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes("一覧,都\nA0000001,京\n".encode("cp932"))
    with pytest.raises(EncodingUnclear):
        read(path)
    assert read(path, choice=Choice(column="一覧", encoding="cp932")).serials == ["A0000001"]


def test_a_cell_says_whether_it_was_text_number_or_formula(tmp_path: Path) -> None:
    cells: list[object] = ["A0000001", 1234567890123456789, 1.5, None, "=1+1", True, "A0000002"]
    found = read(write_xlsx(tmp_path / "list.xlsx", cells))
    assert found.serials == ["A0000001", "A0000002"]
    assert found.codes == [
        (3, "row_digits_lost"),
        (4, "row_length"),
        (5, "row_empty"),
        (6, "row_formula"),
        (7, "row_length"),
    ]


def test_a_short_number_is_read_as_its_digits(tmp_path: Path) -> None:
    form = FORM.__class__(code="n", alphabet="0123456789", lengths=(12,))
    book = write_xlsx(tmp_path / "list.xlsx", [123456789012, 10.0**11, "123456789013"])
    assert read(book, form=form).serials == ["123456789012", "100000000000", "123456789013"]
    floats = tmp_path / "list.parquet"
    pl.DataFrame({"serial": [123456789012.0, 1e16, None]}).write_parquet(floats)
    found = read(floats, form=form)
    assert (found.serials, found.codes) == (
        ["123456789012"],
        [(2, "row_digits_lost"), (3, "row_empty")],
    )


def test_a_merged_cell_names_the_row_that_shows_it(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in ("serial", "A0000001", "A0000002", "A0000003", "A0000004"):
        book.active.append([row, "x"])
    book.active.merge_cells("A3:A4")
    book.save(tmp_path / "list.xlsx")
    found = read(tmp_path / "list.xlsx")
    assert (found.serials, found.codes) == (
        ["A0000001", "A0000002", "A0000004"],
        [(4, "row_merged")],
    )
    assert found.bad[0].facts == {"first": 3}


def test_every_sheet_with_serials_is_read_and_the_others_are_named(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Note"
    book.active.append(["read me"])
    for number, name in enumerate(("East", "West")):
        sheet = book.create_sheet(name)
        for row in ("S/N", f"A000000{number}", "A0000009", "bad"):
            sheet.append([row])
    book.save(tmp_path / "list.xlsx")
    found = read(tmp_path / "list.xlsx")
    assert (found.serials, found.read.unread) == (["A0000000", "A0000009", "A0000001"], ("Note",))
    assert sorted((row.sheet, row.row, row.code) for row in found.bad) == [
        ("East", 4, "row_length"),
        ("West", 3, "serial_twice"),
        ("West", 4, "row_length"),
    ]
    only = read(tmp_path / "list.xlsx", choice=Choice(sheet="West"))
    assert only.serials == ["A0000001", "A0000009"]
    with pytest.raises(SheetMissing):
        read(tmp_path / "list.xlsx", choice=Choice(sheet="North"))
    with pytest.raises(ColumnMissing):
        read(tmp_path / "list.xlsx", choice=Choice(sheet="Note"))


def test_rich_text_and_its_reading_aid_are_one_serial(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        bold = book.add_format({"bold": True})
        sheet.write_string(0, 0, "serial")
        sheet.write_rich_string(1, 0, "A000", bold, "0001")
        sheet.write_string(2, 0, "A&000002")
    assert (read(path).serials, read(path).codes) == (["A0000001"], [(3, "row_character")])


# What it is, its bytes, and the refusal it meets.
HOSTILE: list[tuple[str, bytes, type[Refusal]]] = [
    ("empty", b"", FileHasNoRows),
    ("only line ends", b"\n\n\n", FileHasNoRows),
    ("only a header", b"serial\n", FileHasNoRows),
    ("no header", b"A0000001\nA0000002\n", ColumnMissing),
    ("two columns", b"serial,S/N\nA0000001,A0000002\n", ColumnUnclear),
    ("an open quote", b'serial\n"A0000001\nA0000002\n', FileBroken),
    ("a picture", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\1", FileKindUnknown),
    ("an old workbook", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), FileKindUnknown),
    ("half a workbook", b"PK\x03\x04" + bytes(100), FileBroken),
    ("half a table", b"PAR1" + bytes(100), FileBroken),
]


@pytest.mark.parametrize(("name", "content", "refusal"), HOSTILE, ids=[h[0] for h in HOSTILE])
def test_a_file_that_is_no_list_is_refused_in_words(
    tmp_path: Path, name: str, content: bytes, refusal: type[Refusal]
) -> None:
    path = tmp_path / "list"
    path.write_bytes(content)
    with pytest.raises(refusal):
        read(path)


def test_a_zip_bomb_is_refused_before_it_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("xl/worksheets/sheet1.xml", b"<row>" * (20 << 20))
    with pytest.raises(FileTooBigInside):
        read(path)


def test_a_row_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unzip, "LONGEST_ROW", 1 << 20)
    path = write_xlsx(tmp_path / "list.xlsx", ["A0000001", *(["A0000002"] * 3)])
    content = {name: zipfile.ZipFile(path).read(name) for name in zipfile.ZipFile(path).namelist()}
    sheet = next(name for name in content if "sheet1.xml" in name)
    content[sheet] = content[sheet].replace(b"</row>", b"") + b"<c/>" * (1 << 20)
    with zipfile.ZipFile(path, "w") as again:
        for name, inner in content.items():
            again.writestr(name, inner)
    with pytest.raises(FileTooBigInside):
        read(path)


@pytest.mark.parametrize("kind", ["csv", "xlsx", "parquet"])
def test_a_list_has_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    from kaishu.editions.imports import columnar

    for module in (text, workbook, columnar):
        monkeypatch.setattr(module, "MOST_ROWS", 4)
    path = tmp_path / f"list.{kind}"
    if kind == "csv":
        write_csv(path, GOOD)
    elif kind == "xlsx":
        write_xlsx(path, list(GOOD))
    else:
        pl.DataFrame({"serial": GOOD}).write_parquet(path)
    with pytest.raises(TooManyRows):
        read(path)


def test_a_repetition_across_pieces_names_the_first_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text, "PIECE", 3)
    found = read(write_csv(tmp_path / "list.csv", [*GOOD, GOOD[0], GOOD[4], "A0000009"]))
    assert [(row.row, row.facts["first"]) for row in found.bad] == [(7, 2), (8, 6)]
    assert found.serials == [*GOOD, "A0000009"]
    assert found.read.numbers.tolist() == [2, 3, 4, 5, 6, 9]
    assert (found.read.rows, found.read.bad, found.read.twice) == (8, 0, 2)
    assert found.read.serials.dtype == np.dtype("S16")
    assert pieces.MOST_ROWS == 10_000_000
