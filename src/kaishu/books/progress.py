"""The figures of a recall's progress, as of any moment and as known at any other.

Everything comes from moves, never from where a unit or promise stands now, so that a past day
gives the same figures for ever. A mere quantity counts like a named unit: opening balances and
daily totals of another system are in the sums too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from kaishu.books import closings
from kaishu.books.models import UnitMoveRow
from kaishu.books.settled import Settled, settled
from kaishu.core.accounts import DECLARED, DEPOT, RECYCLER, STRAY, TRANSIT
from kaishu.core.progress import (
    BY_PROMISE,
    DONE_AT,
    GONE_AT,
    Discarded,
    DoneRule,
    Line,
    Progress,
    progress,
)

Key = tuple[str, str]  # product, pool


@dataclass(frozen=True, slots=True)
class Flow:
    """The units of one route; `product` "" where the products were added up."""

    product: str
    pool: str
    source: str
    target: str
    units: int

    @property
    def key(self) -> Key:
        return self.product, self.pool


def figures(
    *,
    recall_id: int,
    as_of: datetime | None,
    known_at: datetime | None,
    rule: DoneRule | str,
    products: Collection[str] | None = None,
    discarded: Collection[Discarded] = (),
    flows: Sequence[Flow] | None = None,
) -> Progress:
    """Count a recall's progress by a rule: one statement, two where promises count.

    `as_of` leaves out what happened later, `known_at` what was recorded later; both inclusive,
    None leaves out nothing. `products` narrows to these model codes. Strays are never counted.
    `flows` are the sums on the same two clocks, where the caller has read them already.
    """
    rule = DoneRule(rule)
    if flows is None:
        flows = _flows(recall_id, as_of, known_at)
    done = _standing(flows, DONE_AT[rule])
    gone = _standing(flows, GONE_AT)
    if DEPOT in DONE_AT[rule]:
        done.update(_travelling_on(flows, recall_id, as_of, known_at))
    unplaced = 0
    if rule in BY_PROMISE:
        found = settled(recall_id=recall_id, as_of=as_of, known_at=known_at)
        unplaced = sum(each.units for each in found if not each.product)
        _add_settled(found, rule, done, gone)
    target = _standing(flows, frozenset({DECLARED}))
    return progress(
        (
            Line(product=key[0], pool=key[1], target=-target[key], done=done[key], gone=gone[key])
            for key in sorted(target.keys() | done.keys() | gone.keys())
        ),
        rule=rule,
        discarded=discarded,
        products=products,
        unplaced=unplaced,
        as_of=as_of,
        known_at=known_at,
    )


def _add_settled(
    found: Iterable[Settled], rule: DoneRule, done: Counter[Key], gone: Counter[Key]
) -> None:
    """Count each settled unit once: not again where it is collected, nor as gone where done."""
    for each in found:
        if not each.product:
            continue
        key = each.product, each.pool
        done[key] += each.units - (each.collected if rule is DoneRule.EITHER else 0)
        gone[key] -= each.gone


def _flows(recall_id: int, as_of: datetime | None, known_at: datetime | None) -> list[Flow]:
    rows = closings.flows(
        closings.UNITS,
        recall_ids=[recall_id],
        as_of=as_of,
        known_at=known_at,
        route=("product", "pool", "source", "target"),
    )
    return [flow for row in rows if (flow := Flow(*row[1:])).pool != STRAY]


def _standing(flows: Iterable[Flow], accounts: frozenset[str]) -> Counter[Key]:
    sums: Counter[Key] = Counter()
    for flow in flows:
        sums[flow.key] += flow.units * ((flow.target in accounts) - (flow.source in accounts))
    return sums


def _travelling_on(
    flows: Iterable[Flow], recall_id: int, as_of: datetime | None, known_at: datetime | None
) -> Counter[Key]:
    """Count the units on the way from a depot to a recycler or another depot: still in our hands.

    A named unit's own last move tells. Of mere quantities, everything that a carrier delivered is
    taken off first, so that the sum may be too small for a while and never too large.
    """
    if not any((flow.source, flow.target) == (DEPOT, TRANSIT) for flow in flows):
        return Counter()
    moves = _moves(recall_id, as_of, known_at)
    sent = moves.filter(source=DEPOT, target=TRANSIT)
    on_the_way = moves.filter(Q(source=TRANSIT) | Q(target=TRANSIT))
    touching = on_the_way.filter(Q(unit=None) | Q(unit__in=sent.values("unit")))
    columns = ("product", "pool", "source", "target", "quantity", "unit_id")
    rows: Iterable[Any] = touching.order_by("happened_at", "id").values_list(*columns)
    last: dict[int, tuple[Key, bool]] = {}
    counted: Counter[Key] = Counter()
    for product, pool, source, target, quantity, unit in rows:
        if unit is not None:
            last[unit] = (product, pool), (source, target) == (DEPOT, TRANSIT)
        elif (source, target) == (DEPOT, TRANSIT):
            counted[product, pool] += quantity
        elif target in (DEPOT, RECYCLER):
            counted[product, pool] -= quantity
    sums = Counter({key: units for key, units in counted.items() if units > 0})
    sums.update(key for key, travels in last.values() if travels)
    return sums


def _moves(
    recall_id: int, as_of: datetime | None, known_at: datetime | None
) -> QuerySet[UnitMoveRow]:
    moves = UnitMoveRow.objects.filter(recall_id=recall_id).exclude(pool=STRAY)
    if as_of is not None:
        moves = moves.filter(happened_at__lte=as_of)
    if known_at is not None:
        moves = moves.filter(recorded_at__lte=known_at)
    return moves
