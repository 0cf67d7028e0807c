"""Read a list from XLSX, a megabyte at a time: no sheet is ever in memory as a whole.

A workbook is XML in a zip file. Only the column of serials is looked at, so this takes a few
times what unpacking alone takes, and the cells still say whether they are text, number or formula.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from kaishu.editions.imports import names
from kaishu.editions.imports.cells import (
    Cell,
    Cells,
    is_formula_without_value,
    is_number,
    number_text,
    series,
)
from kaishu.editions.imports.errors import (
    ColumnMissing,
    FileBroken,
    FileHasNoRows,
    SheetMissing,
    TooManyRows,
)
from kaishu.editions.imports.pieces import MOST_ROWS, BadRow, Choice, Numbers, Piece
from kaishu.editions.imports.unzip import Package, Sheet

_CELL = rb'<c r="%s(\d+)"([^>]*?)(?:/>|>(.*?)</c>)'
_BESIDE = rb'<c r="%s\d+"(?: s="\d+")? t="s"><v>(\d+)</v></c>'
_WITHIN = rb'<c r="%s\d+"(?: s="\d+")? t="inlineStr"><is><t>([^<]*)</t></is></c>'
ANY_CELL = re.compile(rb'<c r="([A-Z]{1,3})(\d+)"([^>]*?)(?:/>|>(.*?)</c>)', re.DOTALL)
_ROW = re.compile(rb'<row r="(\d+)"')
_MERGED = re.compile(rb'<mergeCell ref="([A-Z]+)(\d+):([A-Z]+)(\d+)"')
_DIMENSION = re.compile(rb'<dimension ref="[A-Z]+\d+:[A-Z]+(\d+)"')
ROW_END = b"</row>"


@dataclass(frozen=True, slots=True)
class _Column:
    """The sheet's column of serials: its letters, and the row that names it."""

    sheet: Sheet
    letters: bytes
    row: int
    name: str


class WorkbookSource:
    """An XLSX file: every sheet that has a column of serials is read, the others are named."""

    def __init__(self, path: Path, choice: Choice) -> None:
        self._package = Package(path)
        self._cells = Cells(self._package)
        sheets = [s for s in self._package.sheets if choice.sheet in ("", s.name)]
        if not sheets:
            every = ", ".join(sheet.name for sheet in self._package.sheets[: names.SHOWN])
            raise SheetMissing(sheet=choice.sheet, sheets=every)
        self._columns: list[_Column] = []
        self.about = 0
        missing: list[ColumnMissing] = []
        for sheet in sheets:
            try:
                self._columns.append(self._find(sheet, choice))
            except ColumnMissing as none:
                missing.append(none)
        if not self._columns:
            raise next((each for each in missing if each.facts["columns"]), FileHasNoRows())
        self.column = self._columns[0].name
        read = {column.sheet for column in self._columns}
        self.unread = tuple(s.name for s in self._package.sheets if s not in read)

    def pieces(self) -> Iterator[Piece]:
        """Yield the rows of each sheet. Raises FileBroken, TooManyRows."""
        rows = 0
        for column in self._columns:
            reader = _SheetReader(column, self._cells)
            for piece in reader.pieces(self._package):
                rows += len(piece.numbers) + len(piece.bad)
                if rows > MOST_ROWS:
                    raise TooManyRows(rows=f"{rows:,}", most=f"{MOST_ROWS:,}")
                yield piece

    def _find(self, sheet: Sheet, choice: Choice) -> _Column:
        """Find the row of names near the top of a sheet. Raises ColumnMissing, ColumnUnclear."""
        block = next(iter(self._package.blocks(sheet.path, ROW_END)), b"")
        refuse_unusual(block)
        top: dict[int, list[tuple[bytes, str]]] = {}
        for letters, row, attributes, inner in ANY_CELL.findall(block):
            if int(row) > names.HEADER_WITHIN:
                break
            text = self._cells.texts([(attributes, inner)])[0]
            top.setdefault(int(row), []).append((letters, text))
        if found := _DIMENSION.search(block):
            self.about += int(found[1])
        shown: list[str] = []
        for row, cells in sorted(top.items()):
            called = [text for _, text in cells]
            if names.has_serial_column(called, choice.column):
                place = names.serial_column(called, choice.column)
                return _Column(sheet, cells[place][0], row, called[place].strip())
            shown = shown or [text.strip()[:40] for text in called if text.strip()]
        raise ColumnMissing(columns=", ".join(shown[: names.SHOWN]))


class _SheetReader:
    """Reads one sheet's column, and keeps which of its rows have no serial until the end."""

    def __init__(self, column: _Column, cells: Cells) -> None:
        self.column = column
        self.cells = cells
        self.pattern = re.compile(_CELL % column.letters, re.DOTALL)
        self.beside = re.compile(_BESIDE % column.letters)
        self.within = re.compile(_WITHIN % column.letters)
        self.empty = array("I")

    def pieces(self, package: Package) -> Iterator[Piece]:
        merged: dict[int, int] = {}
        for block in package.blocks(self.column.sheet.path, ROW_END):
            if block.endswith(ROW_END):
                if piece := self._piece(block):
                    yield piece
            else:
                merged = self._merged(block)
        if self.empty:
            yield self._empty_rows(merged)

    def _piece(self, block: bytes) -> Piece | None:
        return self._plain_piece(block) or self._odd_piece(block)

    def _plain_piece(self, block: bytes) -> Piece | None:
        """Read a block whose every row has a text in our column: nearly all of every list."""
        first, last = (
            _row_number(block, block.find(b"<row ")),
            _row_number(block, block.rfind(b"<row ")),
        )
        rows = block.count(b"<row ")
        if first <= self.column.row or last - first + 1 != rows:
            return None
        numbers = np.arange(first, last + 1, dtype=np.uint32)
        beside = self.beside.findall(block)
        if len(beside) == rows:
            return self._plain(numbers, self.cells.shared(beside))
        within = self.within.findall(block) if not beside else ()
        if len(within) == rows:
            return self._plain(numbers, series(within))
        return None

    def _odd_piece(self, block: bytes) -> Piece | None:
        found = self.pattern.findall(block)
        numbers = np.array([int(number) for number, _, _ in found], np.uint32)
        self._note_empty(block, numbers)
        first = int(np.searchsorted(numbers, self.column.row, "right"))
        found, numbers = found[first:], numbers[first:]
        if not found:
            return None
        cells: list[Cell] = [(attributes, inner) for _, attributes, inner in found]
        texts = self.cells.texts(cells)
        odd = self._odd(block, cells)
        return (
            self._with_numbers(numbers, texts, cells, odd) if odd else self._plain(numbers, texts)
        )

    def _odd(self, block: bytes, cells: list[Cell]) -> list[int]:
        """Return the places of numbers and formulas. Cells of one kind have the same attributes."""
        numeric = {each for each in {said for said, _ in cells} if is_number(each)}
        if not numeric and b"<f" not in block:
            return []
        return [
            place
            for place, (attributes, inner) in enumerate(cells)
            if inner and (attributes in numeric or inner.startswith(b"<f"))
        ]

    def _plain(self, numbers: Numbers, texts: pl.Series, *bad: BadRow) -> Piece:
        blank = (texts.str.strip_chars() == "").fill_null(value=True)
        if blank.any():
            self.empty.extend(numbers[blank.to_numpy()].tolist())
            numbers, texts = numbers[~blank.to_numpy()], texts.filter(~blank)
        return Piece(numbers, texts, self.column.sheet.name, bad)

    def _with_numbers(
        self, numbers: Numbers, texts: pl.Series, cells: list[Cell], odd: list[int]
    ) -> Piece:
        """Put number cells into words; a number that lost digits and a dead formula are bad."""
        said = texts.to_list()
        bad: dict[int, BadRow] = {}
        sheet = self.column.sheet.name
        for place in odd:
            attributes, inner = cells[place]
            row = int(numbers[place])
            if is_formula_without_value(inner):
                bad[place] = BadRow(row, "row_formula", "", sheet)
            elif is_number(attributes):
                said[place], lost = number_text(said[place])
                if lost:
                    bad[place] = BadRow(row, "row_digits_lost", said[place], sheet)
        keep = np.array([place not in bad for place in range(len(said))])
        kept = pl.Series(said, dtype=pl.String).filter(pl.Series(keep))
        return self._plain(numbers[keep], kept, *bad.values())

    def _note_empty(self, block: bytes, numbers: Numbers) -> None:
        """Keep the rows that have cells but none in our column."""
        if block.count(b"<row ") == len(numbers):
            return
        refuse_unusual(block)
        here = set(numbers.tolist())
        for row in block.split(b"<row ")[1:]:
            number = _ROW.match(b"<row " + row)
            if number is None or (b"<v" not in row and b"<is" not in row):
                continue
            if int(number[1]) > self.column.row and int(number[1]) not in here:
                self.empty.append(int(number[1]))

    def _merged(self, tail: bytes) -> dict[int, int]:
        """Return which rows of our column are hidden in a merged cell, and the row that shows."""
        ours = column_number(self.column.letters)
        hidden = {}
        for left, top, right, bottom in _MERGED.findall(tail):
            if column_number(left) <= ours <= column_number(right):
                last = min(int(bottom), int(top) + MOST_ROWS)
                hidden.update(dict.fromkeys(range(int(top) + 1, last + 1), int(top)))
        return hidden

    def _empty_rows(self, merged: dict[int, int]) -> Piece:
        sheet = self.column.sheet.name
        bad = tuple(
            BadRow(row, "row_merged", "", sheet, {"first": merged[row]})
            if row in merged
            else BadRow(row, "row_empty", "", sheet)
            for row in sorted(self.empty)
        )
        return Piece(np.zeros(0, np.uint32), pl.Series(dtype=pl.String), sheet, bad)


def _row_number(block: bytes, place: int) -> int:
    """Return the number of the row that begins here, or 0."""
    found = _ROW.match(block, max(place, 0))
    return int(found[1]) if found else 0


def column_number(letters: bytes) -> int:
    """Return the place of a column from its letters: A is 1, AA is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def refuse_unusual(block: bytes) -> None:
    """Refuse a sheet that does not name its cells and rows the way spreadsheet programs do."""
    cells = block.count(b"<c ") + block.count(b"<c>")
    if cells != block.count(b'<c r="') or b":sheetData" in block or b":row" in block[-64:]:
        raise FileBroken(detail="XLSX")
