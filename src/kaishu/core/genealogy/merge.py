"""Put more acts behind those of a graph file, without reading any event again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kaishu.core.genealogy.acts import Columns

if TYPE_CHECKING:
    from kaishu.core.genealogy.graph import Graph


def back(graph: Graph) -> Columns:
    """Return the acts of a graph as columns again."""
    quantity = np.full(len(graph.amount), np.nan)
    quantity[graph.said_at] = graph.said
    party = np.full(len(graph.at), -1, np.int32)
    place = party.copy()
    party[graph.who_act], place[graph.who_act] = graph.who_party, graph.who_place
    first = graph.act_first.astype(np.int64)
    counts = first[1:] - first[:-1]
    nodes = graph.facts.nodes
    return Columns(
        codes=graph.codes(np.arange(nodes, dtype=np.int32)),
        keys=graph.keys(),
        did=graph.did.copy(),
        at=graph.at.copy(),
        party=party,
        place=place,
        act=np.repeat(np.arange(len(counts), dtype=np.int32), counts),
        output=(graph.amount & 1).astype(np.bool_),
        thing=(graph.amount >> 1).astype(np.int32),
        quantity=quantity,
    )


def both(graph: Graph, more: Columns) -> Columns:
    """Return the acts of a graph and then more of them."""
    base = back(graph)
    numbers = {code: number for number, code in enumerate(base.codes)}
    mapped = [numbers.setdefault(code, len(numbers)) for code in more.codes]
    number = np.array([*mapped, -1], np.int32)
    return Columns(
        codes=list(numbers),
        keys=[*base.keys, *more.keys],
        did=np.concatenate([base.did, more.did]),
        at=np.concatenate([base.at, more.at]),
        party=np.concatenate([base.party, number[more.party]]),
        place=np.concatenate([base.place, number[more.place]]),
        act=np.concatenate([base.act, more.act + np.int32(len(base.at))]),
        output=np.concatenate([base.output, more.output]),
        thing=np.concatenate([base.thing, number[more.thing]]),
        quantity=np.concatenate([base.quantity, more.quantity]),
    )
