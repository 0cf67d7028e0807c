"""Start and stop jobs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError, transaction

from kaishu.base.jobs.errors import JobKeyReused, JobNotFound, JobOver
from kaishu.base.jobs.kinds import Facts, JobView, Row
from kaishu.base.jobs.queries import view_of
from kaishu.base.models import Job, JobRow

NO_FACTS: Facts = {}


def start(
    *,
    kind: str,
    key: str,
    by: str,
    at: datetime,
    rows: Iterable[Row] = (),
    facts: Facts = NO_FACTS,
    file: str = "",
) -> JobView:
    """Write a job that the worker will run; joins the caller's transaction.

    The same key of the same person is the same job. Raises JobKeyReused where it names another.
    """
    asked = {"kind": kind, "facts": dict(facts), "file": file}
    try:
        with transaction.atomic():
            job = Job.objects.create(key=key, by=by, started_at=at, **asked)
            drafts = [
                JobRow(job=job, number=number, subject=row.subject, facts=dict(row.facts))
                for number, row in enumerate(rows, start=1)
            ]
            JobRow.objects.bulk_create(drafts, batch_size=2000)
            job.total = len(drafts)
            job.save(update_fields=["total"])
    except IntegrityError:
        before = Job.objects.filter(by=by, key=key).first()
        if before is None:
            raise
        if {"kind": before.kind, "facts": before.facts, "file": before.file} != asked:
            raise JobKeyReused(key=key) from None
        return view_of(before)
    return view_of(job)


def stop(*, job_id: int, by: str, at: datetime) -> JobView:
    """Stop a job after the row under way; what is done stays done. Raises JobNotFound, JobOver."""
    # waiting or running -> stopped
    moved = Job.objects.filter(id=job_id, state__in=Job.ALIVE).update(
        state=Job.STOPPED, finished_at=at, stopped_by=by
    )
    job = Job.objects.filter(id=job_id).first()
    if job is None:
        raise JobNotFound(job=job_id)
    if not moved:
        raise JobOver(job=job_id)
    return view_of(job)
