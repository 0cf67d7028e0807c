"""How far does it reach: affected products by brand, model, country and party, and where they are.

What a class of things is and where a party sits is no part of a graph; both are passed in.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from kaishu.core.genealogy.answers import Held
from kaishu.core.genealogy.forward import Forward, forward
from kaishu.core.genealogy.graph import Graph
from kaishu.core.genealogy.things import Kind

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Goods:
    """A product: whose brand it carries, and which model it is."""

    brand: str
    model: str


@dataclass(frozen=True, slots=True)
class Seat:
    """Where a party or a place is; a place also says which party it belongs to."""

    country: str
    party: str = ""


@dataclass(frozen=True, slots=True)
class Count:
    """Products: surely affected, and possibly so beyond them. `unsaid` lots told no quantity."""

    certain: float
    possible: float
    unsaid: int = 0

    def __add__(self, other: Count) -> Count:
        """Return both together."""
        return Count(
            self.certain + other.certain,
            self.possible + other.possible,
            self.unsaid + other.unsaid,
        )


@dataclass(frozen=True, slots=True)
class Here:
    """Products of one model that are with one holder now; an empty holder = not known where."""

    goods: Goods
    country: str
    party: str
    place: str
    count: Count


@dataclass(frozen=True, slots=True)
class Shared:
    """A suspect, and the affected products of each brand that come from it."""

    suspect: str
    brands: tuple[tuple[str, Count], ...]


@dataclass(frozen=True, slots=True)
class Blast:
    """Each sum is ordered by its count, the largest first.

    `models` count everything affected, also what has ended; `now` what somebody holds or nobody
    knows of. `gone` = of `models`, what has ended. `undescribed` are classes that no mapping
    describes, with the units in them: they are in no brand and are not dropped.
    """

    models: tuple[tuple[Goods, Count], ...]
    now: tuple[Here, ...]
    gone: int
    shared: tuple[Shared, ...]
    undescribed: tuple[tuple[str, Count], ...]

    def brands(self) -> tuple[tuple[str, Count], ...]:
        """Return the count of each brand."""
        return _summed((goods.brand, count) for goods, count in self.models)

    def countries(self) -> tuple[tuple[str, Count], ...]:
        """Return the count in each country now; "" = not known."""
        return _summed((here.country, here.count) for here in self.now)

    def parties(self) -> tuple[tuple[str, Count], ...]:
        """Return the count with each party now; "" = not known."""
        return _summed((here.party, here.count) for here in self.now)


def blast(
    graph: Graph,
    suspects: Sequence[str],
    *,
    goods: Mapping[str, Goods],
    seats: Mapping[str, Seat],
    since: int | None = None,
    until: int | None = None,
) -> Blast:
    """Return how far suspects reach. `goods` by the code of a class, `seats` by that of a party.

    A class counts as a product if `goods` names it. Raises what `forward` raises.
    """
    found = forward(graph, suspects, since=since, until=until)
    models = [(goods[item], count) for item, count in _by_item(found) if item in goods]
    unnamed = [(item, count) for item, count in _units_by_item(found) if item not in goods]
    ended = found.ended()
    gone = graph.items(ended[graph.kinds(ended) == Kind.UNIT]).tolist()
    return Blast(
        _summed(models),
        tuple(_here(held, goods, seats) for held in found.holders() if held.item in goods),
        sum(graph.item_code(item) in goods for item in gone),
        tuple(_shared(graph, each, goods, since, until) for each in dict.fromkeys(suspects)),
        _summed(unnamed),
    )


def _by_item(found: Forward) -> list[tuple[str, Count]]:
    """Return the products of each class: its units, or its lots' quantities where it has none."""
    units = dict(_units_by_item(found))
    lots = [
        (each.item, Count(each.certain, each.possible, each.unsaid))
        for each in found.totals()
        if each.kind is Kind.LOT and each.item not in units
    ]
    return [*units.items(), *lots]


def _units_by_item(found: Forward) -> list[tuple[str, Count]]:
    return [
        (each.item, Count(each.certain, each.possible))
        for each in found.totals()
        if each.kind is Kind.UNIT
    ]


def _here(held: Held, goods: Mapping[str, Goods], seats: Mapping[str, Seat]) -> Here:
    place = seats.get(held.place)
    party = held.party or (place.party if place else "")
    seat = seats.get(party)
    country = (place.country if place else "") or (seat.country if seat else "")
    count = Count(held.certain, held.possible, held.unsaid)
    return Here(goods[held.item], country, party, held.place, count)


def _shared(
    graph: Graph,
    suspect: str,
    goods: Mapping[str, Goods],
    since: int | None,
    until: int | None,
) -> Shared:
    found = forward(graph, [suspect], since=since, until=until)
    counts = [(goods[item].brand, count) for item, count in _by_item(found) if item in goods]
    return Shared(suspect, _summed(counts))


def _summed(lines: Iterable[tuple[Key, Count]]) -> tuple[tuple[Key, Count], ...]:
    sums: dict[Key, Count] = {}
    for key, count in lines:
        sums[key] = sums.get(key, Count(0, 0)) + count

    def largest_first(line: tuple[Key, Count]) -> tuple[float, str]:
        return -line[1].certain - line[1].possible, str(line[0])

    return tuple(sorted(sums.items(), key=largest_first))
