"""What went into it? From a unit back to every part and lot that it is made of."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from kaishu.core.genealogy.acts import Act, Did
from kaishu.core.genealogy.answers import FOREVER, Step
from kaishu.core.genealogy.errors import NotReached
from kaishu.core.genealogy.forward import acts_of
from kaishu.core.genealogy.graph import Graph, Numbers
from kaishu.core.genealogy.plain import World
from kaishu.core.genealogy.things import Kind

Moment = tuple[str, int]


class Backward:
    """What is in a thing: numbers of the graph in ascending order."""

    def __init__(self, graph: Graph, world: World, code: str, at: int) -> None:
        """Use backward()."""
        self._graph, self._world, self._start = graph, world, (code, at)
        self._after: dict[Moment, tuple[Moment, Act]] = {}
        seen = {self._start}
        todo = [self._start]
        while todo:
            here = todo.pop(0)
            for act, found in self._into(here):
                if found not in seen:
                    seen.add(found)
                    todo.append(found)
                    self._after[found] = here, act
        self._seen = seen
        codes = {name for name, _ in seen} - {code}
        self.units: Numbers = self._of_kind(codes, Kind.UNIT)
        self.lots: Numbers = self._of_kind(codes, Kind.LOT)
        self.boxes: Numbers = self._of_kind(self._around(code, at), Kind.BOX)

    def _into(self, here: Moment) -> Iterable[tuple[Act, Moment]]:
        code, at = here
        acts = self._world.acts
        for number in range(len(acts)):
            act = acts[number]
            if act.did is Did.MADE and act.at <= at and any(x.code == code for x in act.outputs):
                yield from ((act, (each.code, act.at)) for each in act.inputs)
        for stay in self._world.stays:
            end = FOREVER if stay.end is None else acts[stay.end].at
            if stay.rel == "fit" and stay.inside == code and acts[stay.start].at <= at <= end:
                yield acts[stay.start], (stay.thing, at)

    def _around(self, code: str, at: int) -> set[str]:
        found: set[str] = set()
        todo = {code}
        while todo:
            todo = {
                stay.inside
                for stay in self._world.stays
                if stay.thing in todo and self._world.acts[stay.start].at <= at
            } - found
            found |= todo
        return found

    def _of_kind(self, codes: Iterable[str], kind: Kind) -> Numbers:
        nodes = sorted(self._graph.need(code) for code in codes)
        return np.array([node for node in nodes if self._graph.kind(node) is kind], np.int32)

    def path(self, code: str) -> tuple[Step, ...]:
        """Return the acts that led from a part or a lot to the thing. Raises NotReached."""
        self._graph.need(code)
        here = next((moment for moment in self._seen if moment[0] == code), None)
        if here is None:
            raise NotReached(code=code)
        steps = []
        while here != self._start:
            there, act = self._after[here]
            quantity = next(each.quantity for each in act.inputs if each.code == here[0])
            steps.append(Step(act.key, act.did, act.at, here[0], there[0], quantity, 1))
            here = there
        return tuple(steps)


def backward(graph: Graph, code: str, *, at: int | None = None) -> Backward:
    """Follow a thing back to what it was made of, as of a moment. Raises ThingUnknown."""
    graph.need(code)
    return Backward(graph, World(acts_of(graph)), code, FOREVER if at is None else at)
