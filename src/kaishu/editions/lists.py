"""Read the serial lists of a recall folder: docs/reference/serial-lists.md says what they hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kaishu.core.coding import Keys
from kaishu.core.errors import Refusal
from kaishu.core.recall import SerialFormat
from kaishu.editions.imports.errors import ColumnMissing, FileHasNoRows
from kaishu.editions.imports.pieces import BadRow, Numbers
from kaishu.editions.imports.reader import Progress, open_list, read_serials
from kaishu.editions.problems import SHOWN_PER_LIST, Findings

__all__ = ["Progress", "SerialList", "in_batches", "read_list"]
BATCH = 1 << 16


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SerialList:
    """One list: its file name within the recall folder and its serials in file order.

    `serials` are fixed-width bytes in normal form, each once; `numbers` has the line of each.
    `rows` counts the bad ones too.
    """

    file: str
    serials: Keys
    numbers: Numbers
    rows: int

    def line(self, serial: bytes) -> int:
        """Return the line of a serial."""
        return int(self.numbers[np.flatnonzero(self.serials == serial)[0]])


def read_list(
    *, folder: Path, file: str, form: SerialFormat, findings: Findings, progress: Progress
) -> SerialList:
    """Read one list and note each bad row with its line; `progress` hears of rows as they pass."""
    noted = _Noted(file, findings)
    try:
        source = open_list(folder / file)
        read = read_serials(source=source, form=form, note=noted, progress=progress)
    except FileHasNoRows:
        return _empty(file)
    except ColumnMissing:
        findings.error("list_header", file=file, line=1)
        return _empty(file)
    except Refusal as refusal:
        findings.error(refusal.code, refusal.facts, file=file, line=1)
        return _empty(file)
    noted.finish()
    return SerialList(file=file, serials=read.serials, numbers=read.numbers, rows=read.rows)


def in_batches(serials: Keys) -> Iterator[list[bytes]]:
    """Yield serials as plain bytes, some at a time: all at once would take their memory thrice."""
    for start in range(0, len(serials), BATCH):
        yield serials[start : start + BATCH].tolist()


class _Noted:
    """Notes the bad rows of one list as problems, up to as many as a person wants to read."""

    def __init__(self, file: str, findings: Findings) -> None:
        self.file = file
        self.findings = findings
        self.count = 0

    def __call__(self, row: BadRow) -> None:
        self.count += 1
        if self.count <= SHOWN_PER_LIST:
            facts = {"serial": row.text, **row.facts}
            self.findings.error(row.code, facts, file=self.file, line=row.row)

    def finish(self) -> None:
        """Say how many more bad rows there are than were shown."""
        if self.count > SHOWN_PER_LIST:
            more = {"count": self.count - SHOWN_PER_LIST}
            self.findings.error("rows_more", more, file=self.file, line=1)


def _empty(file: str) -> SerialList:
    return SerialList(file=file, serials=np.zeros(0, "S8"), numbers=np.zeros(0, np.uint32), rows=0)
