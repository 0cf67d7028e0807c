"""Build the index file of an edition from the serial lists of its rules."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from kaishu.core.coding import Coder, Keys, as_keys
from kaishu.core.errors import Refusal
from kaishu.core.index_layout import (
    BUCKETS_PER_BLOCK,
    LARGEST_FILE,
    TABLES_AT,
    Table,
    aligned,
    choose,
    framed,
)
from kaishu.core.limbs import Limbs, Words, big_endian, divide, from_digits

_ROWS = 1 << 16


class ListedSerialWrong(Refusal):
    """A serial in a list does not fit the format of its product."""

    code = "listed_serial_wrong"


class ListTooLong(Refusal):
    """The serial lists of one edition are too long for one index file (4 GiB)."""

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
    """A finished index: its bytes, different units per rule, serials given more than once."""

    content: bytes
    counts: Mapping[int, int]
    duplicates: Mapping[int, tuple[str, ...]]


def build(listings: Sequence[Listing]) -> Built:
    """Return the index of these listings; raise ListedSerialWrong for the first unfit serial.

    A serial given twice for one rule is kept once and reported.
    """
    tables: list[Table] = []
    parts: list[bytes] = []
    counts: dict[int, int] = {}
    duplicates: dict[int, tuple[str, ...]] = {}
    at = TABLES_AT
    for listing in listings:
        keys = as_keys(listing.serials)
        _refuse_unfit(keys, listing)
        counts[listing.rule] = 0
        twice: list[str] = []
        for length in sorted(set(listing.lengths)):
            table, body, again = _table(keys, listing, length, at)
            tables.append(table)
            parts.append(body)
            at += len(body)
            counts[listing.rule] += table.count
            twice += again
        if twice:
            duplicates[listing.rule] = tuple(sorted(set(twice)))
    content = framed(tables, b"".join(parts))
    return Built(content=content, counts=counts, duplicates=duplicates)


def _refuse_unfit(keys: Keys, listing: Listing) -> None:
    """Raise for the first serial that no allowed length and the alphabet can have written."""
    coder = Coder(listing.alphabet)
    for start in range(0, len(keys), _ROWS):
        rows = keys[start : start + _ROWS]
        fits = np.zeros(len(rows), np.bool_)
        for length in listing.lengths:
            fits |= coder.ranked(rows, length)[1]
        if not fits.all():
            bad = int(np.argmin(fits))
            serial = bytes(rows[bad]).decode("ascii", "replace")
            raise ListedSerialWrong(rule=listing.rule, row=start + bad + 1, serial=serial)


def _table(keys: Keys, listing: Listing, length: int, at: int) -> tuple[Table, bytes, list[str]]:
    """Return one table's header line, its bytes from `at` on, and the serials given again."""
    coder = Coder(listing.alphabet)
    fits = np.concatenate(
        [np.zeros(0, np.bool_), *(coder.ranked(rows, length)[1] for rows in _batches(keys))]
    )
    rows = np.flatnonzero(fits)
    buckets, width = choose(count=len(rows), largest=coder.largest(length))
    quotients, bucket = _divided(keys[rows], coder, length, buckets)
    order = _order(quotients, bucket)
    quotients, bucket, rows = quotients[:, order], bucket[order], rows[order]
    same = np.zeros(len(rows), np.bool_)
    same[1:] = (bucket[1:] == bucket[:-1]) & (quotients[:, 1:] == quotients[:, :-1]).all(axis=0)
    again = [bytes(keys[row]).decode() for row in rows[same]]
    checks_at = at + aligned(4 * buckets + 4)
    table = Table(
        rule=listing.rule,
        alphabet=listing.alphabet,
        length=length,
        count=int(len(rows) - same.sum()),
        buckets=buckets,
        width=width,
        buckets_at=at,
        checks_at=checks_at,
        entries_at=checks_at + aligned(4 * -(-buckets // BUCKETS_PER_BLOCK)),
        checks_crc=0,
    )
    return (*_body(table, quotients[:, ~same], bucket[~same]), again)


def _batches(keys: Keys) -> Iterator[Keys]:
    for start in range(0, len(keys), _ROWS):
        yield keys[start : start + _ROWS]


def _divided(keys: Keys, coder: Coder, length: int, buckets: int) -> tuple[Limbs, Words]:
    """Return quotient and remainder of every serial number by the number of buckets."""
    nothing = divide(from_digits(np.zeros((0, length), np.uint8), coder.base), buckets)
    parts = [nothing]
    for rows in _batches(keys):
        parts.append(divide(from_digits(coder.ranked(rows, length)[0], coder.base), buckets))
    return (
        np.concatenate([quotient for quotient, _ in parts], axis=1),
        np.concatenate([rest for _, rest in parts]),
    )


def _order(quotients: Limbs, bucket: Words) -> npt.NDArray[np.int64]:
    """Return the order by bucket, then by quotient."""
    return np.lexsort((*quotients, bucket))


def _body(table: Table, quotients: Limbs, bucket: Words) -> tuple[Table, bytes]:
    """Return the table's line with its checksum, and its bytes."""
    firsts = np.searchsorted(bucket, np.arange(table.buckets + 1, dtype=np.uint64))
    begins = table.entries_at + firsts.astype(np.int64) * table.width
    if begins[-1] > LARGEST_FILE:
        raise ListTooLong(rule=table.rule)
    buckets = begins.astype("<u4").tobytes()
    entries = big_endian(quotients, table.width).tobytes()
    checks = b"".join(crc.to_bytes(4, "little") for crc in _checks(table, firsts, buckets, entries))
    body = buckets.ljust(table.checks_at - table.buckets_at, b"\0") + checks
    body = body.ljust(table.entries_at - table.buckets_at, b"\0") + entries
    return replace(table, checks_crc=zlib.crc32(checks)), body.ljust(aligned(len(body)), b"\0")


def _checks(
    table: Table, firsts: npt.NDArray[np.int64], buckets: bytes, entries: bytes
) -> Iterator[int]:
    """Yield each block's checksum: over its part of the bucket table, then over its entries."""
    for block in range(table.blocks):
        first = block * BUCKETS_PER_BLOCK
        last = min(first + BUCKETS_PER_BLOCK, table.buckets)
        start, end = int(firsts[first]) * table.width, int(firsts[last]) * table.width
        yield zlib.crc32(entries[start:end], zlib.crc32(buckets[4 * first : 4 * last + 4]))
