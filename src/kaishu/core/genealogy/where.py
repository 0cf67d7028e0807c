"""Where things are and were: the moves that reached them, by themselves or in what they were in.

Things that entered the same box by the same act share the rest of the way, so the ways of boxes are
followed once, whatever they hold. Windows are acts: a move counts after one and before another.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kaishu.core.genealogy.acts import Did
from kaishu.core.genealogy.graph import Graph
from kaishu.core.genealogy.walk import FOREVER, NONE, Array, bit, spread

_DEEP = 6
_MOVED, _MADE, _ENDED = int(Did.MOVED), int(Did.MADE), int(Did.ENDED)
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

    Its moves are `move` where `way` is n, and `last[n]` the last of them, -1 if there is none.
    """

    inside: Array
    start: Array
    end: Array
    way: Array
    move: Array
    last: Array


@dataclass(frozen=True, slots=True)
class Places:
    """Where some things were: by moves of their own and by ways, each by the thing's row."""

    own_row: Array
    own_move: Array
    row: Array
    took: Array
    ways: Ways
    ended: Array
    used: Array


def places(graph: Graph, nodes: Array) -> Places:
    """Find the moves of things that are one piece each."""
    spots, row = spread(graph.node_first, nodes)
    entry = graph.entry[spots]
    out = (entry & 1).astype(np.bool_)
    inputs = np.flatnonzero(~out)
    act, into = (entry[inputs] >> 1).astype(np.int64), row[inputs]
    did = graph.did[act]
    moved = np.flatnonzero(did == _MOVED)
    entered = np.flatnonzero(_ENTERS[did])
    row_of, start, inside, end = _stays(graph, nodes, into[entered], act[entered])
    took, ways = _ways(graph, inside, start, end)
    ended = np.zeros(len(nodes), np.bool_)
    ended[into[did == _ENDED]] = True
    used = np.zeros(len(nodes), np.bool_)
    used[into[did == _MADE]] = True
    if (out[1:] & (row[1:] == row[:-1])).any():  # some came out of an act after others
        made = np.flatnonzero(graph.did[entry >> 1] == _MADE)
        used[row[made]] = ~out[made]
    return Places(into[moved], act[moved], row_of, took, ways, ended, used)


def open_stays(graph: Graph, nodes: Array) -> tuple[Array, Array, Array]:
    """Return (thing, act, inside) of everything that is in something now."""
    spots, row = spread(graph.node_first, nodes)
    entry = graph.entry[spots]
    act = (entry >> 1).astype(np.int64)
    entered = np.flatnonzero(_ENTERS[graph.did[act]] & ((entry & 1) == 0))
    row, start, inside, end = _stays(graph, nodes, row[entered], act[entered])
    still = end == FOREVER
    return nodes[row[still]], start[still], inside[still]


def _stays(graph: Graph, nodes: Array, row: Array, act: Array) -> tuple[Array, Array, Array, Array]:
    """Return (row, start, inside, end) of the stays of things that entered something."""
    odd = bit(graph.odd, nodes[row])
    rows = np.unique(row[odd])
    row, act = row[~odd], act[~odd]
    inside = (graph.amount[graph.act_first[act + 1].astype(np.int64) - 1] >> 1).astype(np.int64)
    end = np.full(len(act), FOREVER, np.int64)
    if not len(rows):
        return row, act, inside, end
    bounds = np.searchsorted(graph.stay_thing, np.append(nodes[rows], nodes[rows] + 1))
    first, past = bounds[: len(rows)], bounds[len(rows) :]
    counts = past - first
    stops = np.cumsum(counts)
    line = np.arange(stops[-1]) + np.repeat(first - stops + counts, counts)
    return (
        np.append(row, np.repeat(rows, counts)),
        np.append(act, graph.stay_start[line].astype(np.int64)),
        np.append(inside, graph.stay_inside[line].astype(np.int64)),
        np.append(end, graph.stay_end[line].astype(np.int64)),
    )


def _ways(
    graph: Graph, inside: Array, start: Array, end: Array, *, root: int = -1
) -> tuple[Array, Ways]:
    """Return each stay's way, and the ways with their moves; none leads through the root."""
    took, first = _same(inside, start, end)
    inside, start, end = inside[first], start[first], end[first]
    ways, moves = [NONE], [NONE]
    seen: set[tuple[int, int, int, int]] = set()
    row, node, low, high = np.arange(len(first)), inside, start, end
    depth = 0
    while len(row):
        spots, of = spread(graph.node_first, node)
        entry = graph.entry[spots]
        act = (entry >> 1).astype(np.int64)
        fits = ((entry & 1) == 0) & (act < high[of])
        did = graph.did[act]
        moved = np.flatnonzero(fits & (did == _MOVED) & (act > low[of]))
        ways.append(row[of[moved]])
        moves.append(act[moved])
        enters = np.flatnonzero(fits & _ENTERS[did])
        of_stay, since, into, until = _stays(graph, node, of[enters], act[enters])
        since, until = np.maximum(since, low[of_stay]), np.minimum(until, high[of_stay])
        keep = np.flatnonzero((since < until) & (into != root))
        row, node, low, high = row[of_stay[keep]], into[keep], since[keep], until[keep]
        depth += 1
        if depth > _DEEP:  # boxes that are in each other would never end
            keys = list(zip(row.tolist(), node.tolist(), low.tolist(), high.tolist(), strict=True))
            new = [place for place, key in enumerate(keys) if key not in seen]
            seen.update(keys)
            row, node, low, high = row[new], node[new], low[new], high[new]
    way, move = np.concatenate(ways), np.concatenate(moves)
    if depth > 2:
        way, move = _once(way, move)
    last = np.full(len(first), -1, np.int64)
    np.maximum.at(last, way, move)
    return took, Ways(inside, start, end, way, move, last)


def _same(inside: Array, start: Array, end: Array) -> tuple[Array, Array]:
    """Return for each stay the number of its kind, and one stay of each kind."""
    if not len(inside):
        return NONE, NONE
    run = _new((inside, start, end))  # things that came together stand together: short runs first
    firsts = np.flatnonzero(run)
    order = firsts[np.lexsort((inside[firsts], end[firsts], start[firsts]))]
    new = _new((inside[order], start[order], end[order]))
    number = np.empty(len(inside), np.int64)
    number[order] = np.cumsum(new) - 1
    return number[firsts][np.cumsum(run) - 1], order[new]


def _new(columns: tuple[Array, ...]) -> Array:
    """Return which lines differ from the one before."""
    found = np.ones(len(columns[0]), np.bool_)
    found[1:] = np.logical_or.reduce([x[1:] != x[:-1] for x in columns])
    return found


def _once(way: Array, move: Array) -> tuple[Array, Array]:
    order = np.lexsort((move, way))
    way, move = way[order], move[order]
    new = _new((way, move))
    return way[new], move[new]


def ways_of(graph: Graph, lot: int, stays: list[Stay]) -> list[list[int]]:
    """Return, of each stay of a lot, the moves that reached it in their order."""
    if not stays:
        return []
    inside = np.array([stay.inside for stay in stays], np.int64)
    start = np.array([stay.start for stay in stays], np.int64)
    end = np.array([stay.end for stay in stays], np.int64)
    took, ways = _ways(graph, inside, start, end, root=lot)
    found: list[list[int]] = [[] for _ in range(len(ways.inside))]
    for way, move in zip(ways.way.tolist(), ways.move.tolist(), strict=True):
        found[way].append(move)
    return [sorted(set(found[way])) for way in took.tolist()]


def stays_of(graph: Graph, node: int) -> list[Stay]:
    """Return the stays of one thing, boxes and wholes, the earliest first."""
    if graph.odd[node >> 3] >> (node & 7) & 1:
        first, past = np.searchsorted(graph.stay_thing, (node, node + 1)).tolist()
        much = graph.stay_quantity[first:past].tolist()
        lines = zip(
            graph.stay_fit[first:past].tolist(),
            graph.stay_inside[first:past].tolist(),
            graph.stay_start[first:past].tolist(),
            graph.stay_end[first:past].tolist(),
            [None if each != each else each for each in much],
            strict=True,
        )
        return [Stay(*line) for line in lines]
    found: list[Stay] = []
    lot = graph.is_counted(node)
    first, past = graph.node_first[node : node + 2].tolist()
    acts = [entry >> 1 for entry in graph.entry[first:past].tolist() if not entry & 1]
    for act in dict.fromkeys(acts):
        did = int(graph.did[act])
        if _ENTERS[did]:
            places = range(*graph.act_first[act : act + 2].tolist())
            inside = int(graph.amount[places[-1]]) >> 1
            mine = [place for place in places if int(graph.amount[place]) == node << 1]
            much = [graph.said_of(place) if lot else 1.0 for place in mine]
            found += [Stay(int(did == _FITTED), inside, act, FOREVER, each) for each in much]
    return found
