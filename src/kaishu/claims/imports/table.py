"""Read a spreadsheet of claims whole: every cell as text, rows numbered as people see them."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from io import StringIO
from pathlib import Path

import polars as pl

from kaishu.claims.imports.columns import guess
from kaishu.claims.imports.errors import ImportTooLong
from kaishu.editions.imports import sheets
from kaishu.editions.imports.errors import (
    ColumnMissing,
    EncodingUnclear,
    FileBroken,
    FileHasNoRows,
    FileKindUnknown,
)
from kaishu.editions.imports.names import HEADER_WITHIN
from kaishu.editions.imports.pieces import OTHER_KINDS, Choice
from kaishu.editions.imports.text import encoding_of
from kaishu.editions.imports.upload import store

MOST_ROWS = 200_000
Row = tuple[int, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Table:
    """The names of the columns, and the rows that are not empty, each with its number."""

    header: tuple[str, ...]
    rows: tuple[Row, ...]

    def row(self, number: int) -> dict[str, str]:
        """Return one row by its number, as column name -> text."""
        place = _place(self.rows, number)
        return dict(zip(self.header, self.rows[place][1], strict=True))


def read_table(content: bytes, encoding: str = "") -> Table:
    """Read CSV, XLSX or Parquet. Raises what `editions.imports.errors` names, ImportTooLong."""
    if not content:
        raise FileHasNoRows()
    if content[:4] == b"PK\x03\x04":
        rows = _from_workbook(content)
    elif content[:4] == b"PAR1":
        rows = _from_parquet(content)
    elif content.startswith(OTHER_KINDS):
        raise FileKindUnknown()
    else:
        rows = _from_text(content, encoding)
    return _headed(rows)


@lru_cache(maxsize=2)
def stored_table(file: str, encoding: str) -> Table:
    """Return a stored spreadsheet; kept in memory while its rows are worked on."""
    return read_table(store().get(file), encoding)


def _headed(rows: Iterator[Row]) -> Table:
    """Find the row of names: of the first rows, the one that has most names we know."""
    top: list[Row] = []
    kept: list[Row] = []
    for number, cells in rows:
        if not any(cell.strip() for cell in cells):
            continue
        (top if len(top) < HEADER_WITHIN else kept).append((number, cells))
        if len(kept) > MOST_ROWS:
            raise ImportTooLong(most=f"{MOST_ROWS:,}")
    if not top:
        raise FileHasNoRows()
    place = max(range(len(top)), key=lambda each: (len(guess(top[each][1])), -each))
    header = _different(top[place][1])
    width = len(header)
    found = [*top[place + 1 :], *kept]
    if not found:
        raise FileHasNoRows()
    if not guess(header):
        raise ColumnMissing(columns=", ".join(header[:12]))
    same = (_same_width(cells, width) for _, cells in found)
    return Table(header, tuple(zip((number for number, _ in found), same, strict=True)))


def _different(names: Sequence[str]) -> tuple[str, ...]:
    """Return column names that differ; one without a name is called by its place."""
    found: dict[str, None] = {}
    for place, name in enumerate(names, start=1):
        called = " ".join(name.split())[:60] or f"#{place}"
        found[called if called not in found else f"{called} #{place}"] = None
    return tuple(found)


def _same_width(cells: Sequence[str], width: int) -> tuple[str, ...]:
    return (*cells[:width], *[""] * (width - len(cells)))


def _from_text(content: bytes, encoding: str) -> Iterator[Row]:
    text = _decoded(content, encoding)
    first = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(",;\t|", key=first.count)
    try:
        for number, cells in enumerate(csv.reader(StringIO(text, newline=""), delimiter=separator)):
            yield number + 1, tuple(cells)
    except csv.Error as broken:
        raise FileBroken(detail="CSV") from broken


def _decoded(content: bytes, encoding: str) -> str:
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        try:
            found = encoding_of(Path(file.name), Choice(encoding=encoding))
        except EncodingUnclear:
            found = _by_names(content)
    return content.decode(found, "replace").lstrip("\ufeff")


def _by_names(content: bytes) -> str:
    """Return the encoding in which the columns' names make most sense. Raises EncodingUnclear."""
    known = {}
    for encoding in ("cp932", "gb18030"):
        lines = content[: 1 << 16].decode(encoding, "replace").splitlines()[:HEADER_WITHIN]
        known[encoding] = max(len(guess(line.replace("\t", ",").split(","))) for line in lines)
    best = max(known, key=lambda encoding: known[encoding])
    if len(set(known.values())) == 1:
        raise EncodingUnclear(encodings=", ".join(known))
    return best


def _from_parquet(content: bytes) -> Iterator[Row]:
    try:
        frame = pl.read_parquet(content, n_rows=MOST_ROWS + HEADER_WITHIN + 1)
        texts = frame.select(pl.all().cast(pl.String, strict=False).fill_null(""))
    except pl.exceptions.PolarsError as broken:
        raise FileBroken(detail="Parquet") from broken
    yield 0, tuple(frame.columns)
    yield from enumerate(texts.iter_rows(), start=1)


def _from_workbook(content: bytes) -> Iterator[Row]:
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        yield from sheets.rows_of_first(Path(file.name))


def _place(rows: Sequence[Row], number: int) -> int:
    low, high = 0, len(rows)
    while low < high:
        middle = (low + high) // 2
        if rows[middle][0] < number:
            low = middle + 1
        else:
            high = middle
    return low
