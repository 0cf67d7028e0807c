"""Webhooks: register an address, exchange its secret, read what was sent, send it again."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router, Schema
from pydantic import Field

from kaishu.base import clock
from kaishu.connections.models import Delivery, Subscription
from kaishu.connections.webhooks import subscriptions
from kaishu.connections.webhooks.events import EVENTS
from kaishu.doors.api import errors
from kaishu.doors.api.common import (
    MOST_ON_PAGE,
    Bearer,
    Body,
    Key,
    PageOf,
    Text,
    answer,
    caller,
    once,
    page,
)

router = Router(tags=["Webhooks"])
Number = Annotated[Text, Path(max_length=40, examples=["hook_0123456789abcdef01234567"])]


class HookIn(Body):
    """Where to send, and what."""

    url: Annotated[
        Text, Field(min_length=1, max_length=500, examples=["https://example.com/kaishu"])
    ]
    events: Annotated[
        list[Annotated[Text, Field(max_length=40)]],
        Field(min_length=1, max_length=20, description=", ".join(EVENTS)),
    ]


class HookOut(Schema):
    """One webhook."""

    webhook: str
    url: str
    events: list[str]
    made_at: datetime
    off_at: datetime | None
    off_why: str = Field(description="ended by you, gone = the address answered 410")


class NewHookOut(HookOut):
    """A webhook that was just registered."""

    secret: str = Field(description="Shown once. Verify each call with it (Standard Webhooks).")


class SecretOut(Schema):
    """The new secret; the old one signs too, for 24 hours."""

    secret: str


class HookList(Schema):
    """All webhooks of this connection."""

    items: list[HookOut]


class TryOut(Schema):
    """One call: a status, or a code that says why there was none."""

    at: datetime
    status: int | None
    problem: str = Field(description="address, name, proxy, connection, tls or timeout; else empty")
    ms: int


class DeliveryOut(Schema):
    """One event on its way to one address."""

    delivery: int
    event: str = Field(description="the webhook-id header of every try")
    type: str
    happened_at: datetime
    state: str = Field(description="waiting, done, failed or dropped")
    next_at: datetime | None
    tries: list[TryOut]


class DeliveryPage(PageOf):
    """Deliveries, oldest first."""

    items: list[DeliveryOut]


@router.get("/webhooks", auth=Bearer("webhooks"), response=HookList, operation_id="listWebhooks")
def list_webhooks(request: HttpRequest) -> HttpResponse:
    """List the webhooks of this connection, those that are off too."""
    rows = Subscription.objects.filter(connection=caller(request).connection).order_by("id")
    return answer(HookList(items=[_hook(row) for row in rows]))


@router.post(
    "/webhooks",
    auth=Bearer("webhooks"),
    response={201: NewHookOut},
    operation_id="registerWebhook",
)
@once
def register_webhook(request: HttpRequest, body: HookIn, idempotency_key: Key) -> HttpResponse:
    """Register an address. It must be https and public."""
    by = caller(request)
    row, secret = subscriptions.subscribe(
        connection=by.connection, url=body.url, events=body.events, by=by.actor, at=clock.now()
    )
    return answer(NewHookOut(secret=secret, **_hook(row).model_dump()), 201)


@router.get(
    "/webhooks/{webhook}",
    auth=Bearer("webhooks"),
    response=HookOut,
    operation_id="readWebhook",
)
def read_webhook(request: HttpRequest, webhook: Number) -> HttpResponse:
    """Read one webhook."""
    row = subscriptions.find(connection=caller(request).connection, number=webhook)
    return answer(_hook(row))


@router.delete(
    "/webhooks/{webhook}",
    auth=Bearer("webhooks"),
    response={204: None},
    operation_id="endWebhook",
)
def end_webhook(request: HttpRequest, webhook: Number) -> HttpResponse:
    """Switch a webhook off for good. Doing it again changes nothing."""
    by = caller(request).connection
    subscriptions.end(connection=by, number=webhook, at=clock.now())
    return HttpResponse(status=204)


@router.post(
    "/webhooks/{webhook}/secret",
    auth=Bearer("webhooks"),
    response={200: SecretOut},
    operation_id="renewSecret",
)
@once
def renew_secret(request: HttpRequest, webhook: Number, idempotency_key: Key) -> HttpResponse:
    """Exchange the secret. Both sign for 24 hours: install the new one, then forget the old."""
    by = caller(request).connection
    secret = subscriptions.new_secret(connection=by, number=webhook, at=clock.now())
    return answer(SecretOut(secret=secret))


@router.get(
    "/webhooks/{webhook}/deliveries",
    auth=Bearer("webhooks"),
    response=DeliveryPage,
    operation_id="listDeliveries",
)
def list_deliveries(
    request: HttpRequest,
    webhook: Number,
    cursor: Text = Query("", max_length=80),
    limit: int = Query(50, ge=1, le=MOST_ON_PAGE),
) -> HttpResponse:
    """List what was sent to an address in the last 30 days, with every try."""
    row = subscriptions.find(connection=caller(request).connection, number=webhook)
    rows = row.deliveries.select_related("event").prefetch_related("log")
    found, following = page(rows, cursor=cursor, limit=limit, name=f"deliveries {row.id}")
    return answer(DeliveryPage(items=[_delivery(each) for each in found], next=following))


@router.post(
    "/webhooks/deliveries/{delivery}/resend",
    auth=Bearer("webhooks"),
    response={200: DeliveryOut},
    operation_id="resendDelivery",
)
@once
def resend_delivery(request: HttpRequest, delivery: int, idempotency_key: Key) -> HttpResponse:
    """Send an event again now. It keeps its number, so that you know it."""
    if not 0 < delivery < 2**63:
        raise errors.NotFound
    by = caller(request).connection
    return answer(
        _delivery(subscriptions.resend(connection=by, delivery_id=delivery, at=clock.now()))
    )


def _hook(row: Subscription) -> HookOut:
    return HookOut(
        webhook=row.number,
        url=row.url,
        events=row.events,
        made_at=row.made_at,
        off_at=row.off_at,
        off_why=row.off_why,
    )


def _delivery(row: Delivery) -> DeliveryOut:
    return DeliveryOut(
        delivery=row.pk,
        event=row.event.number,
        type=row.event.kind,
        happened_at=row.event.at,
        state=row.state,
        next_at=row.next_at if row.state == Delivery.WAITING else None,
        tries=[
            TryOut(at=each.at, status=each.status, problem=each.problem, ms=each.ms)
            for each in sorted(row.log.all(), key=lambda each: each.pk)
        ],
    )
