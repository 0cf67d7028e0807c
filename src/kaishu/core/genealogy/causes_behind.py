"""Which things lie behind many units at once: one sweep against the direction of making."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kaishu.core.genealogy.acts import Did
from kaishu.core.genealogy.graph import Graph
from kaishu.core.genealogy.neighbours_time import Nodes, entries_of
from kaishu.core.genealogy.things import Kind

AT_ONCE = 400_000  # things of which the entries are held in memory together


@dataclass(frozen=True, slots=True)
class Behind:
    """The lots that lie behind units, and how many of these units nothing lies behind."""

    lots: Nodes
    without: int


def production(graph: Graph, items: Nodes) -> Nodes:
    """Return every unit of these items that any act names, by the items' numbers."""
    everything = np.arange(graph.facts.nodes)
    mine = np.isin(graph.items(everything), items)
    units: Nodes = everything[mine & (graph.kinds(everything) == Kind.UNIT)]
    return units


def behind(graph: Graph, units: Nodes) -> Behind:
    """Return every lot that could have been found behind any of these units.

    Times are left aside: a lot that came too late counts as well, which makes a correction for
    many lots a little stricter and never weaker.
    """
    seen = np.zeros(graph.facts.nodes, np.bool_)
    frontier, without = units, 0
    first = True
    while len(frontier):
        found = np.zeros(graph.facts.nodes, np.bool_)
        for start in range(0, len(frontier), AT_ONCE):
            part = frontier[start : start + AT_ONCE]
            inputs, made_of_something = _inputs(graph, part)
            found[inputs] = True
            without += int((~made_of_something).sum()) if first else 0
        first = False
        found &= ~seen
        seen |= found
        frontier = np.flatnonzero(found)
    nodes = np.flatnonzero(seen)
    return Behind(nodes[graph.kinds(nodes) == Kind.LOT], without)


def _inputs(graph: Graph, nodes: Nodes) -> tuple[Nodes, NDArray[np.bool_]]:
    """Return what went into these things, and which of them anything went into."""
    place, entry = entries_of(graph, nodes)
    act = entry >> 1
    did = graph.did[act]
    makes = (entry & 1 == 1) & ((did == Did.MADE) | (did == Did.FITTED))
    acts, which = np.unique(act[makes], return_inverse=True)
    begin = graph.act_first[acts].astype(np.int64)
    counts = graph.act_first[acts + 1].astype(np.int64) - begin
    step = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    amount = graph.amount[np.repeat(begin, counts) + step].astype(np.int64)
    is_input = amount & 1 == 0
    fed = np.bincount(np.repeat(np.arange(len(acts)), counts)[is_input], minlength=len(acts)) > 0
    of_something = np.zeros(len(nodes), np.bool_)
    of_something[place[makes][fed[which]]] = True
    return amount[is_input] >> 1, of_something
