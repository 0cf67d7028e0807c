"""Read serial lists: one CSV per list, a header line `serial`, one serial a line."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from kaishu.core.recall import SerialFormat
from kaishu.editions.problems import SHOWN_PER_LIST, Findings

HEADER = b"serial"
BATCH = 50_000
Progress = Callable[[int], None]
Rows = list[bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class SerialList:
    """One list: its file name within the recall folder and its serials in file order."""

    file: str
    serials: tuple[bytes, ...]

    def line(self, serial: bytes) -> int:
        """Return the line of a serial's first row."""
        return self.serials.index(serial) + 2


def read_list(
    *, folder: Path, file: str, form: SerialFormat, findings: Findings, progress: Progress
) -> SerialList:
    """Read one list and note each bad row with its line; `progress` hears of rows as they pass.

    Rows are checked by the batch and one by one only in a batch that has something wrong, so
    700,000 good rows take about a second.
    """
    content = (folder / file).read_bytes().removeprefix(b"\xef\xbb\xbf")
    header, *rows = content.split(b"\n")
    if header.strip().lower() != HEADER:
        findings.error("list_header", file=file, line=1)
    if rows and not rows[-1].strip():
        rows.pop()
    rows = [row.removesuffix(b"\r") for row in rows] if b"\r" in content else rows
    check = _Check(file, form, findings)
    for start in range(0, len(rows), BATCH):
        batch = rows[start : start + BATCH]
        check.batch(batch, first_line=start + 2, rows=rows)
        progress(len(batch))
    check.finish()
    return SerialList(file=file, serials=tuple(rows))


class _Check:
    """The checks of one list; keeps what it has seen and how many problems it has noted."""

    def __init__(self, file: str, form: SerialFormat, findings: Findings) -> None:
        self.file = file
        self.form = form
        self.findings = findings
        self.alphabet = form.alphabet.encode()
        self.prefix = form.prefix.encode()
        self.seen: set[bytes] = set()
        self.noted = 0

    def batch(self, batch: Rows, *, first_line: int, rows: Rows) -> None:
        """Check a batch as a whole; look at single rows only if it is not clean."""
        before = len(self.seen)
        if self._is_clean(batch):
            self.seen.update(batch)
            if len(self.seen) == before + len(batch):
                return
        self._one_by_one(batch, first_line, rows)

    def finish(self) -> None:
        """Say how many more bad rows there are than were shown."""
        if self.noted > SHOWN_PER_LIST:
            more = self.noted - SHOWN_PER_LIST
            self.findings.error("rows_more", {"count": more}, file=self.file, line=1)

    def _is_clean(self, batch: Iterable[bytes]) -> bool:
        return (
            {len(row) for row in batch} <= set(self.form.lengths)
            and not b"".join(batch).translate(None, self.alphabet)
            and all(row.startswith(self.prefix) for row in batch)
        )

    def _one_by_one(self, batch: Rows, first_line: int, rows: Rows) -> None:
        seen = set(rows[: first_line - 2])
        for line, row in enumerate(batch, start=first_line):
            if row in seen and row.strip():
                first = rows.index(row) + 2
                self._note("serial_twice", line, row, first=first)
            else:
                self._look(row, line)
            seen.add(row)
        self.seen = seen

    def _look(self, row: bytes, line: int) -> None:
        wrong = row.translate(None, self.alphabet).decode("utf-8", "replace")
        if not row.strip():
            self._note("row_empty", line, row)
        elif b"," in row or b";" in row or b"\t" in row:
            self._note("row_columns", line, row)
        elif wrong:
            self._note("row_character", line, row, character=wrong[0])
        elif len(row) not in self.form.lengths:
            wanted = " / ".join(str(length) for length in self.form.lengths)
            self._note("row_length", line, row, length=len(row), wanted=wanted)
        elif not row.startswith(self.prefix):
            self._note("row_prefix", line, row, prefix=self.form.prefix)

    def _note(self, code: str, line: int, row: bytes, **facts: object) -> None:
        self.noted += 1
        if self.noted <= SHOWN_PER_LIST:
            serial = row.decode("utf-8", "replace")
            self.findings.error(code, {"serial": serial, **facts}, file=self.file, line=line)
