"""Every kind of job that the worker can run. A new kind is one line here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from kaishu.base.jobs import JobKind
from kaishu.base.jobs.run import run_due

_ALL: tuple[JobKind, ...] = ()
KINDS: Mapping[str, JobKind] = {kind.name: kind for kind in _ALL}


def run_jobs(*, at: datetime) -> dict[str, int]:
    """Run what waits for a few seconds; what is left goes on in the next round."""
    return run_due(at=at, kinds=KINDS)
