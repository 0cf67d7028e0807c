"""The units of a model as the graph knows them, and which of them have a genealogy.

A unit has a genealogy where some act says what it was made of or what was fitted into it. A unit
that was only packed, moved or seen is known by name and no more: no lot can ever reach it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kaishu.core.genealogy.acts import Did
from kaishu.core.genealogy.graph import Graph
from kaishu.core.genealogy.things import Kind, name_of
from kaishu.supply.models import Item, Network

Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Known:
    """The units of one model in a graph: serials, and beside each whether it has a genealogy."""

    serials: tuple[str, ...]
    nodes: Numbers
    made: NDArray[np.bool_]

    @property
    def with_genealogy(self) -> int:
        """Return how many units have one."""
        return int(self.made.sum())

    def without(self) -> list[str]:
        """Return the serials of which nothing says what went in."""
        return [serial for serial, made in zip(self.serials, self.made, strict=True) if not made]


def items_of(network: Network, model: str) -> list[Item]:
    """Return the items of a network that are this model of a recall; several where colours have
    item codes of their own."""
    return list(Item.objects.filter(network=network, model=model).exclude(model=""))


def models_of(network: Network) -> list[str]:
    """Return the models of recalls that a network makes, each once, in the order of their names."""
    rows = Item.objects.filter(network=network).exclude(model="")
    return sorted(set(rows.values_list("model", flat=True)))


def known(graph: Graph, items: Sequence[Item]) -> Known:
    """Return every unit of these items that the graph names, in the order of the graph."""
    nodes = _of_kind(graph, items, Kind.UNIT)
    serials = tuple(name_of(code) for code in graph.codes(nodes))
    return Known(serials, nodes, _made(graph)[nodes] if len(nodes) else np.zeros(0, np.bool_))


def lots(graph: Graph, items: Sequence[Item]) -> Numbers:
    """Return the lots of these items."""
    return _of_kind(graph, items, Kind.LOT)


def _of_kind(graph: Graph, items: Sequence[Item], kind: Kind) -> Numbers:
    every = np.arange(graph.facts.nodes)
    if not len(every) or not items:
        return np.zeros(0, np.int64)
    classes = graph.items(every)
    wanted = {item.code for item in items}
    numbers = [int(n) for n in np.unique(classes) if n >= 0 and graph.item_code(int(n)) in wanted]
    found: Numbers = np.flatnonzero(np.isin(classes, numbers) & (graph.kinds(every) == kind))
    return found


def _made(graph: Graph) -> NDArray[np.bool_]:
    """Say of each thing whether an act made it of something or fitted something into it."""
    nodes = graph.facts.nodes
    counts = _counts(graph.act_first)
    act_of = np.repeat(np.arange(len(counts)), counts)
    inputs = np.zeros(len(counts), np.bool_)
    inputs[act_of[(graph.amount & 1) == 0]] = True
    tells = inputs & np.isin(graph.did, (Did.MADE, Did.FITTED))
    entries: Any = graph.entry
    through = ((entries & 1) == 1) & tells[(entries >> 1).astype(np.int64)]
    owner = np.repeat(np.arange(nodes), _counts(graph.node_first))
    made = np.zeros(nodes, np.bool_)
    made[owner[through]] = True
    return made


def _counts(first: Any) -> Numbers:
    """Return how many entries each of many has, by where each begins."""
    starts: Numbers = first.astype(np.int64)
    return starts[1:] - starts[:-1]
