"""The bytes of an index file: a preamble, the tables, and a JSON header that names them.

    magic 8 | version 4 | header length 4 | file length 8 | units 8 | checksum 4 | tables | header

Each table is a few levels of 64-bit words (`index_levels`; none in version 1) and a packed rest
(`index_packed`): for each bucket and one past the last, the byte of the file at which its entries
begin (u32); one CRC-32 for each block of buckets; and the entries. A level is one CRC-32 for each
page of words, and the words. docs/reference/index-file.md describes every byte.
"""

from __future__ import annotations

import json
import math
import mmap
import struct
import zlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from kaishu.core.errors import Refusal

MAGIC = b"KAISHUIX"
VERSION = 2
READABLE = (1, 2)
BLOCK_SHIFT = 8
BUCKETS_PER_BLOCK = 1 << BLOCK_SHIFT
_PREAMBLE = struct.Struct("<8sIIQQ")
_CHECKSUM = struct.Struct("<I")
TABLES_AT = 40
LARGEST_FILE = (1 << 32) - 1
PAGE_SHIFT = 9
WORDS_PER_PAGE = 1 << PAGE_SHIFT
_FEWEST_PER_BUCKET = 2
_MOST_PER_BUCKET = 8


class IndexCorrupt(Refusal):
    """The index file of this edition is damaged and may not answer."""

    code = "index_corrupt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One level of words: a serial number's remainder by `size` names the only slot it can have."""

    size: int
    checks_at: int
    words_at: int
    checks_crc: int

    @property
    def pages(self) -> int:
        """How many pages of words have a checksum each."""
        return -(-self.size // WORDS_PER_PAGE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The serials of one rule that have one length. Places are bytes from the file's start.

    `placed` serials stand in the levels, whose numbers are all from `first` to `last`; `count` are
    in the packed rest.
    """

    rule: int
    alphabet: str
    length: int
    count: int
    buckets: int
    width: int
    buckets_at: int
    checks_at: int
    entries_at: int
    checks_crc: int
    levels: tuple[Level, ...] = field(default=())
    placed: int = 0
    first: int = 0
    last: int = 0

    @property
    def units(self) -> int:
        """How many serials the table holds."""
        return self.count + self.placed

    @property
    def blocks(self) -> int:
        """How many blocks of buckets have a checksum each."""
        return -(-self.buckets // BUCKETS_PER_BLOCK)


def choose(*, count: int, largest: int) -> tuple[int, int]:
    """Return (buckets, entry width in bytes) that make the smallest file for these units.

    `largest` is the largest serial number. The number of buckets is prime, so that no pattern in
    serial numbers meets it; a width can be saved by just enough buckets for it.
    """
    fewest, most = max(1, count // _MOST_PER_BUCKET), max(1, count // _FEWEST_PER_BUCKET)
    enough = ((largest >> 8 * width) + 1 for width in range(1, _width(largest)))
    candidates = [fewest, *(buckets for buckets in enough if fewest < buckets <= most)]
    primes = [next_prime(buckets) for buckets in candidates]
    best = min(primes, key=lambda buckets: 4 * buckets + count * _width(largest // buckets))
    return best, _width(largest // best)


def next_prime(least: int) -> int:
    """Return the first prime from a number up."""
    number = max(2, least)
    while any(number % factor == 0 for factor in range(2, math.isqrt(number) + 1)):
        number += 1
    return number


def framed(tables: Sequence[Table], body: int) -> tuple[bytes, bytes]:
    """Return what stands before and after a body of so many bytes that begins at TABLES_AT."""
    header = json.dumps({"tables": [asdict(table) for table in tables]}, sort_keys=True).encode()
    units = sum(table.units for table in tables)
    size = TABLES_AT + body + len(header)
    preamble = _PREAMBLE.pack(MAGIC, VERSION, len(header), size, units)
    checksum = _CHECKSUM.pack(zlib.crc32(header, zlib.crc32(preamble)))
    return (preamble + checksum).ljust(TABLES_AT, b"\0"), header


def parse(content: bytes | mmap.mmap) -> tuple[Table, ...]:
    """Return the tables of a file, or raise IndexCorrupt unless its frame is whole."""
    size = len(content)
    if size < TABLES_AT:
        raise IndexCorrupt(what="too short")
    magic, version, length, said, units = _PREAMBLE.unpack_from(content)
    if magic != MAGIC:
        raise IndexCorrupt(what="not an index file")
    if version not in READABLE:
        raise IndexCorrupt(what=f"version {version}")
    if said != size:
        raise IndexCorrupt(what=f"{size} bytes instead of {said}")
    header = content[max(TABLES_AT, size - length) :]
    (checksum,) = _CHECKSUM.unpack_from(content, _PREAMBLE.size)
    if zlib.crc32(header, zlib.crc32(content[: _PREAMBLE.size])) != checksum:
        raise IndexCorrupt(what="header")
    tables = tuple(_table(line) for line in json.loads(header)["tables"])
    if sum(table.units for table in tables) != units:
        raise IndexCorrupt(what="number of units")
    return tables


def _table(line: dict[str, Any]) -> Table:
    levels = tuple(Level(**level) for level in line.pop("levels", ()))
    return Table(levels=levels, **line)


def aligned(size: int) -> int:
    """Return the next multiple of 8."""
    return -(-size // 8) * 8


def _width(largest: int) -> int:
    return max(1, -(-largest.bit_length() // 8))
