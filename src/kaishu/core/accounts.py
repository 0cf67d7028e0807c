"""The closed accounts of the two books and the only routes between them.

`UNIT_ROUTES` and `PROMISE_ROUTES` are the state machine: an entry kind names the moves it may
carry, and nothing moves along a route that is not in its row.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product as pairs

# Unit accounts: where a thing is.
DECLARED = "declared"
UNSOLD = "unsold"
AT_LARGE = "at_large"
OWNER = "owner"
TRANSIT = "transit"
DEPOT = "depot"
RECYCLER = "recycler"
DISPOSED = "disposed"
REPAIRED = "repaired"
MADE_SAFE = "made_safe"
GONE = "gone"
RELEASED = "released"

UNIT_ENDS = (DISPOSED, REPAIRED, MADE_SAFE, GONE, RELEASED)
UNIT_ACCOUNTS = (
    DECLARED,
    UNSOLD,
    AT_LARGE,
    OWNER,
    TRANSIT,
    DEPOT,
    RECYCLER,
    *UNIT_ENDS,
)
WITH_PARTY = frozenset({UNSOLD, TRANSIT, DEPOT, RECYCLER})
MAY_GO_NEGATIVE = frozenset({DECLARED, AT_LARGE})

# Pools: whose hands a unit was in when the recall opened; fixed for life.
STRAY = "stray"
POOLS = ("maker", "distributor", "retailer", "consumer", STRAY)

# Promise accounts: what somebody is owed.
COST = "cost"
OWED = "owed"
SENT = "sent"
PAID = "paid"
WAIVED = "waived"

PROMISE_ENDS = (PAID, WAIVED)
PROMISE_ACCOUNTS = (COST, OWED, SENT, *PROMISE_ENDS)

Routes = Mapping[str, frozenset[tuple[str, str]]]


def _from(sources: tuple[str, ...], *targets: str) -> frozenset[tuple[str, str]]:
    return frozenset((source, target) for source, target in pairs(sources, targets))


UNIT_ROUTES: Routes = {
    "population.opened": _from((DECLARED,), AT_LARGE, UNSOLD),
    "population.corrected": _from((DECLARED,), AT_LARGE, UNSOLD)
    | _from((AT_LARGE, UNSOLD), DECLARED),
    "stock.quarantined": _from((UNSOLD, AT_LARGE), DEPOT),
    "stock.sold_anyway": _from((UNSOLD,), AT_LARGE),
    "holder.known": _from((AT_LARGE,), OWNER),
    "parcel.sent": _from((OWNER, DEPOT), TRANSIT),
    "parcel.received": _from((OWNER, TRANSIT, AT_LARGE, GONE, DEPOT), DEPOT),
    "parcel.returned": _from((TRANSIT,), OWNER),
    "parcel.lost": _from((TRANSIT,), AT_LARGE),
    "custody.handed_over": _from((DEPOT,), TRANSIT, RECYCLER) | _from((TRANSIT,), RECYCLER),
    "disposal.certified": _from((RECYCLER,), DISPOSED),
    "repair.done": _from((OWNER, DEPOT, TRANSIT), REPAIRED),
    "safe.done": _from((OWNER,), MADE_SAFE),
    "unit.gone": _from((OWNER, AT_LARGE), GONE),
    "unit.found": _from(UNIT_ENDS, AT_LARGE, OWNER, DEPOT),
    "stray.received": _from((DECLARED,), DEPOT),
    "stray.released": _from((DEPOT, TRANSIT), RELEASED),
    "stocktake.short": _from((UNSOLD, DEPOT, RECYCLER), AT_LARGE),
    "stocktake.over": _from((AT_LARGE,), UNSOLD, DEPOT, RECYCLER),
}

PROMISE_ROUTES: Routes = {
    "promise.awarded": _from((COST,), OWED),
    "promise.changed": _from((OWED,), COST) | _from((COST,), OWED),
    "promise.declined": _from((OWED,), WAIVED),
    "promise.reopened": _from((WAIVED,), OWED),
    "payout.sent": _from((OWED,), SENT),
    "payout.settled": _from((SENT,), PAID),
    "payout.bounced": _from((SENT,), OWED),
    "payout.returned": _from((PAID,), OWED),
    "payout.recovered": _from((PAID,), COST),
}

# A reversal runs its original's moves backwards; `books.reverse` is its only door.
REVERSED = "entry.reversed"
ENTRY_KINDS = (*UNIT_ROUTES, *PROMISE_ROUTES, REVERSED)


def unit_route_is_open(kind: str, source: str, target: str) -> bool:
    """Say whether entries of this kind may move units from source to target."""
    return (source, target) in UNIT_ROUTES.get(kind, frozenset())


def promise_route_is_open(kind: str, source: str, target: str) -> bool:
    """Say whether entries of this kind may move promises from source to target."""
    return (source, target) in PROMISE_ROUTES.get(kind, frozenset())
