"""Read a carrier's list of references and tracking numbers: CSV or XLSX, as it comes.

The first line names the columns, in any order and any of our three languages. Nothing is recorded
here: `read_rows` reads, `dry_run` says what would become of each row.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kaishu.claims import case_numbers
from kaishu.claims.models import ClaimUnit
from kaishu.core.errors import Refusal
from kaishu.core.text import TextTooLong
from kaishu.returns.kit_errors import (
    KitFileColumns,
    KitFileMissing,
    KitFileTooLong,
    KitFileUnreadable,
    KitRowTwice,
    KitRowUnreadable,
)
from kaishu.returns.kits import refusal_now
from kaishu.returns.models import Kit

MOST_ROWS = 5000
LONGEST_TRACKING = 60
LONGEST_CARRIER = 40
NEW, REPEAT, REFUSED = "new", "repeat", "refused"
ENCODINGS = ("utf-8-sig", "cp932", "gb18030")
_ZIP = b"PK\x03\x04"
_COLUMNS = {
    "reference": ("reference", "case", "受付番号", "受理编号"),
    "tracking": (
        "tracking",
        "tracking number",
        "お問い合わせ番号",
        "追跡番号",
        "快递单号",
        "运单号",
    ),
    "carrier": ("carrier", "配送会社", "快递公司"),
}
_REFERENCE = re.compile(r"(\d{12})(\d{1,2})")


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRow:
    """One row as typed; `line` is its number in the file, counted from 1 with the heading."""

    line: int
    reference: str
    tracking: str
    carrier: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFound:
    """What would become of a row: `outcome` new, repeat or refused, and then why."""

    row: FileRow
    outcome: str
    case_no: str = ""
    unit_no: int = 0
    refusal: Refusal | None = None


def read_rows(data: bytes) -> list[FileRow]:
    """Return the rows of a file.

    Raises KitFileMissing, KitFileUnreadable, KitFileColumns, KitFileTooLong.
    """
    if not data.strip():
        raise KitFileMissing()
    table = _xlsx(data) if data.startswith(_ZIP) else _csv(data)
    if not table:
        raise KitFileColumns()
    names = [_plain(cell).lower() for cell in table[0]]
    place = {
        column: next((names.index(name) for name in known if name in names), None)
        for column, known in _COLUMNS.items()
    }
    if place["reference"] is None or place["tracking"] is None:
        raise KitFileColumns()
    rows = [
        FileRow(
            line=number,
            reference=_cell(cells, place["reference"]),
            tracking=_cell(cells, place["tracking"]),
            carrier=_cell(cells, place["carrier"]),
        )
        for number, cells in enumerate(table[1:], start=2)
        if any(_plain(cell) for cell in cells)
    ]
    if len(rows) > MOST_ROWS:
        raise KitFileTooLong(most=MOST_ROWS)
    return rows


def dry_run(rows: Sequence[FileRow]) -> list[RowFound]:
    """Say of every row whether its kit may be marked as sent now; records nothing."""
    typed = {row.line: _read(row.reference) for row in rows}
    units = _units(found for found in typed.values() if found)
    read = {line: _whole(found, units) for line, found in typed.items()}
    before = _sent(found for found in read.values() if found)
    seen: dict[tuple[str, int], str] = {}
    answers = []
    for row in rows:
        found = read[row.line]
        unit = units.get(found) if found else None
        if found is None or unit is None:
            refusal: Refusal | None = KitRowUnreadable(typed=row.reference[:40])
            answers.append(RowFound(row=row, outcome=REFUSED, refusal=refusal))
            continue
        refusal = _twice(seen, found, row.tracking) or _fits(row)
        repeat = (*found, row.tracking) in before
        if refusal is None and not repeat:
            refusal = refusal_now(unit, tracking=row.tracking)
        outcome = REFUSED if refusal else REPEAT if repeat else NEW
        case_no, unit_no = found
        answers.append(
            RowFound(row=row, outcome=outcome, case_no=case_no, unit_no=unit_no, refusal=refusal)
        )
    return answers


def as_text(rows: Iterable[FileRow]) -> str:
    """Write rows as the CSV that `read_rows` reads, each on its line, to carry them in a form."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("reference", "tracking", "carrier"))
    line = 2
    for row in rows:
        writer.writerows([] for _blank in range(row.line - line))
        writer.writerow((row.reference, row.tracking, row.carrier))
        line = row.line + 1
    return out.getvalue()


def _csv(data: bytes) -> list[list[str]]:
    for encoding in ENCODINGS:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        first = text.partition("\n")[0]
        marks = {mark: first.count(mark) for mark in (",", "\t", ";")}
        delimiter = max(marks, key=lambda mark: marks[mark])
        try:
            return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
        except csv.Error as error:
            raise KitFileUnreadable() from error
    raise KitFileUnreadable()


def _xlsx(data: bytes) -> list[list[str]]:
    import fastexcel

    try:
        sheet = fastexcel.read_excel(data).load_sheet(
            0, header_row=None, dtypes="string", n_rows=MOST_ROWS + 2
        )
        rows = sheet.to_polars().rows()
    except (fastexcel.FastExcelError, ValueError) as error:
        raise KitFileUnreadable() from error
    return [[str(cell or "") for cell in row] for row in rows]


def _plain(cell: str) -> str:
    return unicodedata.normalize("NFKC", cell).strip().removeprefix("'").strip()


def _cell(cells: Sequence[str], place: int | None) -> str:
    return _plain(cells[place]) if place is not None and place < len(cells) else ""


def _read(reference: str) -> tuple[str, int] | None:
    """Return case and unit number; 0 where the reference names no unit."""
    digits = re.sub(r"[\s\-‐‑–—−ー]", "", unicodedata.normalize("NFKC", reference))
    if case_numbers.check(digits) is not None:
        return digits, 0
    found = _REFERENCE.fullmatch(digits) if digits.isascii() else None
    if found is None or not int(found[2]) or case_numbers.check(found[1]) is None:
        return None
    return found[1], int(found[2])


def _whole(
    found: tuple[str, int] | None, units: Mapping[tuple[str, int], ClaimUnit]
) -> tuple[str, int] | None:
    """Return which unit is meant: a reference without its number fits where there is one unit."""
    if found is None or found[1]:
        return found
    mine = [key for key in units if key[0] == found[0]]
    return mine[0] if len(mine) == 1 else None


def _fits(row: FileRow) -> Refusal | None:
    for text, longest in ((row.tracking, LONGEST_TRACKING), (row.carrier, LONGEST_CARRIER)):
        if len(text) > longest:
            return TextTooLong(longest=longest, length=len(text))
    return None


def _twice(
    seen: dict[tuple[str, int], str], found: tuple[str, int], tracking: str
) -> Refusal | None:
    first = seen.setdefault(found, tracking)
    return None if first == tracking else KitRowTwice()


def _units(found: Iterable[tuple[str, int]]) -> dict[tuple[str, int], ClaimUnit]:
    wanted = set(found)
    cases = sorted({case_no for case_no, _ in wanted})
    rows = ClaimUnit.objects.select_related("claim", "newest_decision")
    units = {}
    for start in range(0, len(cases), 500):
        for unit in rows.filter(claim__case_no__in=cases[start : start + 500]):
            units[unit.claim.case_no, unit.unit_no] = unit
    return units


def _sent(found: Iterable[tuple[str, int]]) -> set[tuple[str, int, str]]:
    cases = sorted({case_no for case_no, _ in found})
    sent: set[tuple[str, int, str]] = set()
    for start in range(0, len(cases), 500):
        rows = Kit.objects.filter(case_no__in=cases[start : start + 500])
        sent |= set(rows.values_list("case_no", "unit_no", "tracking"))
    return sent
