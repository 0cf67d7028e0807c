"""The listed units of one edition in one immutable, memory-mapped file that answers exactly.

A serial is a number (`coding`). Most serials of a long list stand in levels of 64-bit words
(`index_levels`), the others in packed buckets (`index_packed`); both forms are exact. A page or a
block is checked when it is first touched, so opening is quick and a damaged file never answers.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from kaishu.core.coding import Keys, as_keys
from kaishu.core.index_build import Built, ListedSerialWrong, Listing, ListTooLong, build
from kaishu.core.index_layout import IndexCorrupt, Table, parse
from kaishu.core.index_levels import Levels
from kaishu.core.index_packed import Find, Packed, Rules

__all__ = [
    "Built",
    "Index",
    "IndexCorrupt",
    "ListTooLong",
    "ListedSerialWrong",
    "Listing",
    "Section",
    "build",
]

_ROWS = 1 << 14
Opened = Packed | Levels


class Index:
    """An open index file: one section per list rule."""

    def __init__(self, path: Path, *, whole: bool = False) -> None:
        """Open the file; `whole` where its bytes were held against a digest just now."""
        with path.open("rb") as file:
            try:
                self._memory = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            except ValueError:
                raise IndexCorrupt(what="empty file") from None
        tables = parse(self._memory)
        self.units = sum(table.units for table in tables)
        by_rule: dict[int, list[Opened]] = {}
        for table in tables:
            by_rule.setdefault(table.rule, []).append(_open(self._memory, table, whole))
        self._sections = {rule: Section(opened) for rule, opened in by_rule.items()}

    @property
    def rules(self) -> tuple[int, ...]:
        """The list rules that have a section, in file order."""
        return tuple(self._sections)

    def section(self, rule: int) -> Section:
        """Return the serials of one list rule."""
        return self._sections[rule]

    def check(self) -> None:
        """Read every block; raise IndexCorrupt if a single bit is not as it was written."""
        for section in self._sections.values():
            section.check()


def _open(memory: mmap.mmap, line: Table, whole: bool) -> Opened:
    rest = Packed(memory, line, whole=whole)
    return Levels(memory, line, rest, whole=whole) if line.levels else rest


class Section:
    """The serials of one list rule. `find(serial)` returns the rule's number, or 0."""

    __slots__ = ("_tables", "count", "find")

    def __init__(self, tables: list[Opened]) -> None:
        self._tables = tables
        self.count = sum(table.line.units for table in tables)
        self.find: Find = tables[0].find if len(tables) == 1 else _by_length(tables)

    def find_many(self, serials: Iterable[bytes] | Keys) -> Rules:
        """Return for each serial the rule's number or 0, as `find` would."""
        keys = as_keys(serials)
        found: Rules = np.zeros(len(keys), np.uint32)
        for start in range(0, len(keys), _ROWS):
            for table in self._tables:
                found[start : start + _ROWS] |= table.find_many(keys[start : start + _ROWS])
        return found

    def serials(self) -> Iterator[bytes]:
        """Yield every serial, length by length, in no order that means anything."""
        for table in self._tables:
            yield from table.serials()

    def check(self) -> None:
        """Read every block of every length."""
        for table in self._tables:
            table.check_all()


def _by_length(tables: list[Opened]) -> Find:
    """Return a find that asks the table of the serial's own length."""
    finds = {table.line.length: table.find for table in tables}

    def find(key: bytes) -> int:
        ask = finds.get(len(key))
        return ask(key) if ask else 0

    return find
