"""Turn numbers back into serials and put serials in order, many at once: `coding` backwards."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from kaishu.core.coding import Coder, Keys
from kaishu.core.halves import WORD_BITS, Words
from kaishu.core.limbs import divide

_LIMB = 32
_FULL = np.uint64((1 << _LIMB) - 1)


def spelled(high: Words, low: Words, coder: Coder, length: int) -> Keys:
    """Return the serials of the numbers high * 2**63 + low, all of one length (dtype S)."""
    one = np.uint64(1)
    value = np.stack(
        [
            low & _FULL,
            low >> np.uint64(_LIMB) | (high & one) << np.uint64(WORD_BITS - _LIMB),
            high >> one & _FULL,
            high >> np.uint64(3 * _LIMB - WORD_BITS),
        ]
    )
    group = int((_LIMB - 1) / math.log2(coder.base))
    ranks = np.empty((len(low), length), np.uint8)
    end = length
    while end > 0:
        value, rest = divide(value, coder.base**group)
        for column in range(end - 1, max(0, end - group) - 1, -1):
            rest, ranks[:, column] = np.divmod(rest, np.uint64(coder.base))
        end -= group
    letters = np.frombuffer(coder.alphabet.encode("ascii"), np.uint8)
    return letters[ranks].view(f"S{length}").ravel()


def in_order(keys: Keys, coder: Coder) -> Keys:
    """Return serials of this alphabet by their numbers, the smallest first."""
    if not len(keys):
        return keys
    width = keys.dtype.itemsize
    lengths = np.char.str_len(keys)
    ranks = np.zeros((len(keys), width), np.uint8)
    for length in np.unique(lengths).tolist():
        rows: npt.NDArray[np.int64] = np.flatnonzero(lengths == length)
        ranks[rows, width - length :] = coder.ranked(keys[rows], length)[0]
    return keys[np.argsort(ranks.view(f"S{width}").ravel(), kind="stable")]
