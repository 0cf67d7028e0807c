"""What a trace can neither reach nor clear: things in which no lot of the suspects' class is known.

A thing counts as not affected if no record leads to it. The same is true of a thing whose record
is missing, names a class without a lot, or has a time before the lot came to be. Such things are
told apart here: they are of a class that the suspects' class is known to go into.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kaishu.core.genealogy.graph import Graph, Some
from kaishu.core.genealogy.reach import Reach
from kaishu.core.genealogy.things import Kind
from kaishu.core.genealogy.walk import FOREVER, Array
from kaishu.core.genealogy.where import open_stays


@dataclass(frozen=True, slots=True)
class Blind:
    """Units or lots of a class that the suspects' class goes into, which no record lets judge."""

    item: str
    kind: Kind
    things: int


def unclear(graph: Graph, suspects: Sequence[str]) -> Array:
    """Return what no record clears of any lot of the suspects' classes: things without such a lot
    behind them, and things into which "some" of a class went, nobody said of which lot.

    Raises ThingUnknown.
    """
    every = np.arange(graph.facts.nodes)
    items = graph.items(every).astype(np.int64)
    kinds = graph.kinds(every)
    goods = (kinds == Kind.LOT) | (kinds == Kind.UNIT)
    mine = items[[graph.need(code) for code in suspects]]
    peers = np.isin(items, mine[mine >= 0])
    seen = _reached(graph, every[peers & goods])
    doubted = np.zeros(len(every), np.bool_)
    classes, before = np.zeros(len(every), np.bool_), -1
    while classes.sum() > before:  # a class that "some" of another went into counts itself
        before = int(classes.sum())
        classes = (kinds == Kind.ITEM) & np.isin(items, items[seen | doubted | peers])
        doubted = _reached(graph, every[classes]) if classes.any() else doubted
    reached = items[seen | doubted]
    like = goods & ~peers & (items >= 0) & np.isin(items, reached)
    found: Array = every[like & (~seen | doubted)].astype(np.int32)
    return found


def blind(graph: Graph, suspects: Sequence[str]) -> tuple[Blind, ...]:
    """Count what no record lets a trace of these suspects judge, the most first.

    Raises ThingUnknown.
    """
    return without(graph, unclear(graph, suspects), ())


def without(graph: Graph, things: Array, affected: Some) -> tuple[Blind, ...]:
    """Count what `unclear` found and an answer does not count already, the most first."""
    nodes = np.setdiff1d(things, np.asarray(affected, np.int64)).astype(np.int64)
    kinds, items = graph.kinds(nodes), graph.items(nodes).astype(np.int64)
    found = [
        *_counted(graph, Kind.UNIT, items[kinds == Kind.UNIT]),
        *_counted(graph, Kind.LOT, items[kinds == Kind.LOT]),
    ]
    return tuple(sorted(found, key=lambda each: (-each.things, each.item)))


def _reached(graph: Graph, nodes: Array) -> Array:
    """Return of every thing whether these reach it, now or for a while."""
    reach = Reach(graph, nodes, 0, FOREVER)
    found = np.zeros(graph.facts.nodes, np.bool_)
    found[reach.carrying()] = True
    found[list(reach.spans.carried)] = True
    return found


def holding(graph: Graph, affected: Some) -> tuple[Blind, ...]:
    """Return units that are no part of an answer, and in which affected things are packed now.

    A carton with a serial of its own is no more than a box. But who books a part into its whole as
    packed, and not as fitted, means a whole; no record tells the two apart.
    """
    nodes = np.asarray(affected, np.int64)
    _, _, inside = open_stays(graph, nodes)
    outer = np.setdiff1d(inside, nodes).astype(np.int64)
    outer = outer[graph.kinds(outer) == Kind.UNIT] if len(outer) else outer
    items = graph.items(outer).astype(np.int64)
    return tuple(_counted(graph, Kind.UNIT, items[items >= 0]))


def _counted(graph: Graph, kind: Kind, items: Array) -> list[Blind]:
    numbers, counts = np.unique(items, return_counts=True)
    return [
        Blind(graph.item_code(item), kind, count)
        for item, count in zip(numbers.tolist(), counts.tolist(), strict=True)
    ]
