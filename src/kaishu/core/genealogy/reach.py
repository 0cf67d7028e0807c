"""How far taint goes, and how surely: one question's state, and what is asked of it.

The loops are in `taint`. What a part passes on to its whole can end when it is removed. Such spans
are few: they are followed one by one in `Spans`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kaishu.core.genealogy import scratch, taint
from kaishu.core.genealogy.compiled import I4, U1, U4
from kaishu.core.genealogy.graph import Graph
from kaishu.core.genealogy.spans import Spans
from kaishu.core.genealogy.walk import FOREVER, Array, in_order

_EACH_THING = {
    "late": np.uint32,
    "sure": np.uint32,
    "doubt": np.int64,
    "flags": np.uint8,
    "queue": np.int32,
    "found": np.int32,
    "lots": np.int32,
    "fits": np.int32,
    "odds": np.int32,
}


@dataclass(frozen=True, slots=True)
class Described:
    """Things that carry taint now, in ascending order: how surely, since when, of which group."""

    nodes: I4
    levels: U1
    since: U4
    groups: I4


class Reach:
    """One question: its suspects, its window, and how far the taint came."""

    def __init__(self, graph: Graph, suspects: Array, since: int, until: int) -> None:
        """Follow the suspects as far as records lead."""
        self.graph, self.window = graph, (since, until)
        self.own = frozenset(suspects.tolist())
        self.state = _begun(graph, suspects, since, until)
        self.spans = Spans(graph, self)
        self._follow()
        self._settle()

    def _follow(self) -> None:
        table, state = self.graph.table, self.state
        taint.follow(table, state)
        while state.counts[taint.ODDS] or self.spans.todo:
            for part in state.odds[: state.counts[taint.ODDS]].tolist():
                state.flags[part] ^= taint.ODD
                low = self.window[0] if part in self.own else FOREVER - int(state.late[part])
                self.spans.leave(part, low, FOREVER)
            state.counts[taint.ODDS] = 0
            acts, things, moments = self.spans.drain()
            taint.meet_all(table, state, np.array(acts, np.int64))
            taint.label_all(table, state, np.array(things, np.int64), np.array(moments, np.int64))
            taint.follow(table, state)

    def _settle(self) -> None:
        """Prove all that can be proved, step by step."""
        taint.settle(self.graph.table, self.state)
        while self.spans.prove():
            sure = [(n, *span) for n, spans in sorted(self.spans.sure.items()) for span in spans]
            node, low, high = np.array(sure, np.int64).reshape(-1, 3).T.copy()
            self.state.flags[node] |= taint.SPANNED
            self.state = self.state._replace(
                span_node=node.astype(np.int32), span_low=low, span_high=high
            )
            taint.settle(self.graph.table, self.state)

    def certain(self, node: int, at: int) -> bool:
        """Return whether a thing is certain at a moment."""
        return taint.certain(self.state, node, at)

    def carries(self, node: int, at: int) -> bool:
        """Return whether a thing passes taint on at a moment."""
        spans = self.spans.carried.get(node, ())
        return taint.carries(self.state, node, at) or any(low <= at <= high for low, high in spans)

    def level_of(self, act: int) -> int:
        """Return how surely an act passed taint on; 0 where it did not."""
        return int(self.state.of_act[act])

    def carrying(self) -> Array:
        """Return everything that carries taint now, in ascending order."""
        found: Array = self.state.found[: self.state.counts[taint.FOUND]]
        return found.copy() if in_order(found) else np.sort(found, kind="stable")

    def described(self) -> Described:
        """Describe everything that carries taint now."""
        nodes = self.carrying()
        many = len(nodes)
        levels, since = np.empty(many, np.uint8), np.empty(many, np.uint32)
        groups = np.empty(many, np.int32)
        taint.describe(self.graph.table, self.state, nodes, levels, since, groups)
        for node, spans in self.spans.carried.items():
            place = int(np.searchsorted(nodes, np.int32(node)))
            if place < many and nodes[place] == node:
                since[place] = min(int(since[place]), *(low for low, _ in spans))
        return Described(nodes, levels, since, groups)


def _begun(graph: Graph, suspects: Array, since: int, until: int) -> taint.State:
    """Return the state in which nothing but the suspects is known."""
    nodes, acts = graph.nodes, len(graph.at)
    kinds = {name: (kind, max(nodes, 1)) for name, kind in _EACH_THING.items()}
    arrays = scratch.zeros(
        {
            **kinds,
            "of_act": (np.uint8, acts),
            "open": (np.int32, acts),
            "stamp": (np.int64, graph.classes),
        }
    )
    none = np.empty(0, np.int64)
    state = taint.State(
        **arrays,
        counts=np.zeros(taint.STAMP + 1, np.int64),
        window=np.array([since, until], np.int64),
        span_node=none.astype(np.int32),
        span_low=none,
        span_high=none,
    )
    many = len(suspects)
    state.late[suspects] = FOREVER
    state.sure[suspects] = max(FOREVER - since, 0)
    state.flags[suspects] = taint.OWN | taint.QUEUED
    if until != FOREVER:
        state.doubt[suspects] = until + 2
        state.flags[suspects] |= taint.DOUBTED
    state.queue[:many] = state.found[:many] = suspects
    state.counts[[taint.WAITING, taint.FOUND]] = many
    return state
