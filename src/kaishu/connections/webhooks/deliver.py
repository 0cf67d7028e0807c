"""Send what is due: claim a few deliveries, call their addresses side by side, write down each.

The database is used before and after the calls, never during them. A worker that dies in between
leaves a lease, and the delivery goes out again when it is over: at least once, never lost.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from kaishu.base import clock
from kaishu.connections.models import Delivery, DeliveryTry, Subscription
from kaishu.connections.webhooks import call, signing, subscriptions
from kaishu.connections.webhooks.call import Outcome
from kaishu.core.canonical import canonical

AT_ONCE = 16
PER_ADDRESS = 4
LEASE = timedelta(minutes=2)
# The waits that the specification proposes: about three and a half days in all.
WAITS = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
)
JITTER = 0.2
GONE = 410
AGENT = "Kaishu-Webhooks/1"


def deliver(*, at: datetime, draw: Callable[[], float] = random.random) -> dict[str, int]:
    """Send the deliveries that are due and return how many arrived, failed or wait again."""
    if not _due(at).exists():
        return {}
    claimed = _claim(at)
    if not claimed:
        return {}
    calls = [_call_of(row, at) for row in claimed]
    with ThreadPoolExecutor(max_workers=len(calls)) as threads:
        outcomes = list(threads.map(lambda one: one(), calls))
    counts: Counter[str] = Counter()
    for row, outcome in zip(claimed, outcomes, strict=True):
        counts[_record(row, outcome, max(at, clock.now()), draw())] += 1
    return dict(counts)


def message(row: Delivery) -> bytes:
    """Return the body of a delivery: the same bytes at every try."""
    event = row.event
    return canonical({"type": event.kind, "timestamp": event.at, "data": event.facts})


def _due(at: datetime) -> QuerySet[Delivery]:
    return Delivery.objects.filter(state=Delivery.WAITING, next_at__lte=at)


def _claim(at: datetime) -> list[Delivery]:
    """Take what is due for the length of a lease; a slow address gets its share and no more."""
    with transaction.atomic():
        due = (
            _due(at)
            .select_for_update(skip_locked=True, of=("self",))
            .select_related("event", "subscription")
            .order_by("next_at", "id")[: AT_ONCE * 4]
        )
        share: Counter[int] = Counter()
        taken: list[Delivery] = []
        for row in due:
            if len(taken) < AT_ONCE and share[row.subscription_id] < PER_ADDRESS:
                share[row.subscription_id] += 1
                taken.append(row)
        numbers = [row.id for row in taken]
        Delivery.objects.filter(id__in=numbers).update(next_at=at + LEASE)
    return taken


def _call_of(row: Delivery, at: datetime) -> Callable[[], Outcome]:
    """Return the call of a delivery, made of plain values: threads touch no database."""
    body, one = message(row), row.subscription
    signed = signing.headers(
        number=row.event.number,
        body=body,
        secrets_in_force=subscriptions.secrets_of(one, at=at),
        at=at,
    )
    headers: Mapping[str, str] = {
        "Content-Type": "application/json",
        "User-Agent": AGENT,
        "Connection": "close",
        **signed,
    }
    url = one.url
    return lambda: call.post(url, headers=headers, body=body)


def _record(row: Delivery, outcome: Outcome, at: datetime, drawn: float) -> str:
    with transaction.atomic():
        DeliveryTry.objects.create(
            delivery=row, at=at, status=outcome.status, problem=outcome.problem, ms=outcome.ms
        )
        mine = Delivery.objects.filter(id=row.id, state=Delivery.WAITING)
        tries = row.tries + 1
        if outcome.arrived:
            mine.update(state=Delivery.DONE, tries=tries, ended_at=at)
            return "delivered"
        if outcome.status == GONE:
            mine.update(state=Delivery.FAILED, tries=tries, ended_at=at)
            one = Subscription.objects.get(id=row.subscription_id)
            subscriptions.switch_off(one, why=subscriptions.GONE, at=at)
            return "gone"
        if tries > len(WAITS):
            mine.update(state=Delivery.FAILED, tries=tries, ended_at=at)
            return "given_up"
        mine.update(tries=tries, next_at=at + wait_before(tries, drawn))
        return "waits"


def wait_before(tries: int, drawn: float) -> timedelta:
    """Return how long to wait after so many tries; `drawn` (0 to 1) spreads it by a fifth."""
    return WAITS[tries - 1] * (1 - JITTER + 2 * JITTER * drawn)
