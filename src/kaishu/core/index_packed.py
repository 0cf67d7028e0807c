"""Read one packed table of an index file: quotients of serial numbers, bucket by bucket.

A serial's number (`coding`) is divided by the number of buckets: the remainder names the bucket
and only the quotient is stored. One look-up is a division and a search of a few dozen bytes, and
equal bytes mean the equal serial. It is the smallest form, and the only one of format version 1.
"""

from __future__ import annotations

import mmap
import zlib
from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

from kaishu.core.coding import Coder, Keys
from kaishu.core.index_layout import BLOCK_SHIFT, BUCKETS_PER_BLOCK, IndexCorrupt, Table
from kaishu.core.limbs import Limbs, Words, divide, from_digits, word

Rules = npt.NDArray[np.uint32]
Rows = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Find = Callable[[bytes], int]


class Packed:
    """One packed table of the mapped file."""

    __slots__ = ("_begins", "_checks", "_memory", "_seen", "coder", "find", "line")

    def __init__(self, memory: mmap.mmap, line: Table, *, whole: bool = False) -> None:
        self.line = line
        self.coder = Coder(line.alphabet)
        self._memory = memory
        self._begins = np.frombuffer(memory, "<u4", line.buckets + 1, line.buckets_at)
        self._checks = np.frombuffer(memory, "<u4", line.blocks, line.checks_at)
        if zlib.crc32(self._checks.data) != line.checks_crc:
            raise IndexCorrupt(what="checksums", rule=line.rule)
        self._seen = bytearray([whole]) * line.blocks
        self.find = self._finder()

    def check_all(self) -> None:
        """Hold every block against its checksum."""
        for block in range(self.line.blocks):
            self.check(block)

    def check(self, block: int) -> None:
        """Hold one block of buckets against its checksum, once."""
        line = self.line
        first = block * BUCKETS_PER_BLOCK
        last = min(first + BUCKETS_PER_BLOCK, line.buckets)
        begins = self._begins[first : last + 1]
        entries = self._memory[int(begins[0]) : int(begins[-1])]
        if zlib.crc32(entries, zlib.crc32(begins.data)) != self._checks[block]:
            raise IndexCorrupt(what="block", rule=line.rule, block=block)
        self._seen[block] = 1

    def serials(self) -> Iterator[bytes]:
        """Yield the serials that are stored: the division undone, bucket by bucket."""
        line, width = self.line, self.line.width
        for bucket in range(line.buckets):
            if not self._seen[bucket >> BLOCK_SHIFT]:
                self.check(bucket >> BLOCK_SHIFT)
            for at in range(int(self._begins[bucket]), int(self._begins[bucket + 1]), width):
                quotient = int.from_bytes(self._memory[at : at + width], "big")
                yield self.coder.serial(quotient * line.buckets + bucket, line.length)

    def _finder(self) -> Find:
        """Return `find` with all it needs as plain local names: this is the hottest path."""
        line, seen, check, search = self.line, self._seen, self.check, self._memory.find
        begins = self._begins.astype("=u4", copy=False).data.cast("B").cast("I")
        rule, length, width, buckets = line.rule, line.length, line.width, line.buckets
        number = self.coder.number()

        def find(key: bytes) -> int:
            if len(key) != length:
                return 0
            try:
                quotient, bucket = divmod(number(key), buckets)
            except ValueError:
                return 0
            if not seen[bucket >> BLOCK_SHIFT]:
                check(bucket >> BLOCK_SHIFT)
            stored = quotient.to_bytes(width, "big")
            start, end = begins[bucket], begins[bucket + 1]
            at = search(stored, start, end)
            while at >= 0 and (at - start) % width:
                at = search(stored, at + 1, end)
            return rule if at >= 0 else 0

        return find

    def find_many(self, keys: Keys) -> Rules:
        """Return the rule's number or 0 for each key, by binary search within its bucket."""
        line = self.line
        found = np.zeros(len(keys), np.uint32)
        if not line.count:
            return found
        ranks, fits = self.coder.ranked(keys, line.length)
        asked = np.flatnonzero(fits)
        quotients, rest = divide(from_digits(ranks[asked], self.coder.base), line.buckets)
        buckets = rest.astype(np.int64)
        for block in np.unique(buckets >> BLOCK_SHIFT):
            if not self._seen[block]:
                self.check(int(block))
        begins_same, same = self._search(buckets, quotients)
        found[asked[same]] = line.rule
        for doubtful in asked[begins_same & ~same]:
            found[doubtful] = self.find(bytes(keys[doubtful]))
        return found

    def _search(self, buckets: Rows, quotients: Limbs) -> tuple[Flags, Flags]:
        """Say for each value whether a stored row begins as it does, and whether it is that row.

        Of several rows that begin the same only the first is compared whole: the caller asks
        `find` about those that begin the same and are not the same.
        """
        width, last = self.line.width, self.line.count - 1
        wanted = word(quotients, max(0, 8 * width - 64))
        low = (self._begins[buckets].astype(np.int64) - self.line.entries_at) // width
        high = (self._begins[buckets + 1].astype(np.int64) - self.line.entries_at) // width
        ends = high
        while bool((unsure := low < high).any()):
            middle = (low + high) >> 1
            less = unsure & (self._stored(np.minimum(middle, last), 0) < wanted)
            low = np.where(less, middle + 1, low)
            high = np.where(less, high, middle)
        row = np.minimum(low, last)
        begins_same = (low < ends) & (self._stored(row, 0) == wanted)
        same = begins_same.copy()
        for start in range(8, width, 8):
            byte = min(start, width - 8)
            same &= self._stored(row, byte) == word(quotients, 8 * (width - 8 - byte))
        return begins_same, same

    def _stored(self, rows: Rows, byte: int) -> Words:
        """Return 64 bits of each stored row from a byte on; the whole row where it is shorter."""
        line = self.line
        short = max(0, 8 - line.width)
        words = np.ndarray(
            (line.count,), ">u8", self._memory, line.entries_at + byte - short, (line.width,)
        )
        found = words[rows].astype(np.uint64)
        return found & np.uint64((1 << 8 * line.width) - 1) if short else found
