"""Shop credit: codes from a pool, each issued once. `sent` when issued, `paid` when delivered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

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
            free = ShopCode.objects.filter(commodity=order.commodity, issued_key=None)
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
        """Yield the deliveries nobody has read yet. Codes are delivered in any order."""
        read = ProviderEvent.objects.filter(provider=self.name).values("number")
        delivered = ShopCode.objects.filter(delivered_at__lte=at).exclude(id__in=read)
        for code in delivered.order_by("delivered_at", "id"):
            if code.issued_key and code.delivered_at:
                yield Result(
                    number=code.id,
                    key=code.issued_key,
                    kind="settled",
                    ref=f"CODE-{code.id}",
                    happened_at=code.delivered_at,
                )


def _sent(code: ShopCode) -> Sent:
    # The code itself stays in its table: a reference gets into logs and pages.
    return Sent(f"CODE-{code.id}")
