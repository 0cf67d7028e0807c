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


def together(one: Columns, other: Columns) -> Columns:
    """Put two sets of acts behind each other; a code that both have becomes one."""
    if not len(one.keys) or not len(other.keys):
        return one if len(one.keys) else other
    numbers = {code: number for number, code in enumerate(one.codes)}
    mapped = [numbers.setdefault(code, len(numbers)) for code in other.codes]
    number = np.array([*mapped, -1], np.int32)
    return Columns(
        codes=list(numbers),
        keys=[*one.keys, *other.keys],
        did=np.concatenate([one.did, other.did]),
        at=np.concatenate([one.at, other.at]),
        party=np.concatenate([one.party, number[other.party]]),
        place=np.concatenate([one.place, number[other.place]]),
        act=np.concatenate([one.act, other.act + np.int32(len(one.at))]),
        output=np.concatenate([one.output, other.output]),
        thing=np.concatenate([one.thing, number[other.thing]]),
        quantity=np.concatenate([one.quantity, other.quantity]),
    )


def both(graph: Graph, more: Columns) -> Columns:
    """Return the acts of a graph and then more of them."""
    return together(back(graph), more)
