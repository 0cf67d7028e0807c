"""Kits on the shelf and on order: what came, what was counted, what a supplier will bring."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Sum

from kaishu.books.models import Promise
from kaishu.core.triage import SPECIAL_KIT
from kaishu.returns.kit_errors import KitKeyReused, KitOrderOver, KitQuantityWrong
from kaishu.returns.kit_models import COUNTED, RECEIVED, SPOILT
from kaishu.returns.kits import kits_to_send
from kaishu.returns.models import Kit, KitOrder, KitReceipt

LARGEST = 1_000_000
Kind = tuple[int, str]  # recall id and commodity


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Kits that a supplier will bring on a day."""

    order_id: int
    quantity: int
    due_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """One kind of kit of one recall. `kept` says whether anybody ever counted it in.

    `on_shelf` may be negative: more left than was counted in, which a count puts right. `reserved`
    kits have an owner already; `short` owners wait, and `ready_on` is the day on which the last of
    them is served by what is on order, None where nothing on order reaches that far.
    """

    recall_id: int
    kit: str
    kept: bool
    received: int
    left: int
    owed: int
    orders: tuple[Order, ...]

    @property
    def on_shelf(self) -> int:
        """Return how many should lie on the shelf."""
        return self.received - self.left

    @property
    def reserved(self) -> int:
        """Return how many of them have an owner who was approved."""
        return min(max(self.on_shelf, 0), self.owed)

    @property
    def free(self) -> int:
        """Return how many nobody waits for."""
        return max(self.on_shelf - self.owed, 0)

    @property
    def short(self) -> int:
        """Return how many owners wait for a kit that is not on the shelf."""
        return self.owed - self.reserved if self.kept else 0

    @property
    def ready_on(self) -> date | None:
        """Return when the last owner in the queue is served."""
        return self.forecast(self.owed - 1) if self.short else None

    def is_reserved(self, position: int) -> bool:
        """Say whether the owner at a position (from 0, in order of approval) has a kit."""
        return not self.kept or position < self.on_shelf

    def forecast(self, position: int) -> date | None:
        """Return the day on which a position is served from what is on order; None = no date."""
        reach = max(self.on_shelf, 0)
        for order in self.orders:
            reach += order.quantity
            if position < reach:
                return order.due_on
        return None


def stock(*, recall_id: int | None = None) -> tuple[Stock, ...]:
    """Return every kind of kit that was counted in, ordered or promised, recall by recall."""
    counted = _sums(_of(KitReceipt.objects.all(), recall_id).values_list("recall_id", "kit"))
    owed = _promised(_of(kits_to_send(), recall_id))
    sent = Promise.objects.filter(id__in=Kit.objects.values("promise_id"))
    left = _promised(_of(sent, recall_id))
    orders = _orders(recall_id)
    kinds = {*counted, *owed, *left, *orders}
    return tuple(
        Stock(
            recall_id=kind[0],
            kit=kind[1],
            kept=kind in counted,
            received=counted.get(kind, 0),
            left=left.get(kind, 0),
            owed=owed.get(kind, 0),
            orders=tuple(orders.get(kind, ())),
        )
        for kind in sorted(kinds)
        if kind[1] != SPECIAL_KIT
    )


def receive_kits(
    *, recall_id: int, kit: str, quantity: int, by: str, at: datetime, key: str, order_id: int = 0
) -> KitReceipt:
    """Count in kits that came; with `order_id` they close that order. A repeat is once.

    Raises KitQuantityWrong, KitOrderOver, KitKeyReused.
    """
    if not 0 < quantity <= LARGEST:
        raise KitQuantityWrong(quantity=quantity)
    with transaction.atomic():
        first = KitReceipt.objects.filter(by=by, key=key).first()
        if first is not None:
            return _same(first, recall_id, kit, quantity)
        order = None
        if order_id:
            order = close_order(order_id=order_id, by=by, at=at)
            recall_id, kit = order.recall_id, order.kit
        return _receipt(recall_id, kit, quantity, RECEIVED, order, by=by, at=at, key=key)


def count_kits(
    *, recall_id: int, kit: str, counted: int, by: str, at: datetime, key: str
) -> KitReceipt | None:
    """Post what a count of the shelf found as a difference; None where it fits. Once a key."""
    if not 0 <= counted <= LARGEST:
        raise KitQuantityWrong(quantity=counted)
    with transaction.atomic():
        first = KitReceipt.objects.filter(by=by, key=key).first()
        if first is not None:
            return first
        found = {(row.recall_id, row.kit): row.on_shelf for row in stock(recall_id=recall_id)}
        difference = counted - found.get((recall_id, kit), 0)
        if not difference:
            return None
        return _receipt(recall_id, kit, difference, COUNTED, None, by=by, at=at, key=key)


def spoil_kits(
    *, recall_id: int, kit: str, quantity: int, by: str, at: datetime, key: str
) -> KitReceipt:
    """Take kits off the shelf that cannot be used. Raises KitQuantityWrong."""
    if not 0 < quantity <= LARGEST:
        raise KitQuantityWrong(quantity=quantity)
    with transaction.atomic():
        first = KitReceipt.objects.filter(by=by, key=key).first()
        if first is not None:
            return _same(first, recall_id, kit, -quantity)
        return _receipt(recall_id, kit, -quantity, SPOILT, None, by=by, at=at, key=key)


def order_kits(
    *, recall_id: int, kit: str, quantity: int, due_on: date, by: str, at: datetime, key: str
) -> KitOrder:
    """Write down what a supplier will bring and when. Once a key. Raises KitQuantityWrong."""
    if not 0 < quantity <= LARGEST:
        raise KitQuantityWrong(quantity=quantity)
    order, made = KitOrder.objects.get_or_create(
        by=by,
        key=key,
        defaults={
            "recall_id": recall_id,
            "kit": kit,
            "quantity": quantity,
            "due_on": due_on,
            "at": at,
        },
    )
    asked = (recall_id, kit, quantity, due_on)
    if not made and (order.recall_id, order.kit, order.quantity, order.due_on) != asked:
        raise KitKeyReused(key=key)
    return order


def close_order(*, order_id: int, by: str, at: datetime) -> KitOrder:
    """Close an order: it came, or will not come. Raises KitOrderOver."""
    # open -> closed, by one person only
    closed = KitOrder.objects.filter(id=order_id, closed_at=None)
    if not closed.update(closed_at=at, closed_by=by):
        raise KitOrderOver(order=order_id)
    return KitOrder.objects.get(id=order_id)


def receipts(*, limit: int = 50) -> Sequence[KitReceipt]:
    """Return what was counted in and out, the newest first."""
    return list(KitReceipt.objects.order_by("-id")[:limit])


def _receipt(
    recall_id: int,
    kit: str,
    quantity: int,
    why: str,
    order: KitOrder | None,
    *,
    by: str,
    at: datetime,
    key: str,
) -> KitReceipt:
    row = KitReceipt(
        recall_id=recall_id,
        kit=kit,
        quantity=quantity,
        why=why,
        order=order,
        by=by,
        at=at,
        key=key,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as taken:
        # The same form is being recorded by another request: its answer is ours.
        first = KitReceipt.objects.filter(by=by, key=key).first()
        if first is None:
            raise
        if (first.recall_id, first.kit, first.why) != (recall_id, kit, why):
            raise KitKeyReused(key=key) from taken
        return first
    return row


def _same(first: KitReceipt, recall_id: int, kit: str, quantity: int) -> KitReceipt:
    order = first.order_id is not None or (first.recall_id, first.kit) == (recall_id, kit)
    if not order or first.quantity != quantity:
        raise KitKeyReused(key=first.key)
    return first


def _of(rows: Any, recall_id: int | None) -> Any:
    return rows if recall_id is None else rows.filter(recall_id=recall_id)


def _sums(rows: Any) -> dict[Kind, int]:
    return {(row[0], row[1]): row[2] for row in rows.annotate(total=Sum("quantity")).order_by()}


def _promised(rows: Any) -> dict[Kind, int]:
    return _sums(rows.order_by().values_list("recall_id", "commodity"))


def _orders(recall_id: int | None) -> dict[Kind, list[Order]]:
    found: dict[Kind, list[Order]] = {}
    for row in _of(KitOrder.objects.filter(closed_at=None), recall_id).order_by("due_on", "id"):
        line = Order(order_id=row.id, quantity=row.quantity, due_on=row.due_on)
        found.setdefault((row.recall_id, row.kit), []).append(line)
    return found
