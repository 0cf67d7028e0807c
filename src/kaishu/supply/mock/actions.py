"""Run a mock recall: choose a lot, trace it against the clock, keep what came out."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

import numpy as np
from django.db import transaction

from kaishu.core.genealogy.blast import Goods
from kaishu.core.genealogy.blast_found import Found, found_of
from kaishu.core.genealogy.forward import Forward, forward
from kaishu.core.genealogy.graph import Graph
from kaishu.core.genealogy.things import Kind
from kaishu.supply.mock.errors import MockNeedsLot, NoLotToDraw
from kaishu.supply.mock.models import MockRecall
from kaishu.supply.models import GraphFile, Item, Network
from kaishu.supply.network import queries, unseen

LISTED = 500  # lost units, duplicates and holders that a record names; all are counted
TRIES = 200

Clock = Callable[[], float]


def run_mock(
    *,
    slug: str,
    lot: str = "",
    seed: int | None = None,
    goal: int | None = None,
    by: str,
    at: datetime,
    clock: Clock,
) -> MockRecall:
    """Trace a lot as on the day of a recall, and keep the record; without a lot one is drawn.

    `goal` is the share of units to be located, in a thousand. `clock` counts seconds and never
    jumps (time.monotonic). It runs while the graph is opened, and from the question until every
    unit was looked for and what cannot be judged is counted; not while a lot is drawn. Raises
    NetworkUnknown, GraphMissing, GraphFileLost, ThingUnknown, MockNeedsLot, NoLotToDraw.
    """
    opening = clock()
    network = queries.network(slug)
    graph = queries.open_graph(network.slug)
    row = queries.newest_graph(network)
    opened = clock() - opening
    assert row is not None  # open_graph refuses before this
    if not lot:
        seed = random.SystemRandom().randrange(1 << 31) if seed is None else seed
        lot = _drawn(graph, seed)
    elif graph.kind(graph.need(lot)) is not Kind.LOT:
        raise MockNeedsLot(code=lot)
    goods = {each.code: Goods(each.brand, each.model) for each in _items(network)}
    started = clock()
    answer = forward(graph, [lot])
    found = found_of(graph, answer, goods=goods)
    holders = _holders(network, answer)
    told = unseen.told(network, graph, [lot], answer.nodes)
    took = opened + clock() - started
    with transaction.atomic():
        return MockRecall.objects.create(
            network=network,
            lot=lot,
            item=queries.names(network, [lot])[lot].name,
            seed=seed,
            goal=goal,
            milliseconds=round(took * 1000),
            **_about(row),
            **_found(found),
            **_unseen(told),
            holders=holders[:LISTED],
            holder_count=len(holders),
            by=by,
            at=at,
        )


def _found(found: Found) -> dict[str, object]:
    return {
        "certain": found.certain,
        "possible": found.possible,
        "located": found.located,
        "ended": found.ended,
        "lost": len(found.lost),
        "pieces": found.pieces,
        "pieces_located": found.pieces_located,
        "lost_units": list(found.lost[:LISTED]),
        "duplicates": len(found.twice),
        "duplicate_units": [asdict(each) for each in found.twice[:LISTED]],
    }


def _unseen(told: Mapping[str, Any]) -> dict[str, object]:
    """Return what the trace did not see: counted whole, named item by item."""
    counts = Counter[str]()
    for each in told["unjudged"]:
        counts[each["kind"]] += each["things"]
    return {
        "unjudged": counts["unit"],
        "unjudged_lots": counts["lot"],
        "unseen": {name: told[name] for name in ("unjudged", "holding")},
        "waiting": told["waiting"],
    }


def _items(network: Network) -> Iterable[Item]:
    return Item.objects.filter(network=network)


def _about(row: GraphFile) -> dict[str, object]:
    return {"graph": row.digest, "acts": row.acts, "last_at": row.last_at}


def _drawn(graph: Graph, seed: int) -> str:
    """Return a lot that leads to a unit; the same seed draws the same lot of the same graph."""
    everything = np.arange(graph.facts.nodes, dtype=np.int32)
    lots = everything[graph.kinds(everything) == Kind.LOT]
    order = random.Random(seed)  # noqa: S311 (a draw that can be repeated)
    for lot in order.sample(lots.tolist(), min(TRIES, len(lots))):
        if len(forward(graph, [graph.code(lot)]).units()):
            return graph.code(lot)
    raise NoLotToDraw()


def _holders(network: Network, answer: Forward) -> list[dict[str, object]]:
    """Return who has how much, the most first, by the names of today: a record outlives them."""
    sums: dict[str, list[float]] = {}
    for each in answer.holders():
        line = sums.setdefault(each.party or each.place, [0.0, 0.0])
        line[0] += each.certain
        line[1] += each.possible
    named = queries.names(network, [code for code in sums if code])
    lines = [
        {
            "code": code,
            "name": named[code].name if code else "",
            "certain": round(pair[0]),
            "possible": round(pair[1]),
        }
        for code, pair in sums.items()
    ]
    return sorted(lines, key=lambda each: -int(str(each["certain"])) - int(str(each["possible"])))
