"""Give serial numbers their places in the levels of an index (`index_levels` says what those are).

Nothing is sorted: of the numbers that share a slot the smallest word has it, whatever their order,
so the same serials always give the same bytes; and a number given twice falls into one slot.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kaishu.core.halves import WORD_BITS, Halves, Words
from kaishu.core.index_layout import next_prime

EMPTY = np.uint64((1 << 64) - 1)
FEWEST, MOST_LEVELS = 4096, 6
FILL = 0.87  # slots for each number: 59 in 100 have their place, and all levels take 11.7 bytes
_SPARSE = 1.3
_ROWS = 1 << 16


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Climbed:
    """The levels of one table; `on` are the numbers that none of them took (None: all)."""

    levels: tuple[Words, ...] = ()
    on: npt.NDArray[np.int64] | None = None
    placed: int = 0
    first: int = 0
    last: int = 0


def climb(numbers: Halves) -> Climbed:
    """Place numbers in levels as long as that is worth its bytes."""
    if len(numbers) < FEWEST:
        return Climbed()
    first, last = numbers.bounds()
    exact = (
        last - first >> WORD_BITS
    ) + 1  # a level smaller than this could not tell two numbers apart
    on = np.arange(len(numbers))
    levels: list[Words] = []
    placed = 0
    while len(levels) < MOST_LEVELS and len(on) >= FEWEST:
        size = next_prime(max(exact, int(len(on) * FILL)))
        if size > _SPARSE * len(on) or size >= 1 << 31:
            break
        words, higher = _place(numbers, size)
        levels.append(words)
        placed += int((words != EMPTY).sum())
        on, numbers = on[higher], numbers[higher]
    if not levels:
        return Climbed()
    return Climbed(levels=tuple(levels), on=on, placed=placed, first=first, last=last)


def _place(numbers: Halves, size: int) -> tuple[Words, npt.NDArray[np.int64]]:
    """Return one level, and the rows of the numbers that have to go on."""
    words = np.full(size, EMPTY, np.uint64)
    for some in _batches(numbers):
        np.minimum.at(words, some.modulo(size), some.words())
    higher = [np.zeros(0, np.int64)]
    for batch, some in enumerate(_batches(numbers)):
        low = some.words()
        on = np.flatnonzero(words[some.modulo(size)] < low)
        higher.append(on + batch * _ROWS)
    return words, np.concatenate(higher)


def _batches(numbers: Halves) -> Iterator[Halves]:
    for start in range(0, len(numbers), _ROWS):
        yield numbers[start : start + _ROWS]
