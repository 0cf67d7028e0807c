"""Arrays as long as a graph of which a question touches little."""

from __future__ import annotations

import mmap
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

_ALIGNED = 64


def zeros(kinds: Mapping[str, tuple[Any, int]]) -> dict[str, NDArray[Any]]:
    """Return arrays of zeros by name, each of a type and a length.

    Their memory comes page by page when it is touched. numpy's own would come in pages of two
    megabytes where arrays are large, and clearing these costs more than most questions.
    """
    places, size = {}, 0
    for name, (kind, many) in kinds.items():
        places[name] = size
        size += many * np.dtype(kind).itemsize
        size += -size % _ALIGNED
    memory = _memory(max(size, 1))
    return {
        name: np.frombuffer(memory, kind, many, places[name])
        for name, (kind, many) in kinds.items()
    }


def _memory(size: int) -> mmap.mmap:
    if not hasattr(mmap, "MAP_PRIVATE"):  # Windows
        return mmap.mmap(-1, size)
    unreserved: int = getattr(mmap, "MAP_NORESERVE", 0)
    return mmap.mmap(-1, size, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | unreserved)
