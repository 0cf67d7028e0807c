"""Which lots of an item were made shortly before and after a lot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kaishu.core.genealogy.acts import Did
from kaishu.core.genealogy.graph import Graph
from kaishu.core.genealogy.things import Kind

Nodes = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Near:
    """A lot near a suspect one: `apart` seconds later, or earlier where negative."""

    code: str
    made_at: int
    apart: int
    suspect: str


def entries_of(graph: Graph, nodes: Nodes) -> tuple[Nodes, Nodes]:
    """Return every entry of these things: the place in `nodes`, and act << 1 | output.

    The entries of one thing follow each other, in the order of time.
    """
    first = graph.node_first[nodes].astype(np.int64)
    counts = graph.node_first[nodes + 1].astype(np.int64) - first
    place = np.repeat(np.arange(len(nodes)), counts)
    step = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    return place, graph.entry[np.repeat(first, counts) + step].astype(np.int64)


def made_at(graph: Graph, nodes: Nodes) -> Nodes:
    """Return when each thing was made: its first MADE, else when it was first heard of."""
    place, entry = entries_of(graph, nodes)
    act = entry >> 1
    made = (graph.did[act] == Did.MADE) & (entry & 1 == 1)
    found = np.zeros(len(nodes), np.int64)
    for kept in (np.ones(len(act), np.bool_), made):
        whose, where = np.unique(place[kept], return_index=True)
        found[whose] = graph.at[act[kept][where]]
    return found


def lots_of_item(graph: Graph, item: int) -> Nodes:
    """Return every lot of one item, by the item's number."""
    everything = np.arange(graph.facts.nodes)
    mine = graph.items(everything) == item
    lots: Nodes = everything[mine & (graph.kinds(everything) == Kind.LOT)]
    return lots


def near(
    graph: Graph, suspects: Sequence[str], *, seconds: int | None = None, each_side: int = 0
) -> list[Near]:
    """Return the lots of the suspects' items that were made near them, the nearest first.

    Either every lot made at most `seconds` before or after a suspect lot, or the `each_side` lots
    before and after it. A lot near two suspects is told of the nearer one. Units have no
    neighbours here, as their lot says more. Raises ThingUnknown.
    """
    numbers = [graph.need(code) for code in suspects]
    found: dict[int, Near] = {}
    for number in numbers:
        if graph.kind(number) != Kind.LOT:
            continue
        item = int(graph.items(np.array([number]))[0])
        lots = lots_of_item(graph, item)
        times = made_at(graph, lots)
        mine = int(times[lots == number][0])
        for place in _chosen(times, lots == number, mine, seconds, each_side):
            lot, apart = int(lots[place]), int(times[place]) - mine
            known = found.get(lot)
            if lot not in numbers and (known is None or abs(apart) < abs(known.apart)):
                found[lot] = Near(graph.code(lot), mine + apart, apart, graph.code(number))
    return sorted(found.values(), key=lambda lot: (abs(lot.apart), lot.code))


def _chosen(
    times: Nodes, self: NDArray[np.bool_], mine: int, seconds: int | None, each_side: int
) -> list[int]:
    if seconds is not None:
        return np.flatnonzero((np.abs(times - mine) <= seconds) & ~self).tolist()
    order = np.lexsort((self, times))  # lots of the same second stand before the suspect
    at = int(np.flatnonzero(self[order])[0])
    return [
        *order[max(at - each_side, 0) : at].tolist(),
        *order[at + 1 : at + 1 + each_side].tolist(),
    ]
