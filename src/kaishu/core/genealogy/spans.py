"""What carried taint for a while: wholes from which the tainted part was removed.

These are few in any answer, so they are followed one by one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kaishu.core.genealogy.acts import Did
from kaishu.core.genealogy.stays import FIT
from kaishu.core.genealogy.walk import FOREVER

if TYPE_CHECKING:
    from kaishu.core.genealogy.graph import Graph
    from kaishu.core.genealogy.reach import Reach

Span = tuple[int, int]


class Spans:
    """Spans of wholes, both ends inclusive; `carried` of taint, `sure` of what is certain."""

    def __init__(self, graph: Graph, reach: Reach) -> None:
        """Begin with none."""
        self._graph, self._reach = graph, reach
        self.carried: dict[int, set[Span]] = {}
        self.sure: dict[int, set[Span]] = {}
        self.todo: list[tuple[int, Span]] = []
        self._new: list[tuple[int, int]] = []
        self._links: set[tuple[int, int, int, int]] = set()

    def leave(self, part: int, low: int, high: int) -> None:
        """Let an odd part that carries taint in a span pass it on to its wholes."""
        graph = self._graph
        for line in graph.stay_lines(part):
            if graph.stay_fit[line] == FIT:
                end = int(graph.stay_end[line])
                start = int(graph.at[graph.stay_start[line]])
                last = FOREVER if end == FOREVER else int(graph.at[end])
                self._into(part, int(graph.stay_inside[line]), (start, last), (low, high))

    def _into(self, part: int, whole: int, stay: Span, span: Span) -> None:
        """Let a part in a whole for a while pass on what it carries in a span."""
        new = self._shared(part, stay, span)
        if new is None:
            return
        self._links.add((part, whole, *stay))
        if new[1] == FOREVER:
            self._new.append((whole, new[0]))
            return
        if whole in self._reach.own or new in self.carried.get(whole, ()):
            return
        self.carried.setdefault(whole, set()).add(new)
        self.todo.append((whole, new))

    def _shared(self, part: int, stay: Span, span: Span) -> Span | None:
        start = stay[0]
        if part in self._reach.own:
            inside = self._reach.window[0] <= start <= self._reach.window[1]
            return stay if inside else None
        if self._graph.is_counted(part):
            return stay if span[0] <= start <= span[1] else None
        low, high = max(start, span[0]), min(stay[1], span[1])
        return (low, high) if low <= high else None

    def drain(self) -> tuple[list[int], list[int], list[int]]:
        """Follow all spans that wait; return acts that pass taint on, things that carry it for
        good from a moment on, and these moments.
        """
        graph = self._graph
        acts: list[int] = []
        while self.todo:
            node, (low, high) = self.todo.pop()
            odd = bool(graph.odd[node >> 3] >> (node & 7) & 1)
            if odd:
                self.leave(node, low, high)
            first, past = graph.node_first[node : node + 2].tolist()
            for entry in graph.entry[first:past].tolist():
                act, did = entry >> 1, int(graph.did[entry >> 1])
                if entry & 1:
                    continue
                if did == Did.MADE and low <= int(graph.at[act]) <= high:
                    acts.append(act)
                elif did == Did.FITTED and not odd:
                    whole = int(graph.amount[int(graph.act_first[act + 1]) - 1]) >> 1
                    self._into(node, whole, (int(graph.at[act]), FOREVER), (low, high))
        new, self._new = self._new, []
        return acts, [thing for thing, _ in new], [moment for _, moment in new]

    def prove(self) -> bool:
        """Find what is certain for a while; returns whether anything was new."""
        found = False
        changed = True
        while changed:
            changed = sum(self._prove(*link) for link in self._links) > 0
            found |= changed
        return found

    def _prove(self, part: int, whole: int, start: int, end: int) -> bool:
        reach, since = self._reach, self._reach.state.sure
        if self._graph.is_counted(whole) or whole in reach.own:
            return False
        spans = set(self.sure.get(part, ()))
        if part in reach.own or self._graph.is_counted(part):
            spans = {(0, FOREVER)} if reach.certain(part, start) else set()
        elif since[part]:
            spans.add((FOREVER - int(since[part]), FOREVER))
        changed = False
        for low, high in spans:
            new = max(low, start), min(high, end)
            if new[0] > new[1]:
                continue
            if new[1] == FOREVER:
                late = FOREVER - new[0]
                if late > int(since[whole]):
                    since[whole] = late
                    changed = True
            elif new not in self.sure.setdefault(whole, set()):
                self.sure[whole].add(new)
                changed = True
        return changed
