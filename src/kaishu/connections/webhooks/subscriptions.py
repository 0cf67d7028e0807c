"""Register an address, exchange its secret, switch it off, and send something again."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.db import transaction

from kaishu.base.sealing import seal, unseal
from kaishu.connections.errors import (
    DeliveryUnknown,
    EventUnknown,
    SubscriptionFull,
    SubscriptionOff,
    SubscriptionUnknown,
)
from kaishu.connections.models import Connection, Delivery, Event, Subscription
from kaishu.connections.webhooks import signing, target
from kaishu.connections.webhooks.events import EVENTS, TEST

MOST = 10
OLD_SECRET_SIGNS = timedelta(hours=24)
ENDED, GONE = "ended", "gone"
KEPT = timedelta(days=30)
SWEPT_AT_ONCE = 500


def subscribe(
    *, connection: Connection, url: str, events: Collection[str], by: str, at: datetime
) -> tuple[Subscription, str]:
    """Register an address and return it with its secret, which is shown once.

    Raises AddressRefused, EventUnknown, SubscriptionFull.
    """
    wanted = [each for each in EVENTS if each in set(events)]
    if not wanted or set(events) - set(EVENTS):
        raise EventUnknown(events=", ".join(EVENTS))
    target.check(url)
    secret, number = signing.new_secret(), f"hook_{secrets.token_hex(12)}"
    with transaction.atomic():
        Connection.objects.select_for_update().get(id=connection.id)
        if Subscription.objects.filter(connection=connection, off_at=None).count() >= MOST:
            raise SubscriptionFull(most=MOST)
        row = Subscription.objects.create(
            connection=connection,
            number=number,
            url=url,
            events=wanted,
            sealed=seal(secret.encode(), purpose=purpose(number)),
            made_by=by,
            made_at=at,
        )
    return row, secret


def find(*, connection: Connection, number: str) -> Subscription:
    """Return a webhook of a connection. Raises SubscriptionUnknown."""
    found = Subscription.objects.filter(connection=connection, number=number).first()
    if found is None:
        raise SubscriptionUnknown
    return found


def new_secret(*, connection: Connection, number: str, at: datetime) -> str:
    """Give a webhook another secret; the one before it signs too, for a day.

    Raises SubscriptionUnknown, SubscriptionOff.
    """
    with transaction.atomic():
        row = _lock(connection, number)
        if row.off_at is not None:
            raise SubscriptionOff
        secret = signing.new_secret()
        row.old_sealed, row.old_until = row.sealed, at + OLD_SECRET_SIGNS
        row.sealed = seal(secret.encode(), purpose=purpose(number))
        row.save(update_fields=["sealed", "old_sealed", "old_until"])
    return secret


def end(*, connection: Connection, number: str, at: datetime, why: str = ENDED) -> None:
    """Switch a webhook off, drop what waits; twice is once. Raises SubscriptionUnknown."""
    with transaction.atomic():
        row = _lock(connection, number)
        if row.off_at is None:
            switch_off(row, why=why, at=at)


def switch_off(row: Subscription, *, why: str, at: datetime) -> None:
    """Send nothing there any more."""
    Subscription.objects.filter(id=row.id, off_at=None).update(off_at=at, off_why=why)
    waiting = Delivery.objects.filter(subscription=row, state=Delivery.WAITING)
    waiting.update(state=Delivery.DROPPED, ended_at=at)


def resend(*, connection: Connection, delivery_id: int, at: datetime) -> Delivery:
    """Send an event again, from now and with every try; the receiver knows it by its number.

    Raises DeliveryUnknown, SubscriptionOff.
    """
    rows = Delivery.objects.select_related("subscription").filter(
        subscription__connection=connection
    )
    row = rows.filter(id=delivery_id).first()
    if row is None:
        raise DeliveryUnknown
    if row.subscription.off_at is not None:
        raise SubscriptionOff
    ended = Delivery.objects.filter(id=row.id).exclude(state=Delivery.WAITING)
    ended.update(state=Delivery.WAITING, tries=0, next_at=at, ended_at=None)
    return Delivery.objects.select_related("event", "subscription").get(id=row.id)


def try_out(*, connection: Connection, number: str, at: datetime) -> Delivery:
    """Send an event that tells of nothing, so that a receiver can be tried before it matters.

    One that still waits is sent at once instead of a second. Raises SubscriptionUnknown,
    SubscriptionOff.
    """
    with transaction.atomic():
        row = _lock(connection, number)
        if row.off_at is not None:
            raise SubscriptionOff
        rows = Delivery.objects.filter(subscription=row, event__kind=TEST, state=Delivery.WAITING)
        if (waiting := rows.first()) is not None:
            rows.filter(id=waiting.id).update(next_at=at)
            return waiting
        event = Event.objects.create(
            number=f"evt_{secrets.token_hex(12)}",
            source=f"test:{secrets.token_hex(12)}",
            kind=TEST,
            at=at,
        )
        return Delivery.objects.create(event=event, subscription=row, next_at=at)


def secrets_of(row: Subscription, *, at: datetime) -> Sequence[str]:
    """Return the secrets that sign now, the newest first."""
    sealed = [bytes(row.sealed)]
    if row.old_sealed is not None and row.old_until is not None and row.old_until > at:
        sealed.append(bytes(row.old_sealed))
    return [unseal(each, purpose=purpose(row.number)).decode() for each in sealed]


def sweep(*, at: datetime) -> int:
    """Delete events of long ago with their deliveries and log; returns how many."""
    old = Event.objects.filter(at__lte=at - KEPT).exclude(deliveries__state=Delivery.WAITING)
    some = list(old.order_by("at").values_list("id", flat=True)[:SWEPT_AT_ONCE])
    Event.objects.filter(id__in=some).delete()
    return len(some)


def _lock(connection: Connection, number: str) -> Subscription:
    rows = Subscription.objects.select_for_update().filter(connection=connection, number=number)
    found = rows.first()
    if found is None:
        raise SubscriptionUnknown
    return found


def purpose(number: str) -> str:
    """Say what a webhook's secret is sealed for."""
    return f"webhook:{number}"
