"""`/metrics`: how the installation is, in numbers that Prometheus reads. Nothing about a person.

What processes count comes from `base.metrics`; queues, money and waiting claims are read from the
database at each scrape, so that they are true whichever process answers.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Iterable, Iterator
from datetime import datetime

from django.conf import settings
from django.db.models import Count, Min, Sum
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector

from kaishu.base import clock, heartbeat
from kaishu.base.models import Job
from kaishu.books.models import Promise
from kaishu.claims import queries as claims
from kaishu.notices.models import OPEN, Message
from kaishu.payouts.models import Instruction


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Return every number to whoever brings the token, 401 to anybody else."""
    if not knows_token(request):
        refused = HttpResponse("unauthorized", status=401, content_type="text/plain")
        refused["WWW-Authenticate"] = "Bearer"
        return refused
    text = generate_latest(_counted()) + generate_latest(_read(clock.now()))
    response = HttpResponse(text, content_type=CONTENT_TYPE_LATEST)
    response["Cache-Control"] = "no-store"
    return response


def knows_token(request: HttpRequest) -> bool:
    """Say whether a request brings KAISHU_METRICS_TOKEN; while none is set nobody does."""
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    token = settings.KAISHU_METRICS_TOKEN
    return bool(token) and hmac.compare_digest(given.encode(), token.encode())


def oldest_job(at: datetime) -> float:
    """Return for how many seconds the oldest job waits for a worker; 0 where none does."""
    waiting = Job.objects.filter(state=Job.WAITING).aggregate(first=Min("started_at"))["first"]
    left = Job.objects.filter(state=Job.RUNNING, lease_until__lt=at)
    died = left.aggregate(first=Min("lease_until"))["first"]
    return _age(at, [waiting, died])


def oldest_message(at: datetime) -> float:
    """Return for how many seconds the oldest message in the outbox waits; 0 where none does."""
    return _age(at, [Message.objects.filter(state__in=OPEN).aggregate(m=Min("queued_at"))["m"]])


def _age(at: datetime, moments: Iterable[datetime | None]) -> float:
    return max((0.0, *((at - moment).total_seconds() for moment in moments if moment)))


def _counted() -> CollectorRegistry:
    """Return what this process counted, or all of them together where several do."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # registers itself
    return registry


def _read(at: datetime) -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(_Database(at))
    return registry


class _Database:
    """Reads the gauges; a collector is any object with this method."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def collect(self) -> Iterator[Metric]:
        """Yield each gauge with its values."""
        yield from self._workers()
        jobs = dict(_counts(Job.objects.filter(state__in=Job.ALIVE), "state"))
        yield _gauge(
            "kaishu_jobs",
            "Jobs, by state.",
            ["state"],
            [((state,), jobs.get(state, 0)) for state in Job.ALIVE],
        )
        yield _gauge(
            "kaishu_job_oldest_age_seconds",
            "Wait of the oldest job without a worker.",
            [],
            [((), oldest_job(self.at))],
        )
        yield _gauge(
            "kaishu_outbox",
            "Messages, by state.",
            ["state"],
            [((state,), count) for state, count in _counts(Message.objects, "state")],
        )
        yield _gauge(
            "kaishu_outbox_oldest_age_seconds",
            "Wait of the oldest unsent message.",
            [],
            [((), oldest_message(self.at))],
        )
        yield _gauge(
            "kaishu_claim_units_waiting",
            "Claim units, by queue.",
            ["queue"],
            [((name,), count) for name, count in claims.queue_counts().items()],
        )
        yield _gauge(
            "kaishu_payouts",
            "Orders to providers, by state.",
            ["state"],
            [((state,), count) for state, count in _counts(Instruction.objects, "state")],
        )
        yield _gauge("kaishu_promised", "What was promised, in minor units or pieces.",
                     ["commodity", "account"], _promised())  # fmt: skip

    def _workers(self) -> Iterator[Metric]:
        silent = heartbeat.silence(self.at)
        yield _gauge(
            "kaishu_workers",
            "Workers, by whether they beat in the last five minutes.",
            ["state"],
            [((state,), count) for state, count in heartbeat.counts(self.at).items()],
        )
        yield _gauge(
            "kaishu_worker_silence_seconds",
            "Time since any worker beat; infinite where none ever did.",
            [],
            [((), float("inf") if silent is None else silent)],
        )


def _counts(rows: object, column: str) -> list[tuple[str, int]]:
    grouped = rows.values_list(column).annotate(Count("id")).order_by(column)  # type: ignore[attr-defined]  # a manager or a query set
    return list(grouped)


def _promised() -> list[tuple[tuple[str, str], int]]:
    rows = Promise.objects.values_list("commodity", "account").annotate(Sum("quantity")).order_by()
    return [((commodity, account), total) for commodity, account, total in rows]


def _gauge(
    name: str, words: str, labels: list[str], values: Iterable[tuple[tuple[str, ...], float]]
) -> GaugeMetricFamily:
    gauge = GaugeMetricFamily(name, words, labels=labels)
    for found, value in values:
        gauge.add_metric(list(found), value)
    return gauge
