"""What if the lots made next to a suspect one are bad too: how many units would each add."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kaishu.core.genealogy.forward import Forward, forward
from kaishu.core.genealogy.graph import Graph
from kaishu.core.genealogy.neighbours_time import Near, Nodes, near
from kaishu.core.genealogy.things import Kind

CERTAIN = 2


@dataclass(frozen=True, slots=True)
class Reach:
    """Units that are affected, certainly and possibly."""

    certain: int
    possible: int


@dataclass(frozen=True, slots=True)
class Added:
    """A neighbour: the units it reaches alone, those that the suspects do not reach (`new`), and
    those that are certain instead of possible with it (`firmer`)."""

    lot: Near
    alone: Reach
    new: Reach
    firmer: int


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The suspects alone, each neighbour, and all together; `left_out` neighbours were too many."""

    suspects: tuple[str, ...]
    base: Reach
    added: tuple[Added, ...]
    together: Reach
    left_out: int


MOST = 60  # neighbours; each is a question of its own


def what_if(
    graph: Graph,
    suspects: Sequence[str],
    *,
    seconds: int | None = None,
    each_side: int = 0,
    since: int | None = None,
    until: int | None = None,
) -> WhatIf:
    """Return how the answer grows with the lots near the suspects (as `near` chooses them)."""
    found = near(graph, suspects, seconds=seconds, each_side=each_side)
    kept, codes = found[:MOST], list(suspects)
    base = _units(graph, forward(graph, codes, since=since, until=until))
    added = tuple(_added(graph, lot, codes, base, since, until) for lot in kept)
    all_codes = [*codes, *(lot.code for lot in kept)]
    together = _units(graph, forward(graph, all_codes, since=since, until=until))
    return WhatIf(tuple(codes), _reach(base), added, _reach(together), len(found) - len(kept))


def _added(
    graph: Graph,
    lot: Near,
    codes: list[str],
    base: tuple[Nodes, Nodes],
    since: int | None,
    until: int | None,
) -> Added:
    alone = _units(graph, forward(graph, [lot.code], since=since, until=until))
    both = _units(graph, forward(graph, [*codes, lot.code], since=since, until=until))
    known = np.isin(both[0], base[0])
    before = base[1][np.searchsorted(base[0], both[0][known])]
    firmer = int(((both[1][known] == CERTAIN) & (before != CERTAIN)).sum())
    return Added(lot, _reach(alone), _reach((both[0][~known], both[1][~known])), firmer)


def _units(graph: Graph, found: Forward) -> tuple[Nodes, Nodes]:
    is_unit = graph.kinds(found.nodes) == Kind.UNIT
    return found.nodes[is_unit].astype(np.int64), found.levels[is_unit].astype(np.int64)


def _reach(units: tuple[Nodes, Nodes]) -> Reach:
    certain = int((units[1] == CERTAIN).sum())
    return Reach(certain, len(units[1]) - certain)
