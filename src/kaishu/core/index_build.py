"""Build the index file of an edition from the serial lists of its rules."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kaishu.core.coding import Coder, Keys, as_keys
from kaishu.core.errors import Refusal
from kaishu.core.halves import Halves, can_halve, halved
from kaishu.core.index_climb import Climbed, climb
from kaishu.core.index_layout import (
    BUCKETS_PER_BLOCK,
    LARGEST_FILE,
    TABLES_AT,
    WORDS_PER_PAGE,
    Level,
    Table,
    aligned,
    choose,
    framed,
)
from kaishu.core.limbs import Limbs, Words, big_endian, divide, from_digits

Rows = npt.NDArray[np.int64]
Chunk = bytes | memoryview
_ROWS = 1 << 16


class ListedSerialWrong(Refusal):
    """A serial in a list does not fit the format of its product."""

    code = "listed_serial_wrong"


class ListTooLong(Refusal):
    """The serial lists of one edition are too long for one index file."""

    code = "list_too_long"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The serials of one list rule, read by the alphabet and the lengths of their format."""

    rule: int
    alphabet: str
    lengths: tuple[int, ...]
    serials: Iterable[bytes] | Keys


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """A finished index: its bytes in pieces, different units per rule, serials given twice."""

    chunks: tuple[Chunk, ...]
    counts: Mapping[int, int]
    duplicates: Mapping[int, tuple[str, ...]]

    @property
    def content(self) -> bytes:
        """The bytes of the file in one piece."""
        return b"".join(self.chunks)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Read:
    """The rows of a list that have one length, and their numbers where these fit two words."""

    length: int
    rows: Rows
    numbers: Halves | None


def build(listings: Sequence[Listing]) -> Built:
    """Return the index of these listings; raise ListedSerialWrong for the first unfit serial.

    A serial given twice for one rule is kept once and reported.
    """
    tables: list[Table] = []
    chunks: list[Chunk] = []
    counts: dict[int, int] = {}
    duplicates: dict[int, tuple[str, ...]] = {}
    at = TABLES_AT
    for listing in listings:
        keys = as_keys(listing.serials)
        coder = Coder(listing.alphabet)
        counts[listing.rule] = 0
        twice: set[str] = set()
        for read in _read_all(keys, coder, listing):
            table, parts = _table(keys, coder, read, listing.rule, at)
            tables.append(table)
            chunks += parts
            at += sum(len(part) for part in parts)
            counts[listing.rule] += table.units
            if table.units < len(read.rows):
                twice |= _again(keys[read.rows])
        if twice:
            duplicates[listing.rule] = tuple(sorted(twice))
    before, after = framed(tables, at - TABLES_AT)
    return Built(chunks=(before, *chunks, after), counts=counts, duplicates=duplicates)


def _read_all(keys: Keys, coder: Coder, listing: Listing) -> list[_Read]:
    """Read the serials by each length; raise for the first that none of them can have written."""
    found, unread = [], np.ones(len(keys), np.bool_)
    for length in sorted(set(listing.lengths)):
        read = _read(keys, coder, length)
        unread[read.rows] = False
        found.append(read)
    if unread.any():
        bad = int(np.argmax(unread))
        serial = bytes(keys[bad]).decode("ascii", "replace")
        raise ListedSerialWrong(rule=listing.rule, row=bad + 1, serial=serial)
    return found


def _read(keys: Keys, coder: Coder, length: int) -> _Read:
    rows, highs, lows = [np.zeros(0, np.int64)], [], []
    halves = can_halve(coder.base, length)
    for start, some in _batches(keys):
        if halves:
            numbers, fits = halved(some, coder, length)
            if not fits.all():
                numbers = numbers[fits]
            lows.append(numbers.low)
            if numbers.high is not None:
                highs.append(numbers.high)
        else:
            fits = coder.ranked(some, length)[1]
        rows.append(np.flatnonzero(fits) + start)
    kept = None
    if lows:
        high = np.concatenate(highs) if highs else None
        kept = Halves(high, np.concatenate(lows), coder.base)
    return _Read(length=length, rows=np.concatenate(rows), numbers=kept)


def _again(keys: Keys) -> set[str]:
    """Return the serials that are given more than once."""
    in_order = np.sort(keys)
    return {bytes(key).decode() for key in in_order[1:][in_order[1:] == in_order[:-1]]}


def _table(keys: Keys, coder: Coder, read: _Read, rule: int, at: int) -> tuple[Table, list[Chunk]]:
    """Return one table's header line and its bytes from `at` on."""
    climbed = climb(read.numbers) if read.numbers is not None else Climbed()
    rest = read.rows if climbed.on is None else read.rows[climbed.on]
    levels: list[Level] = []
    chunks: list[Chunk] = []
    for words in climbed.levels:
        level, parts = _level(words, at)
        levels.append(level)
        chunks += parts
        at += sum(len(part) for part in parts)
    packed = _Packed(keys[rest], coder, read.length)
    places = packed.places(at, rule)
    table = Table(
        rule=rule,
        alphabet=coder.alphabet,
        length=read.length,
        count=packed.count,
        buckets=packed.buckets,
        width=packed.width,
        **places,
        levels=tuple(levels),
        placed=climbed.placed,
        first=climbed.first,
        last=climbed.last,
    )
    return table, [*chunks, packed.body]


def _level(words: Words, at: int) -> tuple[Level, list[Chunk]]:
    """Return one level's line and its bytes from `at` on: checksums, then words."""
    raw = words.astype("<u8", copy=False).data.cast("B")
    page = 8 * WORDS_PER_PAGE
    crcs = (zlib.crc32(raw[start : start + page]) for start in range(0, len(raw), page))
    checks = b"".join(crc.to_bytes(4, "little") for crc in crcs)
    filled = checks.ljust(aligned(len(checks)), b"\0")
    level = Level(
        size=len(words),
        checks_at=at,
        words_at=at + len(filled),
        checks_crc=zlib.crc32(checks),
    )
    return level, [filled, raw]


class _Packed:
    """The bytes of a packed rest."""

    def __init__(self, keys: Keys, coder: Coder, length: int) -> None:
        self.buckets, self.width = choose(count=len(keys), largest=coder.largest(length))
        quotients, bucket = _divided(keys, coder, length, self.buckets)
        order = np.lexsort((*quotients, bucket))
        quotients, bucket = quotients[:, order], bucket[order]
        same = np.zeros(len(keys), np.bool_)
        same[1:] = (bucket[1:] == bucket[:-1]) & (quotients[:, 1:] == quotients[:, :-1]).all(axis=0)
        self._quotients, self._bucket = quotients[:, ~same], bucket[~same]
        self.count = int(len(keys) - same.sum())
        self.body = b""

    def places(self, at: int, rule: int) -> dict[str, int]:
        """Make the body for this place in the file; return where its parts begin."""
        blocks = -(-self.buckets // BUCKETS_PER_BLOCK)
        checks_at = at + aligned(4 * self.buckets + 4)
        entries_at = checks_at + aligned(4 * blocks)
        wanted = np.arange(self.buckets + 1, dtype=np.uint64)
        firsts = np.searchsorted(self._bucket, wanted).astype(np.int64)
        begins = entries_at + firsts * self.width
        if begins[-1] > LARGEST_FILE:
            raise ListTooLong(rule=rule)
        buckets = begins.astype("<u4").tobytes()
        entries = big_endian(self._quotients, self.width).tobytes()
        crcs = self._checks(firsts, buckets, entries)
        checks = b"".join(crc.to_bytes(4, "little") for crc in crcs)
        body = buckets.ljust(checks_at - at, b"\0") + checks
        body = body.ljust(entries_at - at, b"\0") + entries
        self.body = body.ljust(aligned(len(body)), b"\0")
        return {
            "buckets_at": at,
            "checks_at": checks_at,
            "entries_at": entries_at,
            "checks_crc": zlib.crc32(checks),
        }

    def _checks(self, firsts: Rows, buckets: bytes, entries: bytes) -> Iterator[int]:
        """Yield each block's checksum: over its part of the bucket table, then its entries."""
        for first in range(0, self.buckets, BUCKETS_PER_BLOCK):
            last = min(first + BUCKETS_PER_BLOCK, self.buckets)
            start, end = int(firsts[first]) * self.width, int(firsts[last]) * self.width
            yield zlib.crc32(entries[start:end], zlib.crc32(buckets[4 * first : 4 * last + 4]))


def _batches(keys: Keys) -> Iterator[tuple[int, Keys]]:
    for start in range(0, len(keys), _ROWS):
        yield start, keys[start : start + _ROWS]


def _divided(keys: Keys, coder: Coder, length: int, buckets: int) -> tuple[Limbs, Words]:
    """Return quotient and remainder of every serial number by the number of buckets."""
    nothing = divide(from_digits(np.zeros((0, length), np.uint8), coder.base), buckets)
    parts = [nothing]
    for _, rows in _batches(keys):
        parts.append(divide(from_digits(coder.ranked(rows, length)[0], coder.base), buckets))
    return (
        np.concatenate([quotient for quotient, _ in parts], axis=1),
        np.concatenate([rest for _, rest in parts]),
    )
