"""Build the index file of an edition from the serial lists of its rules."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from kaishu.core.coding import Coder, Keys, as_keys
from kaishu.core.errors import Refusal
from kaishu.core.index_layout import BUCKETS_PER_BLOCK, Table, aligned, choose, head
from kaishu.core.mixing import Limbs, big_endian, low_bits, mix, word

_ROWS = 1 << 16


class ListedSerialWrong(Refusal):
    """A serial in a list does not fit the format of its product."""

    code = "listed_serial_wrong"


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
    at = 0
    for listing in listings:
        keys = as_keys(listing.serials)
        _refuse_unfit(keys, listing)
        counts[listing.rule] = 0
        twice: list[str] = []
        for length in sorted(set(listing.lengths)):
            table, body, again = _table(keys, listing, length)
            tables.append(_placed(table, at))
            parts.append(body)
            at += len(body)
            counts[listing.rule] += table.count
            twice += again
        if twice:
            duplicates[listing.rule] = tuple(sorted(set(twice)))
    body = b"".join(parts)
    return Built(content=head(tables, body=len(body)) + body, counts=counts, duplicates=duplicates)


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


def _table(keys: Keys, listing: Listing, length: int) -> tuple[Table, bytes, list[str]]:
    """Return one table's header line, its body, and the serials that came more than once."""
    coder = Coder(listing.alphabet)
    bits = coder.bits(length)
    mixed, rows = _mixed(keys, coder, length)
    order = _order(mixed, bits)
    mixed, rows = mixed[:, order], rows[order]
    same = np.zeros(len(rows), np.bool_)
    if len(rows):
        same[1:] = (mixed[:, 1:] == mixed[:, :-1]).all(axis=0)
    again = [bytes(keys[row]).decode() for row in rows[same]]
    mixed = mixed[:, ~same]
    bucket_bits, width = choose(count=mixed.shape[1], bits=bits)
    table = Table(
        rule=listing.rule,
        alphabet=listing.alphabet,
        length=length,
        count=mixed.shape[1],
        bits=bits,
        bucket_bits=bucket_bits,
        width=width,
    )
    return (*_body(table, mixed), again)


def _mixed(keys: Keys, coder: Coder, length: int) -> tuple[Limbs, npt.NDArray[np.int64]]:
    """Return the mixed serials of one length and the rows they came from."""
    rows: list[npt.NDArray[np.int64]] = [np.zeros(0, np.int64)]
    mixed: list[Limbs] = [mix(np.zeros((0, length), np.uint8), coder.base, coder.bits(length))]
    for start in range(0, len(keys), _ROWS):
        ranks, fits = coder.ranked(keys[start : start + _ROWS], length)
        rows.append(np.flatnonzero(fits) + start)
        mixed.append(mix(ranks[fits], coder.base, coder.bits(length)))
    return np.concatenate(mixed, axis=1), np.concatenate(rows)


def _order(mixed: Limbs, bits: int) -> npt.NDArray[np.int64]:
    """Return the order by value. The first 64 bits nearly always decide; else all bits do."""
    top = word(mixed, max(0, bits - 64))
    order = np.argsort(top, kind="stable")
    ranked = top[order]
    if bits > 64 and bool((ranked[1:] == ranked[:-1]).any()):
        return np.lexsort(tuple(mixed))
    return order


def _body(table: Table, mixed: Limbs) -> tuple[Table, bytes]:
    """Return the table's line with its inner offsets, and its bytes."""
    bucket = word(mixed, table.rest_bits)
    firsts = np.searchsorted(bucket, np.arange(table.buckets + 1, dtype=np.uint64))
    buckets = firsts.astype("<u4").tobytes()
    entries = big_endian(low_bits(mixed, table.rest_bits), table.width).tobytes()
    checks = b"".join(crc.to_bytes(4, "little") for crc in _checks(table, firsts, buckets, entries))
    checks_at = aligned(len(buckets))
    entries_at = checks_at + aligned(len(checks))
    body = buckets.ljust(checks_at, b"\0") + checks.ljust(entries_at - checks_at, b"\0") + entries
    line = replace(table, checks_at=checks_at, entries_at=entries_at, checks_crc=zlib.crc32(checks))
    return line, body.ljust(aligned(len(body)), b"\0")


def _checks(
    table: Table, firsts: npt.NDArray[np.int64], buckets: bytes, entries: bytes
) -> Iterator[int]:
    """Yield each block's checksum: over its part of the bucket table, then over its entries."""
    for block in range(table.blocks):
        first = block * BUCKETS_PER_BLOCK
        last = min(first + BUCKETS_PER_BLOCK, table.buckets)
        start, end = int(firsts[first]) * table.width, int(firsts[last]) * table.width
        yield zlib.crc32(entries[start:end], zlib.crc32(buckets[4 * first : 4 * last + 4]))


def _placed(table: Table, at: int) -> Table:
    """Return the line with offsets from the body's start instead of the table's own."""
    return replace(
        table,
        buckets_at=at,
        checks_at=at + table.checks_at,
        entries_at=at + table.entries_at,
    )
