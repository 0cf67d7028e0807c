"""What a recall promised and what became of it, and the funds behind it, as of a moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, Sum

from kaishu.core.accounts import OWED, PAID, SENT, WAIVED
from kaishu.core.tally import Tally
from kaishu.payouts.money_models import RECEIVED, Fund


@dataclass(frozen=True, slots=True)
class Money:
    """One commodity in its smallest unit. `funded` is None where no fund was ever counted."""

    commodity: str
    owed: int
    sent: int
    paid: int
    waived: int
    funded: int | None

    @property
    def promised(self) -> int:
        """Return all that was promised and is not given up."""
        return self.owed + self.sent + self.paid

    @property
    def left(self) -> int | None:
        """Return what the funds leave after what was sent and paid."""
        return None if self.funded is None else self.funded - self.sent - self.paid

    @property
    def short(self) -> bool:
        """Say whether the funds do not cover what is promised."""
        return self.funded is not None and self.funded < self.promised


def money(tally: Tally, *, recall_id: int, as_of: datetime) -> tuple[Money, ...]:
    """Return each commodity of a balance with the funds agreed to by then."""
    funds = _funds(recall_id, as_of)
    return tuple(
        Money(
            commodity=commodity,
            owed=tally.promised(commodity, OWED),
            sent=tally.promised(commodity, SENT),
            paid=tally.promised(commodity, PAID),
            waived=tally.promised(commodity, WAIVED),
            funded=funds.get(commodity),
        )
        for commodity in sorted({*tally.commodities, *funds})
    )


def _funds(recall_id: int, as_of: datetime) -> dict[str, int]:
    """Return receipts less what was given back, of funds a second person agreed to by then."""
    standing = Q(withdrawn_at=None) | Q(withdrawn_at__gt=as_of)
    rows = Fund.objects.filter(standing, recall_id=recall_id, approved_at__lte=as_of).order_by()
    found: dict[str, int] = {}
    for commodity, kind, total in rows.values_list("commodity", "kind").annotate(
        total=Sum("quantity")
    ):
        found[commodity] = found.get(commodity, 0) + (total if kind == RECEIVED else -total)
    return found
