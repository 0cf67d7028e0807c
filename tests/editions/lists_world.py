"""Lists as people bring them, and the reader's rules said again in plain words."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kaishu.core import serials
from kaishu.core.recall import SerialFormat
from kaishu.editions.imports.pieces import BadRow, Choice
from kaishu.editions.imports.reader import ListRead, open_list, read_serials

FORM = SerialFormat(
    code="akari",
    alphabet="0123456789ABCDEFGHJKLMNPQRSTUVWXYZ",
    lengths=(8, 10),
    prefix="A",
    confusions={"O": "0", "I": "1"},
)


@dataclass(frozen=True)
class Result:
    """What a list came to: serials in order, and (row, code) of each bad row."""

    read: ListRead
    bad: list[BadRow]

    @property
    def serials(self) -> list[str]:
        return [serial.decode() for serial in self.read.serials.tolist()]

    @property
    def codes(self) -> list[tuple[int, str]]:
        return sorted((row.row, row.code) for row in self.bad)


def read(path: Path, *, form: SerialFormat = FORM, choice: Choice = Choice()) -> Result:  # noqa: B008
    bad: list[BadRow] = []
    found = read_serials(
        source=open_list(path, choice), form=form, note=bad.append, progress=lambda rows: None
    )
    return Result(found, bad)


def is_normal(text: str, form: SerialFormat = FORM) -> bool:
    return (
        len(text) in form.lengths
        and all(letter in form.alphabet for letter in text)
        and text.startswith(form.prefix)
    )


def plain_serial(text: str, form: SerialFormat = FORM) -> str | None:
    """Return the serial of one row by the three steps of docs/reference/serial-lists.md."""
    if is_normal(text, form):
        return text
    if text.isascii():
        tidied = text.replace(" ", "").replace("-", "").upper()
        if is_normal(tidied, form):
            return tidied
    if not text.strip() or text.startswith("=") or any(sign in text for sign in ",;\t"):
        return None
    reading = serials.read(text, form)
    return None if reading.repaired else reading.serial


def plain_list(texts: list[str], form: SerialFormat = FORM) -> tuple[list[str], list[int]]:
    """Return the different serials in order, and the rows (from 2) that name none or repeat."""
    kept: dict[str, int] = {}
    bad = []
    for row, text in enumerate(texts, start=2):
        serial = plain_serial(text, form)
        if serial is None or serial in kept:
            bad.append(row)
        else:
            kept[serial] = row
    return list(kept), bad
