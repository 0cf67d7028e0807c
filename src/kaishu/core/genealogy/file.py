"""The bytes of a graph file: a preamble, named arrays, and a JSON header that says where they are.

    magic 8 | version 4 | header length 4 | file length 8 | checksum 4 | filling 4 | arrays | header

docs/reference/graph-file.md describes every byte. A file is written beside its place and then put
there in one step, so that a reader sees the old one or the new one and never half of one.
"""

from __future__ import annotations

import json
import mmap
import os
import struct
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kaishu.core.genealogy.errors import GraphCorrupt

MAGIC = b"KAISHUGR"
VERSION = 3
_PREAMBLE = struct.Struct("<8sIIQ")
_CHECKSUM = struct.Struct("<I")
_ARRAYS_AT = 32
_ALIGNED = 64
Arrays = Mapping[str, NDArray[Any]]


def write(path: Path, arrays: Arrays, facts: Mapping[str, int]) -> None:
    """Write arrays and facts as one file, in one step as seen by a reader."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        with beside.open("wb") as out:
            out.write(bytes(_ARRAYS_AT))
            lines = {}
            for name, array in arrays.items():
                out.write(bytes(-out.tell() % _ALIGNED))
                flat = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
                raw = flat.tobytes()
                lines[name] = [out.tell(), flat.size, flat.dtype.str, zlib.crc32(raw)]
                out.write(raw)
            header = json.dumps({"arrays": lines, "facts": dict(facts)}, sort_keys=True).encode()
            size = out.tell() + len(header)
            out.write(header)
            preamble = _PREAMBLE.pack(MAGIC, VERSION, len(header), size)
            out.seek(0)
            out.write(preamble + _CHECKSUM.pack(zlib.crc32(header, zlib.crc32(preamble))))
            out.flush()
            os.fsync(out.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


class File:
    """A graph file, mapped into memory: its arrays by name, read when they are touched."""

    def __init__(self, path: Path) -> None:
        """Map the file and check its frame; the arrays are checked by `check`."""
        with path.open("rb") as file:
            try:
                self._memory = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            except ValueError:
                raise GraphCorrupt(what="empty file") from None
        header = _header(self._memory)
        self.bytes = len(self._memory)
        self.facts: dict[str, int] = header["facts"]
        self._lines: dict[str, tuple[int, int, str, int]] = header["arrays"]
        self.arrays = {
            name: np.frombuffer(self._memory, np.dtype(dtype), size, at)
            for name, (at, size, dtype, _) in self._lines.items()
        }

    def check(self) -> None:
        """Read every byte; raise GraphCorrupt if a single bit is not as it was written."""
        for name, (at, size, dtype, crc) in self._lines.items():
            end = at + size * np.dtype(dtype).itemsize
            if zlib.crc32(memoryview(self._memory)[at:end]) != crc:
                raise GraphCorrupt(what=name)

    def close(self) -> None:
        """Let go of the memory as soon as nobody holds an array of it."""
        self.arrays = {}
        try:
            self._memory.close()
        except BufferError:
            return  # an answer still holds a part of it; the last one lets go


def _header(memory: mmap.mmap) -> dict[str, Any]:
    size = len(memory)
    if size < _ARRAYS_AT:
        raise GraphCorrupt(what="too short")
    magic, version, length, said = _PREAMBLE.unpack_from(memory)
    if magic != MAGIC:
        raise GraphCorrupt(what="not a graph file")
    if version != VERSION:
        raise GraphCorrupt(what=f"version {version}")
    if said != size or length > size - _ARRAYS_AT:
        raise GraphCorrupt(what=f"{size} bytes instead of {said}")
    header = memory[size - length :]
    (checksum,) = _CHECKSUM.unpack_from(memory, _PREAMBLE.size)
    if zlib.crc32(header, zlib.crc32(memory[: _PREAMBLE.size])) != checksum:
        raise GraphCorrupt(what="header")
    found: dict[str, Any] = json.loads(header)
    return found
