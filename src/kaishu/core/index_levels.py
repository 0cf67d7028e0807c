"""The levels of an index table: one word is one serial, at the only place that it can have.

A serial's number leaves a remainder by the size of a level, and that names its slot. A word
is the lowest 63 bits of a number. Of the serials that share a slot the one with the smallest word
has it; the others go on to the next level, and a few in a hundred to the packed rest. An empty slot
has all 64 bits set. So a look-up compares one word: equal is found, smaller is nowhere, larger asks
the next level.

It is exact by the Chinese remainder theorem: `size` is odd and `size * 2**63` is more than the
numbers of the table are apart, so slot and word together belong to one number from first to last.
"""

from __future__ import annotations

import mmap
import zlib
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from kaishu.core.coding import Coder, Keys
from kaishu.core.halves import WORD, WORD_BITS, Halves, Words, halved
from kaishu.core.index_layout import PAGE_SHIFT, WORDS_PER_PAGE, IndexCorrupt, Level, Table
from kaishu.core.index_packed import Find, Packed, Rules
from kaishu.core.index_serials import spelled

_AT_ONCE = 1 << 16  # serials that are put into letters together


class Levels:
    """One table of the mapped file that has levels."""

    __slots__ = ("_levels", "_pending", "_rest", "coder", "find", "line")

    def __init__(self, memory: mmap.mmap, line: Table, rest: Packed, *, whole: bool) -> None:
        self.line = line
        self.coder = Coder(line.alphabet)
        self._rest = rest
        # Emptied once every page was seen: then a look-up need not ask any more.
        self._pending = [] if whole else [sum(level.pages for level in line.levels)]
        self._levels = [_Open(memory, each, line.rule, self._pending) for each in line.levels]
        self.find = self._finder()

    def check_all(self) -> None:
        """Hold every page and the rest against their checksums."""
        for level in self._levels:
            for page in range(level.line.pages):
                level.check(page)
        self._rest.check_all()

    def _finder(self) -> Find:
        """Return `find` with all it needs as plain local names: this is the hottest path."""
        line, pending, rest, mask = self.line, self._pending, self._rest.find, WORD
        rule, length, first, last = line.rule, line.length, line.first, line.last
        parse, digits, base, shift = int, self.coder.digits, self.coder.base, PAGE_SHIFT
        opened = [(each.line.size, each.view, each.seen, each.check) for each in self._levels]
        (size1, words1, seen1, check1), *others = opened
        more = tuple(others)

        def find(key: bytes) -> int:
            try:
                number = parse(key.translate(digits), base)
            except ValueError:
                return 0
            low = number & mask
            slot = number % size1
            if pending and not seen1[slot >> shift]:
                check1(slot >> shift)
            word = words1[slot]
            if low == word:
                return rule if first <= number <= last and len(key) == length else rest(key)
            if low < word:
                return 0
            for size, words, seen, check in more:
                slot = number % size
                if pending and not seen[slot >> shift]:
                    check(slot >> shift)
                word = words[slot]
                if low == word:
                    return rule if first <= number <= last and len(key) == length else rest(key)
                if low < word:
                    return 0
            return rest(key)

        return find

    def find_many(self, keys: Keys) -> Rules:
        """Return the rule's number or 0 for each key, level by level for those still open."""
        line = self.line
        found = np.zeros(len(keys), np.uint32)
        numbers, fits = halved(keys, self.coder, line.length)
        rows = np.flatnonzero(fits)
        if len(rows) < len(keys):
            numbers = numbers[rows]
        low = numbers.words()
        for level in self._levels:
            slots = numbers.modulo(level.line.size)
            if self._pending:
                level.see(slots)
            words = level.words[slots]
            self._settle(keys, found, rows, numbers, np.flatnonzero(words == low))
            on = np.flatnonzero(words < low)
            rows, numbers, low = rows[on], numbers[on], low[on]
        found[rows] = self._rest.find_many(keys[rows])
        return found

    def _settle(
        self,
        keys: Keys,
        found: Rules,
        rows: npt.NDArray[np.int64],
        numbers: Halves,
        hit: npt.NDArray[np.int64],
    ) -> None:
        """Mark what a level has; where a word alone does not prove it the rest is asked."""
        proven = numbers[hit].within(self.line.first, self.line.last)
        found[rows[hit]] = self.line.rule
        for row in rows[hit[~proven]]:
            found[row] = self._rest.find(bytes(keys[row]))

    def serials(self) -> Iterator[bytes]:
        """Yield the serials that are stored: the number of each slot and word, then the rest."""
        for level in self._levels:
            for page in range(level.line.pages):
                level.check(page)
            slots = np.flatnonzero(level.words <= WORD)
            for start in range(0, len(slots), _AT_ONCE):
                here = slots[start : start + _AT_ONCE]
                high, low = self._numbers(here, level.words[here], level.line.size)
                yield from spelled(high, low, self.coder, self.line.length).tolist()
        yield from self._rest.serials()

    def _numbers(
        self, slots: npt.NDArray[np.int64], words: Words, size: int
    ) -> tuple[Words, Words]:
        """Return the numbers of filled slots as high * 2**63 + word, from the table's first on."""
        back = pow(1 << WORD_BITS, -1, size)
        least, word = divmod(self.line.first, 1 << WORD_BITS)
        rest = (slots - (words % np.uint64(size)).view(np.int64)) % size * back % size
        high = ((rest - least % size) % size).view(np.uint64) + np.uint64(least)
        high[(high == np.uint64(least)) & (words < np.uint64(word))] += np.uint64(size)
        return high, words


class _Open:
    """One level of the mapped file."""

    __slots__ = ("_checks", "_pending", "_rule", "line", "seen", "view", "words")

    def __init__(self, memory: mmap.mmap, line: Level, rule: int, pending: list[int]) -> None:
        self.line = line
        self._rule = rule
        self._pending = pending
        self._checks = np.frombuffer(memory, "<u4", line.pages, line.checks_at)
        if zlib.crc32(self._checks.data) != line.checks_crc:
            raise IndexCorrupt(what="checksums", rule=rule)
        self.words: Words = np.frombuffer(memory, "<u8", line.size, line.words_at)
        self.view = self.words.astype("=u8", copy=False).data.cast("B").cast("Q")
        self.seen = bytearray(line.pages)

    def see(self, slots: npt.NDArray[np.int64]) -> None:
        """Check every page that these slots are the first to touch."""
        pages = slots >> PAGE_SHIFT
        new = pages[np.frombuffer(self.seen, np.uint8)[pages] == 0]
        for page in np.unique(new).tolist():
            self.check(page)

    def check(self, page: int) -> None:
        """Hold one page of words against its checksum."""
        start = page * WORDS_PER_PAGE
        if zlib.crc32(self.words[start : start + WORDS_PER_PAGE].data) != self._checks[page]:
            raise IndexCorrupt(what="page", rule=self._rule, page=page)
        if self._pending and not self.seen[page]:
            self.seen[page] = 1
            self._pending[0] -= 1
            if not self._pending[0]:
                self._pending.clear()
