"""What a remedy promises for one purchase, and when the promise may leave."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from kaishu.core.accounts import DEPOT, DISPOSED, MADE_SAFE, OWNER, RECYCLER, REPAIRED
from kaishu.core.errors import Refusal
from kaishu.core.recall import AmountRule, DueWhen, Remedy

# Where a unit stands once it can no longer burn in somebody's home.
COLLECTED_AT = frozenset({DEPOT, RECYCLER, DISPOSED, REPAIRED, MADE_SAFE})


class AmountMissing(Refusal):
    """This remedy pays the order amount, and the order amount is not known."""

    code = "amount_missing"


@dataclass(frozen=True, slots=True)
class Purchase:
    """What the owner says of the purchase; `amount` in minor units (JPY 1, CNY 0.01)."""

    order_no: str = ""
    amount: int | None = None
    bought_on: date | None = None
    shop: str = ""


@dataclass(frozen=True, slots=True)
class Award:
    """One promise to make: `role` is "remedy" or "kit"; quantity in minor units or pieces."""

    commodity: str
    quantity: int
    role: str


@dataclass(frozen=True, slots=True)
class Due:
    """Whether a promise may leave now, and the code of the reason."""

    due: bool
    reason: str


def award(remedy: Remedy, purchase: Purchase) -> tuple[Award, ...]:
    """Return the promises that approving this remedy makes: the remedy, and its return kit."""
    awards = [Award(remedy.commodity, _quantity(remedy, purchase), "remedy")]
    if remedy.kit:
        awards.append(Award(remedy.kit, 1, "kit"))
    return tuple(awards)


def currency_of(commodity: str) -> str:
    """Return the currency of `JPY` or `coupon:CNY`; "" for pieces."""
    kind, _, name = commodity.partition(":")
    return kind if not name else name if kind == "coupon" else ""


def is_due(
    remedy: Remedy, *, approved: bool, unit_account: str | None, inspected: bool = False
) -> Due:
    """Say whether the remedy's promise may leave.

    `inspected` is the decision that a depot scan leaves behind.
    """
    if not approved:
        return Due(False, "not_approved")
    if remedy.due is DueWhen.APPROVED:
        return Due(True, "approved")
    if is_collected(unit_account, inspected=inspected):
        return Due(True, "collected")
    return Due(False, "not_collected")


def is_collected(unit_account: str | None, *, inspected: bool) -> bool:
    """Say whether the owner has done their part: the unit came in, and did not go back to them.

    An inspection stays true while the unit travels on to the recycler, when its account alone
    could not tell; it says nothing any more once the unit was sent back.
    """
    return unit_account in COLLECTED_AT or (inspected and unit_account != OWNER)


def _quantity(remedy: Remedy, purchase: Purchase) -> int:
    if remedy.amount is AmountRule.FIXED:
        return remedy.quantity
    if purchase.amount is None or purchase.amount <= 0:
        raise AmountMissing(remedy=remedy.code)
    return purchase.amount + remedy.plus
