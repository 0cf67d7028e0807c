"""What incidents have in common: lots that their units have more often than the whole production.

Every lot of any level behind an incident unit is compared with all units of the same products, and
not with the other incidents: a lot that half of the production has is no cause because half of the
incidents have it. A lot counts as tested if it lies behind any unit of the production, since it
would have been found if its units had failed. Without that, one single incident would always
"prove" the smallest lot behind it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kaishu.core.genealogy import fisher
from kaishu.core.genealogy.backward import backward
from kaishu.core.genealogy.causes_behind import behind, production
from kaishu.core.genealogy.causes_errors import NoIncidentKnown, NothingToCompare
from kaishu.core.genealogy.fisher import Odds, Table
from kaishu.core.genealogy.forward import forward
from kaishu.core.genealogy.graph import Graph
from kaishu.core.genealogy.neighbours_time import Nodes
from kaishu.core.genealogy.things import Kind

LEVEL = 0.05
MOST = 300  # lots whose exposed units are counted; each is a question of its own


@dataclass(frozen=True, slots=True)
class Cause:
    """Lots that cannot be told apart, as the same units have them, and how they fare.

    `table` counts the production; of its exposed units `certain` surely have the lot. `chance` is
    Fisher's one-sided p, `corrected` the same for all lots tested (Holm), `discovery` the share of
    false finds to expect (Benjamini-Hochberg). `more` = so many more incidents, all from here,
    would decide it; None = not even an incident of each unit would.
    """

    lots: tuple[str, ...]
    incidents: tuple[str, ...]
    table: Table
    certain: int
    odds: Odds
    chance: float
    corrected: float
    discovery: float
    decided: bool
    more: int | None


@dataclass(frozen=True, slots=True)
class Causes:
    """The answer: causes, the likeliest first, and everything that limits it.

    `unknown` incidents are in no record; `everywhere` lots are in every unit and cannot be tested;
    `without_lots` units of the production have no lot on record and count as not exposed;
    `left_out` lots behind incidents were not counted, those with the fewest incidents.
    `too_few` = no lot could be decided with so few incidents, even if all of them had it.
    """

    items: tuple[str, ...]
    incidents: tuple[str, ...]
    unknown: tuple[str, ...]
    units: int
    without_lots: int
    tested: int
    level: float
    causes: tuple[Cause, ...]
    everywhere: tuple[str, ...]
    left_out: int
    too_few: bool

    @property
    def decided(self) -> tuple[Cause, ...]:
        """Return the causes that passed."""
        return tuple(cause for cause in self.causes if cause.decided)


@dataclass(frozen=True, slots=True)
class _Exposed:
    """Lots with the same exposed units of the production."""

    lots: tuple[str, ...]
    table: Table
    certain: int
    incidents: tuple[str, ...]


def common_cause(
    graph: Graph, incidents: Sequence[str], *, level: float = LEVEL, most: int = MOST
) -> Causes:
    """Return which lots the incident units have more often than their whole production.

    Incidents are codes of units; one named twice counts once. Raises NoIncidentKnown where no
    record names any of them.
    """
    asked = tuple(dict.fromkeys(incidents))
    if not asked:
        raise NothingToCompare()
    known = {code: n for code in asked if (n := _unit(graph, code)) is not None}
    unknown = tuple(code for code in asked if code not in known)
    if not known:
        raise NoIncidentKnown(units=", ".join(unknown))
    nodes = np.array(sorted(known.values()), np.int64)
    item_numbers = np.unique(graph.items(nodes)).astype(np.int64)
    units = production(graph, item_numbers)
    lots = _lots_behind(graph, list(known))
    groups = _exposures(graph, lots[:most], units, nodes)
    all_behind = behind(graph, units)
    everywhere = [group for group in groups if group.table.exposed == len(units)]
    groups = [group for group in groups if group.table.exposed < len(units)]
    same = sum(len(group.lots) - 1 for group in groups)
    tested = len(all_behind.lots) - same - sum(len(group.lots) for group in everywhere)
    tested = max(tested, len(groups), 1)
    causes = _judged(groups, tested, level)
    return Causes(
        tuple(graph.item_code(int(item)) for item in item_numbers),
        tuple(known),
        unknown,
        len(units),
        all_behind.without,
        tested,
        level,
        tuple(causes),
        tuple(code for group in everywhere for code in group.lots),
        max(len(lots) - most, 0),
        _too_few(groups, len(nodes), tested, level),
    )


def _unit(graph: Graph, code: str) -> int | None:
    number = graph.number(code)
    return number if number is not None and graph.kind(number) == Kind.UNIT else None


def _lots_behind(graph: Graph, units: Sequence[str]) -> list[int]:
    """Return the lots behind any of the units, those behind the most of them first."""
    counted: dict[int, int] = {}
    for unit in units:
        for lot in backward(graph, unit).lots.tolist():
            counted[lot] = counted.get(lot, 0) + 1
    return sorted(counted, key=lambda lot: (-counted[lot], lot))


def _exposures(graph: Graph, lots: Sequence[int], units: Nodes, incidents: Nodes) -> list[_Exposed]:
    """Return who has each lot; lots with the very same units together."""
    found: dict[bytes, _Exposed] = {}
    for number in lots:
        lot = graph.code(number)
        reached = forward(graph, [lot])
        exposed = np.isin(reached.nodes, units, assume_unique=True)
        mine = reached.nodes[exposed].astype(np.int64)
        key = hashlib.sha256(mine.tobytes()).digest()
        if key in found:
            old = found[key]
            found[key] = _Exposed((*old.lots, lot), old.table, old.certain, old.incidents)
            continue
        ill = np.intersect1d(mine, incidents, assume_unique=True)
        a, b, c = len(ill), len(mine) - len(ill), len(incidents) - len(ill)
        if a:
            certain = int((reached.levels[exposed] == 2).sum())
            table = Table(a, b, c, len(units) - a - b - c)
            found[key] = _Exposed((lot,), table, certain, tuple(graph.codes(ill)))
    return list(found.values())


def _judged(groups: Sequence[_Exposed], tested: int, level: float) -> list[Cause]:
    chances = [fisher.at_least(group.table) for group in groups]
    corrected = fisher.holm(chances, tested=tested)
    discovery = fisher.benjamini_hochberg(chances, tested=tested)
    found = [
        Cause(
            group.lots,
            group.incidents,
            group.table,
            group.certain,
            fisher.odds(group.table),
            chances[place],
            corrected[place],
            discovery[place],
            corrected[place] < level,
            0
            if corrected[place] < level
            else fisher.more_to_decide(group.table, tested=tested, level=level),
        )
        for place, group in enumerate(groups)
    ]
    return sorted(found, key=lambda cause: (cause.chance, -cause.odds.ratio, cause.lots))


def _too_few(groups: Sequence[_Exposed], incidents: int, tested: int, level: float) -> bool:
    """Say whether even a lot that all incidents share could not be decided."""
    for group in groups:
        exposed = group.table.exposed
        if exposed >= incidents:
            best = Table(incidents, exposed - incidents, 0, group.table.units - exposed)
            if fisher.at_least(best) * tested < level:
                return False
    return True
