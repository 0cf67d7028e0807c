"""Money, by bank transfer. The bank books one transfer a key."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from kaishu.payouts.providers.base import Order, Refused, Result, Sent, Unknown
from kaishu.payouts.providers.simulated_orders import LostOnTheWay, OrderBook, OtherOrder


@dataclass(frozen=True, slots=True)
class Bank:
    """A bank behind an order book."""

    book: OrderBook
    name: str = "bank"

    def send(self, order: Order) -> Sent:
        """Order a transfer."""
        try:
            booked = self.book.book(
                key=order.key,
                commodity=order.commodity,
                amount=order.amount,
                payee=order.payee_ref,
                at=order.at,
                facts={},
            )
        except LostOnTheWay as lost:
            raise Unknown(order.key) from lost
        except OtherOrder as other:
            raise Refused("key_reused") from other
        return Sent(booked.ref, booked.facts)

    def lookup(self, key: str) -> Sent | None:
        """Ask whether a transfer was booked."""
        booked = self.book.find(key)
        return Sent(booked.ref, booked.facts) if booked else None

    def results(self, *, since: int, at: datetime) -> Iterator[Result]:
        """Read what became of transfers."""
        for event in self.book.events(since=since, at=at):
            yield Result(
                number=event.number,
                key=event.key,
                kind=event.kind,
                reason=event.reason,
                ref=event.ref,
                amount=event.amount,
                happened_at=event.happened_at,
            )
