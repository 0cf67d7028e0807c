"""Read a list of serials from any file: serials in normal form, and every bad row named."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from kaishu.core.coding import Keys
from kaishu.core.recall import SerialFormat
from kaishu.editions.imports.check import Checker, repeated
from kaishu.editions.imports.columnar import ParquetSource
from kaishu.editions.imports.errors import FileHasNoRows, FileKindUnknown
from kaishu.editions.imports.pieces import OTHER_KINDS, BadRow, Choice, Numbers, Source
from kaishu.editions.imports.text import TextSource
from kaishu.editions.imports.workbook import WorkbookSource

Progress = Callable[[int], None]
_ZIP, _PARQUET = b"PK\x03\x04", b"PAR1"
ANY_CHOICE = Choice()


@dataclass(frozen=True, slots=True, eq=False)
class ListRead:
    """A list as read. `numbers` has the row that each serial stands in; serials are different.

    `rows` counts every row looked at, `bad` those that name no unit, `twice` the repetitions
    (noted like a bad row, though nothing is lost with them). `sheets` says from which serial on
    a sheet's rows begin.
    """

    serials: Keys
    numbers: Numbers
    rows: int
    bad: int
    twice: int
    column: str
    unread: tuple[str, ...]
    sheets: tuple[tuple[int, str], ...]


def open_list(path: Path, choice: Choice = ANY_CHOICE) -> Source:
    """Find out what kind of file this is, by its first bytes, and where its serials stand."""
    with path.open("rb") as file:
        head = file.read(4)
    if not head:
        raise FileHasNoRows()
    if head == _ZIP:
        return WorkbookSource(path, choice)
    if head == _PARQUET:
        return ParquetSource(path, choice)
    if head.startswith(OTHER_KINDS):
        raise FileKindUnknown()
    return TextSource(path, choice)


def read_serials(
    *,
    source: Source,
    form: SerialFormat,
    note: Callable[[BadRow], None],
    progress: Progress,
) -> ListRead:
    """Read all of a list; `note` hears of each bad row, `progress` of rows as they pass.

    Raises FileBroken, FileHasNoRows, TooManyRows where the list cannot be read to its end.
    """
    counted = _Counter(note)
    checker = Checker(form, counted)
    keys: list[Keys] = [np.zeros(0, f"S{checker.width}")]
    numbers: list[Numbers] = [np.zeros(0, np.uint32)]
    sheets: list[tuple[int, str]] = []
    rows = found = 0
    for piece in source.pieces():
        if not sheets or sheets[-1][1] != piece.sheet:
            sheets.append((found, piece.sheet))
        good, where = checker.check(piece)
        keys.append(good)
        numbers.append(where)
        found += len(good)
        rows += len(piece.numbers) + len(piece.bad)
        progress(len(piece.numbers) + len(piece.bad))
    if not rows:
        raise FileHasNoRows()
    return _without_repetitions(
        ListRead(
            serials=np.concatenate(keys),
            numbers=np.concatenate(numbers),
            rows=rows,
            bad=counted.count,
            twice=0,
            column=source.column,
            unread=source.unread,
            sheets=tuple(sheets),
        ),
        note,
    )


class _Counter:
    """Counts bad rows on their way."""

    def __init__(self, note: Callable[[BadRow], None]) -> None:
        self.count = 0
        self._note = note

    def __call__(self, row: BadRow) -> None:
        self.count += 1
        self._note(row)


def _without_repetitions(read: ListRead, note: Callable[[BadRow], None]) -> ListRead:
    """Keep the first of each serial and note the others, each with the row of the first."""
    keep = np.ones(len(read.serials), np.bool_)
    for place, first in repeated(read.serials):
        keep[place] = False
        row, serial = int(read.numbers[place]), bytes(read.serials[place]).decode()
        facts = {"first": int(read.numbers[first])}
        note(BadRow(row, "serial_twice", serial, sheet_of(read.sheets, place), facts))
    if keep.all():
        return read
    before = np.concatenate([[0], np.cumsum(keep)])
    sheets = tuple((int(before[start]), name) for start, name in read.sheets)
    return replace(
        read,
        serials=read.serials[keep],
        numbers=read.numbers[keep],
        twice=int((~keep).sum()),
        sheets=sheets,
    )


def sheet_of(sheets: Sequence[tuple[int, str]], place: int) -> str:
    """Return the sheet that a serial stands in, by its place in the list."""
    return next((name for start, name in reversed(sheets) if start <= place), "")
