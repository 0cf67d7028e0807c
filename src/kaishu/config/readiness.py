"""`/readyz`: does all of it work? For an alarm; a balancer asks `/healthz`.

A dead worker or a mail server that is away must not take the safety check off the net: nothing
that serves people should follow this page. It names what fails only to whoever brings the token
of /metrics, or asks from this machine itself.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from kaishu.base import clock, heartbeat, logs
from kaishu.base.keeping import tables
from kaishu.base.models import Tries
from kaishu.books.models import Entry
from kaishu.config.metrics import knows_token, oldest_job, oldest_message

log = logs.get_logger("kaishu.readiness")
LEAST_FREE = 500_000_000
LATE_JOB = 15 * 60.0
LATE_MAIL = 60 * 60.0
APART = timedelta(seconds=30)
LOOPBACK = frozenset({"127.0.0.1", "::1"})
FORWARDED = ("X-Forwarded-For", "X-Forwarded-Proto", "Forwarded", "Via")
_migrated: set[str] = set()  # databases that have been seen without a waiting migration


@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """Return 200 `ready`, or 503 `not ready`, and to us the parts that fail, a line each."""
    failing = failing_parts(clock.now())
    lines = ["not ready" if failing else "ready"]
    if knows_token(request) or _is_here(request):
        lines += failing
    response = HttpResponse("\n".join(lines), content_type="text/plain")
    response.status_code = 503 if failing else 200
    response["Cache-Control"] = "no-store"
    return response


def failing_parts(at: datetime) -> list[str]:
    """Try every part and return the names of those that fail; one broken part hides no other."""
    failing = []
    for name, works in PARTS.items():
        try:
            fine = works(at)
        except Exception:
            log.exception("readiness.part_failed", part=name)
            fine = False
        if not fine:
            failing.append(name)
    return failing


def _database(at: datetime) -> bool:
    """Write a row and take it back."""
    with transaction.atomic():
        Tries.objects.create(name="readyz", subject=f"{at.timestamp():.6f}", count=1, until=at)
        transaction.set_rollback(True)
    return True


def _migrations(at: datetime) -> bool:
    name = str(connection.settings_dict["NAME"])
    if name not in _migrated and not tables.pending():
        _migrated.add(name)
    return name in _migrated


def _disk(at: datetime) -> bool:
    return shutil.disk_usage(Path(settings.KAISHU_DATA_DIR)).free >= LEAST_FREE


def _worker(at: datetime) -> bool:
    """Say whether a worker beat in the last minutes; none at all is a dead one too."""
    silent = heartbeat.silence(at)
    return silent is not None and silent < heartbeat.LATE.total_seconds()


def _queue(at: datetime) -> bool:
    return oldest_job(at) < LATE_JOB


def _mail(at: datetime) -> bool:
    return oldest_message(at) < LATE_MAIL


def _clock(at: datetime) -> bool:
    """Hold this machine's clock against the newest entry, and the database server's clock."""
    newest = Entry.objects.aggregate(last=Max("recorded_at"))["last"]
    if newest is not None and newest > at + APART:
        return False
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        there: datetime = cursor.fetchone()[0]
    return abs(there - clock.now()) < APART


PARTS: Mapping[str, Callable[[datetime], bool]] = {
    "database": _database,
    "migrations": _migrations,
    "disk": _disk,
    "worker": _worker,
    "queue": _queue,
    "mail": _mail,
    "clock": _clock,
}


def _is_here(request: HttpRequest) -> bool:
    """Say whether somebody on this machine asks, and no proxy on it asks for somebody else."""
    forwarded = any(name in request.headers for name in FORWARDED)
    return request.META.get("REMOTE_ADDR", "") in LOOPBACK and not forwarded
