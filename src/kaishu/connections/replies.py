"""Answers to letters about lots that go out by themselves, by the machinery of the webhooks."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.db import IntegrityError, transaction

from kaishu.base.sealing import seal
from kaishu.connections.models import Connection, Subscription
from kaishu.connections.webhooks import signing, subscriptions, target
from kaishu.connections.webhooks.events import ANSWERED
from kaishu.supply.alerts import replies, take
from kaishu.supply.models import ReplyAddress

CODE = "lot-alerts"


def confirm(*, number: str, yes: bool, by: str, at: datetime) -> ReplyAddress:
    """Confirm the address that a letter names, or end it: a webhook to a public https address.

    Raises AlertUnknown, ReplyNotWanted, AddressRefused.
    """
    if yes and (url := replies.wanted(take.letter(number))):
        target.check(url)
    return replies.confirm(number=number, yes=yes, by=by, at=at)


def line(url: str, *, at: datetime) -> Subscription:
    """Return the webhook to an address that was confirmed; made where there is none.

    One that answered "gone" was switched off, and a new one begins: a manager confirmed it again.
    """
    house = _house(at)
    with transaction.atomic():
        Connection.objects.select_for_update().get(id=house.id)
        there = Subscription.objects.filter(connection=house, url=url, off_at=None).first()
        if there is not None:
            return there
        number = f"hook_{secrets.token_hex(12)}"
        return Subscription.objects.create(
            connection=house,
            number=number,
            url=url,
            events=[ANSWERED],
            sealed=seal(signing.new_secret().encode(), purpose=subscriptions.purpose(number)),
            made_by=CODE,
            made_at=at,
        )


def _house(at: datetime) -> Connection:
    """Return the connection of all such addresses. It has no token: nobody calls in by it."""
    found = Connection.objects.filter(code=CODE).first()
    if found is not None:
        return found
    try:
        with transaction.atomic():
            return Connection.objects.create(
                code=CODE, name="Lot alerts", made_by=CODE, made_at=at, form_key=CODE
            )
    except IntegrityError:  # two workers at once
        return Connection.objects.get(code=CODE)
