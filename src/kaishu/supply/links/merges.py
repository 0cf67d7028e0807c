"""Cells that were merged: all but the first of them are empty, whatever a person sees."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass

from kaishu.editions.imports.unzip import Package, Sheet
from kaishu.editions.imports.workbook import ROW_END, column_number

_MERGE = re.compile(rb'<mergeCell\s[^>]*?ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')
Rows = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Merged:
    """By our words, the rows (first to last, in order) whose cell is covered by a merged one."""

    rows: Mapping[str, list[Rows]]

    def covers(self, word: str, row: int) -> bool:
        """Say whether the cell of a word in a row has no value of its own."""
        found = self.rows.get(word, ())
        place = bisect_right(found, (row, 1 << 30)) - 1
        return place >= 0 and found[place][0] <= row <= found[place][1]

    def of(self, rows: Iterable[int], said: Set[tuple[str, int]]) -> Iterator[int]:
        """Yield those of some rows that lack a cell which a merged one covers."""
        for row in rows if self.rows else ():
            if any(self.covers(word, row) and (word, row) not in said for word in self.rows):
                yield row


def inside(package: Package, sheet: Sheet, above: int, wanted: Mapping[str, int]) -> Merged:
    """Return the covered cells of the wanted columns, below the row of names.

    A sheet names its merged cells behind its rows, so it is unpacked once more for them.
    """
    letters = {place + 1: word for word, place in wanted.items()}
    found: dict[str, list[Rows]] = {}
    for left, upper, right, lower in _MERGE.findall(_behind(package, sheet)):
        first, last = column_number(left), column_number(right)
        for column in (each for each in letters if first <= each <= last):
            start = int(upper) + (column == first)
            if above < int(lower) and start <= int(lower):
                rows = found.setdefault(letters[column], [])
                rows.append((max(start, above + 1), int(lower)))
    return Merged({word: sorted(rows) for word, rows in found.items()})


def _behind(package: Package, sheet: Sheet) -> bytes:
    """Return what stands behind a sheet's last row."""
    last = b""
    for block in package.blocks(sheet.path, ROW_END):
        last = block
    return b"" if last.endswith(ROW_END) else last
