"""The bytes of an index file: a preamble, a JSON header, and the tables that it names.

    magic 8 | version 4 | header length 4 | file length 8 | units 8 | checksum 4 | header | body

The body starts at the next multiple of 8. Each table has its buckets' first entries (u32, one
more than there are buckets), one CRC-32 a block of buckets, and its entries.
"""

from __future__ import annotations

import json
import math
import struct
import zlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from kaishu.core.errors import Refusal

MAGIC = b"KAISHUIX"
VERSION = 1
BUCKETS_PER_BLOCK = 256
_PREAMBLE = struct.Struct("<8sIIQQ")
_CHECKSUM = struct.Struct("<I")
_HEADER_AT = _PREAMBLE.size + _CHECKSUM.size
_FEWEST_PER_BUCKET = 2
_MOST_PER_BUCKET = 16


class IndexCorrupt(Refusal):
    """The index file of this edition is damaged and may not answer."""

    code = "index_corrupt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The serials of one rule that have one length. Offsets count bytes from the body's start."""

    rule: int
    alphabet: str
    length: int
    count: int
    bits: int
    bucket_bits: int
    width: int
    buckets_at: int = 0
    checks_at: int = 0
    entries_at: int = 0
    checks_crc: int = 0

    @property
    def buckets(self) -> int:
        """How many buckets there are."""
        return 1 << self.bucket_bits

    @property
    def blocks(self) -> int:
        """How many blocks of buckets have a checksum each."""
        return max(1, self.buckets // BUCKETS_PER_BLOCK)

    @property
    def rest_bits(self) -> int:
        """How many bits of a mixed serial are stored; its first bits are the bucket."""
        return self.bits - self.bucket_bits


def choose(*, count: int, bits: int) -> tuple[int, int]:
    """Return (bucket bits, entry width in bytes) that make the smallest file for these units."""
    few = max(0, math.ceil(math.log2(max(1, count) / _MOST_PER_BUCKET)))
    many = max(few, int(math.log2(max(1, count) / _FEWEST_PER_BUCKET + 1)))

    def size(bucket_bits: int) -> int:
        return (4 << bucket_bits) + count * _width(bits - bucket_bits)

    best = min(range(few, min(many, bits - 1) + 1), key=size, default=0)
    return best, _width(bits - best)


def head(tables: Sequence[Table], *, body: int) -> bytes:
    """Return everything before the body, for a body of this many bytes."""
    header = json.dumps({"tables": [asdict(table) for table in tables]}, sort_keys=True).encode()
    start = aligned(_HEADER_AT + len(header))
    header = header.ljust(start - _HEADER_AT)
    units = sum(table.count for table in tables)
    preamble = _PREAMBLE.pack(MAGIC, VERSION, len(header), start + body, units)
    return preamble + _CHECKSUM.pack(zlib.crc32(header, zlib.crc32(preamble))) + header


def parse(content: bytes, *, size: int) -> tuple[tuple[Table, ...], int]:
    """Return the tables of a file and where its body starts, or raise IndexCorrupt.

    `content` holds at least the head; `size` is the whole file's length.
    """
    if len(content) < _HEADER_AT:
        raise IndexCorrupt(what="too short")
    magic, version, length, said, units = _PREAMBLE.unpack_from(content)
    if magic != MAGIC:
        raise IndexCorrupt(what="not an index file")
    if version != VERSION:
        raise IndexCorrupt(what=f"version {version}")
    if said != size:
        raise IndexCorrupt(what=f"{size} bytes instead of {said}")
    header = content[_HEADER_AT : _HEADER_AT + length]
    (checksum,) = _CHECKSUM.unpack_from(content, _PREAMBLE.size)
    if zlib.crc32(header, zlib.crc32(content[: _PREAMBLE.size])) != checksum:
        raise IndexCorrupt(what="header")
    tables = tuple(Table(**line) for line in json.loads(header)["tables"])
    if sum(table.count for table in tables) != units:
        raise IndexCorrupt(what="number of units")
    return tables, _HEADER_AT + length


def aligned(size: int) -> int:
    """Return the next multiple of 8."""
    return -(-size // 8) * 8


def _width(bits: int) -> int:
    return max(1, -(-bits // 8))
