"""Many short texts in arrays: their bytes one after another, a length each, a place a block.

A place for each text would cost more than most texts; the place of one in 32 and the lengths in
between find it as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

BLOCK = 32
Array = NDArray[Any]


def pack(name: str, texts: Sequence[bytes]) -> dict[str, Array]:
    """Return the arrays of a table of texts; each name begins with the table's own."""
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    return from_flat(name, np.frombuffer(b"".join(texts), np.uint8), lengths)


def from_flat(name: str, flat: Array, lengths: Array) -> dict[str, Array]:
    """Return the arrays of a table whose bytes stand one after another already."""
    ends = np.cumsum(lengths)
    starts = np.concatenate([np.zeros(1, np.int64), ends])[: len(lengths)]
    width: Any = np.uint8 if not len(lengths) or lengths.max() < 256 else np.uint32
    return {
        f"{name}_text": flat,
        f"{name}_size": lengths.astype(width),
        f"{name}_block": starts[::BLOCK].astype(np.uint64),
    }


class Texts:
    """An open table of texts."""

    def __init__(self, name: str, arrays: dict[str, Array]) -> None:
        """Take the table's arrays out of a file's."""
        self._text, self._size, self._block = (
            arrays[f"{name}_{part}"] for part in ("text", "size", "block")
        )

    def __len__(self) -> int:
        """Return how many texts there are."""
        return len(self._size)

    def one(self, number: int) -> bytes:
        """Return one text."""
        block = number // BLOCK
        sizes = self._size[block * BLOCK : number + 1].tolist()
        end = int(self._block[block]) + sum(sizes)
        return self._text[end - sizes[-1] : end].tobytes()

    def many(self, numbers: Array) -> list[bytes]:
        """Return some texts, in the order in which they are asked."""
        return [self.one(number) for number in numbers.tolist()]
