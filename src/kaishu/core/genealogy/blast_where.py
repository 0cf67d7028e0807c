"""Where each single thing is now: the last move that reached it, by itself or in a box.

`Forward.holders` counts; this names. A thing moves with the box, the pallet, the container that it
is in, and a part with what it is fitted in, for as long as it is in there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kaishu.core.genealogy.acts import Did
from kaishu.core.genealogy.graph import Graph
from kaishu.core.genealogy.neighbours_time import Nodes
from kaishu.core.genealogy.where import Places, open_stays, places

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Where:
    """One thing's place: numbers of the graph, -1 where nobody said. `box` = what it is in now.

    `at` = when it came there. `over` = it has ended, or was used up in something else; `part` = it
    was used up so, or is fitted in something, and is found where that is. `packed` =
    how often it came into a box while it was recorded in another one; `torn` = its last two moves
    are of one second and to two holders.
    """

    node: int
    party: int
    place: int
    at: int
    box: int
    over: bool
    part: bool
    packed: int
    torn: bool

    @property
    def known(self) -> bool:
        """Say whether any record says where it is."""
        return self.party >= 0 or self.place >= 0


@dataclass(frozen=True, slots=True)
class Wheres:
    """The same of many things, as arrays: one entry a thing, in the order in which they came."""

    node: Nodes
    party: Nodes
    place: Nodes
    at: Nodes
    box: Nodes
    over: Flags
    part: Flags
    packed: Nodes
    torn: Flags


def wheres(graph: Graph, nodes: Nodes) -> Wheres:
    """Return where things are that are one piece each: units and boxes."""
    rows, back = np.unique(nodes, return_inverse=True)
    found = places(graph, rows)
    last = _last(found, len(rows))
    party, place = _holders(graph, last)
    box, fitted = _inside(graph, rows)
    return Wheres(
        rows[back],
        party[back],
        place[back],
        np.where(last >= 0, graph.at[np.maximum(last, 0)] if len(graph.at) else 0, 0)[back],
        box[back],
        (found.ended | found.used)[back],
        (found.used | fitted)[back],
        _packed(graph, rows)[back],
        _torn(graph, found, len(rows))[back],
    )


class Whereabouts:
    """Answers for things of one graph, one by one."""

    def __init__(self, graph: Graph) -> None:
        """Ask of this graph."""
        self._graph = graph

    def of(self, nodes: Iterable[int]) -> Iterator[Where]:
        """Yield where each of these things is."""
        found = wheres(self._graph, np.fromiter(nodes, np.int64))
        columns = (found.node, found.party, found.place, found.at, found.box)
        flags = (found.over, found.part, found.packed, found.torn)
        lines = zip(*(each.tolist() for each in (*columns, *flags)), strict=True)
        return (Where(*line) for line in lines)


def _last(found: Places, rows: int) -> Nodes:
    """Return the last act that moved each thing, -1 where none did."""
    last = np.full(rows, -1, np.int64)
    np.maximum.at(last, found.own_row, found.own_move)
    if len(found.took):
        np.maximum.at(last, found.row, found.ways.last[found.took])
    return last


def _holders(graph: Graph, acts: Nodes) -> tuple[Nodes, Nodes]:
    """Return the party and the place of acts, -1 where they name none or are none."""
    if not len(graph.who_act):
        return np.full(len(acts), -1), np.full(len(acts), -1)
    spot = np.minimum(np.searchsorted(graph.who_act, acts), len(graph.who_act) - 1)
    said = (graph.who_act[spot] == acts) & (acts >= 0)
    return np.where(said, graph.who_party[spot], -1), np.where(said, graph.who_place[spot], -1)


def _inside(graph: Graph, rows: Nodes) -> tuple[Nodes, Flags]:
    """Return the box that each thing is in now, and whether it is fitted in something."""
    thing, act, inside = open_stays(graph, rows)
    place = np.searchsorted(rows, thing)
    fit = graph.did[act] == Did.FITTED
    box, fitted = np.full(len(rows), -1, np.int64), np.zeros(len(rows), np.bool_)
    order = np.argsort(act[~fit], kind="stable")  # what is written last stays
    box[place[~fit][order]] = inside[~fit][order]
    fitted[place[fit]] = True
    return box, fitted


def _packed(graph: Graph, rows: Nodes) -> Nodes:
    """Return how often each thing left a box by nothing but coming into another one."""
    thing, starts, ends = graph.stay_thing, graph.stay_start, graph.stay_end
    counted = np.zeros(len(rows), np.int64)
    if len(thing) < 2 or not len(rows):
        return counted
    boxes = (graph.stay_fit == 0).astype(np.bool_)
    again = (thing[1:] == thing[:-1]) & (ends[:-1] == starts[1:]) & boxes[1:] & boxes[:-1]
    twice = thing[1:][again].astype(np.int64)
    place = np.minimum(np.searchsorted(rows, twice), len(rows) - 1)
    np.add.at(counted, place[rows[place] == twice], 1)
    return counted


def _torn(graph: Graph, found: Places, rows: int) -> Flags:
    """Return which things moved to two holders in the same second, by their last two moves."""
    torn = np.zeros(rows, np.bool_)
    row, move = found.own_row, found.own_move
    if len(row) < 2:
        return torn
    last = np.flatnonzero(np.append(row[1:] != row[:-1], np.True_))
    pair = last[(last > 0) & (row[last] == row[last - 1])]
    one, other = move[pair - 1], move[pair]
    holders = [_holders(graph, acts) for acts in (one, other)]
    differ = (holders[0][0] != holders[1][0]) | (holders[0][1] != holders[1][1])
    torn[row[pair[differ & (graph.at[one] == graph.at[other])]]] = True
    return torn
