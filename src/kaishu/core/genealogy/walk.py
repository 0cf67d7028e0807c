"""Steps over many things at once: rows of a table of ranges, spread out into positions."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
FOREVER = (1 << 32) - 1
NONE = np.empty(0, np.int64)


def spread(first: Array, rows: Array) -> tuple[Array, Array]:
    """Return the positions of all entries of some rows, and for each its place among the rows.

    Row n holds the positions from first[n] up to and without first[n + 1].
    """
    if not len(rows):
        return NONE, NONE
    low, high = int(rows[0]), int(rows[-1]) + 1
    if high - low == len(rows) and (len(rows) < 2 or in_order(rows)):  # neighbours: one long range
        edges = first[low : high + 1].astype(np.int64)
        which = np.repeat(np.arange(len(rows)), edges[1:] - edges[:-1])
        return np.arange(edges[0], edges[-1]), which
    starts = first[rows].astype(np.int64)
    counts = first[rows + 1] - starts
    ends = np.cumsum(counts)
    which = np.repeat(np.arange(len(rows)), counts)
    return np.arange(ends[-1]) + np.repeat(starts - ends + counts, counts), which


def in_order(numbers: Array) -> bool:
    """Return whether numbers ascend, each larger than the one before."""
    return bool((numbers[1:] > numbers[:-1]).all())


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
