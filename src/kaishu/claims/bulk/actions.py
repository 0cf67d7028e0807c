"""Propose, approve, withdraw and undo an act on many claim units."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from kaishu.base import jobs
from kaishu.claims.bulk import queries
from kaishu.claims.bulk.errors import (
    BulkActUnknown,
    BulkChanged,
    BulkDecided,
    BulkNoneChosen,
    BulkNotFound,
    BulkNothing,
    BulkNotRun,
    BulkNotTyped,
    BulkOwn,
    BulkTooMany,
)
from kaishu.claims.bulk.models import BulkAct
from kaishu.claims.bulk.plan import ACTS, MOST, Plan, plan
from kaishu.claims.models import ClaimUnit
from kaishu.core.canonical import digest

JOB, UNDO_JOB = "bulk_decide", "bulk_undo"
LONGEST_COUNT = 9


def preview(*, unit_ids: Sequence[int], act: str, reason: str, by: str) -> Plan:
    """Return what the act would do. Raises BulkActUnknown, BulkNoneChosen, BulkTooMany,
    BulkNothing."""
    if act not in ACTS or reason not in ACTS[act][1]:
        raise BulkActUnknown
    if not unit_ids:
        raise BulkNoneChosen
    if len(unit_ids) > MOST:
        raise BulkTooMany(count=len(unit_ids), most=MOST)
    found = plan(unit_ids=unit_ids, act=act, reason=reason, by=by)
    if not found.done:
        raise BulkNothing
    return found


def propose(
    *,
    unit_ids: Sequence[int],
    act: str,
    reason: str,
    shown: str,
    typed: str,
    key: str,
    by: str,
    at: datetime,
) -> BulkAct:
    """Keep the act as it was shown (`shown` is the plan's digest), confirmed by its number of
    claims. What promises nothing starts at once; anything else waits for a second person.

    The same key twice is one act. Raises BulkChanged, BulkNotTyped, and what `preview` raises.
    """
    try:
        with transaction.atomic():
            before = _sent_before(by, key)
            if before is not None:
                return before
            found = preview(unit_ids=unit_ids, act=act, reason=reason, by=by)
            if found.digest != shown:
                raise BulkChanged
            _typed(typed, len(found.done))
            made = _keep(found, key=key, by=by, at=at)
            return made if found.money else _start(made, at)
    except IntegrityError:  # the same form, a moment earlier, in another process
        before = _sent_before(by, key)
        if before is None:
            raise
        return before


def approve(*, bulk_id: int, shown: str, typed: str, by: str, at: datetime) -> BulkAct:
    """Approve an act that somebody else proposed, and start it.

    Raises BulkOwn, BulkChanged, BulkNotTyped, BulkDecided, BulkNotFound.
    """
    with transaction.atomic():
        found = _lock(bulk_id)
        if found.maker == by:
            raise BulkOwn
        if shown != found.digest or _digest(found) != found.digest:
            raise BulkChanged
        _typed(typed, found.count)
        # proposed -> approved, once
        mine = _undecided(bulk_id).filter(needs_second=True, approver=None)
        if not mine.update(approver=by, approved_at=at):
            raise BulkDecided
        return _start(_lock(bulk_id), at)


def withdraw(*, bulk_id: int, by: str, at: datetime) -> BulkAct:
    """Take back an act that has not started. Raises BulkDecided, BulkNotFound."""
    with transaction.atomic():
        _lock(bulk_id)
        if not _undecided(bulk_id).update(withdrawn_by=by, withdrawn_at=at):
            raise BulkDecided
        return _lock(bulk_id)


def undo(*, bulk_id: int, typed: str, by: str, at: datetime) -> BulkAct:
    """Reopen every claim that the act decided, as far as nothing has left and nobody has decided
    since; once, and by somebody else than its maker (nobody takes back what they decided).

    Confirmed by typing its number of claims. Raises BulkNotRun, BulkNotTyped, BulkOwn.
    """
    with transaction.atomic():
        found = _lock(bulk_id)
        if found.maker == by:
            raise BulkOwn
        if found.job_id is None or jobs.job_view(found.job_id).state not in ("done", "stopped"):
            raise BulkNotRun
        if found.undo_job_id is not None:
            return found
        _typed(typed, found.count)
        rows = [
            jobs.Row(
                subject=row.subject,
                facts={"unit": row.facts["unit"], "made": row.result["decision"]},
            )
            for row in jobs.rows_of(found.job_id, state="done")
        ]
        job = jobs.start(
            kind=UNDO_JOB, key=f"undo:{bulk_id}", by=by, at=at, rows=rows, facts={"bulk": bulk_id}
        )
        BulkAct.objects.filter(id=bulk_id, undo_job_id=None).update(undo_job_id=job.id)
        return _lock(bulk_id)


def _sent_before(by: str, key: str) -> BulkAct | None:
    return BulkAct.objects.filter(maker=by, key=key).first()


def _keep(found: Plan, *, key: str, by: str, at: datetime) -> BulkAct:
    return BulkAct.objects.create(
        key=key,
        act=found.act,
        reason=found.reason,
        maker=by,
        made_at=at,
        count=len(found.done),
        totals=found.totals,
        rows=[[line.claim_unit_id, line.seen] for line in found.done],
        digest=found.digest,
        needs_second=found.money,
    )


def _start(made: BulkAct, at: datetime) -> BulkAct:
    names = {
        unit_id: f"{case_no}-{unit_no}"
        for unit_id, case_no, unit_no in ClaimUnit.objects.filter(
            id__in=[unit_id for unit_id, _seen in made.rows]
        ).values_list("id", "claim__case_no", "unit_no")
    }
    rows = [
        jobs.Row(subject=names[unit_id], facts={"unit": unit_id, "seen": seen})
        for unit_id, seen in made.rows
    ]
    facts: dict[str, str | int] = {"bulk": made.id, "act": made.act, "reason": made.reason}
    job = jobs.start(kind=JOB, key=f"bulk:{made.id}", by=made.maker, at=at, rows=rows, facts=facts)
    # proposed or approved -> started, once; the database refuses money without a second person
    if not _undecided(made.id).update(job_id=job.id):
        raise BulkDecided
    return queries.find(made.id)


def _undecided(bulk_id: int) -> QuerySet[BulkAct]:
    return BulkAct.objects.filter(id=bulk_id, job_id=None, withdrawn_at=None)


def _lock(bulk_id: int) -> BulkAct:
    found = BulkAct.objects.select_for_update().filter(id=bulk_id).first()
    if found is None:
        raise BulkNotFound
    return found


def _digest(found: BulkAct) -> str:
    return digest([found.act, found.reason, found.rows, found.totals])


def _typed(typed: str, count: int) -> None:
    digits = "".join(letter for letter in typed if letter.isdigit())
    if not digits.isdecimal() or len(digits) > LONGEST_COUNT or int(digits) != count:
        raise BulkNotTyped(count=count)
