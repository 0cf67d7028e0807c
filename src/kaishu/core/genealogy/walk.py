"""Steps over many things at once: rows of a table of ranges, spread out into positions."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Places = Array | slice
FOREVER = (1 << 32) - 1
NONE = np.empty(0, np.int64)
BLOCK = 1 << 13
_MANY = 1 << 19


def spread(first: Array, rows: Array) -> tuple[Places, Array]:
    """Return the positions of all entries of some rows, and for each its place among the rows.

    Row n holds the positions from first[n] up to and without first[n + 1]. Neighbours share a
    range of positions, and most things are alike: both save most of the work.
    """
    many = len(rows)
    if not many:
        return NONE, NONE
    low, high = int(rows[0]), int(rows[-1]) + 1
    if high - low == many and in_order(rows):  # one range
        edges = first[low : high + 1].astype(np.int64)
        return slice(int(edges[0]), int(edges[-1])), _places(edges[1:] - edges[:-1])
    starts, past = first[rows].astype(np.int64), first[rows + 1].astype(np.int64)
    counts = past - starts
    which = _places(counts)
    gaps = np.flatnonzero(starts[1:] != past[:-1]) + 1
    if len(gaps) * 4 < many:
        starts, past = starts[np.append(0, gaps)], past[np.append(gaps - 1, many - 1)]
        counts = past - starts
    elif len(which) == many * int(counts[0]) and (counts == counts[0]).all():
        return (starts[:, None] + np.arange(int(counts[0]))).ravel(), which
    ends = np.cumsum(counts)
    return np.arange(ends[-1]) + np.repeat(starts - ends + counts, counts), which


def _places(counts: Array) -> Array:
    """Return each row's number as often as the row has entries."""
    numbers, same = np.arange(len(counts)), counts[0]
    found: Array = np.repeat(numbers, int(same) if (counts == same).all() else counts)
    return found


def blocks(numbers: Array) -> Iterator[Array]:
    """Yield numbers in parts small enough for what is worked out of them to stay in the cache."""
    for start in range(0, len(numbers), BLOCK):
        yield numbers[start : start + BLOCK]


def blocks_by(first: Array, rows: Array) -> Iterator[Array]:
    """Yield rows in parts that have about a block of entries together."""
    if len(rows):
        ends = np.cumsum(first[rows + 1] - first[rows])
        if ends[-1] <= BLOCK * 2:
            yield rows
            return
        cuts = np.searchsorted(ends, np.arange(BLOCK, int(ends[-1]), BLOCK))
        edges = np.unique(np.concatenate([[0], cuts + 1, [len(rows)]])).tolist()
        for start, stop in pairwise(edges):
            if start < len(rows):
                yield rows[start : min(stop, len(rows))]


def in_order(numbers: Array) -> bool:
    """Return whether numbers ascend, each larger than the one before."""
    return bool((numbers[1:] > numbers[:-1]).all())


def cut(flat: Array, starts: Array, ends: Array) -> Array:
    """Return parts of a long array, one after another, a good many at a time."""
    found = [flat[:0]]
    for first in range(0, len(starts), _MANY):
        low = starts[first : first + _MANY]
        lengths = ends[first : first + _MANY] - low
        stops = np.cumsum(lengths)
        found.append(flat[np.arange(stops[-1]) + np.repeat(low - stops + lengths, lengths)])
    return np.concatenate(found)


def once(numbers: Array, slot: Array) -> Array:
    """Return the positions of the numbers, one for each; `slot` is scratch as long as they reach.

    Of equal numbers the last one stays.
    """
    places = np.arange(len(numbers), dtype=slot.dtype)
    slot[numbers] = places
    return np.flatnonzero(slot[numbers] == places)


def bits(flags: Array) -> Array:
    """Pack flags, eight a byte."""
    return np.packbits(flags.astype(np.bool_), bitorder="little")


def bit(packed: Array, numbers: Array) -> Array:
    """Return the flags of some numbers."""
    found: Array = (packed[numbers >> 3] >> (numbers & 7).astype(np.uint8)) & 1
    return found.astype(np.bool_)
