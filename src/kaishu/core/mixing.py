"""Mix serial numbers so that they spread evenly, without losing a bit; many at once.

One multiplication by an odd constant modulo 2**bits: a bijection, so the product still names its
serial. numpy has no whole numbers of 80 bits, so a value is a stack of 32-bit limbs, lowest first.
"""

from __future__ import annotations

import hashlib

import numpy as np
import numpy.typing as npt

from kaishu.core.coding import Ranks

Limbs = npt.NDArray[np.uint64]  # shape (limbs, n), each value below 2**32
Words = npt.NDArray[np.uint64]

_LIMB = 32
_FULL = (1 << _LIMB) - 1


def multiplier(bits: int) -> int:
    """Return the odd constant for values of this many bits; index files depend on it."""
    raw = hashlib.shake_256(b"kaishu index 1").digest(-(-bits // 8))
    return int.from_bytes(raw, "big") & ((1 << bits) - 1) | 1


def mix(ranks: Ranks, base: int, bits: int) -> Limbs:
    """Return number(ranks) * multiplier mod 2**bits for each row of digits.

    The digits are taken in groups that fit one limb; each group meets its own constant,
    multiplier * base**(digits to its right), so no long division or carry chain is needed.
    """
    length = ranks.shape[1]
    group = int(_LIMB / np.log2(base) + 1e-9)
    limbs = -(-bits // _LIMB)
    total = np.zeros((limbs + 1, len(ranks)), np.uint64)
    for right in range(0, length, group):
        digits = ranks[:, max(0, length - right - group) : length - right]
        value = _horner(digits, base)
        constant = multiplier(bits) * base**right % (1 << bits)
        for limb in range(limbs):
            product = value * np.uint64(constant >> (_LIMB * limb) & _FULL)
            total[limb] += product & np.uint64(_FULL)
            total[limb + 1] += product >> np.uint64(_LIMB)
    for limb in range(limbs):
        total[limb + 1] += total[limb] >> np.uint64(_LIMB)
        total[limb] &= np.uint64(_FULL)
    return low_bits(total[:limbs], bits)


def low_bits(value: Limbs, bits: int) -> Limbs:
    """Return the value modulo 2**bits."""
    kept = value.copy()
    for limb in range(len(kept)):
        here = min(max(bits - _LIMB * limb, 0), _LIMB)
        if here < _LIMB:
            kept[limb] &= np.uint64((1 << here) - 1)
    return kept


def word(value: Limbs, start: int) -> Words:
    """Return the 64 bits of a value from bit `start` up; bits above its top are zero."""
    found = np.zeros(value.shape[1], np.uint64)
    for limb in range(len(value)):
        shift = _LIMB * limb - start
        if -_LIMB < shift < 0:
            found |= value[limb] >> np.uint64(-shift)
        elif 0 <= shift < 2 * _LIMB:
            found |= value[limb] << np.uint64(shift)
    return found


def big_endian(value: Limbs, width: int) -> npt.NDArray[np.uint8]:
    """Return the lowest `width` bytes of each value as an (n, width) array, highest byte first."""
    limbs, count = value.shape
    size = 4 * limbs
    raw = np.ascontiguousarray(value[::-1].T).astype(">u4").view(np.uint8).reshape(count, size)
    if width <= size:
        return raw[:, size - width :]
    return np.hstack([np.zeros((count, width - size), np.uint8), raw])


def _horner(digits: Ranks, base: int) -> Words:
    """Return the digits of each row as one number below 2**32."""
    value = digits[:, 0].astype(np.uint64)
    for column in range(1, digits.shape[1]):
        value *= np.uint64(base)
        value += digits[:, column]
    return value
