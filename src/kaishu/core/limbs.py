"""Serial numbers of any size in numpy, many at once: digits to limbs, division, words, bytes.

numpy has no whole numbers of 80 bits, so a value is a stack of 32-bit limbs, lowest first.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from kaishu.core.coding import Ranks

Limbs = npt.NDArray[np.uint64]  # shape (limbs, n), each value below 2**32
Words = npt.NDArray[np.uint64]

_LIMB = 32
_FULL = (1 << _LIMB) - 1


def from_digits(ranks: Ranks, base: int) -> Limbs:
    """Return each row of digits in this base as a number.

    Digits are taken in groups that fit one limb, and each group meets its own constant,
    base**(digits to its right), so that no long multiplication is needed.
    """
    length = ranks.shape[1]
    group = int(_LIMB / math.log2(base) + 1e-9)
    count = -(-(base**length - 1).bit_length() // _LIMB)
    total = np.zeros((count + 1, len(ranks)), np.uint64)
    for right in range(0, length, group):
        value = _horner(ranks[:, max(0, length - right - group) : length - right], base)
        constant = base**right
        for limb in range(count):
            if part := constant >> (_LIMB * limb) & _FULL:
                product = value * np.uint64(part)
                total[limb] += product & np.uint64(_FULL)
                total[limb + 1] += product >> np.uint64(_LIMB)
    for limb in range(count):
        total[limb + 1] += total[limb] >> np.uint64(_LIMB)
        total[limb] &= np.uint64(_FULL)
    return total[:count]


def divide(value: Limbs, by: int) -> tuple[Limbs, Words]:
    """Return quotient and remainder by a divisor below 2**32, from the highest limb down."""
    quotient = np.empty_like(value)
    rest = np.zeros(value.shape[1], np.uint64)
    for limb in range(len(value) - 1, -1, -1):
        here = (rest << np.uint64(_LIMB)) | value[limb]
        quotient[limb] = here // np.uint64(by)
        rest = here - quotient[limb] * np.uint64(by)
    return quotient, rest


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
