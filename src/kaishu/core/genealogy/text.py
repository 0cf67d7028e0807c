"""Many short texts in arrays: 32 a block, each as what it does not share with the one before it.

Neighbours are serials of one lot, which differ in their last letters. A place for each text would
cost more than most texts; the place of each block finds them as well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kaishu.core.genealogy.sorting import alike
from kaishu.core.genealogy.walk import cut

BLOCK = 32
_REMEMBERED = 1024
LONGEST = 255
Array = NDArray[Any]


def pack(name: str, texts: Sequence[bytes]) -> dict[str, Array]:
    """Return the arrays of a table of texts; each name begins with the table's own."""
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    return from_flat(name, np.frombuffer(b"".join(texts), np.uint8), lengths)


def from_flat(name: str, flat: Array, lengths: Array) -> dict[str, Array]:
    """Return the arrays of a table whose texts stand one after another already."""
    starts = np.append(0, np.cumsum(lengths))[: len(lengths)]
    shared = _shared(flat, starts, lengths)
    rest = lengths - shared
    places = np.append(0, np.cumsum(rest))[: len(lengths)]
    width: Any = np.uint8 if not len(lengths) or lengths.max() <= LONGEST else np.uint32
    return {
        f"{name}_text": cut(flat, starts + shared, starts + lengths),
        f"{name}_size": rest.astype(width),
        f"{name}_same": shared.astype(np.uint8),
        f"{name}_block": places[::BLOCK].astype(np.uint64),
    }


def _shared(flat: Array, starts: Array, lengths: Array) -> Array:
    """Return how many bytes each text has in common with the one before it in its block."""
    most = np.zeros(len(lengths), np.int64)
    most[1:] = np.minimum(np.minimum(lengths[1:], lengths[:-1]), LONGEST)
    most[::BLOCK] = 0
    return common(flat, np.append(starts[:1], starts[:-1]), starts, most)


def common(flat: Array, one: Array, other: Array, most: Array) -> Array:
    """Return how many bytes from one place on are as from another, at most so many each."""
    found = np.empty(len(most), np.int64)
    left, right, limit = (np.ascontiguousarray(each, np.int64) for each in (one, other, most))
    alike(flat, left, right, limit, found)
    return found


class Texts:
    """An open table of texts."""

    def __init__(self, name: str, arrays: Mapping[str, Array]) -> None:
        """Take the table's arrays out of a file's."""
        self._text, self._size, self._same, self._block = (
            arrays[f"{name}_{part}"] for part in ("text", "size", "same", "block")
        )
        self._known: dict[int, list[bytes]] = {}

    def __len__(self) -> int:
        """Return how many texts there are."""
        return len(self._size)

    def one(self, number: int) -> bytes:
        """Return one text."""
        block = number // BLOCK
        known = self._known.get(block)
        if known is None:
            if len(self._known) >= _REMEMBERED:
                self._known = {}
            known = self._known[block] = self._of_block(block, BLOCK)
        return known[number % BLOCK]

    def many(self, numbers: Array) -> list[bytes]:
        """Return some texts, in the order in which they are asked."""
        found, known, block = [], -1, [b""]
        for number in numbers.tolist():
            if number // BLOCK != known:
                known = number // BLOCK
                block = self._of_block(known, BLOCK)
            found.append(block[number % BLOCK])
        return found

    def _of_block(self, block: int, many: int) -> list[bytes]:
        """Return the first texts of a block."""
        mine = slice(block * BLOCK, block * BLOCK + many)
        sizes, same = self._size[mine].tolist(), self._same[mine].tolist()
        place = int(self._block[block])
        text = self._text[place : place + sum(sizes)].tobytes()
        found, last, place = [], b"", 0
        for size, shared in zip(sizes, same, strict=True):
            last = last[:shared] + text[place : place + size]
            place += size
            found.append(last)
        return found
