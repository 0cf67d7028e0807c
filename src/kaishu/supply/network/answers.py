"""Answers of a trace as plain data with names, for the command line and the API alike.

Moments are ISO 8601 in UTC; quantities of things that are counted one by one are whole numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np

from kaishu.core.genealogy import blast as blasts
from kaishu.core.genealogy import causes, neighbours
from kaishu.core.genealogy.answers import Held, Step
from kaishu.core.genealogy.backward import Backward, backward
from kaishu.core.genealogy.blast import Goods, Seat
from kaishu.core.genealogy.forward import Forward, forward
from kaishu.core.genealogy.graph import Graph
from kaishu.core.genealogy.things import Kind, item_of, name_of
from kaishu.supply.models import Item, ItemKind, Network, Partner
from kaishu.supply.network import queries, unseen

LEVELS = {0: "", 1: "possible", 2: "certain"}
DAY = 86_400
Plain = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """One network with its graph, and the window of a question in seconds since 1970."""

    network: Network
    graph: Graph
    since: int | None = None
    until: int | None = None

    def forward(self, codes: Sequence[str]) -> Forward:
        """Follow suspects forward. Raises what core.genealogy.forward raises."""
        return forward(self.graph, codes, since=self.since, until=self.until)


def followed(asked: Asked, codes: Sequence[str], found: Forward) -> Plain:
    """Return what a forward trace found, in sums."""
    totals, holders, ever = found.totals(), found.holders(), found.consignees()
    wanted = {*codes, *(x.item for x in totals)}
    for held in (*holders, *ever):
        wanted |= {held.party, held.place, held.item}
    names = _Names(asked.network, wanted)
    units = [each for each in totals if each.kind is Kind.UNIT]
    brands: dict[str, list[float]] = {}
    for each in units:
        if brand := names.brand(each.item):
            sums = brands.setdefault(brand, [0, 0])
            sums[0], sums[1] = sums[0] + each.certain, sums[1] + each.possible
    return {
        "suspects": [names.thing(code) for code in codes],
        "units": _sum(units),
        "brands": [
            {"brand": brand, **_level(*sums)}
            for brand, sums in sorted(brands.items(), key=lambda each: -sum(each[1]))
        ],
        "totals": [
            {
                "item": each.item,
                "kind": each.kind.name.lower(),
                **names.product(each.item),
                **_level(each.certain, each.possible),
                "not_said": each.unsaid,
            }
            for each in totals
        ],
        "holders": [_held(each, names) for each in _most_first(holders)],
        "consignees": [_held(each, names) for each in _most_first(ever)],
        "ended": len(found.ended()),
        "was": len(found.was()),
        "cycles": asked.graph.facts.cycles,
        **unseen.told(asked.network, asked.graph, codes, found.nodes),
    }


def things(asked: Asked, found: Forward, start: int, most: int) -> tuple[list[Plain], int | None]:
    """Return affected things from node number `start` on, and the number of the next, if any."""
    first = int(np.searchsorted(found.nodes, start))
    nodes = found.nodes[first : first + most]
    lines = [
        {
            "code": code,
            "kind": Kind(int(kind)).name.lower(),
            "level": LEVELS[int(level)],
            "since": stamp(int(since)),
        }
        for code, kind, level, since in zip(
            asked.graph.codes(nodes),
            asked.graph.kinds(nodes),
            found.levels[first : first + most],
            found.since[first : first + most],
            strict=True,
        )
    ]
    rest = found.nodes[first + most : first + most + 1]
    return lines, int(rest[0]) if len(rest) else None


def steps(asked: Asked, path: Iterable[Step]) -> list[Plain]:
    """Return the acts that prove an answer, one a step."""
    path = list(path)
    names = _Names(asked.network, {code for each in path for code in (each.source, each.target)})
    return [
        {
            "record": each.act_key,
            "did": each.did.name.lower(),
            "at": stamp(each.at),
            "source": names.thing(each.source),
            "target": names.thing(each.target),
            "quantity": None if each.quantity is None else pieces(each.quantity),
            "level": LEVELS[each.level],
        }
        for each in path
    ]


def behind(asked: Asked, code: str, at: int | None = None) -> tuple[Plain, Backward]:
    """Return what went into a thing, and the answer itself for its paths."""
    found = backward(asked.graph, code, at=at)
    lists = {
        "lots": asked.graph.codes(found.lots),
        "units": asked.graph.codes(found.units),
        "boxes": asked.graph.codes(found.boxes),
    }
    names = _Names(asked.network, {code, *(each for codes in lists.values() for each in codes)})
    told = {word: [names.thing(each) for each in codes] for word, codes in lists.items()}
    return {"thing": names.thing(code), **told}, found


def caused(asked: Asked, units: Sequence[str]) -> Plain:
    """Return which lots incident units have in common, against their whole production."""
    found = causes.common_cause(asked.graph, units)
    lots = {code for each in found.causes for code in each.lots} | set(found.everywhere)
    names = _Names(asked.network, {*lots, *found.items, *found.incidents})
    return {
        "items": [names.thing(code) for code in found.items],
        "incidents": list(found.incidents),
        "unknown": list(found.unknown),
        "units": found.units,
        "without_lots": found.without_lots,
        "tested": found.tested,
        "level": found.level,
        "too_few": found.too_few,
        "left_out": found.left_out,
        "everywhere": [names.thing(code) for code in found.everywhere],
        "causes": [
            {
                "lots": [names.thing(code) for code in each.lots],
                "incidents": list(each.incidents),
                "exposed": each.table.a + each.table.b,
                "exposed_incidents": each.table.a,
                "others": each.table.c + each.table.d,
                "other_incidents": each.table.c,
                "certain": each.certain,
                "odds_ratio": _finite(each.odds.ratio),
                "odds_low": _finite(each.odds.low),
                "odds_high": _finite(each.odds.high),
                "p": each.chance,
                "p_corrected": each.corrected,
                "false_share": each.discovery,
                "decided": each.decided,
                "incidents_to_decide": each.more,
            }
            for each in found.causes
        ],
    }


def _unseen(asked: Asked, codes: Sequence[str]) -> Plain:
    """Return what an answer in sums does not see."""
    return unseen.told(asked.network, asked.graph, codes, asked.forward(codes).nodes)


def nearby(asked: Asked, codes: Sequence[str], days: int) -> Plain:
    """Return how many units the lots made within so many days of the suspects would add."""
    found = neighbours.what_if(
        asked.graph, codes, seconds=days * DAY, since=asked.since, until=asked.until
    )
    names = _Names(asked.network, {*codes, *(each.lot.code for each in found.added)})
    return {
        "suspects": [names.thing(code) for code in found.suspects],
        "days": days,
        **_unseen(asked, codes),
        "units": asdict(found.base),
        "together": asdict(found.together),
        "left_out": found.left_out,
        "neighbours": [
            {
                "lot": names.thing(each.lot.code),
                "alone": asdict(each.alone),
                "new": asdict(each.new),
                "firmer": each.firmer,
            }
            for each in found.added
        ],
    }


def reached(asked: Asked, codes: Sequence[str]) -> Plain:
    """Return how far suspects reach: by brand, model, country and party."""
    there = asked.network
    found = blasts.blast(
        asked.graph,
        codes,
        goods=goods(there),
        seats=seats(there),
        since=asked.since,
        until=asked.until,
    )
    parties = {code for code, _ in found.parties() if code}
    items = {code for code, _ in found.undescribed}
    names = _Names(there, {*codes, *parties, *items, *(each.suspect for each in found.shared)})
    return {
        "suspects": [names.thing(code) for code in codes],
        **_unseen(asked, codes),
        "brands": [{"brand": brand, **_count(each)} for brand, each in found.brands()],
        "models": [
            {"brand": each.brand, "model": each.model, **_count(count)}
            for each, count in found.models
        ],
        "countries": [{"country": land, **_count(each)} for land, each in found.countries()],
        "parties": [
            {"party": code, "name": names.name(code), **_count(each)}
            for code, each in found.parties()
        ],
        "gone": found.gone,
        "shared": [
            {
                "suspect": names.thing(each.suspect),
                "brands": [{"brand": brand, **_count(count)} for brand, count in each.brands],
            }
            for each in found.shared
        ],
        "undescribed": [
            {"item": code, "name": names.name(code), **_count(each)}
            for code, each in found.undescribed
        ],
    }


def goods(network: Network) -> Mapping[str, Goods]:
    """Return what classes of a network are products that people buy."""
    rows = Item.objects.filter(network=network, kind=ItemKind.PRODUCT)
    return {row.code: Goods(row.brand, row.model) for row in rows}


def seats(network: Network) -> Mapping[str, Seat]:
    """Return where the parties and places of a network are."""
    rows = Partner.objects.filter(network=network)
    return {row.code: Seat(row.country, row.belongs_to) for row in rows}


def stamp(seconds: int) -> str:
    """Return a moment as people and machines read it."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"


def pieces(much: float) -> int | float:
    """Return a quantity as a whole number where it is one."""
    return int(much) if much == int(much) else round(much, 3)


class _Names:
    """What things are called, asked once."""

    def __init__(self, network: Network, codes: Iterable[str]) -> None:
        self._known = queries.names(network, {code for code in codes if code})

    def name(self, code: str) -> str:
        return self._known[code].name if code else ""

    def brand(self, code: str) -> str:
        return self._known[code].brand

    def product(self, code: str) -> Plain:
        found = self._known[code]
        return {"name": found.name, "brand": found.brand, "model": found.model}

    def thing(self, code: str) -> Plain:
        """Return a thing's code, its own number where it has one, and what its class is called."""
        number = name_of(code) if item_of(code) else ""
        return {"code": code, "number": number, "name": self.name(code)}


def _held(each: Held, names: _Names) -> Plain:
    return {
        "party": each.party,
        "party_name": names.name(each.party),
        "place": each.place,
        "place_name": names.name(each.place),
        "item": each.item,
        "item_name": names.name(each.item),
        **_level(each.certain, each.possible),
        "not_said": each.unsaid,
        "since": stamp(each.since),
    }


def _most_first(held: Iterable[Held]) -> list[Held]:
    return sorted(held, key=lambda each: (-each.certain - each.possible, each.party, each.place))


def _sum(totals: Iterable[Any]) -> Plain:
    known = list(totals)
    return _level(sum(each.certain for each in known), sum(each.possible for each in known))


def _count(each: blasts.Count) -> Plain:
    return {**_level(each.certain, each.possible), "not_said": each.unsaid}


def _level(certain: float, possible: float) -> Plain:
    return {"certain": pieces(certain), "possible": pieces(possible)}


def _finite(value: float) -> float | None:
    """Return a number that JSON can hold; endless is None."""
    return value if np.isfinite(value) else None
