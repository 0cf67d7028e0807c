"""Replacement goods from our own stock: reserve one, dispatch it by its serial, settle on delivery.

`sent` is when a unit is reserved; people pack it and read its serial (`payouts.stock`), and the
carrier's word settles it. Where `KAISHU_WAREHOUSE` is "simulated", hands that do all of it at once
stand in for them: the demo and the tests have no shelves.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import F

from kaishu.payouts import stock
from kaishu.payouts.models import ProviderEvent, StockUnit
from kaishu.payouts.providers.base import NotNow, Order, Refused, Result, Sent

SHELVES = 50  # how many simulated boxes are opened before the warehouse gives up for today
SIMULATED = "simulated"


@dataclass(frozen=True, slots=True)
class Goods:
    """The stock in our own database."""

    name: str = "goods"

    def send(self, order: Order) -> Sent:
        """Reserve one unit that is not itself recalled."""
        if order.amount != 1:
            raise Refused("one_unit_an_order")
        simulated = settings.KAISHU_WAREHOUSE == SIMULATED
        unit = stock.reserve(key=order.key, commodity=order.commodity, at=order.at)
        if unit is None and simulated:
            _fill_shelf(order)
            unit = stock.reserve(key=order.key, commodity=order.commodity, at=order.at)
        if unit is None:
            raise NotNow("no_safe_stock")
        return _sent(_packed(unit))

    def lookup(self, key: str) -> Sent | None:
        """Return what was reserved for a key."""
        unit = StockUnit.objects.filter(reserved_key=key).first()
        return _sent(_packed(unit)) if unit else None

    def results(self, *, since: int, at: datetime) -> Iterator[Result]:
        """Yield what nobody has read yet: deliveries, and parcels that came back or were lost."""
        read = ProviderEvent.objects.filter(provider=self.name).values("number")
        delivered = StockUnit.objects.filter(delivered_at__lte=at, reserved_key__isnull=False)
        for unit in delivered.exclude(id__in=read).order_by("delivered_at", "id"):
            if unit.delivered_at:
                yield _result(unit, unit.id, "settled", unit.delivered_at)
        back = StockUnit.objects.filter(back_at__lte=at, reserved_key__isnull=False)
        for unit in back.annotate(second=-F("id")).exclude(second__in=read).order_by("id"):
            if unit.back_at:
                kind = "returned" if unit.delivered_at else "bounced"
                yield _result(unit, -unit.id, kind, unit.back_at)


def _sent(unit: StockUnit) -> Sent:
    facts = {"serial": unit.serial}
    if unit.tracking:
        facts["tracking"] = unit.tracking
    return Sent(f"UNIT-{unit.id}", facts)


def _result(unit: StockUnit, number: int, kind: str, at: datetime) -> Result:
    return Result(
        number=number,
        key=unit.reserved_key or "",
        kind=kind,
        ref=f"UNIT-{unit.id}",
        happened_at=at,
        reason="" if kind == "settled" else unit.back_reason,
        amount=1,
    )


def _fill_shelf(order: Order) -> None:
    """Receive a simulated unit whose serial no recall may mean."""
    for shelf in range(SHELVES):
        # Sixteen characters, as most makers print them: one that cannot be read as a serial
        # of its model counts as doubtful, and nothing doubtful is sent out.
        serial = f"A{_digits(order.key, shelf, 15)}"
        if not stock.recalled(stock.model_of(order.commodity), serial):
            stock.receive_stock(
                commodity=order.commodity,
                serials=[serial],
                document=SIMULATED,
                by=SIMULATED,
                at=order.at,
            )
            return


def _packed(unit: StockUnit) -> StockUnit:
    """Pack and deliver at once where the warehouse is simulated; a second call finds it done."""
    key, at = unit.reserved_key or "", unit.reserved_at
    if settings.KAISHU_WAREHOUSE != SIMULATED or at is None:
        return unit
    if unit.dispatched_at is None:
        tracking = f"T{_digits(key, 'tracking', 11)}"
        unit = stock.dispatch(key=key, serial=unit.serial, tracking=tracking, by=SIMULATED, at=at)
    if unit.delivered_at is None:
        stock.note_delivered(key=key, at=at)
    return unit


def _digits(*about: object) -> str:
    *text, length = about
    number = int.from_bytes(hashlib.sha256(repr(text).encode()).digest())
    return f"{number % 10 ** int(str(length)):0{length}d}"
