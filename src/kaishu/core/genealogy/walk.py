"""Steps over many things at once: rows of a table of ranges, spread out into positions."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
FOREVER = (1 << 32) - 1
NONE = np.empty(0, np.int64)
BLOCK = 1 << 13
_MANY = 1 << 19
_FEW = 16


def spread(first: Array, rows: Array) -> tuple[Array, Array]:
    """Return the positions of all entries of some rows, and for each its place among the rows.

    Row n holds the positions from first[n] up to and without first[n + 1].
    """
    if not len(rows):
        return NONE, NONE
    runs = np.flatnonzero(np.diff(rows) != 1) + 1
    if len(runs) < _FEW and len(runs) * 16 < len(rows):  # neighbours: a few long ranges
        return _long_runs(first, rows, runs)
    starts = first[rows].astype(np.int64)
    counts = first[rows + 1] - starts
    ends = np.cumsum(counts)
    which = np.repeat(np.arange(len(rows)), counts)
    return np.arange(ends[-1]) + np.repeat(starts - ends + counts, counts), which


def _long_runs(first: Array, rows: Array, runs: Array) -> tuple[Array, Array]:
    lows = rows[np.append(0, runs)].tolist()
    highs = (rows[np.append(runs, len(rows)) - 1] + 1).tolist()
    edges = [first[low : high + 1].astype(np.int64) for low, high in zip(lows, highs, strict=True)]
    counts = np.concatenate([edge[1:] - edge[:-1] for edge in edges])
    places = np.concatenate([np.arange(edge[0], edge[-1]) for edge in edges])
    return places, np.repeat(np.arange(len(rows)), counts)


def blocks(numbers: Array) -> Iterator[Array]:
    """Yield numbers in parts small enough for what is worked out of them to stay in the cache."""
    for start in range(0, len(numbers), BLOCK):
        yield numbers[start : start + BLOCK]


def blocks_by(first: Array, rows: Array) -> Iterator[Array]:
    """Yield rows in parts that have about a block of entries together."""
    if len(rows):
        ends = np.cumsum(first[rows + 1] - first[rows])
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
