"""Which boxes things were in, and the moves that reached them there: the loops of `where`."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kaishu.core.genealogy.compiled import I4, I8, U1, inner, kernel, whole
from kaishu.core.genealogy.tables import Table, is_odd, whole_of

FOREVER = (1 << 32) - 1
MADE, FITTED, PACKED, SEEN_IN, MOVED, ENDED = 1, 2, 4, 6, 7, 8
DEEP = 6
# What `counts` holds.
OWN, STAYS, KINDS = range(3)


class Visits(NamedTuple):
    """What things did, each by its row: moves of their own, stays, and whether they are over.

    A stay is of a kind: the same thing around it, from the same act to the same act. `slot` is
    scratch, to find a kind by.
    """

    own_row: I4
    own_move: I4
    row: I4
    took: I4
    inside: I4
    start: I8
    end: I8
    slot: I4
    ended: U1
    used: U1
    counts: I8


class Climb(NamedTuple):
    """Room to go up in: what waits (thing, after, before, depth), and what was met far up."""

    first: I8
    move: I4
    wait: I8
    seen: I8
    counts: I8


@inner
def enters(did: int) -> bool:
    """Return whether an act puts its inputs into something."""
    return did in (FITTED, PACKED, SEEN_IN)


@kernel
def room(table: Table, nodes: I4) -> tuple[int, int]:
    """Return at most how many moves and stays things have."""
    entries, lines = 0, 0
    for node in nodes:
        entries += whole(table.node_first[node + 1]) - whole(table.node_first[node])
        if is_odd(table, node):
            place = np.searchsorted(table.stay_thing, node)
            while place < len(table.stay_thing) and table.stay_thing[place] == node:
                lines += 1
                place += 1
    return entries, entries + lines


@kernel
def stay(visits: Visits, row: int, inside: int, start: int, end: int) -> None:
    """Note a stay, and its kind if it is a new one."""
    many, kinds, size = visits.counts[STAYS], visits.counts[KINDS], len(visits.slot)
    spot = (inside * 1_000_003 + start * 31 + end) % size
    while True:
        kind = whole(visits.slot[spot]) - 1
        if kind < 0:
            kind = kinds
            visits.slot[spot] = kind + 1
            visits.inside[kind] = inside
            visits.start[kind] = start
            visits.end[kind] = end
            visits.counts[KINDS] = kinds + 1
            break
        same = visits.inside[kind] == inside and visits.start[kind] == start
        if same and visits.end[kind] == end:
            break
        spot = (spot + 1) % size
    visits.row[many] = row
    visits.took[many] = kind
    visits.counts[STAYS] = many + 1


@inner
def visit_odd(table: Table, row: int, node: int, visits: Visits) -> None:
    """Note the stays of a thing that the table of odd things has."""
    place = np.searchsorted(table.stay_thing, node)
    while place < len(table.stay_thing) and table.stay_thing[place] == node:
        start, end = whole(table.stay_start[place]), whole(table.stay_end[place])
        stay(visits, row, whole(table.stay_inside[place]), start, end)
        place += 1


@kernel
def visit(table: Table, nodes: I4, visits: Visits) -> None:
    """Go through the acts of things that are one piece each."""
    for row in range(len(nodes)):
        node = whole(nodes[row])
        odd = is_odd(table, node)
        if odd:
            visit_odd(table, row, node, visits)
        for place in range(table.node_first[node], table.node_first[node + 1]):
            entry = whole(table.entry[place])
            act, did = entry >> 1, whole(table.did[entry >> 1])
            if did == MADE:
                visits.used[row] = 1 - (entry & 1)  # what came out of a later act is there again
            elif entry & 1:
                continue
            elif did == MOVED:
                visits.own_row[visits.counts[OWN]] = row
                visits.own_move[visits.counts[OWN]] = act
                visits.counts[OWN] += 1
            elif did == ENDED:
                visits.ended[row] = 1
            elif enters(did) and not odd:
                stay(visits, row, whole_of(table, act), act, FOREVER)


@inner
def wait(climb: Climb, node: int, low: int, high: int, depth: int) -> bool:
    """Let a box wait to be gone through; returns whether there was room."""
    if depth > DEEP:  # boxes that are in each other would never end
        for place in range(climb.counts[1]):
            known = climb.seen[3 * place] == node and climb.seen[3 * place + 1] == low
            if known and climb.seen[3 * place + 2] == high:
                return True
        if 3 * climb.counts[1] + 3 > len(climb.seen):
            return False
        climb.seen[3 * climb.counts[1]] = node
        climb.seen[3 * climb.counts[1] + 1] = low
        climb.seen[3 * climb.counts[1] + 2] = high
        climb.counts[1] += 1
    if 4 * climb.counts[0] + 4 > len(climb.wait):
        return False
    climb.wait[4 * climb.counts[0]] = node
    climb.wait[4 * climb.counts[0] + 1] = low
    climb.wait[4 * climb.counts[0] + 2] = high
    climb.wait[4 * climb.counts[0] + 3] = depth
    climb.counts[0] += 1
    return True


@inner
def around(
    table: Table, climb: Climb, node: int, low: int, high: int, depth: int, root: int
) -> bool:
    """Let what an odd box was in wait; returns whether there was room."""
    place = np.searchsorted(table.stay_thing, node)
    while place < len(table.stay_thing) and table.stay_thing[place] == node:
        since = max(low, whole(table.stay_start[place]))
        until = min(high, whole(table.stay_end[place]))
        into = whole(table.stay_inside[place])
        if since < until and into != root and not wait(climb, into, since, until, depth):
            return False
        place += 1
    return True


@inner
def through(table: Table, climb: Climb, many: int, root: int) -> int:
    """Take one box that waits, note its moves behind `many` others and let what it was in wait.

    Returns how many moves there are then; -1 where there was no room.
    """
    climb.counts[0] -= 1
    spot = 4 * climb.counts[0]
    node, low, high = climb.wait[spot], climb.wait[spot + 1], climb.wait[spot + 2]
    depth, odd = climb.wait[spot + 3] + 1, is_odd(table, node)
    if odd and not around(table, climb, node, low, high, depth, root):
        return -1
    for place in range(table.node_first[node], table.node_first[node + 1]):
        entry = whole(table.entry[place])
        act = entry >> 1
        if act >= high:
            break
        did = whole(table.did[act])
        if entry & 1:
            continue
        if did == MOVED and act > low:
            if many >= len(climb.move):
                return -1
            climb.move[many] = act
            many += 1
        elif enters(did) and not odd:
            into, since = whole_of(table, act), max(act, low)
            if since < high and into != root and not wait(climb, into, since, high, depth):
                return -1
    return many


@inner
def ordered(move: I4, first: int, past: int) -> int:
    """Sort moves and keep each once (Shell, 1959); returns where they end."""
    gap = (past - first) // 2
    while gap > 0:
        for place in range(first + gap, past):
            here, spot = move[place], place
            while spot >= first + gap and move[spot - gap] > here:
                move[spot] = move[spot - gap]
                spot -= gap
            move[spot] = here
        gap //= 2
    many = first
    for place in range(first, past):
        if place == first or move[place] != move[many - 1]:
            move[many] = move[place]
            many += 1
    return many


@kernel
def climbed(table: Table, visits: Visits, climb: Climb, root: int) -> bool:
    """Find the moves of every kind of stay, none through the root; says whether there was room."""
    many = 0
    for way in range(visits.counts[KINDS]):
        begin = many
        climb.first[way] = begin
        climb.counts[0] = 0
        climb.counts[1] = 0
        if not wait(climb, whole(visits.inside[way]), visits.start[way], visits.end[way], 0):
            return False
        while climb.counts[0] > 0:
            many = through(table, climb, many, root)
            if many < 0:
                return False
        if many > begin + 1:
            many = ordered(climb.move, begin, many)
        climb.first[way + 1] = many
    return True
