"""Do one row of an act on many claims; called by the worker in a transaction of its own."""

from __future__ import annotations

from datetime import datetime

from kaishu.base.jobs import JobKind, JobView, RowView
from kaishu.claims.bulk.actions import JOB, UNDO_JOB
from kaishu.claims.decide import decide, lock


def _decide(job: JobView, row: RowView, at: datetime) -> dict[str, str | int]:
    """Decide one claim unit as its maker saw it; what was decided meanwhile is refused."""
    made = decide(
        claim_unit_id=int(row.facts["unit"]),
        kind=str(job.facts["kind"]),
        reason=str(job.facts["reason"]),
        by=job.by,
        at=at,
        seen=int(row.facts["seen"]) or None,
    )
    return {"decision": made.number}


def _reopen(job: JobView, row: RowView, at: datetime) -> dict[str, str | int]:
    """Open one claim unit again; the books refuse where something has left."""
    newest = lock(int(row.facts["unit"])).newest_decision
    made = decide(
        claim_unit_id=int(row.facts["unit"]),
        kind="reopened",
        reason="our_mistake",
        by=job.by,
        at=at,
        seen=newest.number if newest else None,
    )
    return {"decision": made.number}


BULK_DECIDE = JobKind(name=JOB, run_row=_decide)
BULK_UNDO = JobKind(name=UNDO_JOB, run_row=_reopen)
