"""Steps over many things at once: rows of a table of ranges, spread out into positions."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Places = Array | slice
FOREVER = (1 << 32) - 1
NONE = np.empty(0, np.int64)
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


def bits(flags: Array) -> Array:
    """Pack flags, eight a byte."""
    return np.packbits(flags.astype(np.bool_), bitorder="little")


def bit(packed: Array, numbers: Array) -> Array:
    """Return the flags of some numbers."""
    found: Array = (packed[numbers >> 3] >> (numbers & 7).astype(np.uint8)) & 1
    return found.astype(np.bool_)
