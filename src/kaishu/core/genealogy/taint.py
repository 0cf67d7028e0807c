"""How far taint goes and how sure it is, act by act: the loops of `Reach` and `Levels`.

A moment m is kept as FOREVER - m: zero is never, and the earliest is the largest.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kaishu.core.genealogy.compiled import I4, I8, U1, U4, inner, kernel, whole
from kaishu.core.genealogy.tables import Table, group_of, is_odd, whole_of

FOREVER = (1 << 32) - 1
MADE, FITTED = 1, 2
LOT, UNIT, ITEM = 1, 2, 6
POSSIBLE, CERTAIN = 1, 2
OWN, QUEUED, SPANNED, FITS, ODD, DOUBTED = 1, 2, 4, 8, 16, 32
# What `counts` holds.
GROUP, HEAD, WAITING, FOUND, OPEN, LOTS, FIT, ODDS, STAMP = range(9)


class State(NamedTuple):
    """What is known of one question so far: of things, of acts, of classes, and what waits.

    `late`: since when a thing carries taint; `sure`: since when certainly; `doubt`: the first
    moment at which it is not certain any more, plus one. `stamp` is scratch, one for each class.
    """

    late: U4
    sure: U4
    doubt: I8
    flags: U1
    queue: I4
    found: I4
    lots: I4
    fits: I4
    odds: I4
    of_act: U1
    open: I4
    stamp: I8
    counts: I8
    window: I8
    span_node: I4
    span_low: I8
    span_high: I8


@inner
def counted(table: Table, state: State, node: int) -> bool:
    """Return whether a thing is counted by quantity: a lot, or a class without one."""
    kind = table.group_kind[group_of(table, state.counts, node)]
    return kind in (LOT, ITEM)


@kernel
def certain(state: State, node: int, at: int) -> bool:
    """Return whether a thing is certain at a moment."""
    sure = whole(state.sure[node])
    known = sure > 0 and FOREVER - sure <= at
    if known and (not state.flags[node] & DOUBTED or at < state.doubt[node] - 1):
        return True
    if state.flags[node] & SPANNED:
        place = np.searchsorted(state.span_node, node)
        while place < len(state.span_node) and state.span_node[place] == node:
            if state.span_low[place] <= at and at <= state.span_high[place]:
                return True
            place += 1
    return False


@kernel
def carries(state: State, node: int, at: int) -> bool:
    """Return whether a thing passes taint on at a moment; what spans say comes on top."""
    late = whole(state.late[node])
    if state.flags[node] & OWN and not (state.window[0] <= at and at <= state.window[1]):
        return False
    return late > 0 and FOREVER - late <= at


@inner
def push(state: State, node: int) -> None:
    """Let a thing wait to be followed."""
    if not state.flags[node] & QUEUED:
        state.flags[node] |= QUEUED
        last = whole(state.counts[HEAD] + state.counts[WAITING])
        state.queue[last if last < len(state.queue) else last - len(state.queue)] = node
        state.counts[WAITING] += 1


@inner
def label(table: Table, state: State, node: int, moment: int) -> None:
    """Note when a thing was reached, if that is the first time or earlier than before."""
    late = FOREVER - moment
    before = whole(state.late[node])
    if late <= before:
        return
    if before == 0:
        state.found[state.counts[FOUND]] = node
        state.counts[FOUND] += 1
        if counted(table, state, node):
            state.lots[state.counts[LOTS]] = node
            state.counts[LOTS] += 1
    state.late[node] = late
    push(state, node)


@inner
def prove_lot(table: Table, state: State, lot: int) -> bool:
    """Find from when to when a lot is certain; returns whether that changed anything."""
    sure, doubt = whole(state.sure[lot]), 0
    for place in range(table.node_first[lot], table.node_first[lot + 1]):
        entry = whole(table.entry[place])
        act = entry >> 1
        if not entry & 1 or table.did[act] != MADE or table.amount[table.act_first[act]] & 1:
            continue
        at = whole(table.at[act])
        if state.of_act[act] != CERTAIN:  # nothing is certain from here on
            doubt = at + 1
            break
        sure = max(sure, FOREVER - at)
    changed = sure != whole(state.sure[lot]) or doubt != state.doubt[lot]
    state.sure[lot] = sure
    state.doubt[lot] = doubt
    state.flags[lot] &= ~DOUBTED & 255
    if doubt:
        state.flags[lot] |= DOUBTED
    return changed


@inner
def prove(table: Table, state: State, node: int, moment: int) -> bool:
    """Note since when a piece is certain; returns whether that is new."""
    late = FOREVER - moment
    if late <= whole(state.sure[node]):
        return False
    if state.flags[node] & OWN or counted(table, state, node):
        return False
    state.sure[node] = late
    return True


@inner
def whole_class(table: Table, state: State, act: int) -> bool:
    """Return whether all inputs of one class of an act are certain."""
    state.counts[STAMP] += 1
    stamp, at = state.counts[STAMP], whole(table.at[act])
    first, past = table.act_first[act], table.act_first[act + 1]
    for side in range(2):
        for place in range(first, past):
            amount = whole(table.amount[place])
            if amount & 1:
                continue
            item = whole(table.group_item[group_of(table, state.counts, amount >> 1)])
            sure = certain(state, amount >> 1, at)
            if side == 0 and item >= 0 and not sure:
                state.stamp[item] = stamp
            if side == 1 and sure and (item < 0 or state.stamp[item] != stamp):
                return True
    return False


@inner
def one_unit(table: Table, state: State, act: int) -> bool:
    """Return whether an act made one unit and nothing else: all that went in is in it."""
    unit = -1
    for place in range(table.act_first[act], table.act_first[act + 1]):
        amount = whole(table.amount[place])
        if amount & 1:
            if unit >= 0 and unit != amount >> 1:
                return False
            unit = amount >> 1
    return unit >= 0 and table.group_kind[group_of(table, state.counts, unit)] == UNIT


@inner
def judge(table: Table, state: State, act: int) -> int:
    """Return how surely an act passes taint on, with what its inputs prove now."""
    some, every = False, True
    at = whole(table.at[act])
    for place in range(table.act_first[act], table.act_first[act + 1]):
        amount = whole(table.amount[place])
        if amount & 1:
            break
        sure = certain(state, amount >> 1, at)
        some |= sure
        every &= sure
    if some and (every or one_unit(table, state, act) or whole_class(table, state, act)):
        return CERTAIN
    return POSSIBLE


@inner
def meet(table: Table, state: State, act: int) -> None:
    """Let an act pass taint on, which it does once."""
    if state.of_act[act]:
        return
    level = judge(table, state, act)
    state.of_act[act] = level
    at = whole(table.at[act])
    if level == POSSIBLE:
        state.open[state.counts[OPEN]] = act
        state.counts[OPEN] += 1
    for place in range(table.act_first[act], table.act_first[act + 1]):
        amount = whole(table.amount[place])
        if amount & 1:
            label(table, state, amount >> 1, at)
            if level == CERTAIN:
                prove(table, state, amount >> 1, at)


@inner
def fits_from(table: Table, state: State, part: int, at: int) -> bool:
    """Return whether what is fitted at a moment carries taint into its whole."""
    if state.flags[part] & OWN:
        return whole(state.window[0]) <= at and at <= whole(state.window[1])
    return not counted(table, state, part) or at >= FOREVER - whole(state.late[part])


@inner
def prove_fit(table: Table, state: State, part: int, act: int) -> bool:
    """Prove a whole by a part that stays in it; returns whether that proved anything new."""
    at = whole(table.at[act])
    if state.flags[part] & OWN or counted(table, state, part):
        moment = at if certain(state, part, at) else FOREVER
    else:
        moment = max(at, FOREVER - whole(state.sure[part]))
    return prove(table, state, whole_of(table, act), moment)


@inner
def fit(table: Table, state: State, part: int, act: int, since: int) -> None:
    """Let a part pass taint on to the whole in which it is fitted and stays."""
    if not state.flags[part] & FITS:
        state.flags[part] |= FITS
        state.fits[state.counts[FIT]] = part
        state.counts[FIT] += 1
    prove_fit(table, state, part, act)
    label(table, state, whole_of(table, act), max(whole(table.at[act]), since))


@inner
def expand(table: Table, state: State, node: int) -> None:
    """Let a thing pass taint on to what was made of it and what it was fitted in."""
    own = state.flags[node] & OWN
    since = state.window[0] if own else FOREVER - whole(state.late[node])
    until = state.window[1] if own else FOREVER
    odd = is_odd(table, node)
    for place in range(table.node_first[node], table.node_first[node + 1]):
        entry = whole(table.entry[place])
        act = entry >> 1
        did = table.did[act]
        if entry & 1 or (did != MADE and did != FITTED):
            continue
        at = whole(table.at[act])
        if did == MADE:
            if since <= at and at <= until:
                meet(table, state, act)
        elif odd:
            if not state.flags[node] & ODD and (not own or (since <= at and at <= until)):
                state.flags[node] |= ODD
                state.odds[state.counts[ODDS]] = node
                state.counts[ODDS] += 1
        elif fits_from(table, state, node, at):
            fit(table, state, node, act, since)


@kernel
def follow(table: Table, state: State) -> None:
    """Follow all things that wait, until none does. Odd parts are left to `Spans`."""
    while state.counts[WAITING] > 0:
        head = whole(state.counts[HEAD])
        node = whole(state.queue[head])
        state.counts[HEAD] = head + 1 if head + 1 < len(state.queue) else 0
        state.counts[WAITING] -= 1
        state.flags[node] &= ~QUEUED & 255
        if not state.flags[node] & OWN and counted(table, state, node):
            prove_lot(table, state, node)
        expand(table, state, node)


@kernel
def meet_all(table: Table, state: State, acts: I8) -> None:
    """Let acts pass taint on."""
    for act in acts:
        meet(table, state, whole(act))


@kernel
def label_all(table: Table, state: State, nodes: I8, moments: I8) -> None:
    """Note when things were reached."""
    for place in range(len(nodes)):
        label(table, state, whole(nodes[place]), whole(moments[place]))


@inner
def prove_fits(table: Table, state: State, part: int) -> bool:
    """Prove the wholes of a part that is not odd; returns whether that proved anything new."""
    changed = False
    for place in range(table.node_first[part], table.node_first[part + 1]):
        entry = whole(table.entry[place])
        act = entry >> 1
        if entry & 1 or table.did[act] != FITTED:
            continue
        if fits_from(table, state, part, whole(table.at[act])):
            changed |= prove_fit(table, state, part, act)
    return changed


@kernel
def settle(table: Table, state: State) -> None:
    """Judge again what was not proved, until nothing new is."""
    changed = True
    while changed:
        changed = False
        for place in range(state.counts[LOTS]):
            changed |= prove_lot(table, state, whole(state.lots[place]))
        for place in range(state.counts[FIT]):
            changed |= prove_fits(table, state, whole(state.fits[place]))
        kept = 0
        for place in range(state.counts[OPEN]):
            act = whole(state.open[place])
            if judge(table, state, act) == POSSIBLE:
                state.open[kept] = act
                kept += 1
                continue
            changed = True
            state.of_act[act] = CERTAIN
            at = whole(table.at[act])
            for spot in range(table.act_first[act], table.act_first[act + 1]):
                amount = whole(table.amount[spot])
                if amount & 1:
                    prove(table, state, amount >> 1, at)
        state.counts[OPEN] = kept


@kernel
def describe(table: Table, state: State, nodes: I4, level: U1, since: U4, group: I4) -> None:
    """Tell of things that carry taint how surely they do now, since when, and of which group."""
    for place in range(len(nodes)):
        node = whole(nodes[place])
        own = state.flags[node] & OWN
        level[place] = CERTAIN if own or certain(state, node, FOREVER) else POSSIBLE
        if own:  # since records first name it
            since[place] = table.at[table.entry[table.node_first[node]] >> 1]
        else:
            since[place] = FOREVER - whole(state.late[node])
        group[place] = group_of(table, state.counts, node)
