"""Who has it now, and who ever had it: things counted by holder, class and level."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from kaishu.core.genealogy import tally
from kaishu.core.genealogy.answers import Held
from kaishu.core.genealogy.graph import Graph
from kaishu.core.genealogy.taint import CERTAIN
from kaishu.core.genealogy.where import Places

NOWHERE = (-1, -1)
_ROOM = 1024
Holder = tuple[int, int]


@dataclass(slots=True)
class _Line:
    certain: float = 0.0
    possible: float = 0.0
    since: int = 1 << 40
    unsaid: int = 0


@dataclass(slots=True)
class Lines:
    """Sums by (holder, class)."""

    graph: Graph
    found: dict[tuple[int, int, int], _Line] = field(default_factory=dict)

    def pieces(self, holder: Holder, item: int, level: int, many: int, since: int) -> None:
        """Add pieces of one level."""
        line = self._line(holder, item, since)
        if level == CERTAIN:
            line.certain += many
        else:
            line.possible += many

    def much(self, holder: Holder, item: int, much: tuple[float, float] | None, at: int) -> None:
        """Add a quantity of a lot; None where no record says how much."""
        line = self._line(holder, item, at)
        if much is None:
            line.unsaid += 1
        else:
            line.certain += much[0]
            line.possible += much[1]

    def _line(self, holder: Holder, item: int, since: int) -> _Line:
        line = self.found.setdefault((*holder, item), _Line())
        line.since = min(line.since, since)
        return line

    def held(self) -> tuple[Held, ...]:
        """Return the sums, ordered by the codes of party, place and class."""
        name = self._name
        return tuple(
            sorted(
                (
                    Held(
                        name(party),
                        name(place),
                        self.graph.item_code(item),
                        line.certain,
                        line.possible,
                        line.since,
                        line.unsaid,
                    )
                    for (party, place, item), line in self.found.items()
                ),
                key=lambda held: (held.party, held.place, held.item),
            )
        )

    def _name(self, node: int) -> str:
        return self.graph.code(node) if node >= 0 else ""


def holder_of(graph: Graph, act: int) -> Holder:
    """Return the party and the place of a move."""
    at = int(np.searchsorted(graph.who_act, np.int32(act)))
    if at == len(graph.who_act) or graph.who_act[at] != act:
        return NOWHERE
    return int(graph.who_party[at]), int(graph.who_place[at])


class Count:
    """Pieces of an answer and their moves, ready to be counted."""

    def __init__(self, graph: Graph, pieces: tally.Pieces, places: Places) -> None:
        """Take the pieces of an answer, and where they were."""
        self._graph, self._pieces = graph, pieces
        ways = places.ways
        self._moves = tally.Moves(
            places.own_row,
            places.own_move,
            places.row,
            places.took,
            ways.first,
            ways.move,
            ways.last,
            (places.ended | places.used).view(np.uint8),
        )

    def where_now(self, lines: Lines) -> None:
        """Add where pieces are now; what ended or was used up is nowhere."""
        self._add(lines, tally.now)

    def ever(self, lines: Lines) -> None:
        """Add who ever had pieces from when they were affected; each piece once a holder."""
        self._add(lines, tally.ever)

    def _add(self, lines: Lines, counted: Callable[..., bool]) -> None:
        room, graph = _ROOM, self._graph
        sums = _sums(room)
        while not counted(graph.table, graph.who_said, self._pieces, self._moves, sums):
            room *= 8
            sums = _sums(room)
        many = int(sums.counts[0])
        columns = (sums.party, sums.place, sums.item, sums.level, sums.many, sums.at)
        for party, place, item, level, number, at in zip(
            *(column[:many].tolist() for column in columns), strict=True
        ):
            lines.pieces((party, place), item, level, number, at)


def _sums(room: int) -> tally.Sums:
    return tally.Sums(
        slot=np.zeros(2 * room + 1, np.int32),
        party=np.empty(room, np.int32),
        place=np.empty(room, np.int32),
        item=np.empty(room, np.int32),
        level=np.empty(room, np.uint8),
        many=np.empty(room, np.int64),
        at=np.empty(room, np.int64),
        some=np.empty(room, np.int32),
        spots=np.empty(room, np.int32),
        counts=np.zeros(3, np.int64),
    )
