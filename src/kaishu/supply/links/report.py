"""What was wrong with the rows of a file: written as it is found, kept in pieces, read back."""

from __future__ import annotations

import csv
import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from io import StringIO

import polars as pl

from kaishu.supply.links import parts

PIECE = 4 << 20
Line = tuple[str, int, str, Mapping[str, str]]  # sheet, row, code, facts


class Report:
    """Takes bad rows in the order of a file; `kept` stores them, so that memory holds few."""

    def __enter__(self) -> Report:
        self._file = tempfile.TemporaryFile("w+", newline="", encoding="utf-8")
        self._writer = csv.writer(self._file)
        return self

    def __exit__(self, *_problem: object) -> None:
        self._file.close()

    def rows(self, bad: pl.DataFrame) -> None:
        """Take a table of bad rows (BAD_ROWS)."""
        for row, sheet, code, value in bad.iter_rows():
            self.line(sheet or "", row, code, {"value": value or ""})

    def line(self, sheet: str, row: int, code: str, facts: Mapping[str, str]) -> None:
        """Take one."""
        self._writer.writerow([sheet, row, code, json.dumps(dict(facts), ensure_ascii=False)])

    def kept(self) -> list[str]:
        """Store them and return the names of the pieces, each of whole lines; none of no lines."""
        self._file.seek(0)
        names = []
        while lines := self._file.readlines(PIECE):
            names.append(parts.store().put("".join(lines).encode()))
        return names


def lines(names: Sequence[str]) -> Iterator[Line]:
    """Yield what `kept` stored. Raises FileGone, FileDamaged."""
    for name in names:
        text = parts.store().get(name).decode()
        for sheet, row, code, facts in csv.reader(StringIO(text, newline="")):
            yield sheet, int(row), code, json.loads(facts)
