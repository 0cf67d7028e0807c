"""Work that is stuck: jobs, messages, payments of which nobody knows what became."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from kaishu.base.keeping.values import Advance
from kaishu.base.models import Job, JobRow
from kaishu.cli._doctor.values import Trouble, error, warning
from kaishu.notices.models import OPEN, TROUBLE, Message
from kaishu.payouts.models import CALLING, UNKNOWN, Instruction

WAITS_LONG = timedelta(hours=1)
LEASE_OVER = timedelta(minutes=10)
LATELY = timedelta(days=7)
START_WORKER = "Is kaishu worker running? Its log says why."


def all_of_it(at: datetime, advance: Advance) -> Iterator[Trouble]:
    """Name what waits too long and what was given up lately."""
    yield from _jobs(at)
    yield from _mail(at)
    old = Instruction.objects.filter(state__in=(CALLING, UNKNOWN))
    if count := old.filter(batch__approved_at__lt=at - timedelta(days=1)).count():
        yield error(
            "payout_unknown",
            f"{count} payments",
            "the provider has not said what became",
            "Read the provider's result file in, or ask it.",
        )


def _jobs(at: datetime) -> Iterator[Trouble]:
    alive = Job.objects.filter(state__in=Job.ALIVE).order_by("id")
    for job in alive.filter(lease_until__lt=at - LEASE_OVER):
        yield error("job_stuck", str(job), "its worker died, and none went on", START_WORKER)
    for job in alive.filter(state=Job.WAITING, started_at__lt=at - WAITS_LONG):
        yield error("job_waits", str(job), f"since {job.started_at:%F %R}", START_WORKER)
    for job in Job.objects.filter(reason="broken", finished_at__gt=at - LATELY):
        yield warning("job_broken", str(job), "three tries did not finish it")
    broken = JobRow.objects.filter(state=JobRow.BROKEN, at__gt=at - LATELY)
    if count := broken.count():
        yield warning(
            "job_rows_broken",
            f"{count} rows",
            "each was tried three times",
            "They are on the page of their work.",
        )


def _mail(at: datetime) -> Iterator[Trouble]:
    late = Message.objects.filter(state__in=OPEN, queued_at__lt=at - WAITS_LONG)
    if count := late.count():
        yield error(
            "mail_waits",
            f"{count} messages",
            "unsent for more than an hour",
            "kaishu notices test --to you@…; then look at the worker.",
        )
    failed = Message.objects.filter(state__in=TROUBLE, failed_at__gt=at - LATELY)
    if count := failed.count():
        yield warning(
            "mail_failed",
            f"{count} messages",
            "given up in the last seven days",
            "Calls are open for their owners; kaishu notices replay tries again.",
        )
