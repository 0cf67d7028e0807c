"""Serials as whole numbers in two halves, many at once: number = high * base**12 + low.

Twelve characters of any alphabet of up to 36 are below 2**63, so a half is one machine word as
long as a serial has at most 24 characters. Characters are read four at a time: their ranks are
bytes, and one multiplication joins two neighbours of every group in the batch.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kaishu.core.coding import Coder, Keys

Words = npt.NDArray[np.uint64]
Flags = npt.NDArray[np.bool_]
LOW_SIGNS, MOST_SIGNS, LARGEST_BASE = 12, 24, 36
WORD_BITS = 63
WORD = (1 << WORD_BITS) - 1
_GROUP = 4
_FOREIGN = np.uint32(0x80808080)  # a rank is below 128; what is not in the alphabet is 255
_PAIRS = np.uint32(0x00FF00FF)
_HALF = np.uint32(0xFFFF)


@dataclass(frozen=True, slots=True, eq=False)
class Halves:
    """Numbers in two halves; `high` is None where every number fits in `low`."""

    high: Words | None
    low: Words
    base: int

    def __getitem__(self, rows: npt.NDArray[np.bool_] | npt.NDArray[np.int64] | slice) -> Halves:
        return Halves(None if self.high is None else self.high[rows], self.low[rows], self.base)

    def __len__(self) -> int:
        return len(self.low)

    def words(self) -> Words:
        """Return the lowest 63 bits of each number: a word that no empty slot can be taken for."""
        if self.high is None:
            return self.low
        return (self.high * np.uint64(self.base**LOW_SIGNS) + self.low) & np.uint64(WORD)

    def modulo(self, size: int) -> npt.NDArray[np.int64]:
        """Return the remainder of each number by a divisor below 2**31."""
        by = np.uint64(size)
        rest = self.low % by
        if self.high is not None:
            rest += (self.high % by) * np.uint64(self.base**LOW_SIGNS % size)
            rest %= by
        return rest.view(np.int64)

    def within(self, first: int, last: int) -> Flags:
        """Say which numbers are from `first` to `last`."""
        return self._from(first) & ~self._from(last + 1)

    def _from(self, bound: int) -> Flags:
        high, low = divmod(bound, self.base**LOW_SIGNS)
        nothing: Flags = np.zeros(len(self), np.bool_)
        if high >= 1 << 64 or (self.high is None and high):
            return nothing
        from_low: Flags = self.low >= np.uint64(low)
        if self.high is None:
            return from_low
        np.copyto(from_low, self.high > np.uint64(high), where=self.high != np.uint64(high))
        return from_low

    def bounds(self) -> tuple[int, int]:
        """Return the smallest and the largest number; there is at least one."""
        if self.high is None:
            return int(self.low.min()), int(self.low.max())
        least, most = self.high.min(), self.high.max()
        unit = self.base**LOW_SIGNS
        return (
            int(least) * unit + int(self.low[self.high == least].min()),
            int(most) * unit + int(self.low[self.high == most].max()),
        )


def can_halve(base: int, length: int) -> bool:
    """Say whether serials of this length can be read so."""
    return base <= LARGEST_BASE and 0 < length <= MOST_SIGNS


def halved(keys: Keys, coder: Coder, length: int) -> tuple[Halves, Flags]:
    """Return each serial's number, and which rows really are serials of this length.

    Rows that are not must not be used.
    """
    groups, fits = _groups(keys, coder, length)
    step = np.uint64(coder.base**_GROUP)
    halves: list[Words | None] = []
    for part in (groups[:, : max(0, groups.shape[1] - 3)], groups[:, -3:]):
        value = None
        for column in range(part.shape[1]):
            here = part[:, column].astype(np.uint64)
            value = here if value is None else value * step + here
        halves.append(value)
    high, low = halves
    assert low is not None
    return Halves(high, low, coder.base), fits


def _groups(keys: Keys, coder: Coder, length: int) -> tuple[npt.NDArray[np.uint32], Flags]:
    """Return the numbers of each four characters from the right, in file order of characters."""
    count, width = len(keys), keys.dtype.itemsize
    columns = -(-length // _GROUP)
    if width < length or not count:
        return np.zeros((count, columns), np.uint32), np.zeros(count, np.bool_)
    ranked = keys.tobytes().translate(coder.ranks.tobytes())
    ranks = np.frombuffer(ranked, np.uint8).reshape(count, width)
    if width != _GROUP * columns or width != length:
        padded = np.zeros((count, _GROUP * columns), np.uint8)
        padded[:, _GROUP * columns - length :] = ranks[:, :length]
        ranks = padded
    four = ranks.view("<u4")
    foreign = np.bitwise_or.reduce(four, axis=1) if columns > 4 else _joined(four)
    fits = (foreign & _FOREIGN) == 0
    if width > length:
        letters = np.ascontiguousarray(keys).view(np.uint8).reshape(count, width)
        fits &= (letters[:, length:] == 0).all(axis=1)
    base = np.uint32(coder.base)
    pairs = (four & _PAIRS) * base + ((four >> np.uint32(8)) & _PAIRS)
    return (pairs & _HALF) * (base * base) + (pairs >> np.uint32(16)), fits


def _joined(four: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    joined = four[:, 0].copy()
    for column in range(1, four.shape[1]):
        joined |= four[:, column]
    return joined
