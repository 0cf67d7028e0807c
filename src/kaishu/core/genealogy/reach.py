"""How far taint goes: act by act for whole frontiers of things at once.

Scratch arrays are as long as the graph but are zero pages until touched, so that a question costs
what it touches. A moment m is kept as FOREVER - m: zero is never, and the earliest is the largest.

What a part passes on to its whole can end when it is removed. Such spans are few: they are followed
one by one in `Spans`, all else in arrays.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from kaishu.core.genealogy.acts import Did
from kaishu.core.genealogy.graph import Graph
from kaishu.core.genealogy.levels import Levels
from kaishu.core.genealogy.spans import Spans
from kaishu.core.genealogy.walk import (
    FOREVER,
    NONE,
    Array,
    bit,
    blocks,
    blocks_by,
    in_order,
    once,
    spread,
)

_MADE, _FITTED = int(Did.MADE), int(Did.FITTED)
_PASSES = np.zeros(16, np.bool_)
_PASSES[[_MADE, _FITTED]] = True


class Reach:
    """One question: its suspects, its window, and how far the taint came."""

    def __init__(self, graph: Graph, suspects: Array, since: int, until: int) -> None:
        """Follow the suspects as far as records lead."""
        self.graph, self.suspects, self.window = graph, suspects, (since, until)
        nodes, acts = graph.nodes, len(graph.at)
        self.late = np.zeros(nodes, np.uint32)
        self._slot = np.zeros(max(nodes, acts), np.int32)
        self.late[suspects] = FOREVER
        self.own = np.zeros(nodes, np.bool_)
        self.own[suspects] = True
        self.levels = Levels(graph, self)
        self.spans = Spans(graph, self)
        self.reached: list[Array] = []
        todo, first = suspects, True
        while len(todo) or self.spans.todo:
            new = [x for part in blocks(todo) for x in self._step(part, first=first)]
            new += [self._label(*found) for found in self.spans.drain()]
            todo, first = np.concatenate([NONE, *new]), False
            self.reached.append(todo)
        self.levels.settle()

    def _step(self, part: Array, *, first: bool) -> Iterator[Array]:
        """Label what is reached from things in one step; yield what is new."""
        for nodes, moments in self._expand(part, first=first):
            yield self._label(nodes, moments)

    def _expand(self, todo: Array, *, first: bool) -> Iterator[tuple[Array, Array]]:
        """Yield (things, moments) that are reached from things in one step."""
        graph = self.graph
        places, which = spread(graph.node_first, todo)
        entry = graph.entry[places]
        inputs = np.flatnonzero((entry & 1) == 0)
        act = (entry[inputs] >> 1).astype(np.int64)
        did = graph.did[act]
        use = np.flatnonzero(_PASSES[did])
        act, did, which = act[use], did[use], which[inputs[use]]
        at = graph.at[act]
        if first:
            inside = np.flatnonzero((at >= self.window[0]) & (at <= self.window[1]))
            act, did, which, at = act[inside], did[inside], which[inside], at[inside]
            since = np.full(len(act), self.window[0], np.uint32)
        else:
            since = ~self.late[todo][which]
        made = (did == _MADE) & (at >= since)
        met = act if made.all() else act[made]
        for acts in blocks_by(graph.act_first, self.fresh(met)):
            yield self.levels.acts(acts)
        if len(met) < len(act) and (fitted := np.flatnonzero(did == _FITTED)).size:
            since = since.astype(np.int64)
            yield self._fit(todo[which[fitted]], act[fitted], since[fitted], first=first)

    def fresh(self, acts: Array) -> Array:
        """Return the acts that were not met before, each once, in the order of time."""
        acts = acts[self.levels.of_act[acts] == 0]
        return acts if in_order(acts) else np.sort(acts[once(acts, self._slot)])

    def _fit(self, part: Array, act: Array, since: Array, *, first: bool) -> tuple[Array, Array]:
        graph = self.graph
        odd = bit(graph.odd, part)
        if odd.any():
            nodes, places = np.unique(part[odd], return_index=True)
            for node, low in zip(nodes.tolist(), since[odd][places].tolist(), strict=True):
                self.spans.leave(node, low, FOREVER)
        part, act, since = part[~odd], act[~odd], since[~odd]
        at = graph.at[act].astype(np.int64)
        if not first:
            left = ~graph.counted(part) | (at >= since)
            part, act, since, at = part[left], act[left], since[left], at[left]
        whole = (graph.amount[graph.act_first[act + 1].astype(np.int64) - 1] >> 1).astype(np.int64)
        self.levels.fit(part, whole, at)
        return whole, np.maximum(at, since)

    def _label(self, nodes: Array, moments: Array) -> Array:
        """Note when things were reached; return those reached for the first time or earlier."""
        late = ~moments.astype(np.uint32)
        better = late > self.late[nodes]
        nodes, late = nodes[better], late[better]
        if in_order(nodes):  # each once
            self.late[nodes] = late
            self.levels.after(nodes)
            return nodes
        order = np.argsort(late, kind="stable")
        nodes = nodes[order]
        self.late[nodes] = late[order]
        found: Array = np.sort(nodes[once(nodes, self._slot)])
        self.levels.after(found)
        return found

    def carries(self, nodes: Array, at: Array) -> Array:
        """Return whether things pass taint on at moments, one each."""
        late = self.late[nodes].astype(np.int64)
        found: Array = (late > 0) & (FOREVER - late <= at)
        mine = self.own[nodes]
        found &= ~mine | ((at >= self.window[0]) & (at <= self.window[1]))
        return self.spans.also(found, nodes, at, self.spans.carried)

    def carrying(self) -> Array:
        """Return everything that carries taint now, in ascending order."""
        found: Array = np.concatenate([self.suspects, *self.reached]).astype(np.int32)
        if in_order(found):
            return found
        found.sort()
        keep = np.ones(len(found), np.bool_)
        keep[1:] = found[1:] != found[:-1]
        return found[keep]

    def since(self, nodes: Array) -> Array:
        """Return when things first carried taint; of a suspect, when records first name it."""
        found = FOREVER - self.late[nodes].astype(np.int64)
        for place in np.flatnonzero(self.own[nodes]).tolist():
            first = int(self.graph.node_first[int(nodes[place])])
            found[place] = self.graph.at[int(self.graph.entry[first]) >> 1]
        for node, spans in self.spans.carried.items():
            place = int(np.searchsorted(nodes, node))
            if place < len(nodes) and nodes[place] == node:
                found[place] = min(int(found[place]), *(low for low, _ in spans))
        return found.astype(np.uint32)
