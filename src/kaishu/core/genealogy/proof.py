"""The acts that prove an answer, one after the other: found when asked for, never kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kaishu.core.genealogy.acts import Did
from kaishu.core.genealogy.amounts import Amounts
from kaishu.core.genealogy.answers import Step
from kaishu.core.genealogy.stays import FIT
from kaishu.core.genealogy.walk import FOREVER, Array
from kaishu.core.genealogy.where import stays_of

if TYPE_CHECKING:
    from kaishu.core.genealogy.graph import Graph
    from kaishu.core.genealogy.reach import Reach

Moment = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Link:
    """One step back: by this act, from this thing at this moment."""

    act: int
    source: Moment
    level: int


class Proof:
    """The paths of one forward answer."""

    def __init__(self, graph: Graph, reach: Reach, amounts: Amounts) -> None:
        """Take what an answer worked out."""
        self._graph, self._reach, self._amounts = graph, reach, amounts

    def taint(self, node: int, at: int) -> tuple[Step, ...]:
        """Return how taint came from a suspect to a thing that carries it at a moment."""
        if node in self._reach.own:
            return ()
        sure = self._amounts.certain(node, at)
        links = self._climb((node, at), 2) if sure else None
        links = links or self._climb((node, at), 1) or []
        steps, target = [], node
        for link in links:
            steps.append(self.step(link.act, link.source[0], target, link.level))
            target = link.source[0]
        return tuple(reversed(steps))

    def _climb(self, start: Moment, least: int) -> list[_Link] | None:
        """Return the links from a thing back to a suspect, or None; depth first."""
        seen = {start}
        links: list[_Link] = []
        trail: list[Iterator[_Link]] = [self._back(start, least)]
        while trail:
            link = next((x for x in trail[-1] if x.source not in seen), None)
            if link is None:
                trail.pop()
                if links:
                    links.pop()
                continue
            seen.add(link.source)
            links.append(link)
            if link.source[0] in self._reach.own:
                return links
            trail.append(self._back(link.source, least))
        return None

    def _back(self, here: Moment, least: int) -> Iterator[_Link]:
        """Yield the links that brought taint to a thing by a moment, at least so sure."""
        node, at = here
        for act, out in self._amounts.acts(node):
            when = self._amounts.at(act)
            if not out or when > at:
                continue
            did = self._amounts.did(act)
            level = self._reach.level_of(act)
            if did == Did.MADE and level >= least:
                yield from self._inputs(act, (level, least), when)
            elif did == Did.FITTED:
                yield from self._parts(act, here, least)

    def _inputs(self, act: int, levels: tuple[int, int], when: int) -> Iterator[_Link]:
        level, least = levels
        for part in self._amounts.parts(act):
            if part.output or not self._amounts.carries(part.node, when):
                continue
            if least < 2 or self._amounts.certain(part.node, when):
                yield _Link(act, (part.node, when), level)

    def _parts(self, act: int, whole: Moment, least: int) -> Iterator[_Link]:
        node, at = whole
        for part in self._amounts.parts(act):
            if part.output:
                continue
            for stay in stays_of(self._graph, part.node):
                if (stay.fit, stay.inside, stay.start) != (FIT, node, act):
                    continue
                start = self._amounts.at(act)
                if stay.end != FOREVER and self._amounts.at(stay.end) < at:
                    continue
                fixed = self._graph.is_counted(part.node) or part.node in self._reach.own
                when = start if fixed else at
                sure = self._amounts.certain(part.node, when)
                if self._amounts.carries(part.node, when) and (sure or least < 2):
                    yield _Link(act, (part.node, when), 2 if sure else 1)

    def step(self, act: int, source: int, target: int, level: int) -> Step:
        """Return an act as a step from one thing to another."""
        parts = self._amounts.parts(act)
        much = next((x.quantity for x in parts if x.node == source and not x.output), None)
        code = self._graph.code
        counted = self._graph.is_counted(source)
        return Step(
            self._graph.act_key(act),
            Did(self._amounts.did(act)),
            self._amounts.at(act),
            code(source),
            code(target),
            much if counted else None,
            level,
        )

    def moved(self, node: int, act: int, holder: int) -> tuple[Step, ...]:
        """Return how a move took a thing, by itself or in boxes, to a party or a place."""
        trail: dict[int, tuple[int, int]] = {}
        todo = [node]
        movers = {part.node for part in self._amounts.parts(act) if not part.output}
        while todo:
            here = todo.pop(0)
            if here in movers:
                last = here
                break
            for stay in stays_of(self._graph, here):
                if stay.start < act < stay.end and stay.inside not in trail:
                    trail[stay.inside] = stay.start, here
                    todo.append(stay.inside)
        else:
            return ()
        return (*self.up(trail, node, last), self.step(act, last, holder, 0))

    def up(self, trail: dict[int, tuple[int, int]], node: int, last: int) -> tuple[Step, ...]:
        """Return the steps from a thing up into a box, of which the trail tells how."""
        steps = []
        while last != node:
            act, inner = trail[last]
            steps.append(self.step(act, inner, last, 0))
            last = inner
        return tuple(reversed(steps))


def first_where(found: Array) -> int | None:
    """Return the first place that is true."""
    places = np.flatnonzero(found)
    return int(places[0]) if len(places) else None
