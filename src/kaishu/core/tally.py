"""The trial balance as plain values: sums of moves, netted into accounts.

Flows come in already grouped (one row per route, not per move), so netting is a few hundred rows
however long the books are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from kaishu.core.accounts import (
    COST,
    DECLARED,
    MAY_GO_NEGATIVE,
    PROMISE_ACCOUNTS,
    STRAY,
    UNIT_ACCOUNTS,
)

UnitFlow = tuple[str, str, str, str, str, str, int]
"""product, pool, source, source_party, target, target_party, quantity"""
PromiseFlow = tuple[str, str, str, int]
"""commodity, source, target, quantity"""


@dataclass(frozen=True, slots=True)
class UnitLine:
    """How many units of a product and pool lie in one place (declared: negative)."""

    product: str
    pool: str
    account: str
    party: str
    quantity: int


@dataclass(frozen=True, slots=True)
class PromiseLine:
    """How much of a commodity stands in one account (cost: negative)."""

    commodity: str
    account: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Tally:
    """A trial balance as of one moment (`as_of`), as known at another (`known_at`)."""

    units: tuple[UnitLine, ...]
    promises: tuple[PromiseLine, ...]
    as_of: datetime | None = None
    known_at: datetime | None = None

    def units_in(self, account: str, *, product: str | None = None, strays: bool = False) -> int:
        """Count the units in an account; strays are left out of population figures."""
        return sum(
            line.quantity
            for line in self.units
            if line.account == account
            and product in (None, line.product)
            and (strays or line.pool != STRAY)
        )

    def promised(self, commodity: str, account: str) -> int:
        """Return how much of a commodity stands in an account."""
        return sum(
            line.quantity
            for line in self.promises
            if line.commodity == commodity and line.account == account
        )

    @property
    def population(self) -> int:
        """Count the units the recall answers for; equal to what stands in all other accounts."""
        return -self.units_in(DECLARED)

    @property
    def commodities(self) -> tuple[str, ...]:
        """Name every commodity ever promised, in order."""
        return tuple(sorted({line.commodity for line in self.promises}))

    def sentence(self) -> str:
        """Return the balance on one line, for tests and logs; zero accounts are left out."""
        parts = [_sentence((a, self.units_in(a, strays=True)) for a in UNIT_ACCOUNTS)]
        for commodity in self.commodities:
            pairs = ((a, self.promised(commodity, a)) for a in PROMISE_ACCOUNTS)
            parts.append(f"{commodity}: {_sentence(pairs)}")
        return " | ".join(part for part in parts if part)

    def understated(self) -> tuple[UnitLine, ...]:
        """Return the places that fell below zero where that is allowed: a signal to report."""
        return tuple(
            line
            for line in self.units
            if line.quantity < 0 and line.account in MAY_GO_NEGATIVE and line.account != DECLARED
        )

    def impossible(self) -> tuple[UnitLine | PromiseLine, ...]:
        """Return the lines that no legal book can show: below zero where nothing may be."""
        units = (
            line for line in self.units if line.quantity < 0 and line.account not in MAY_GO_NEGATIVE
        )
        promises = (line for line in self.promises if line.quantity < 0 and line.account != COST)
        return (*units, *promises)


def tally(
    unit_flows: Iterable[UnitFlow],
    promise_flows: Iterable[PromiseFlow],
    *,
    as_of: datetime | None = None,
    known_at: datetime | None = None,
) -> Tally:
    """Net grouped flows into a trial balance, places in the order of the closed lists."""
    places: Counter[tuple[str, str, str, str]] = Counter()
    for (
        product,
        pool,
        source,
        source_party,
        target,
        target_party,
        quantity,
    ) in unit_flows:
        places[product, pool, source, source_party] -= quantity
        places[product, pool, target, target_party] += quantity
    sums: Counter[tuple[str, str]] = Counter()
    for commodity, source, target, quantity in promise_flows:
        sums[commodity, source] -= quantity
        sums[commodity, target] += quantity
    units = sorted(
        (UnitLine(*place, quantity) for place, quantity in places.items() if quantity),
        key=lambda line: (
            line.product,
            line.pool,
            UNIT_ACCOUNTS.index(line.account),
            line.party,
        ),
    )
    promises = sorted(
        (PromiseLine(*account, quantity) for account, quantity in sums.items() if quantity),
        key=lambda line: (line.commodity, PROMISE_ACCOUNTS.index(line.account)),
    )
    return Tally(tuple(units), tuple(promises), as_of, known_at)


def _sentence(pairs: Iterable[tuple[str, int]]) -> str:
    return "  ".join(f"{account} {quantity}" for account, quantity in pairs if quantity)
