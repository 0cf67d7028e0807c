"""Where did it go? From suspect lots and units to every thing that carries their fault.

The rules stand in docs/why/genealogy.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from kaishu.core.genealogy import holders
from kaishu.core.genealogy.amounts import Amounts
from kaishu.core.genealogy.answers import Held, Step, Total
from kaishu.core.genealogy.errors import NotReached, SuspectWrong, WindowWrong
from kaishu.core.genealogy.graph import Graph, Numbers
from kaishu.core.genealogy.lots import Lots
from kaishu.core.genealogy.nested import refuse_nested
from kaishu.core.genealogy.proof import Proof, first_where
from kaishu.core.genealogy.reach import Reach
from kaishu.core.genealogy.taint import CERTAIN, POSSIBLE
from kaishu.core.genealogy.tally import Pieces
from kaishu.core.genealogy.things import Kind
from kaishu.core.genealogy.walk import FOREVER, Array
from kaishu.core.genealogy.where import Places, open_stays, places

__all__ = ["CERTAIN", "POSSIBLE", "Forward", "forward"]


class Forward:
    """What carries the taint of the suspects now, with numbers of the graph in ascending order."""

    def __init__(self, graph: Graph, reach: Reach) -> None:
        """Use forward()."""
        self._graph, self._reach = graph, reach
        now = reach.described()
        self.nodes: Numbers = now.nodes
        self.levels: NDArray[np.uint8] = now.levels
        self.since: NDArray[np.uint32] = now.since
        self._groups = now.groups
        self._amounts = Amounts(graph, reach)
        self._lots = Lots(graph, self._amounts)
        self._counted = graph.counted_groups(now.groups)

    def _of_kind(self, kind: Kind) -> Numbers:
        found: Numbers = self.nodes[self._graph.kinds(self.nodes) == kind]
        return found

    def units(self) -> Numbers:
        """Return the units among the nodes."""
        return self._of_kind(Kind.UNIT)

    def lots(self) -> Numbers:
        """Return the lots among the nodes."""
        return self._of_kind(Kind.LOT)

    @cached_property
    def _single(self) -> Array:
        """The places of the nodes that are one piece each."""
        return np.flatnonzero(~self._counted)

    @cached_property
    def _places(self) -> Places:
        return places(self._graph, self.nodes[self._single].astype(np.int64))

    @cached_property
    def _inside(self) -> dict[int, tuple[int, int]]:
        """By box and whole around a node now: the act that put something in, and what."""
        gone = self._places.ended | self._places.used
        lots = [lot for lot in self.nodes[self._counted].tolist() if not self._lots.ended(lot)]
        todo = np.append(self.nodes[self._single][~gone], lots).astype(np.int64)
        found: dict[int, tuple[int, int]] = {}
        while len(todo):
            thing, act, inside = open_stays(self._graph, todo)
            new, first = np.unique(inside, return_index=True)
            keep = [place for place, box in enumerate(new.tolist()) if box not in found]
            for place in keep:
                found[int(new[place])] = int(act[first[place]]), int(thing[first[place]])
            todo = new[keep]
        return found

    def boxes(self) -> Numbers:
        """Return the boxes in which some of the nodes are now."""
        found = np.array(sorted(self._inside), np.int32)
        boxes: Numbers = found[self._graph.kinds(found) == Kind.BOX]
        return boxes

    def ended(self) -> Numbers:
        """Return the nodes that exist no more."""
        found = np.zeros(len(self.nodes), np.bool_)
        found[self._single] = self._places.ended
        lots = np.flatnonzero(self._counted)
        found[lots] = [self._lots.ended(lot) for lot in self.nodes[lots].tolist()]
        return self.nodes[found]

    def was(self) -> Numbers:
        """Return what carried it once and does not now: a part was removed."""
        found = set(self._reach.spans.carried) - set(self.nodes.tolist())
        return np.array(sorted(found), np.int32)

    def totals(self) -> tuple[Total, ...]:
        """Return how much of each class is affected, ordered by code."""
        graph = self._graph
        sums: dict[tuple[int, int], list[float]] = {}
        counts = np.bincount(self._groups[self._single] << 2 | self.levels[self._single])
        for code in np.flatnonzero(counts).tolist():
            line = sums.setdefault(graph.class_of(code >> 2), [0.0, 0.0, 0])
            line[0 if code & 3 == CERTAIN else 1] += int(counts[code])
        for place in np.flatnonzero(self._counted).tolist():
            line = sums.setdefault(graph.class_of(int(self._groups[place])), [0.0, 0.0, 0])
            known = self._amounts.bounds(int(self.nodes[place]), FOREVER)
            if known.total is None:
                line[2] += 1
            else:
                line[0] += known.low
                line[1] += known.high - known.low
        found = [
            Total(graph.item_code(item), Kind(kind), line[0], line[1], int(line[2]))
            for (item, kind), line in sums.items()
        ]
        return tuple(sorted(found, key=lambda total: (total.item, total.kind)))

    @cached_property
    def _count(self) -> holders.Count:
        single = self._single
        pieces = Pieces(self._groups[single], self.levels[single], self.since[single])
        return holders.Count(self._graph, pieces, self._places)

    def holders(self) -> tuple[Held, ...]:
        """Return how much is with whom now; what ended or was used up is with nobody."""
        lines = holders.Lines(self._graph)
        self._count.where_now(lines)
        for place in np.flatnonzero(self._counted).tolist():
            self._lots.where_now(lines, int(self.nodes[place]), int(self.since[place]))
        return lines.held()

    def consignees(self) -> tuple[Held, ...]:
        """Return how much was ever with whom from the moment when it was affected."""
        lines = holders.Lines(self._graph)
        self._count.ever(lines)
        for place in np.flatnonzero(self._counted).tolist():
            self._lots.ever(lines, int(self.nodes[place]), int(self.since[place]))
        return lines.held()

    def level(self, code: str) -> int:
        """Return 2 where a thing is certain, 1 where it is possible, 0 where it is not affected."""
        place = self._place(self._graph.need(code))
        return 0 if place is None else int(self.levels[place])

    def _place(self, node: int) -> int | None:
        place = int(np.searchsorted(self.nodes, np.int32(node)))
        return place if place < len(self.nodes) and self.nodes[place] == node else None

    def path(self, code: str) -> tuple[Step, ...]:
        """Return the acts that prove that a thing is affected, or where affected things are.

        A box is reached by what is in it now, a party and a place by what was ever there.
        Raises ThingUnknown, NotReached.
        """
        graph = self._graph
        node = graph.need(code)
        proof = Proof(graph, self._reach, self._amounts)
        if self._place(node) is not None:
            return proof.taint(node, FOREVER)
        if node in self._reach.spans.carried:
            return proof.taint(node, max(high for _, high in self._reach.spans.carried[node]))
        here = graph.kind(node) not in (Kind.PARTY, Kind.PLACE)
        if here and node in self._inside:
            inner = node
            while self._place(inner) is None:  # wholes can be in each other, in wrong records
                inner = self._inside[inner][1]
            return (*proof.taint(inner, FOREVER), *proof.up(self._inside, inner, node))
        for thing, act in self._arrived(node):
            return (*proof.taint(thing, FOREVER), *proof.moved(thing, act, node))
        raise NotReached(code=code)

    def _arrived(self, holder: int) -> list[tuple[int, int]]:
        """Return one affected thing that was at a party or a place, and the move that took it."""
        graph, spots, ways = self._graph, self._places, self._places.ways
        rows = self._single
        moves = graph.who_act[(graph.who_party == holder) | (graph.who_place == holder)]
        since, nodes = self.since[rows], self.nodes[rows]
        mine = np.isin(spots.own_move, moves)
        mine &= graph.at[spots.own_move] >= since[spots.own_row]
        place = first_where(mine)
        if place is not None:
            return [(int(nodes[spots.own_row[place]]), int(spots.own_move[place]))]
        for spot in np.flatnonzero(np.isin(ways.move, moves)).tolist():
            move = int(ways.move[spot])
            took = spots.row[spots.took == np.searchsorted(ways.first, spot, "right") - 1]
            place = first_where(graph.at[move] >= since[took])
            if place is not None:
                return [(int(nodes[took[place]]), move)]
        wanted = set(moves.tolist())
        for place in np.flatnonzero(self._counted).tolist():
            lot, since_lot = int(self.nodes[place]), int(self.since[place])
            for act, _ in self._lots.moves(lot, last=False):
                if act in wanted and self._amounts.at(act) >= since_lot:
                    return [(lot, act)]
        return []


def forward(
    graph: Graph, suspects: Sequence[str], *, since: int | None = None, until: int | None = None
) -> Forward:
    """Follow suspect lots and units forward.

    `since` and `until` are seconds, both inclusive: what left a suspect at another time is clean.
    Raises ThingUnknown, SuspectWrong, WindowWrong, SuspectsNested.
    """
    if since is not None and until is not None and until < since:
        raise WindowWrong(since=since, until=until)
    nodes = np.unique(graph.needs(suspects))
    wrong = np.flatnonzero(~np.isin(graph.kinds(nodes), (Kind.LOT, Kind.UNIT)))
    if len(wrong):
        raise SuspectWrong(code=graph.code(int(nodes[wrong[0]])))
    refuse_nested(graph, nodes, until)
    window = max(since or 0, 0), FOREVER if until is None else until
    return Forward(graph, Reach(graph, nodes, *window))
