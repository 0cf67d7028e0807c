"""Post the masses of the demo's recalls: daily totals, as taken over from another system.

Nobody lived these units one by one. Each day's total happened at noon and came over in the night,
as from another system that still runs, so reports of that time know it. Money of these owners was
never ours to book: only units move.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta

from django.db import transaction

from kaishu.books import actions as books
from kaishu.books.values import Move, Place, UnitMove
from kaishu.core.accounts import AT_LARGE, DEPOT, DISPOSED, OWNER, RECYCLER
from kaishu.demo.curve import LAST_DAY, curves

# Owners are heard of so long before their parcel comes: one owner's own account, day 0 to day 18.
AHEAD = 14
WEEK, MONTH = 7, 28
NIGHT = timedelta(hours=8)
TOGETHER = 10  # days in one transaction: a visitor's own commit waits no longer than that

Arrived = Counter[tuple[int, str]]
"""Units that are lived one by one and come in on a day, by day and model."""


def post_masses(
    *,
    recall_id: int,
    slug: str,
    announced: date,
    sites: tuple[str, str],
    lived: Arrived,
    at: datetime,
) -> None:
    """Post the first hundred days of a recall, less what is lived one by one.

    `sites` are the depot and the recycler.
    """
    arrivals = _arrivals(slug, lived)
    last = LAST_DAY + 2 * WEEK + MONTH
    for first in range(0, last + 1, TOGETHER):
        with transaction.atomic():
            for day in range(first, min(first + TOGETHER, last + 1)):
                noon = datetime.combine(announced + timedelta(days=day), time(12), tzinfo=UTC)
                for kind, moves in _day(day, arrivals, sites):
                    books.post(
                        kind=kind,
                        moves=moves,
                        recall_id=recall_id,
                        key=f"{slug}:{day}:{kind}",
                        door="import",
                        by="hana",
                        at=min(noon + NIGHT, at),
                        happened_at=noon,
                        reason="imported_total",
                    )


def _arrivals(slug: str, lived: Arrived) -> Mapping[str, list[int]]:
    """Return the units that had come in by the end of each day, without those lived one by one."""
    totals = {}
    for model, curve in curves(slug).items():
        mine = 0
        sums: list[int] = []
        for day in range(LAST_DAY + 1):
            mine += lived[day, model]
            sums.append(max(curve.by(day) - mine, sums[-1] if sums else 0))
        totals[model] = sums
    return totals


def _day(
    day: int, arrivals: Mapping[str, list[int]], sites: tuple[str, str]
) -> list[tuple[str, list[Move]]]:
    depot, recycler = Place(DEPOT, sites[0]), Place(RECYCLER, sites[1])
    heard = _moves(
        arrivals, day + AHEAD, day + AHEAD - 1 if day else -1, Place(AT_LARGE), Place(OWNER)
    )
    found = [
        ("holder.known", heard),
        ("parcel.received", _moves(arrivals, day, day - 1, Place(OWNER), depot)),
    ]
    if day % WEEK == 0:
        gone = _moves(arrivals, day - WEEK, day - 2 * WEEK, depot, recycler)
        ended = _moves(
            arrivals, day - WEEK - MONTH, day - 2 * WEEK - MONTH, recycler, Place(DISPOSED)
        )
        found += [("custody.handed_over", gone), ("disposal.certified", ended)]
    return [(kind, moves) for kind, moves in found if moves]


def _moves(
    arrivals: Mapping[str, list[int]], day: int, before: int, source: Place, target: Place
) -> list[Move]:
    """Move what came in after the day `before` and up to `day`."""
    quantities = {model: _at(sums, day) - _at(sums, before) for model, sums in arrivals.items()}
    return [
        UnitMove(product=model, pool="consumer", quantity=n, source=source, target=target)
        for model, n in quantities.items()
        if n
    ]


def _at(sums: list[int], day: int) -> int:
    return 0 if day < 0 else sums[min(day, LAST_DAY)]
