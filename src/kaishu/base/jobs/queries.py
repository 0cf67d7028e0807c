"""Read jobs and their rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from django.db.models import Count

from kaishu.base.jobs.errors import JobNotFound
from kaishu.base.jobs.kinds import JobView, RowView
from kaishu.base.models import Job, JobRow

PAGE = 2000


def job_view(job_id: int) -> JobView:
    """Return a job. Raises JobNotFound."""
    job = Job.objects.filter(id=job_id).first()
    if job is None:
        raise JobNotFound(job=job_id)
    return view_of(job)


def recent(*, kinds: tuple[str, ...] = (), limit: int = 50) -> list[JobView]:
    """Return the newest jobs, of these kinds where any are named."""
    found = Job.objects.filter(kind__in=kinds) if kinds else Job.objects.all()
    return [view_of(job) for job in found.order_by("-id")[:limit]]


def counts(job_id: int) -> Mapping[str, int]:
    """Return how many rows stand in each state, by (state, reason) joined as "state:reason"."""
    rows = JobRow.objects.filter(job_id=job_id).values_list("state", "reason")
    found = rows.annotate(count=Count("id")).order_by("state", "reason")
    return {f"{state}:{reason}" if reason else state: count for state, reason, count in found}


def rows_of(job_id: int, *, state: str = "") -> Iterator[RowView]:
    """Yield a job's rows in order, those in one state where it is named."""
    rows = JobRow.objects.filter(job_id=job_id, **({"state": state} if state else {}))
    for row in rows.order_by("number").iterator(chunk_size=PAGE):
        yield row_view(row)


def view_of(job: Job) -> JobView:
    """Return the plain value of a row of Job."""
    return JobView(
        id=job.id,
        kind=job.kind,
        key=job.key,
        by=job.by,
        started_at=job.started_at,
        state=job.state,
        total=job.total,
        done=job.done,
        facts=job.facts,
        result=job.result,
        file=job.file,
        finished_at=job.finished_at,
        reason=job.reason,
    )


def row_view(row: JobRow) -> RowView:
    """Return the plain value of a row of JobRow."""
    return RowView(
        id=row.id,
        number=row.number,
        subject=row.subject,
        facts=row.facts,
        state=row.state,
        reason=row.reason,
        result=row.result,
    )
