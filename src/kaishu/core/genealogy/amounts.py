"""How much of a lot is affected: at least and at most.

Where an act mixes, the pigeonhole gives bounds that no other reading of the record can beat: three
bad cells in ten packs of ten are in one pack at least and in three at most.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kaishu.core.genealogy import tally
from kaishu.core.genealogy.acts import Did
from kaishu.core.genealogy.walk import FOREVER

if TYPE_CHECKING:
    from kaishu.core.genealogy.graph import Graph
    from kaishu.core.genealogy.reach import Reach


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much of a lot there was, None where no record says, and how much of it is affected."""

    total: float | None
    low: float = 0.0
    high: float = 0.0


@dataclass(frozen=True, slots=True)
class Part:
    """One amount of an act. `quantity` is one for a piece, None for a lot where nobody said."""

    node: int
    item: int
    quantity: float | None
    output: bool


class Amounts:
    """Quantities as records say them, and what an answer makes of them."""

    def __init__(self, graph: Graph, reach: Reach) -> None:
        """Remember what was worked out; the graph does not change."""
        self._graph, self._reach = graph, reach
        self._parts: dict[int, list[Part]] = {}
        self._known: dict[tuple[int, int], Bounds] = {}

    def acts(self, node: int) -> list[tuple[int, bool]]:
        """Return the acts of a thing in the order of time, and whether it came out of them."""
        first, past = self._graph.node_first[node : node + 2].tolist()
        return [(entry >> 1, bool(entry & 1)) for entry in self._graph.entry[first:past].tolist()]

    def acts_that(self, node: int, did: Did, *, out: bool) -> list[int]:
        """Return the acts of one kind that a thing came out of or went into, in order of time."""
        graph = self._graph
        first, past = graph.node_first[node : node + 2].tolist()
        entry = graph.entry[first:past]
        found = entry[(entry & 1 == out) & (graph.did[entry >> 1] == did)] >> 1
        return list(dict.fromkeys(found.tolist()))

    def did(self, act: int) -> int:
        """Return what an act did."""
        return int(self._graph.did[act])

    def at(self, act: int) -> int:
        """Return when an act was."""
        return int(self._graph.at[act])

    def parts(self, act: int) -> list[Part]:
        """Return an act's amounts."""
        found = self._parts.get(act)
        if found is None:
            found = self._parts[act] = self._read(act)
        return found

    def _read(self, act: int) -> list[Part]:
        graph = self._graph
        first, past = graph.act_first[act : act + 2].tolist()
        amount = graph.amount[first:past]
        node = (amount >> 1).astype(np.int64)
        said = np.searchsorted(graph.said_at, np.array((first, past), np.uint32)).tolist()
        places = (graph.said_at[said[0] : said[1]] - first).tolist()
        much = dict(zip(places, graph.said[said[0] : said[1]].tolist(), strict=True))
        lines = zip(
            node.tolist(),
            graph.items(node).tolist(),
            graph.counted(node).tolist(),
            (amount & 1).tolist(),
            strict=True,
        )
        return [
            Part(node, item if item >= 0 else -1 - node, much.get(n) if lot else 1.0, bool(out))
            for n, (node, item, lot, out) in enumerate(lines)
        ]

    def certain(self, node: int, at: int) -> bool:
        """Return whether a thing is certain at a moment."""
        return (at == FOREVER and node in self._reach.own) or self._reach.certain(node, at)

    def carries(self, node: int, at: int) -> bool:
        """Return whether a thing passes taint on at a moment."""
        return self._reach.carries(node, at)

    def made(self, lot: int, at: int) -> float | None:
        """Return how much of a lot was made by then."""
        acts = [act for act in self.acts_that(lot, Did.MADE, out=True) if self.at(act) <= at]
        acts = [act for act in acts if not self.parts(act)[0].output] or acts
        said = [part.quantity for act in acts for part in self.parts(act) if _is(part, lot)]
        if not said:
            return None
        known = [much for much in said if much is not None]
        return math.fsum(known) if len(known) == len(said) else None

    def bounds(self, lot: int, at: int, busy: frozenset[int] = frozenset()) -> Bounds:
        """Return how much of a lot there was by a moment, and how much of it is affected."""
        found = self._known.get((lot, at))
        if found is not None:
            return found
        total = self.made(lot, at)
        if total is None or lot in busy:
            return Bounds(total, 0.0, total or 0.0)
        if self.certain(lot, at):
            found = Bounds(total, total, total)
        else:
            found = Bounds(total, *self._mixed(lot, at, busy | {lot}))
        if not busy:
            self._known[lot, at] = found
        return found

    def _mixed(self, lot: int, at: int, busy: frozenset[int]) -> tuple[float, float]:
        low = high = 0.0
        for act in self.acts_that(lot, Did.MADE, out=True):
            level = self._reach.level_of(act)
            if self.at(act) > at or level == 0:
                continue
            much = math.fsum(part.quantity or 0.0 for part in self.parts(act) if _is(part, lot))
            least, most, outputs = self._pigeonholes(act, busy)
            low += much if level == 2 else max(0.0, least - (outputs - much))
            high += much if level == 2 else min(much, most)
        return low, high

    def _pigeonholes(self, act: int, busy: frozenset[int]) -> tuple[float, float, float]:
        """Return at least and at most how many outputs of an act are affected, and of how many."""
        parts = self.parts(act)
        out = [part for part in parts if part.output]
        counts = [part.quantity for part in out if part.quantity is not None]
        if len(counts) < len(out):
            return 0.0, math.inf, math.inf
        outputs = math.fsum(counts)
        if len({part.item for part in out}) > 1 or outputs <= 0 or outputs != int(outputs):
            return 0.0, outputs, outputs
        inputs: dict[int, list[Part]] = {}
        for part in parts:
            if not part.output:
                inputs.setdefault(part.item, []).append(part)
        low = high = 0.0
        for group in inputs.values():
            if any(self.carries(part.node, self.at(act)) for part in group):
                least, most = self._of_class(act, group, outputs, busy)
                low, high = max(low, least), min(outputs, high + most)
        return low, high, outputs

    def _of_class(
        self, act: int, group: list[Part], outputs: float, busy: frozenset[int]
    ) -> tuple[float, float]:
        """Return the bounds that the inputs of one class give."""
        at = self.at(act)
        whole = [x.quantity for x in group if x.quantity is not None and x.quantity % 1 == 0]
        per = math.fsum(whole) / outputs
        if len(whole) < len(group) or per < 1 or per % 1:
            return 0.0, outputs
        least = most = 0.0
        for part, much in zip(group, whole, strict=True):
            if not self.carries(part.node, at):
                continue
            if self.certain(part.node, at):
                least, most = least + much, most + much
                continue
            lot = self._graph.is_counted(part.node)
            known = self.bounds(part.node, at, busy) if lot else Bounds(None)
            if known.total is None:
                most += much
            else:
                least += max(0.0, much - (known.total - known.low))
                most += min(much, known.high)
        return float(math.ceil(least / per)), float(math.ceil(most))

    def used(self, lot: int) -> float:
        """Return how much of a lot went into other things, is a part of one, or was ended."""
        graph, last = self._graph, np.zeros(1, np.int64)
        return tally.used(graph.table, graph.quantities, last, lot)


def _is(part: Part, node: int) -> bool:
    return part.output and part.node == node


@dataclass(frozen=True, slots=True)
class Share:
    """What the bounds of a whole lot say of a part of it. `left` is what was not used up."""

    left: float | None
    known: Bounds
    sure: bool

    def of(self, much: float | None) -> tuple[float, float] | None:
        """Return the certain and the further possible quantity in a part of the lot."""
        if much is None:
            return None
        if self.sure:
            return much, 0.0
        if self.left is None or self.known.total is None:
            return 0.0, much
        high = min(self.left, self.known.high)
        low = max(0.0, self.left - (self.known.total - self.known.low))
        least = max(0.0, much - (self.left - low))
        return least, max(0.0, min(much, high) - least)
