"""Where did it go? From suspect lots and units to every thing that carries their fault.

The rules stand in docs/why/genealogy.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from kaishu.core.genealogy.acts import Act, Amount, Did
from kaishu.core.genealogy.answers import Held, Step, Total
from kaishu.core.genealogy.errors import NotReached, SuspectWrong, WindowWrong
from kaishu.core.genealogy.graph import Graph, Numbers
from kaishu.core.genealogy.plain import World
from kaishu.core.genealogy.plain_trace import Trace
from kaishu.core.genealogy.things import Kind

POSSIBLE, CERTAIN = 1, 2


def acts_of(graph: Graph) -> list[Act]:
    """Return the acts of a graph, in the order of time."""
    nodes = graph.codes(np.arange(graph.facts.nodes, dtype=np.int32))
    quantity = dict(zip(graph.said_at.tolist(), graph.said.tolist(), strict=True))
    who = {
        act: (party, place)
        for act, party, place in zip(
            graph.who_act.tolist(),
            graph.who_party.tolist(),
            graph.who_place.tolist(),
            strict=True,
        )
    }
    keys, first, amounts = graph.keys(), graph.act_first.tolist(), graph.amount.tolist()
    found = []
    for number, (did, at) in enumerate(zip(graph.did.tolist(), graph.at.tolist(), strict=True)):
        sides: tuple[list[Amount], list[Amount]] = ([], [])
        for place in range(first[number], first[number + 1]):
            each = amounts[place]
            sides[each & 1].append(Amount(nodes[each >> 1], quantity.get(place)))
        party, place = who.get(number, (-1, -1))
        found.append(
            Act(
                keys[number],
                Did(did),
                at,
                tuple(sides[0]),
                tuple(sides[1]),
                nodes[party] if party >= 0 else "",
                nodes[place] if place >= 0 else "",
            )
        )
    return found


class Forward:
    """What carries the taint of the suspects now, with numbers of the graph in ascending order."""

    def __init__(self, graph: Graph, trace: Trace) -> None:
        """Use forward()."""
        self._graph, self._trace = graph, trace
        found = sorted((graph.need(code), level) for code, level in trace.carrying().items())
        self.nodes: Numbers = np.array([node for node, _ in found], np.int32)
        self.levels: NDArray[np.uint8] = np.array([level for _, level in found], np.uint8)
        since = [trace.since(graph.code(node)) for node, _ in found]
        self.since: NDArray[np.uint32] = np.array(since, np.uint32)

    def _of_kind(self, kind: Kind) -> Numbers:
        found: Numbers = self.nodes[self._graph.kinds(self.nodes) == kind]
        return found

    def _numbers(self, codes: Iterable[str]) -> Numbers:
        return np.array(sorted(self._graph.need(code) for code in codes), np.int32)

    def units(self) -> Numbers:
        """Return the units among the nodes."""
        return self._of_kind(Kind.UNIT)

    def lots(self) -> Numbers:
        """Return the lots among the nodes."""
        return self._of_kind(Kind.LOT)

    def boxes(self) -> Numbers:
        """Return the boxes in which some of the nodes are now."""
        found: set[str] = set()
        todo = set(self._trace.carrying())
        while todo:
            todo = {
                stay.inside
                for stay in self._trace.world.stays
                if stay.rel == "box" and stay.end is None and stay.thing in todo
            } - found
            found |= todo
        return self._numbers(found)

    def ended(self) -> Numbers:
        """Return the nodes that exist no more."""
        return self._numbers(self._trace.world.ended & set(self._trace.carrying()))

    def was(self) -> Numbers:
        """Return what carried it once and does not now: a part was removed."""
        return self._numbers(self._trace.was())

    def totals(self) -> tuple[Total, ...]:
        """Return how much of each class is affected, ordered by code."""
        lines = self._trace.totals().items()
        return tuple(
            Total(item, kind, line[0], line[1], int(line[2]))
            for (item, kind), line in sorted(lines)
        )

    def holders(self) -> tuple[Held, ...]:
        """Return how much is with whom now; what ended or was used up is with nobody."""
        return _held(self._trace.holders())

    def consignees(self) -> tuple[Held, ...]:
        """Return how much was ever with whom from the moment when it was affected."""
        return _held(self._trace.consignees())

    @cached_property
    def _position(self) -> dict[int, int]:
        return {node: place for place, node in enumerate(self.nodes.tolist())}

    def level(self, code: str) -> int:
        """Return 2 where a thing is certain, 1 where it is possible, 0 where it is not affected."""
        place = self._position.get(self._graph.need(code))
        return 0 if place is None else int(self.levels[place])

    def path(self, code: str) -> tuple[Step, ...]:
        """Return the acts that led from a suspect to a thing. Raises NotReached."""
        trace = self._trace
        self._graph.need(code)
        for suspect in trace.suspects:
            found = self._climb(suspect, code)
            if found is not None:
                return found
        raise NotReached(code=code)

    def _climb(self, suspect: str, code: str) -> tuple[Step, ...] | None:
        before: dict[str, Step] = {}
        todo, seen = [suspect], {suspect}
        while todo:
            here = todo.pop(0)
            for number, act in enumerate(self._trace.world.acts):
                mine = [each for each in act.inputs if each.code == here]
                if act.did not in (Did.MADE, Did.FITTED) or not mine:
                    continue
                if not self._trace.leaves(here, act.at):
                    continue
                level = self._trace.level_of_act.get(number, 2 if act.did is Did.FITTED else 1)
                for each in act.outputs:
                    if each.code in seen:
                        continue
                    seen.add(each.code)
                    todo.append(each.code)
                    before[each.code] = Step(
                        act.key, act.did, act.at, here, each.code, mine[0].quantity, level
                    )
        if code not in seen:
            return None
        steps = []
        while code != suspect:
            steps.append(before[code])
            code = before[code].source
        return tuple(reversed(steps))


def _held(lines: dict[tuple[str, str, str], list[float]]) -> tuple[Held, ...]:
    return tuple(
        Held(*key, line[0], line[1], int(line[2]), int(line[3]))
        for key, line in sorted(lines.items())
    )


def forward(
    graph: Graph, suspects: Sequence[str], *, since: int | None = None, until: int | None = None
) -> Forward:
    """Follow suspect lots and units forward.

    `since` and `until` are seconds, both inclusive: what left a suspect at another time is clean.
    Raises ThingUnknown, SuspectWrong, WindowWrong.
    """
    if since is not None and until is not None and until < since:
        raise WindowWrong(since=since, until=until)
    for code in suspects:
        if graph.kind(graph.need(code)) not in (Kind.LOT, Kind.UNIT):
            raise SuspectWrong(code=code)
    return Forward(graph, Trace(World(acts_of(graph)), suspects, since, until))
