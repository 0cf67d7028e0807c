"""Replacement goods: reserve one, dispatch it with its serial and tracking, settle on delivery.

The serial of a replacement is kept, and a unit that is itself recalled is never sent out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings

from kaishu.payouts.providers.bank import Bank
from kaishu.payouts.providers.base import NotNow, Order, Refused, Result, Sent, Unknown
from kaishu.payouts.providers.simulated_orders import LostOnTheWay, OrderBook, OtherOrder

SHELVES = 50  # how many boxes the warehouse opens before it gives up for today


def simulated_warehouse() -> OrderBook:
    """Return the warehouse's order book under the data folder."""
    return OrderBook(Path(settings.KAISHU_DATA_DIR) / "simulators" / "warehouse.sqlite3", "SHIP")


@dataclass(frozen=True, slots=True)
class Goods:
    """A warehouse. `recalled(model, serial)` says whether a unit falls under any recall."""

    book: OrderBook
    recalled: Callable[[str, str], bool]
    name: str = "goods"

    def send(self, order: Order) -> Sent:
        """Reserve and dispatch one unit that is not itself recalled."""
        serial = self._serial(order)
        try:
            booked = self.book.book(
                key=order.key,
                commodity=order.commodity,
                amount=order.amount,
                payee=order.payee_ref,
                at=order.at,
                facts={"serial": serial, "tracking": f"T{_digits(order.key, 'tracking', 11)}"},
            )
        except LostOnTheWay as lost:
            raise Unknown(order.key) from lost
        except OtherOrder as other:
            raise Refused("key_reused") from other
        return Sent(booked.ref, booked.facts)

    def lookup(self, key: str) -> Sent | None:
        """Ask whether a unit was dispatched."""
        return Bank(self.book).lookup(key)

    def results(self, *, since: int, at: datetime) -> Iterator[Result]:
        """Read what was delivered and what came back."""
        return Bank(self.book).results(since=since, at=at)

    def _serial(self, order: Order) -> str:
        model = order.commodity.removeprefix("sku:")
        for shelf in range(SHELVES):
            # Sixteen characters, as most makers print them: one that cannot be read as a serial
            # of its model counts as doubtful, and nothing doubtful is sent out.
            serial = f"A{_digits(order.key, shelf, 15)}"
            if not self.recalled(model, serial):
                return serial
        raise NotNow("no_safe_stock")


def _digits(*about: object) -> str:
    *text, length = about
    number = int.from_bytes(hashlib.sha256(repr(text).encode()).digest())
    return f"{number % 10 ** int(str(length)):0{length}d}"
