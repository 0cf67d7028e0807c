"""Mark many kits as sent in the background: one row, one kit, each once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from kaishu.base import jobs
from kaishu.base.jobs import JobKind, JobView, Row, RowView
from kaishu.claims import queries as claims
from kaishu.returns.kit_file import NEW, RowFound
from kaishu.returns.kit_list import KitLine
from kaishu.returns.kits import send_kit

NAME = "kits_sent"


def start_from_lines(
    *, lines: Iterable[KitLine], carrier: str, by: str, at: datetime, key: str
) -> JobView:
    """Start a job that marks these kits as sent, without tracking numbers."""
    rows = [
        Row(
            subject=f"{line.case_no}-{line.unit_no}",
            facts={"tracking": "", "carrier": carrier, "kit": line.kit},
        )
        for line in lines
    ]
    return jobs.start(kind=NAME, key=key, by=by, at=at, rows=rows, facts={"from": "list"})


def start_from_file(*, found: Iterable[RowFound], by: str, at: datetime, key: str) -> JobView:
    """Start a job that marks the new rows of a carrier's file as sent."""
    rows = [
        Row(
            subject=f"{each.case_no}-{each.unit_no}",
            facts={"tracking": each.row.tracking, "carrier": each.row.carrier, "kit": ""},
        )
        for each in found
        if each.outcome == NEW
    ]
    return jobs.start(kind=NAME, key=key, by=by, at=at, rows=rows, facts={"from": "file"})


def _send(job: JobView, row: RowView, at: datetime) -> dict[str, str | int]:
    case_no, _, unit_no = row.subject.rpartition("-")
    unit = claims.claim_unit(case_no=case_no, unit_no=int(unit_no))
    kit = send_kit(
        claim_unit_id=unit.id,
        tracking=str(row.facts.get("tracking", "")),
        carrier=str(row.facts.get("carrier", "")),
        kit=str(row.facts.get("kit", "")),
        posted=True,
        by=job.by,
        at=at,
        key=f"job:{job.id}:{row.number}",
    )
    return {"kit": kit.id, "tracking": kit.tracking}


KITS_SENT = JobKind(name=NAME, run_row=_send)
