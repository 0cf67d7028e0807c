"""Workers say that they live, so that a dead one is missed within minutes and not by an owner.

Every worker has a row with the time of its last beat. A worker that stops on purpose takes its row
away; one that died leaves it behind, and it grows old.
"""

from __future__ import annotations

import os
import socket
from datetime import datetime, timedelta

from django.db.models import Max

from kaishu.base.models import Worker

EVERY = timedelta(seconds=20)
LATE = timedelta(minutes=5)  # longer than any single piece of work takes
KEPT = timedelta(days=1)


def name() -> str:
    """Return what this worker is called: its machine and process."""
    return f"{socket.gethostname()[:60]}:{os.getpid()}"


def beat(*, who: str, at: datetime) -> None:
    """Say that a worker lives. Cheap: within twenty seconds of the last beat nothing is written."""
    rows = Worker.objects.filter(name=who)
    seen = rows.values_list("beat_at", flat=True).first()
    if seen is not None and timedelta(0) <= at - seen < EVERY:
        return
    if not rows.update(beat_at=at):
        Worker.objects.get_or_create(name=who, defaults={"began_at": at, "beat_at": at})
        Worker.objects.filter(beat_at__lt=at - KEPT).delete()


def leave(*, who: str) -> None:
    """Take a worker's row away: it stops on purpose, and nobody has to look for it."""
    Worker.objects.filter(name=who).delete()


def silence(at: datetime) -> float | None:
    """Return for how many seconds no worker has beaten; None where there is none at all."""
    newest = Worker.objects.aggregate(last=Max("beat_at"))["last"]
    return max(0.0, (at - newest).total_seconds()) if newest else None


def counts(at: datetime) -> dict[str, int]:
    """Return how many workers live, and how many fell silent without saying goodbye."""
    alive = Worker.objects.filter(beat_at__gt=at - LATE).count()
    return {"alive": alive, "silent": Worker.objects.count() - alive}
