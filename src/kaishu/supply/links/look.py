"""Look at the head of a file, before anybody said what its columns mean, and at what they would."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import polars as pl

from kaishu.editions.imports import names as header
from kaishu.editions.imports.cells import Cells
from kaishu.editions.imports.errors import EncodingUnclear, FileHasNoRows, SheetMissing
from kaishu.editions.imports.pieces import Choice
from kaishu.editions.imports.text import encoding_of, head_of
from kaishu.editions.imports.unzip import Package
from kaishu.supply.links.check import Checked, check
from kaishu.supply.links.guess import meant
from kaishu.supply.links.mapping import LinkMapping
from kaishu.supply.links.sheets import top
from kaishu.supply.links.sources import ParquetTable, Piece, kind_of, open_table

SHOWN = 8
WIDEST = 60  # columns of which cells are shown
_OLDER = ("cp932", "gb18030")
_SEPARATORS = ",;\t|"
Row = tuple[int, list[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """The first rows of a file. `at` is the row of the names; 0 where the file has them apart.

    `unclear` = its characters may be written in more than one way, and `encoding` is a guess.
    """

    kind: str
    rows: Sequence[Row]
    at: int
    names: Sequence[str]
    sheet: str = ""
    sheets: Sequence[str] = ()
    encoding: str = ""
    unclear: bool = False

    def below(self) -> list[Row]:
        """Return the rows under the names."""
        return [row for row in self.rows if row[0] > self.at and any(row[1])]


def look(path: Path, *, at: int = 0, sheet: str = "", encoding: str = "") -> Look:
    """Return the head of a file; `at` is the row of its names where somebody chose one.

    Raises FileHasNoRows, FileKindUnknown, FileBroken, FileTooBigInside, SheetMissing.
    """
    kind = kind_of(path)
    if kind == "parquet":
        return _parquet(path)
    if kind == "xlsx":
        return _workbook(path, at, sheet)
    return _text(path, at, encoding)


def preview(path: Path, mapping: LinkMapping, at: datetime) -> Checked:
    """Return what the first rows of a file mean by a mapping. Raises what loading raises."""
    table = open_table(
        path, wanted=mapping.columns["child"], sheet=mapping.sheet, encoding=mapping.encoding
    )
    piece = next(table.pieces(mapping.columns), None)
    if piece is None:
        raise FileHasNoRows()
    every = pl.concat([piece.frame["row"], piece.bad["row"]]).sort().head(SHOWN)
    last = every.max() if len(every) else 0
    near = pl.col("row") <= last
    return check(Piece(piece.frame.filter(near), piece.bad.filter(near), piece.sheet), mapping, at)


def _parquet(path: Path) -> Look:
    table = ParquetTable(path)
    columns = {str(place): name for place, name in enumerate(table.names)}
    piece = next(table.pieces(columns))
    rows = [(row[0], [_cell(each) for each in row[1:]]) for row in piece.frame.head(SHOWN).rows()]
    return Look(kind="parquet", rows=rows, at=0, names=table.names)


def _workbook(path: Path, at: int, sheet: str) -> Look:
    package = Package(path)
    cells = Cells(package)
    sheets = [each.name for each in package.sheets]
    for each in package.sheets:
        if sheet not in ("", each.name):
            continue
        rows = [
            (number, [_cell(cell) for cell in row]) for number, row in top(package, cells, each)
        ]
        if rows or sheet:
            return _found("xlsx", rows, at, sheet=each.name, sheets=sheets)
    if sheet:
        raise SheetMissing(sheet=sheet, sheets=", ".join(sheets[: header.SHOWN]))
    raise FileHasNoRows()


def _text(path: Path, at: int, encoding: str) -> Look:
    unclear = False
    try:
        written = encoding_of(path, Choice(encoding=encoding))
    except EncodingUnclear:
        read = {each: _lines(path, each) for each in _OLDER}
        known = {each: _score(rows)[0] for each, rows in read.items()}
        written = max(_OLDER, key=lambda each: known[each])
        unclear = len(set(known.values())) == 1
    return _found("csv", _lines(path, written), at, encoding=written, unclear=unclear)


def _lines(path: Path, encoding: str) -> list[Row]:
    lines = head_of(path, encoding).splitlines()[: header.HEADER_WITHIN]
    rows = []
    for number, line in enumerate(lines, start=1):
        separator = max(_SEPARATORS, key=line.count)
        try:
            cells = next(csv.reader([line], delimiter=separator), [])
        except csv.Error:
            cells = []
        if any(cell.strip() for cell in cells):
            rows.append((number, [_cell(cell) for cell in cells]))
    return rows


def _found(
    kind: str,
    rows: list[Row],
    at: int,
    *,
    sheet: str = "",
    sheets: Sequence[str] = (),
    encoding: str = "",
    unclear: bool = False,
) -> Look:
    if not rows:
        raise FileHasNoRows()
    chosen = next((row for row in rows if row[0] == at), None) or max(rows, key=_likely)
    return Look(
        kind=kind,
        rows=rows,
        at=chosen[0],
        names=[name.strip() for name in chosen[1]],
        sheet=sheet,
        sheets=sheets,
        encoding=encoding,
        unclear=unclear,
    )


def _score(rows: list[Row]) -> tuple[int, int]:
    return max((_likely(row) for row in rows), default=(0, 0))


def _likely(row: Row) -> tuple[int, int]:
    """Say how much a row looks like names: those that we know, then cells that are words."""
    words = [cell for cell in row[1] if cell and not any(sign.isdigit() for sign in cell)]
    return sum(1 for cell in row[1] if meant(cell)), len(words)


def _cell(value: object) -> str:
    return "" if value is None else str(value).strip()[:WIDEST]
