"""Shop credit: codes from a pool, each issued once. `sent` when issued, `paid` when delivered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F

from kaishu.books.locks import hold
from kaishu.payouts.models import ProviderEvent, ShopCode
from kaishu.payouts.providers.base import NotNow, Order, Refused, Result, Sent


@dataclass(frozen=True, slots=True)
class ShopCredit:
    """The pool of codes in our own database."""

    name: str = "shop_credit"

    def send(self, order: Order) -> Sent:
        """Issue the next free code to a key, or give the one it has."""
        with transaction.atomic():
            hold({f"shop credit {order.commodity}"})
            before = ShopCode.objects.filter(issued_key=order.key).first()
            if before is not None:
                if (before.commodity, before.amount) != (order.commodity, order.amount):
                    raise Refused("key_reused")
                return _sent(before)
            free = ShopCode.objects.filter(commodity=order.commodity, issued_key=None, void_at=None)
            code = free.order_by("id").first()
            if code is None:
                raise NotNow("pool_empty")
            code.issued_key, code.amount, code.issued_at = order.key, order.amount, order.at
            code.save(update_fields=["issued_key", "amount", "issued_at"])
            return _sent(code)

    def lookup(self, key: str) -> Sent | None:
        """Return what was issued to a key."""
        code = ShopCode.objects.filter(issued_key=key).first()
        return _sent(code) if code else None

    def results(self, *, since: int, at: datetime) -> Iterator[Result]:
        """Yield what nobody has read yet: deliveries, and codes that were made void.

        Codes are delivered in any order; a void one is its code's second result, so its number is
        the negative one.
        """
        read = ProviderEvent.objects.filter(provider=self.name).values("number")
        delivered = ShopCode.objects.filter(delivered_at__lte=at).exclude(id__in=read)
        for code in delivered.order_by("delivered_at", "id"):
            if code.issued_key and code.delivered_at:
                yield _result(code, code.id, "settled", code.delivered_at)
        void = ShopCode.objects.filter(void_at__lte=at, issued_key__isnull=False)
        for code in void.annotate(second=-F("id")).exclude(second__in=read).order_by("id"):
            if code.void_at:
                kind = "returned" if code.delivered_at else "bounced"
                yield _result(code, -code.id, kind, code.void_at)


def _result(code: ShopCode, number: int, kind: str, at: datetime) -> Result:
    return Result(
        number=number,
        key=code.issued_key or "",
        kind=kind,
        ref=f"CODE-{code.id}",
        happened_at=at,
        reason="" if kind == "settled" else code.void_reason,
        amount=code.amount,
    )


def _sent(code: ShopCode) -> Sent:
    # The code itself stays in its table: a reference gets into logs and pages.
    return Sent(f"CODE-{code.id}")
