"""Where things are and were: the moves that reached them, by themselves or in what they were in.

Things that entered the same box by the same act share the rest of the way, so the ways of boxes are
followed once, whatever they hold. Windows are acts: a move counts after one and before another.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kaishu.core.genealogy import ways as loops
from kaishu.core.genealogy.acts import Did
from kaishu.core.genealogy.graph import Graph
from kaishu.core.genealogy.walk import FOREVER, Array

_FITTED = int(Did.FITTED)
_ENTERS = np.zeros(16, np.bool_)
_ENTERS[[Did.PACKED, Did.SEEN_IN, Did.FITTED]] = True


@dataclass(frozen=True, slots=True)
class Stay:
    """A thing, or a portion of a lot, in something from one act to another."""

    fit: int
    inside: int
    start: int
    end: int
    quantity: float | None


@dataclass(frozen=True, slots=True)
class Ways:
    """The ways of boxes: `inside[n]` between the acts `start[n]` and `end[n]`.

    Its moves are `move` from first[n] up to and without first[n + 1], in their order; `last[n]` is
    the last of them, -1 if there is none.
    """

    inside: Array
    start: Array
    end: Array
    first: Array
    move: Array
    last: Array


@dataclass(frozen=True, slots=True)
class Places:
    """Where some things were: by moves of their own and by ways, each by the thing's row.

    Rows ascend.
    """

    own_row: Array
    own_move: Array
    row: Array
    took: Array
    ways: Ways
    ended: Array
    used: Array


def places(graph: Graph, nodes: Array) -> Places:
    """Find the moves of things that are one piece each."""
    visits = _visited(graph, nodes)
    own, stays, _ = visits.counts.tolist()
    return Places(
        visits.own_row[:own],
        visits.own_move[:own],
        visits.row[:stays],
        visits.took[:stays],
        _ways(graph, visits, root=-1),
        visits.ended.view(np.bool_),
        visits.used.view(np.bool_),
    )


def _visited(graph: Graph, nodes: Array) -> loops.Visits:
    nodes = np.ascontiguousarray(nodes, np.int32)
    return _visits(*loops.room(graph.table, nodes), len(nodes), graph=graph, nodes=nodes)


def _visits(entries: int, stays: int, rows: int, *, graph: Graph, nodes: Array) -> loops.Visits:
    visits = loops.Visits(
        own_row=np.empty(entries, np.int32),
        own_move=np.empty(entries, np.int32),
        row=np.empty(stays, np.int32),
        took=np.empty(stays, np.int32),
        inside=np.empty(stays, np.int32),
        start=np.empty(stays, np.int64),
        end=np.empty(stays, np.int64),
        slot=np.zeros(2 * stays + 1, np.int32),
        ended=np.zeros(rows, np.uint8),
        used=np.zeros(rows, np.uint8),
        counts=np.zeros(3, np.int64),
    )
    loops.visit(graph.table, nodes, visits)
    return visits


def open_stays(graph: Graph, nodes: Array) -> tuple[Array, Array, Array]:
    """Return (thing, act, inside) of everything that is in something now."""
    visits = _visited(graph, nodes)
    stays = int(visits.counts[loops.STAYS])
    took = visits.took[:stays]
    still = visits.end[took] == FOREVER
    took, row = took[still], visits.row[:stays][still]
    return (
        np.asarray(nodes, np.int64)[row],
        visits.start[took],
        visits.inside[took].astype(np.int64),
    )


def _ways(graph: Graph, visits: loops.Visits, *, root: int) -> Ways:
    """Return the ways of all kinds of stays with their moves; none leads through the root."""
    many = int(visits.counts[loops.KINDS])
    size = 1024 + 2 * many
    while True:
        climb = loops.Climb(
            first=np.zeros(many + 1, np.int64),
            move=np.empty(size, np.int32),
            wait=np.empty(size, np.int64),
            seen=np.empty(size, np.int64),
            counts=np.zeros(2, np.int64),
        )
        if loops.climbed(graph.table, visits, climb, root):
            break
        size *= 4
    first = climb.first
    move = climb.move[: first[-1]]
    last = np.full(many, -1, np.int32)
    some = first[1:] > first[:-1]
    last[some] = move[first[1:][some] - 1]
    return Ways(visits.inside[:many], visits.start[:many], visits.end[:many], first, move, last)


def ways_of(graph: Graph, lot: int, stays: list[Stay]) -> list[list[int]]:
    """Return, of each stay of a lot, the moves that reached it in their order."""
    if not stays:
        return []
    visits = _visits(0, len(stays), 0, graph=graph, nodes=np.empty(0, np.int32))
    for row, each in enumerate(stays):
        loops.stay(visits, row, each.inside, each.start, each.end)
    ways = _ways(graph, visits, root=lot)
    return [
        ways.move[slice(*ways.first[way : way + 2].tolist())].tolist()
        for way in visits.took[: len(stays)].tolist()
    ]


def stays_of(graph: Graph, node: int) -> list[Stay]:
    """Return the stays of one thing, boxes and wholes, the earliest first."""
    if graph.odd[node >> 3] >> (node & 7) & 1:
        lines = graph.stay_lines(node)
        first, past = lines.start, lines.stop
        much = graph.stay_quantity[first:past].tolist()
        columns = zip(
            graph.stay_fit[first:past].tolist(),
            graph.stay_inside[first:past].tolist(),
            graph.stay_start[first:past].tolist(),
            graph.stay_end[first:past].tolist(),
            [None if each != each else each for each in much],
            strict=True,
        )
        return [Stay(*line) for line in columns]
    found: list[Stay] = []
    lot = graph.is_counted(node)
    first, past = graph.node_first[node : node + 2].tolist()
    entry = graph.entry[first:past]
    acts = entry[(entry & 1 == 0) & _ENTERS[graph.did[entry >> 1]]] >> 1
    for act in dict.fromkeys(acts.tolist()):
        fit = int(graph.did[act] == _FITTED)
        places = range(*graph.act_first[act : act + 2].tolist())
        inside = int(graph.amount[places[-1]]) >> 1
        mine = [place for place in places if int(graph.amount[place]) == node << 1]
        much = [graph.said_of(place) if lot else 1.0 for place in mine]
        found += [Stay(fit, inside, act, FOREVER, each) for each in much]
    return found
