"""Read a list from CSV: any of the usual separators and encodings."""

from __future__ import annotations

import codecs
import csv
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import polars as pl

from kaishu.editions.imports import names
from kaishu.editions.imports.errors import (
    ColumnMissing,
    EncodingUnclear,
    FileBroken,
    FileHasNoRows,
    FileKindUnknown,
    TooManyRows,
)
from kaishu.editions.imports.pieces import MOST_ROWS, PIECE, Choice, Piece

ENCODINGS = ("utf-8", "utf-16", "cp932", "gb18030")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LEGACY = ("cp932", "gb18030")
_NEVER_TEXT = tuple(bytes([sign]) for sign in (1, 2, 3, 4, 5, 6, 14, 15, 16))
_SEPARATORS = ",;\t|"
_NO_SEPARATOR = "\x1f"
_BLOCK = 1 << 20
_HEAD = 1 << 16


class TextSource:
    """A CSV file with its names found and its encoding known."""

    unread: tuple[str, ...] = ()

    def __init__(self, path: Path, choice: Choice) -> None:
        self.path = path
        if not path.stat().st_size:
            raise FileHasNoRows()
        self.encoding = encoding_of(path, choice)
        head = head_of(self.path, self.encoding)
        self.separator, self.above, found = find_names(head, choice)
        self.place = names.serial_column(found, choice.column)
        self.column = found[self.place].strip()
        self._goes_on = any(line.strip() for line in head.splitlines()[self.above + 1 :])
        lines = max(head.count("\n"), 1)
        self.about = max(int(path.stat().st_size / max(len(head.encode()), 1) * lines), 1)

    def pieces(self) -> Iterator[Piece]:
        """Yield the column's rows. Raises FileBroken, FileHasNoRows, TooManyRows."""
        with as_utf8(self.path, self.encoding) as path:
            column = self._column(path)
        if not len(column) and self._goes_on:
            raise FileBroken(detail="CSV")  # a quote that never ends swallowed every row
        if len(column) > MOST_ROWS:
            raise TooManyRows(rows=f"{len(column):,}", most=f"{MOST_ROWS:,}")
        column = _without_blank_end(column)
        first = self.above + 2
        for start in range(0, len(column), PIECE):
            texts = column.slice(start, PIECE)
            numbers = np.arange(first + start, first + start + len(texts), dtype=np.uint32)
            yield Piece(numbers, texts)

    def _column(self, path: Path) -> pl.Series:
        try:
            return pl.read_csv(
                path,
                columns=[self.place],
                has_header=False,
                skip_lines=self.above + 1,
                separator=self.separator,
                infer_schema=False,
                truncate_ragged_lines=True,
                n_rows=MOST_ROWS + 1,
            ).to_series()
        except pl.exceptions.NoDataError:
            return pl.Series(dtype=pl.String)
        except pl.exceptions.PolarsError as broken:
            raise FileBroken(detail="CSV") from broken


def head_of(path: Path, encoding: str) -> str:
    """Return the beginning of a file as text."""
    with path.open("rb") as file:
        raw = file.read(_HEAD)
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    return decoder.decode(raw).lstrip("\ufeff")


def encoding_of(path: Path, choice: Choice) -> str:
    """Return how the file's characters are written. Raises EncodingUnclear, FileBroken.

    A byte order mark decides, then whether it is all UTF-8; of the older two, the one in which
    the names above the columns make sense.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD)
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            return encoding
    if choice.encoding in ENCODINGS:
        return choice.encoding
    if any(sign in head for sign in _NEVER_TEXT):
        raise FileKindUnknown()
    if head.count(b"\0") * 4 > len(head):
        return "utf-16-le" if head[1:2] == b"\0" else "utf-16-be"
    if _decodes(path, "utf-8"):
        return "utf-8"
    fitting = [each for each in _LEGACY if _decodes(path, each)]
    if not fitting:
        raise FileBroken(detail="CSV")
    sensible = [each for each in fitting if _makes_sense(head, each, choice)]
    chosen = sensible if len(sensible) == 1 else fitting
    if len(chosen) > 1 and not _same_column(head, chosen, choice):
        raise EncodingUnclear(encodings=", ".join(chosen))
    return chosen[0]


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        try:
            while block := file.read(_BLOCK):
                if encoding != "utf-8" or not block.isascii() or decoder.getstate()[0]:
                    decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _makes_sense(head: bytes, encoding: str, choice: Choice) -> bool:
    try:
        find_names(head.decode(encoding, "replace"), choice)
    except ColumnMissing:
        return False
    return True


def _same_column(head: bytes, encodings: list[str], choice: Choice) -> bool:
    """Say whether the choice does not matter: both find the same column, named in plain ASCII."""
    found = set()
    for encoding in encodings:
        try:
            separator, above, cells = find_names(head.decode(encoding, "replace"), choice)
        except ColumnMissing:
            return False
        place = names.serial_column(cells, choice.column)
        found.add((separator, above, place, cells[place]))
    return len(found) == 1 and all(name.isascii() for *_, name in found)


def find_names(head: str, choice: Choice) -> tuple[str, int, list[str]]:
    """Return the separator, the number of lines above the names, and the names."""
    lines = head.splitlines()[: names.HEADER_WITHIN]
    if not any(line.strip() for line in lines):
        raise FileHasNoRows()
    first: list[str] = []
    for above, line in enumerate(lines):
        separator = max(_SEPARATORS, key=line.count)
        separator = separator if separator in line else _NO_SEPARATOR
        cells = next(csv.reader([line], delimiter=separator), [])
        if names.has_serial_column(cells, choice.column):
            return separator, above, cells
        first = first or cells
    shown = ", ".join(cell.strip()[:40] for cell in first[: names.SHOWN])
    raise ColumnMissing(columns=shown)


@contextmanager
def as_utf8(path: Path, encoding: str) -> Iterator[Path]:
    """Yield a file with the same text in UTF-8; the file itself where it is UTF-8 already."""
    if encoding in ("utf-8", "utf-8-sig"):
        yield path
        return
    decoder = codecs.getincrementaldecoder(encoding)()
    with tempfile.NamedTemporaryFile(suffix=".csv") as copy, path.open("rb") as file:
        try:
            while block := file.read(_BLOCK):
                copy.write(decoder.decode(block).encode())
            copy.write(decoder.decode(b"", final=True).encode())
        except UnicodeDecodeError as broken:
            raise FileBroken(detail="CSV") from broken
        copy.flush()
        yield Path(copy.name)


def _without_blank_end(column: pl.Series) -> pl.Series:
    """Leave out empty lines at the end of the file: they are no rows."""
    end = len(column)
    while end and not (column[end - 1] or "").strip():
        end -= 1
    return column.head(end)
