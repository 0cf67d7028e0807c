"""Who has it now, and who ever had it: things counted by holder, class and level."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from kaishu.core.genealogy.answers import Held
from kaishu.core.genealogy.graph import Graph
from kaishu.core.genealogy.levels import CERTAIN, POSSIBLE
from kaishu.core.genealogy.walk import Array, in_order
from kaishu.core.genealogy.where import Places

NOWHERE = (-1, -1)
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
    at = int(np.searchsorted(graph.who_act, act))
    if at == len(graph.who_act) or graph.who_act[at] != act:
        return NOWHERE
    return int(graph.who_party[at]), int(graph.who_place[at])


@dataclass(frozen=True, slots=True)
class Pieces:
    """Things that are one piece each: class, level and since when, one each."""

    item: Array
    level: Array
    since: Array


def where_now(lines: Lines, pieces: Pieces, places: Places) -> None:
    """Add where pieces are now; what ended or was used up is nowhere."""
    last = np.full(len(pieces.item), -1, np.int64)
    np.maximum.at(last, places.row, places.ways.last[places.took])
    np.maximum.at(last, places.own_row, places.own_move)
    here = np.flatnonzero(~(places.ended | places.used))
    _count(lines, pieces, here, last[here])


def _count(lines: Lines, pieces: Pieces, rows: Array, moves: Array) -> None:
    """Add pieces by their rows, each where a move took it; -1 is nowhere known.

    Neighbours mostly are alike and go the same way: runs of them are counted.
    """
    if not len(rows):
        return
    item, sure = pieces.item[rows], pieces.level[rows] == CERTAIN
    new = np.ones(len(rows), np.bool_)
    new[1:] = (moves[1:] != moves[:-1]) | (item[1:] != item[:-1]) | (sure[1:] != sure[:-1])
    runs = np.flatnonzero(new)
    many = np.diff(np.append(runs, len(rows)))
    item, sure, moves = item[runs], sure[runs], moves[runs]
    at = lines.graph.at[moves]
    if (moves < 0).any():
        at = np.where(moves >= 0, at, np.minimum.reduceat(pieces.since[rows], runs))
    holder, names = _holders(lines.graph, moves)
    key = (holder * (lines.graph.classes + 1) + item + 1) << 1 | sure
    order = np.argsort(key, kind="stable")
    starts = _runs(key[order])
    sums = zip(
        order[starts].tolist(),
        np.add.reduceat(many[order], starts).tolist(),
        np.minimum.reduceat(at[order], starts).tolist(),
        strict=True,
    )
    for place, number, since in sums:
        level = CERTAIN if sure[place] else POSSIBLE
        lines.pieces(names[holder[place]], int(item[place]), level, number, since)


def _runs(key: Array) -> Array:
    """Return where runs of equal numbers begin: neighbours mostly go the same way."""
    return np.append(0, np.flatnonzero(key[1:] != key[:-1]) + 1)


def _holders(graph: Graph, moves: Array) -> tuple[Array, list[Holder]]:
    """Return each move's holder as a number, and who these are."""
    runs = _runs(moves)
    acts, of_run = np.unique(moves[runs], return_inverse=True)
    which = np.repeat(of_run, np.diff(np.append(runs, len(moves))))
    place = np.minimum(np.searchsorted(graph.who_act, acts), max(len(graph.who_act) - 1, 0))
    both = np.full((len(acts), 2), -1, np.int64)
    if len(graph.who_act):
        known = graph.who_act[place] == acts
        both[known, 0] = graph.who_party[place[known]]
        both[known, 1] = graph.who_place[place[known]]
    key, number = np.unique((both[:, 0] + 1) << 32 | (both[:, 1] + 1), return_inverse=True)
    names = [((pair >> 32) - 1, (pair & 0xFFFFFFFF) - 1) for pair in key.tolist()]
    return number[which], names


def ever(lines: Lines, pieces: Pieces, places: Places) -> None:
    """Add who ever had pieces from when they were affected; each piece once a holder."""
    graph, ways = lines.graph, places.ways
    order = np.argsort(ways.way, kind="stable")
    move = ways.move[order]
    first = np.append(0, np.cumsum(np.bincount(ways.way, minlength=len(ways.inside))))
    counts = np.diff(first)[places.took]
    stops = np.cumsum(counts)
    total = int(stops[-1]) if len(stops) else 0
    spots = np.arange(total) + np.repeat(first[places.took] - stops + counts, counts)
    row = np.append(places.own_row, np.repeat(places.row, counts))
    move = np.append(places.own_move, move[spots])
    after = graph.at[move] >= pieces.since[row]
    row, move = row[after], move[after]
    if in_order(row):  # each piece moved once
        _count(lines, pieces, row, move)
        return
    holder, names = _holders(graph, move)
    key = row * np.int64(len(names)) + holder
    order = np.lexsort((move, key))
    keep = order[np.append(True, np.diff(key[order]) != 0)]
    _count(lines, pieces, row[keep], move[keep])
