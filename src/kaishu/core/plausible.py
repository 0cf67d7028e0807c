"""Say whether a price and a date of purchase look like the others. An odd one only asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

# Too few prices say nothing about what is usual.
FEWEST = 12
# Shops hand goods over, and clocks differ, around the first and last day of sale.
AROUND = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class Price:
    """An amount beside the middle eight tenths of the others; "" = nothing to say."""

    reason: str
    low: int = 0
    high: int = 0
    count: int = 0


def price(amount: int | None, others: Sequence[int]) -> Price:
    """Compare an amount with others of the same product, in the same minor units.

    Reasons: price_missing, price_high (above one and a half times nine tenths of the others),
    price_low (below half of one tenth), price_usual; "" where too few others are known.
    """
    if amount is None:
        return Price("price_missing")
    if len(others) < FEWEST:
        return Price("")
    ordered = sorted(others)
    low, high = ordered[len(ordered) // 10], ordered[-1 - len(ordered) // 10]
    reason = "price_usual"
    if amount * 2 > high * 3:
        reason = "price_high"
    elif amount * 2 < low:
        reason = "price_low"
    return Price(reason, low, high, len(ordered))


def bought(on: date | None, *, first: date | None, last: date | None, claimed: date) -> str:
    """Return why a date of purchase is odd: bought_after_claim, bought_before_sale,
    bought_after_sale; "" where it is not.
    """
    if on is None:
        return ""
    if on > claimed + timedelta(days=1):
        return "bought_after_claim"
    if first is not None and on < first - AROUND:
        return "bought_before_sale"
    if last is not None and on > last + AROUND:
        return "bought_after_sale"
    return ""
