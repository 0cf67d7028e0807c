"""Who was in what, from which act to which: boxes around things, parts in their wholes.

Most things enter one box or one whole and stay; their entries say it already. Only the others,
called odd, get lines in a table: they left, changed, were used up, or stand in a record twice.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kaishu.core.genealogy.acts import Did
from kaishu.core.genealogy.walk import FOREVER, bits

Array = NDArray[Any]
ENTERS = (Did.PACKED, Did.SEEN_IN, Did.FITTED)
LEAVES = (Did.UNPACKED, Did.REMOVED)
ENDS = (Did.MADE, Did.ENDED)
BOX, FIT = 0, 1


@dataclass(frozen=True, slots=True)
class Rows:
    """The amounts in the order of acts, inputs first: what the table is made from."""

    node: Array
    output: Array
    act: Array
    did: Array
    quantity: Array
    counted: Array  # by node: a lot, of which a part can be somewhere


@dataclass(slots=True)
class _Stay:
    inside: int
    fit: int
    start: int
    quantity: float | None
    end: int = FOREVER


@dataclass(frozen=True, slots=True)
class _Event:
    """Something that happens to one thing. `inside` is -1 where no record says it."""

    act: int
    did: int
    inside: int
    quantity: float | None


def table(rows: Rows, *, things: int, acts: int) -> dict[str, Array]:
    """Return the arrays `odd` (a bit a thing) and `stay_*` (a line a stay of an odd thing)."""
    inside = np.full(acts, -1, np.int64)
    many = np.bincount(rows.act[rows.output], minlength=acts)
    out = np.flatnonzero(rows.output)[::-1]
    inside[rows.act[out]] = rows.node[out]
    did = rows.did[rows.act]
    about = ~rows.output & np.isin(did, (*ENTERS, *LEAVES))
    ended = ~rows.output & np.isin(did, ENDS) & ~rows.counted[rows.node] & ~_also_made(rows, did)
    where = np.flatnonzero(about | ended)
    node, act = rows.node[where], rows.act[where]
    emptied = _emptied(rows, did, inside, many, acts)
    odd = _odd(rows, where, inside, many, emptied, things)
    chosen = np.flatnonzero(odd[node])
    order = chosen[np.lexsort((act[chosen], node[chosen]))]
    lines = _lines(rows, where[order], inside, emptied)
    names = ("thing", "inside", "start", "end", "fit", "quantity")
    kinds = (np.int32, np.int32, np.uint32, np.uint32, np.uint8, np.float64)
    columns: list[tuple[Any, ...]] = list(zip(*lines, strict=True)) or [()] * 6
    found = {
        f"stay_{name}": np.array(column, kind)
        for name, kind, column in zip(names, kinds, columns, strict=True)
    }
    return {"odd": bits(odd), **found}


def _also_made(rows: Rows, did: Array) -> Array:
    """Return which amounts of MADE stand on both sides of their act: reworked, not used up."""
    made = np.flatnonzero(did == Did.MADE)
    key = rows.act[made].astype(np.int64) << 32 | rows.node[made]
    side = rows.output[made]
    found = np.zeros(len(did), np.bool_)
    outputs = np.sort(key[side]) if (~side).any() else key[:0]
    if len(outputs):
        inputs = made[~side]
        place = np.minimum(np.searchsorted(outputs, key[~side]), len(outputs) - 1)
        found[inputs] = outputs[place] == key[~side]
    return found


def _emptied(
    rows: Rows, did: Array, inside: Array, many: Array, acts: int
) -> dict[int, list[tuple[int, int]]]:
    """Return, by box or whole, the acts that took everything out of it, in their order."""
    inputs = np.bincount(rows.act[~rows.output], minlength=acts)
    found: dict[int, list[tuple[int, int]]] = {}
    bare = np.flatnonzero((inputs == 0) & (many > 0) & np.isin(rows.did, LEAVES))
    for act in bare.tolist():
        found.setdefault(int(inside[act]), []).append((act, int(rows.did[act])))
    return found


def _odd(
    rows: Rows, where: Array, inside: Array, many: Array, emptied: dict[int, Any], things: int
) -> Array:
    node, act = rows.node[where], rows.act[where]
    did = rows.did[act]
    counted = rows.counted[node]
    enters = np.isin(did, ENTERS)
    times = np.bincount(node[enters], minlength=things)
    in_box = np.bincount(node[enters & (did != Did.FITTED)], minlength=things)
    leaving = np.isin(did, LEAVES)
    strange = leaving | (enters & ((many[act] != 1) | (inside[act] == node)))
    strange |= enters & ~counted & (times[node] > 1)
    strange |= counted & (did == Did.SEEN_IN)
    strange |= ~enters & ~leaving & (in_box[node] > 0)
    if emptied:
        strange |= enters & np.isin(inside[act], np.array(list(emptied)))
    odd = np.zeros(things, np.bool_)
    odd[node[strange]] = True
    return odd


Line = tuple[int, int, int, int, int, float | None]


def _lines(
    rows: Rows, where: Array, inside: Array, emptied: dict[int, list[tuple[int, int]]]
) -> Iterator[Line]:
    """Live through the events of odd things, one thing after the other."""
    node, act = rows.node[where], rows.act[where]
    columns = (act, rows.did[act], inside[act], rows.quantity[where])
    events = [
        _Event(a, did, box, None if much != much else much)
        for a, did, box, much in zip(*(x.tolist() for x in columns), strict=True)
    ]
    edges = np.flatnonzero(np.diff(node, prepend=-1, append=-1)).tolist() if len(node) else [0]
    for first, past in pairwise(edges):
        thing = int(node[first])
        mine = events[first:past]
        out = {found for event in mine if (found := _next_emptied(event, emptied))}
        mine = sorted([*mine, *out], key=lambda event: event.act)
        lived = _lived(thing, mine, counted=bool(rows.counted[thing]))
        for stay in sorted(lived, key=lambda stay: stay.start):
            yield thing, stay.inside, stay.start, stay.end, stay.fit, stay.quantity


def _next_emptied(event: _Event, emptied: dict[int, list[tuple[int, int]]]) -> _Event | None:
    """Return the act that took everything out of a box, first after a thing came into it."""
    acts = emptied.get(event.inside)
    if acts is None or event.did not in ENTERS:
        return None
    fit = event.did == Did.FITTED
    for act, did in acts[bisect(acts, (event.act, 0)) :]:
        if fit == (did == Did.REMOVED):
            return _Event(act, did, event.inside, None)
    return None


def _lived(thing: int, events: list[_Event], *, counted: bool) -> list[_Stay]:
    stays: list[_Stay] = []
    for event in events:
        fit = FIT if event.did in (Did.FITTED, Did.REMOVED) else BOX
        now = [stay for stay in stays if stay.end == FOREVER]
        same = [stay for stay in now if stay.fit == fit and stay.inside == event.inside]
        if event.did in ENTERS:
            if event.inside in (-1, thing):
                continue
            if counted:
                if event.did == Did.SEEN_IN and same:
                    continue
            elif same:
                continue
            else:
                _close([s for s in now if s.fit == fit or fit == FIT], event.act)
            stays.append(_Stay(event.inside, fit, event.act, event.quantity if counted else None))
        elif event.did in LEAVES:
            found = same if event.inside >= 0 else [stay for stay in now if stay.fit == fit]
            if counted and event.quantity is not None:
                stays += _take(found, event.quantity, event.act)
            else:
                _close(found, event.act)
        else:
            _close([stay for stay in now if stay.fit == BOX], event.act)
    return stays


def _close(stays: list[_Stay], act: int) -> None:
    for stay in stays:
        stay.end = act


def _take(stays: list[_Stay], left: float, act: int) -> list[_Stay]:
    """End stays of a lot until a quantity is out, the oldest first; return what is left of one."""
    rest = []
    for stay in stays:
        if left <= 0 or stay.quantity is None:
            continue
        if stay.quantity > left:
            rest.append(_Stay(stay.inside, stay.fit, stay.start, stay.quantity - left))
            stay.quantity = left
        left -= stay.quantity
        stay.end = act
    return rest
