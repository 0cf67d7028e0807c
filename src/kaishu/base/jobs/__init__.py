"""Work that is longer than a request: bulk acts and imports, with progress and a result per row.

A job is written in the caller's transaction; the worker runs it, a killed worker's job goes on
where it stopped, and every row has one result. What a kind of job does, its own app says:
`kaishu.config.jobs` lists the kinds.
"""

from kaishu.base.jobs.actions import start, stop
from kaishu.base.jobs.kinds import JobKind, JobView, Progress, Refused, Row, RowView
from kaishu.base.jobs.queries import counts, job_view, recent, rows_of

__all__ = [
    "JobKind",
    "JobView",
    "Progress",
    "Refused",
    "Row",
    "RowView",
    "counts",
    "job_view",
    "recent",
    "rows_of",
    "start",
    "stop",
]
