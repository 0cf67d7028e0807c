"""Units by place over time, from the moves alone: any day, on both clocks.

Days are UTC days up to the moment asked for; the last one is cut off at that moment.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from kaishu.books import closings
from kaishu.books.progress import Flow
from kaishu.core.accounts import (
    AT_LARGE,
    DECLARED,
    DEPOT,
    DISPOSED,
    GONE,
    MADE_SAFE,
    OWNER,
    RECYCLER,
    REPAIRED,
    STRAY,
    TRANSIT,
    UNSOLD,
)

Counts = NDArray[np.int64]

# From the bottom of the stack upwards: what is over for good comes first.
PLACES: dict[str, tuple[str, ...]] = {
    "ended": (DISPOSED, REPAIRED, MADE_SAFE),
    "at_recycler": (RECYCLER,),
    "in_depot": (DEPOT,),
    "on_the_way": (TRANSIT,),
    "with_owner": (OWNER,),
    "gone": (GONE,),
    "unsold": (UNSOLD,),
    "unheard": (AT_LARGE,),
}
COLLECTED = ("ended", "at_recycler", "in_depot")
HEARD_FROM = (*COLLECTED, "on_the_way", "with_owner")
SENT_BACK = (*COLLECTED, "on_the_way")


@dataclass(frozen=True, slots=True)
class Curves:
    """For each day the units that stood in each group of places at its end."""

    days: tuple[date, ...]
    places: dict[str, Counts]
    population: Counts
    flows: tuple[Flow, ...] = ()

    def together(self, names: tuple[str, ...]) -> Counts:
        """Return the units in several groups of places."""
        nothing = np.zeros(len(self.days), np.int64)
        return np.asarray(sum((self.places[name] for name in names), nothing))

    def now(self, *names: str) -> int:
        """Return how many units stand in these groups on the last day."""
        return sum(int(self.places[name][-1]) for name in names) if self.days else 0

    @property
    def announced(self) -> int:
        """Return the population on the last day."""
        return int(self.population[-1]) if self.days else 0


def curves(*, recall_id: int, as_of: datetime, known_at: datetime | None) -> Curves:
    """Return where the units of a recall stood on each day up to a moment; strays are left out."""
    changes: Counter[tuple[str, str]] = Counter()
    routes: Counter[tuple[str, str, str]] = Counter()
    flows = closings.flows(
        closings.UNITS,
        recall_ids=[recall_id],
        as_of=as_of,
        known_at=known_at,
        by_day=True,
        route=("pool", "source", "target"),
    )
    for _, day, pool, source, target, quantity in flows:
        if pool != STRAY:
            changes[day, source] -= quantity
            changes[day, target] += quantity
            routes[pool, source, target] += quantity
    summed = tuple(Flow("", *route, quantity) for route, quantity in routes.items())
    return replace(_summed(changes, as_of), flows=summed)


def _summed(changes: Counter[tuple[str, str]], as_of: datetime) -> Curves:
    if not changes:
        empty = np.zeros(0, np.int64)
        return Curves((), dict.fromkeys(PLACES, empty), empty)
    first = date.fromisoformat(min(day for day, _ in changes))
    last = max(as_of.astimezone(UTC).date(), first)
    span = (last - first).days + 1
    accounts = {account for _, account in changes}
    daily = {account: np.zeros(span, np.int64) for account in accounts}
    for (day, account), change in changes.items():
        daily[account][(date.fromisoformat(day) - first).days] += change
    standing = {account: np.cumsum(change) for account, change in daily.items()}
    nothing = np.zeros(span, np.int64)
    places = {
        name: np.asarray(sum((standing.get(a, nothing) for a in group), nothing))
        for name, group in PLACES.items()
    }
    days = tuple(first + timedelta(days=passed) for passed in range(span))
    return Curves(days, places, -standing.get(DECLARED, nothing))
