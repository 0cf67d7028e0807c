"""Run jobs in the worker: one lease a job, one transaction a row, on where a killed one stopped."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from kaishu.base import logs
from kaishu.base.clock import now
from kaishu.base.jobs.kinds import Facts, JobKind, Refused
from kaishu.base.jobs.queries import row_view, view_of
from kaishu.base.models import Job, JobRow
from kaishu.core.errors import Refusal

log = logs.get_logger("kaishu.jobs")

LEASE = timedelta(seconds=60)  # a worker that says nothing for so long is taken for dead
ROUND = 5.0  # seconds of rows in one round, so that mail and payouts are not kept waiting
TRIES = 3
PAGE = 200


class _NotMine(Exception):
    """Ends a whole-file job at its next word of progress."""


def run_due(
    *, at: datetime, kinds: Mapping[str, JobKind], seconds: float = ROUND
) -> dict[str, int]:
    """Run what waits, the oldest first, for about `seconds`; returns rows done and jobs ended."""
    until = time.monotonic() + seconds
    done = {"rows": 0, "jobs": 0}
    for job_id in _waiting(at):
        me = secrets.token_hex(8)
        died = _take(job_id, me, at)
        if died is None:
            continue
        job = Job.objects.get(id=job_id)
        kind = kinds.get(job.kind)
        if kind is None:
            log.error("job.kind_unknown", job=job.id, kind=job.kind)
            _release(job, me)
            continue
        ended = (died and _count_death(kind, job, me)) or _run(kind, job, me, until, done)
        done["jobs"] += ended
        if not ended:
            _release(job, me)
        if time.monotonic() >= until:
            break
    return done


def _waiting(at: datetime) -> list[int]:
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=at)
    alive = Job.objects.filter(free, state__in=Job.ALIVE)
    return list(alive.order_by("id").values_list("id", flat=True)[:20])


def _take(job_id: int, me: str, at: datetime) -> bool | None:
    """Lease a job; True where a worker that had it died of it, None where another has it."""
    alive = Job.objects.filter(id=job_id, state__in=Job.ALIVE)
    fields = {"lease_by": me, "lease_until": at + LEASE, "state": Job.RUNNING}
    # free -> leased to this worker, only while nobody else has it
    if alive.filter(lease_until__isnull=True).update(**fields):
        return False
    return True if alive.filter(lease_until__lt=at).update(**fields) else None


def _count_death(kind: JobKind, job: Job, me: str) -> bool:
    """Count a try for what killed the worker; True where that was the job's last.

    A killed worker reports nothing, so without this what kills it would be tried for ever. Where
    a job has rows it was its first waiting one; a row that goes on breaks, and the others follow.
    """
    log.error("job.worker_died", job=job.id, kind=job.kind)
    if kind.run_whole is not None:
        _mine(job, me).update(tries=job.tries + 1)
        job.tries += 1
        return job.tries >= TRIES and _finish(job, me, {}, reason="broken")
    row = job.rows.filter(state=JobRow.WAITING).order_by("number").first()
    if row is not None:
        _fail(row)
    return False


def _fail(row: JobRow) -> None:
    if row.tries + 1 >= TRIES:
        _end(row, JobRow.BROKEN, "broken", {}, now())
    else:
        JobRow.objects.filter(id=row.id).update(tries=row.tries + 1)


def _release(job: Job, me: str) -> None:
    Job.objects.filter(id=job.id, lease_by=me).update(lease_by="", lease_until=None)


def _renew(job: Job, me: str, **fields: object) -> bool:
    """Keep the lease and note progress; False where the job was stopped or taken over."""
    return bool(_mine(job, me).update(lease_until=now() + LEASE, **fields))


def _mine(job: Job, me: str) -> QuerySet[Job]:
    return Job.objects.filter(id=job.id, lease_by=me, state=Job.RUNNING)


def _run(kind: JobKind, job: Job, me: str, until: float, done: dict[str, int]) -> bool:
    """Run one job as far as the time goes; True where it ended."""
    if kind.run_whole is not None:
        return _run_whole(kind, job, me)
    while True:
        page = list(job.rows.filter(state=JobRow.WAITING).order_by("number")[:PAGE])
        if not page:
            return _finish(job, me, {})
        for row in page:
            if not _run_row(kind, job, row, me):
                return False
            done["rows"] += 1
            if time.monotonic() >= until:
                _note(job, me)
                return False
        if not _note(job, me):
            return False


def _note(job: Job, me: str) -> bool:
    return _renew(job, me, done=job.rows.exclude(state=JobRow.WAITING).count())


def _run_row(kind: JobKind, job: Job, row: JobRow, me: str) -> bool:
    """Do one row; False where the job was stopped or taken over, and the row was left alone."""
    assert kind.run_row is not None, kind.name
    at = now()
    try:
        with transaction.atomic():
            # waiting -> being done, by one worker: another finds it locked, then no longer waiting
            mine = JobRow.objects.select_for_update().filter(id=row.id, state=JobRow.WAITING)
            if not mine.exists():
                return True
            if not _mine(job, me).exists():
                return False
            result = kind.run_row(view_of(job), row_view(row), at)
            if isinstance(result, Refused):
                _end(row, JobRow.REFUSED, result.code, result.facts, at)
            else:
                _end(row, JobRow.DONE, "", result or {}, at)
    except Refusal as refusal:
        _end(row, JobRow.REFUSED, refusal.code, refusal.facts, at)
    except Exception:
        log.exception("job.row_failed", job=job.id, row=row.number, tries=row.tries + 1)
        _fail(row)
    return True


def _end(row: JobRow, state: str, reason: str, facts: Facts, at: datetime) -> None:
    waiting = JobRow.objects.filter(id=row.id, state=JobRow.WAITING)
    waiting.update(state=state, reason=reason, result=dict(facts), tries=row.tries + 1, at=at)


def _run_whole(kind: JobKind, job: Job, me: str) -> bool:
    assert kind.run_whole is not None, kind.name

    def progress(done: int, total: int) -> None:
        if not _renew(job, me, done=done, total=total or job.total):
            raise _NotMine

    try:
        result = kind.run_whole(view_of(job), progress, now())
    except Refusal as refusal:
        return _finish(job, me, dict(refusal.facts), reason=refusal.code)
    except _NotMine:
        return False
    except Exception:
        log.exception("job.failed", job=job.id, kind=job.kind, tries=job.tries + 1)
        Job.objects.filter(id=job.id).update(tries=job.tries + 1)
        return job.tries + 1 >= TRIES and _finish(job, me, {}, reason="broken")
    return _finish(job, me, result)


def _finish(job: Job, me: str, result: Mapping[str, object], *, reason: str = "") -> bool:
    # running -> done, only by the worker that has it
    fields: dict[str, object] = {"result": dict(result), "reason": reason}
    if job.rows.exists():
        fields["done"] = job.rows.exclude(state=JobRow.WAITING).count()
    return bool(
        _mine(job, me).update(state=Job.DONE, finished_at=now(), lease_until=None, **fields)
    )
