"""What kernels see of a graph: its arrays, and of which class and kind a thing is."""

from __future__ import annotations

from typing import NamedTuple

from kaishu.core.genealogy.compiled import I8, FileI4, FileU1, FileU4, inner, whole


class Table(NamedTuple):
    """The arrays of a graph file that its rules read."""

    at: FileU4
    did: FileU1
    act_first: FileU4
    amount: FileU4
    node_first: FileU4
    entry: FileU4
    odd: FileU1
    stay_thing: FileI4
    stay_inside: FileI4
    stay_start: FileU4
    stay_end: FileU4
    stay_fit: FileU1
    group_first: FileU4
    group_kind: FileU1
    group_item: FileI4


@inner
def group_of(table: Table, last: I8, node: int) -> int:
    """Return the group of a thing. `last` remembers one: neighbours mostly are of one group."""
    first = table.group_first
    here = whole(last[0])
    if first[here] <= node and node < first[here + 1]:
        return here
    low, high = 0, len(first) - 1
    while low + 1 < high:
        middle = (low + high) // 2
        if first[middle] <= node:
            low = middle
        else:
            high = middle
    last[0] = low
    return low


@inner
def is_odd(table: Table, node: int) -> bool:
    """Return whether a thing has its stays in the table."""
    return whole(table.odd[node >> 3]) >> (node & 7) & 1 == 1


@inner
def whole_of(table: Table, act: int) -> int:
    """Return what an act with one output put things into."""
    return whole(table.amount[whole(table.act_first[act + 1]) - 1]) >> 1
