"""Do one row of an act on many claims; called by the worker in a transaction of its own."""

from __future__ import annotations

from datetime import datetime

from kaishu.base.jobs import JobKind, JobView, Refused, RowView
from kaishu.claims.bulk.actions import JOB, UNDO_JOB
from kaishu.claims.bulk.errors import BulkChanged
from kaishu.claims.bulk.plan import ACTS, plan
from kaishu.claims.decide import decide, lock
from kaishu.claims.errors import UnitContested


def _decide(job: JobView, row: RowView, at: datetime) -> dict[str, str | int] | Refused:
    """Decide one claim unit as its maker saw it; what changed meanwhile is refused.

    A unit may have turned dangerous or contested without any decision; somebody reads it then.
    One that proves contested only now is kept as such, so that it leaves the queue.
    """
    unit_id, act, reason = int(row.facts["unit"]), str(job.facts["act"]), str(job.facts["reason"])
    lock(unit_id)
    (line,) = plan(unit_ids=[unit_id], act=act, reason=reason, by=job.by).lines
    if line.code and line.seen == int(row.facts["seen"]):
        raise BulkChanged
    try:
        made = decide(
            claim_unit_id=unit_id,
            kind=ACTS[act][0],
            reason=reason,
            by=job.by,
            at=at,
            seen=int(row.facts["seen"]) or None,
        )
    except UnitContested as contested:
        return Refused(contested.code, contested.facts)
    return {"decision": made.number}


def _reopen(job: JobView, row: RowView, at: datetime) -> dict[str, str | int]:
    """Open one claim unit again, unless somebody decided since; the books refuse where something
    has left."""
    made = decide(
        claim_unit_id=int(row.facts["unit"]),
        kind="reopened",
        reason="our_mistake",
        by=job.by,
        at=at,
        seen=int(row.facts["made"]),
    )
    return {"decision": made.number}


BULK_DECIDE = JobKind(name=JOB, run_row=_decide)
BULK_UNDO = JobKind(name=UNDO_JOB, run_row=_reopen)
