"""Count pieces by holder, class and level, and what was used of a lot: loops over an answer."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kaishu.core.genealogy.compiled import (
    I4,
    I8,
    U1,
    U4,
    FileF8,
    FileI4,
    FileU4,
    inner,
    kernel,
    whole,
)
from kaishu.core.genealogy.tables import Table, group_of

CERTAIN = 2
MADE, ENDED = 1, 8
UNIT = 2


class Who(NamedTuple):
    """The acts of a graph that name a party or a place, and these; -1 where not said."""

    act: FileI4
    party: FileI4
    place: FileI4


class Said(NamedTuple):
    """What was said of lots: at which amounts, and how much."""

    at: FileU4
    much: FileF8


class Pieces(NamedTuple):
    """Things that are one piece each: group, level and since when; a row each."""

    group: I4
    level: U1
    since: U4


class Moves(NamedTuple):
    """The moves of pieces, of their own and by ways, as `where.Places` has them."""

    own_row: I4
    own_move: I4
    row: I4
    took: I4
    first: I8
    move: I4
    last: I4
    over: U1


class Sums(NamedTuple):
    """How many pieces of one class and level one holder has, and since when: lines.

    `slot` is scratch, to find a line by; `some` holds the moves of one piece, `spots` their
    holders.
    """

    slot: I4
    party: I4
    place: I4
    item: I4
    level: U1
    many: I8
    at: I8
    some: I4
    spots: I4
    counts: I8


@inner
def spot_of(who: Who, sums: Sums, move: int) -> int:
    """Return where a move's holder stands, -1 if it names none; it remembers the last one."""
    if sums.counts[1] == move + 2:
        return whole(sums.counts[2])
    spot = -1
    if move >= 0:
        place = np.searchsorted(who.act, move)
        if place < len(who.act) and who.act[place] == move:
            spot = whole(place)
    sums.counts[1] = move + 2
    sums.counts[2] = spot
    return spot


@inner
def add(who: Who, sums: Sums, spot: int, item: int, level: int, at: int) -> bool:
    """Add one piece to its line; returns whether there was room for it."""
    party, place = -1, -1
    if spot >= 0:
        party, place = whole(who.party[spot]), whole(who.place[spot])
    size = len(sums.slot)
    slot = ((party + 1) * 1_000_003 + (place + 1) * 31 + (item + 1) * 7 + level) % size
    while True:
        line = whole(sums.slot[slot]) - 1
        if line < 0:
            line = sums.counts[0]
            if line >= len(sums.many):
                return False
            sums.slot[slot] = line + 1
            sums.party[line] = party
            sums.place[line] = place
            sums.item[line] = item
            sums.level[line] = level
            sums.many[line] = 0
            sums.at[line] = at
            sums.counts[0] = line + 1
            break
        same = sums.party[line] == party and sums.place[line] == place
        if same and sums.item[line] == item and sums.level[line] == level:
            break
        slot = (slot + 1) % size
    sums.many[line] += 1
    sums.at[line] = min(sums.at[line], at)
    return True


@kernel
def now(table: Table, who: Who, pieces: Pieces, moves: Moves, sums: Sums) -> bool:
    """Count where pieces are by their last moves; says whether there was room."""
    own, stay = 0, 0
    for row in range(len(pieces.group)):
        last = -1
        while own < len(moves.own_row) and moves.own_row[own] == row:
            last = max(last, whole(moves.own_move[own]))
            own += 1
        while stay < len(moves.row) and moves.row[stay] == row:
            last = max(last, whole(moves.last[moves.took[stay]]))
            stay += 1
        if moves.over[row]:
            continue
        at = whole(table.at[last]) if last >= 0 else whole(pieces.since[row])
        item, level = whole(table.group_item[pieces.group[row]]), whole(pieces.level[row])
        if not add(who, sums, spot_of(who, sums, last), item, level, at):
            return False
    return True


@inner
def gathered(
    table: Table, moves: Moves, sums: Sums, start: int, past: int, since: int, many: int
) -> int:
    """Put the moves of one kind of stay behind `many` others; returns how many, or -1: no room."""
    for place in range(start, past):
        move = whole(moves.move[place])
        if table.at[move] >= since:
            if many >= len(sums.some):
                return -1
            sums.some[many] = move
            many += 1
    return many


@inner
def sorted_first(sums: Sums, many: int) -> None:
    """Sort the moves of one piece (Shell, 1959)."""
    gap = many // 2
    while gap > 0:
        for place in range(gap, many):
            here, spot = sums.some[place], place
            while spot >= gap and sums.some[spot - gap] > here:
                sums.some[spot] = sums.some[spot - gap]
                spot -= gap
            sums.some[spot] = here
        gap //= 2


@inner
def held_once(table: Table, who: Who, sums: Sums, many: int, item: int, level: int) -> bool:
    """Add one piece to everybody who had it, at the first of their moves; says if there was room.

    A move that names nobody is a holder of its own kind: nobody knows who.
    """
    holders = 0
    for place in range(many):
        spot = spot_of(who, sums, whole(sums.some[place]))
        known = False
        for other in range(holders):
            before = whole(sums.spots[other])
            if before < 0 or spot < 0:
                known = before == spot
            else:
                same = who.party[before] == who.party[spot]
                known = same and who.place[before] == who.place[spot]
            if known:
                break
        if known:
            continue
        sums.spots[holders] = spot
        holders += 1
        if not add(who, sums, spot, item, level, whole(table.at[sums.some[place]])):
            return False
    return True


@kernel
def ever(table: Table, who: Who, pieces: Pieces, moves: Moves, sums: Sums) -> bool:
    """Count who ever had pieces since they were affected; says whether there was room."""
    own, stay = 0, 0
    for row in range(len(pieces.group)):
        since, many, sources = whole(pieces.since[row]), 0, 0
        while own < len(moves.own_row) and moves.own_row[own] == row:
            move = whole(moves.own_move[own])
            if table.at[move] >= since:
                if many >= len(sums.some):
                    return False
                sums.some[many] = move
                many += 1
            own += 1
            sources = 1
        while stay < len(moves.row) and moves.row[stay] == row:
            way = whole(moves.took[stay])
            start, past = whole(moves.first[way]), whole(moves.first[way + 1])
            many = gathered(table, moves, sums, start, past, since, many)
            if many < 0:
                return False
            stay += 1
            sources += 1
        if sources > 1 and many > 1:
            sorted_first(sums, many)
        item, level = whole(table.group_item[pieces.group[row]]), whole(pieces.level[row])
        if not held_once(table, who, sums, many, item, level):
            return False
    return True


@inner
def said_of(said: Said, place: int) -> float:
    """Return the quantity of an amount by its place; NaN where nobody said."""
    spot = np.searchsorted(said.at, place)
    if spot < len(said.at) and said.at[spot] == place:
        return float(said.much[spot])
    return np.nan


@kernel
def used(table: Table, said: Said, last: I8, lot: int) -> float:
    """Return how much of a lot went into other things or was ended, as far as records say it.

    Where a making does not say how much, the units of the lot's own class that came out are
    members of it, told by name.
    """
    found, before = 0.0, -1
    item = whole(table.group_item[group_of(table, last, lot)])
    for place in range(table.node_first[lot], table.node_first[lot + 1]):
        entry = whole(table.entry[place])
        act, did = entry >> 1, whole(table.did[entry >> 1])
        if entry & 1 or act == before or did not in (MADE, ENDED):
            continue
        before = act
        for spot in range(table.act_first[act], table.act_first[act + 1]):
            if table.amount[spot] != lot << 1:
                continue
            much = said_of(said, spot)
            if not np.isnan(much):
                found += much
            elif did == MADE:
                found += named_units(table, last, act, item)
    return found


@inner
def named_units(table: Table, last: I8, act: int, item: int) -> int:
    """Return how many outputs of an act are units of a class."""
    found = 0
    for place in range(table.act_first[act], table.act_first[act + 1]):
        amount = whole(table.amount[place])
        if amount & 1:
            group = group_of(table, last, amount >> 1)
            if table.group_kind[group] == UNIT and table.group_item[group] == item:
                found += 1
    return found
