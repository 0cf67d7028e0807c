"""One batch of a capture job: check its events, keep the good ones, note what became of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from kaishu.core.errors import Refusal
from kaishu.supply.capture.checking import Checked, Checker
from kaishu.supply.capture.keeping import Kept, keep
from kaishu.supply.capture.models import CaptureJob

MOST_LISTED = 1000  # problems of one job that are listed; the others are counted


def finish(job: CaptureJob, at: datetime) -> None:
    """Say that a job is done."""
    job.success = not job.refused
    job.finished_at = at
    job.save()


def batch(job: CaptureJob, part: Sequence[Any], start: int, checker: Checker, at: datetime) -> Kept:
    """Check and keep some events within the caller's transaction; the first has number `start`."""
    good: list[tuple[int, Checked]] = []
    bad: list[tuple[int, Refusal]] = []
    sort(part, start, checker, good, bad)
    done = keep(job, good, at)
    done.refused = sorted(done.refused + bad, key=lambda each: each[0])
    return done


def sort(
    part: Sequence[Any],
    start: int,
    checker: Checker,
    good: list[tuple[int, Checked]],
    bad: list[tuple[int, Refusal]],
) -> None:
    """Check events and put them to the good or the bad ones; a Refusal cannot even be read."""
    for number, event in enumerate(part, start=start):
        if isinstance(event, Refusal):
            found, problems = None, [("", event)]
        else:
            found, problems = checker.check(event)
        if found is not None and not problems:
            good.append((number, found))
            continue
        for pointer, refusal in problems:
            refusal.facts["pointer"] = pointer
            bad.append((number, refusal))


def note(job: CaptureJob, done: Kept) -> None:
    """Add what became of a batch to its job."""
    job.kept += done.kept
    job.known += done.known
    job.refused += len({number for number, _ in done.refused})
    for number, refusal in done.refused[: max(0, MOST_LISTED - len(job.errors))]:
        facts = dict(refusal.facts)
        inside = facts.pop("pointer", "")
        pointer = f"{job.place}/{number}{inside}"
        job.errors.append({"pointer": pointer, "code": refusal.code, "facts": facts})
