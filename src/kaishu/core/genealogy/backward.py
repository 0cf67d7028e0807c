"""What went into it? From things back to every part and lot that they are made of.

What matters is what was in a thing at a moment: of what was made later, or came in later, nothing
is in it. The rules stand in docs/why/genealogy.md.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from kaishu.core.genealogy.acts import Did
from kaishu.core.genealogy.answers import Step
from kaishu.core.genealogy.errors import NotReached
from kaishu.core.genealogy.graph import Graph, Numbers, Some
from kaishu.core.genealogy.stays import FIT
from kaishu.core.genealogy.taint import POSSIBLE
from kaishu.core.genealogy.things import Kind
from kaishu.core.genealogy.walk import FOREVER, Array, bit, spread
from kaishu.core.genealogy.where import stays_of

_MADE, _FITTED = int(Did.MADE), int(Did.FITTED)
Moment = tuple[int, int]
Found = tuple[Array, Array, Array]


class Backward:
    """What is in a thing: numbers of the graph in ascending order."""

    def __init__(self, graph: Graph, node: int, at: int) -> None:
        """Use backward()."""
        self._graph, self._node, self._at = graph, node, at
        _, found = origins(graph, [node], at=at)
        kinds = graph.kinds(found)
        self.units: Numbers = found[kinds == Kind.UNIT]
        self.lots: Numbers = found[kinds == Kind.LOT]
        self.boxes: Numbers = self._around()

    def _around(self) -> Numbers:
        """Return the boxes in which the thing ever was by the moment, in whatever they were."""
        graph = self._graph
        todo, seen = [(self._node, -1, FOREVER)], set()
        while todo:
            node, low, high = todo.pop()
            for stay in stays_of(graph, node):
                start, end = max(low, stay.start), min(high, stay.end)
                new = stay.inside, start, end
                if start < end and int(graph.at[start]) <= self._at and new not in seen:
                    seen.add(new)
                    todo.append(new)
        boxes = sorted({node for node, _, _ in seen if graph.kind(node) is Kind.BOX})
        return np.array(boxes, np.int32)

    def path(self, code: str) -> tuple[Step, ...]:
        """Return the acts that led from a part or a lot to the thing. Raises NotReached."""
        wanted = self._graph.need(code)
        here = self._node, self._at
        before: dict[Moment, tuple[Moment, int]] = {}
        todo = [here]
        for moment in todo:
            for act, inner in self._into(moment):
                if inner in before or inner == here:
                    continue
                before[inner] = moment, act
                if inner[0] == wanted:
                    return self._steps(before, inner)
                todo.append(inner)
        raise NotReached(code=code)

    def _into(self, here: Moment) -> Iterator[tuple[int, Moment]]:
        graph = self._graph
        _, node, moment, act = _step(
            graph, np.zeros(1, np.int64), np.array(here[:1]), np.array(here[1:])
        )
        for part, when, by in zip(node.tolist(), moment.tolist(), act.tolist(), strict=True):
            yield by, (part, when)

    def _steps(self, before: dict[Moment, tuple[Moment, int]], here: Moment) -> tuple[Step, ...]:
        graph, steps = self._graph, []
        while here in before:
            outer, act = before[here]
            steps.append(
                Step(
                    graph.act_key(act),
                    Did(int(graph.did[act])),
                    int(graph.at[act]),
                    graph.code(here[0]),
                    graph.code(outer[0]),
                    graph.quantity_in(act, here[0]),
                    POSSIBLE,
                )
            )
            here = outer
        return tuple(steps)


def backward(graph: Graph, code: str, *, at: int | None = None) -> Backward:
    """Follow a thing back to what it is made of, as of a moment. Raises ThingUnknown."""
    return Backward(graph, graph.need(code), FOREVER if at is None else at)


def origins(graph: Graph, nodes: Some, *, at: int | None = None) -> tuple[Array, Numbers]:
    """Return (row, thing) for everything that is in some things, each pair once, in order.

    The row says in which of the things. A thing is not in itself.
    """
    start = np.asarray(nodes, np.int64)
    moment = np.full(len(start), FOREVER if at is None else at, np.int64)
    todo: Found = (np.arange(len(start)), start, moment)
    every = todo
    while len(todo[0]):
        row, node, moment, _ = _step(graph, *todo)
        todo = _new(every, (row, node, moment))
        if len(todo[0]):
            more = [np.concatenate(pair) for pair in zip(every, todo, strict=True)]
            every = more[0], more[1], more[2]
    key = every[0] * graph.nodes + every[1]
    key = np.unique(key[every[1] != start[every[0]]]) if graph.nodes else key
    return key // max(graph.nodes, 1), (key % max(graph.nodes, 1)).astype(np.int32)


def _new(every: Found, found: Found) -> Found:
    """Return what was found and is not among everything yet, each once."""
    both = [np.concatenate(pair) for pair in zip(every, found, strict=True)]
    order = np.lexsort((both[2], both[1], both[0]))
    same = np.ones(len(order), np.bool_)
    same[:1] = False
    for column in both:
        same[1:] &= column[order][1:] == column[order][:-1]
    first = order[~same]
    first = first[first >= len(every[0])]
    return both[0][first], both[1][first], both[2][first]


def _step(graph: Graph, row: Array, node: Array, moment: Array) -> tuple[Array, ...]:
    """Return (row, thing, moment, act) of what is in things at moments, one step back."""
    spots, of = spread(graph.node_first, node)
    entry = graph.entry[spots]
    act = (entry >> 1).astype(np.int64)
    did = graph.did[act]
    use = np.flatnonzero(
        ((entry & 1) == 1) & ((did == _MADE) | (did == _FITTED)) & (graph.at[act] <= moment[of])
    )
    act, of = act[use], of[use]
    places, which = spread(graph.act_first, act)
    amount = graph.amount[places]
    inputs = np.flatnonzero((amount & 1) == 0)
    part = (amount[inputs] >> 1).astype(np.int64)
    act, of = act[which[inputs]], of[which[inputs]]
    when = graph.at[act].astype(np.int64)
    fitted = graph.did[act] == _FITTED
    if fitted.any():
        still = np.flatnonzero(fitted)
        keep = np.ones(len(act), np.bool_)
        keep[still] = _still(graph, part[still], node[of[still]], act[still], moment[of[still]])
        moves = fitted & ~graph.counted(part)
        when = np.where(moves, moment[of], when)
        part, act, of, when = part[keep], act[keep], of[keep], when[keep]
    return row[of], part, when, act


def _still(graph: Graph, part: Array, whole: Array, act: Array, moment: Array) -> Array:
    """Return which parts are still in their wholes at moments."""
    found = np.ones(len(part), np.bool_)
    for place in np.flatnonzero(bit(graph.odd, part)).tolist():
        found[place] = any(
            stay.fit == FIT
            and (stay.inside, stay.start) == (whole[place], act[place])
            and (stay.end == FOREVER or graph.at[stay.end] >= moment[place])
            for stay in stays_of(graph, int(part[place]))
        )
    return found
