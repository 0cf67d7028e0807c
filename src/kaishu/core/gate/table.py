"""The gate's memory: one file of fixed size that all processes of a machine map and share.

    header (4096 bytes)   magic "KAISHU-GATE-1\\0", u32 buckets, 32 bytes secret of this machine;
                          at 64: 32 bytes secret of the installation, zeros where none was given
    bucket × buckets      8 rows of 24 bytes
    row                   u64 key, u32 until (epoch), u32 first count, u32 second count, u32 CRC-32

All numbers little-endian. A key is a keyed hash: no address, serial or name is in the file. A row
ends by itself at `until`. Where a bucket is full the row with the least count makes room. A row
whose checksum is wrong (the machine stopped in its middle) is empty: the table only ever forgets.
Changes are made under a lock on the file's first byte (`fcntl`), which the system lets go when a
process dies; reading takes none. Two machines never share one: a memory map is not kept alike over
a network's disk, so the file is named after the running system (`here`).
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import mmap
import os
import secrets
import struct
import threading
import zlib
from collections.abc import Iterator
from pathlib import Path

MAGIC = b"KAISHU-GATE-1\0"
HEADER = struct.Struct(f"<{len(MAGIC)}sI32s")
HEADER_BYTES = 4096
ROW = struct.Struct("<QIII")
CHECK = struct.Struct("<I")
ROW_BYTES = ROW.size + CHECK.size
ROWS = 8
BUCKET = struct.Struct("<" + "QIIII" * ROWS)
BUCKET_BYTES = BUCKET.size
FIELDS = 5
BUCKETS = 1 << 17
LONGEST = 3 * 86_400
SHARED_AT, SECRET_BYTES = 64, 32
_SYSTEM = Path("/proc/sys/kernel/random/boot_id")
MOST = 0xFFFFFFFF


class Table:
    """Counters by key. `path` None keeps them in this process alone."""

    def __init__(self, path: Path | None, *, buckets: int = BUCKETS) -> None:
        self._lock = threading.RLock()
        self._depth = 0
        self._file: int | None = None
        size = HEADER_BYTES + buckets * BUCKET_BYTES
        if path is None:
            self._map = mmap.mmap(-1, size)
            self.secret = secrets.token_bytes(32)
        else:
            self._file = _opened(path, buckets, size)
            self._map = mmap.mmap(self._file, size)
            self.secret = HEADER.unpack_from(self._map)[2]
        self.buckets = buckets

    def shared(self) -> bytes:
        """Return the secret that all doors of the installation sign with; empty where none was."""
        found = bytes(self._map[SHARED_AT : SHARED_AT + SECRET_BYTES])
        return found if any(found) else b""

    def share(self, secret: bytes) -> None:
        """Keep the installation's secret, 32 bytes, for the doors that were not given it."""
        if self.shared() != secret:
            with self.held():
                self._map[SHARED_AT : SHARED_AT + SECRET_BYTES] = secret

    def close(self) -> None:
        """Let go of the file."""
        self._map.close()
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def read(self, key: int, *, at: int) -> tuple[int, int]:
        """Return the two counts of a key; zeros where it is not known or over."""
        start = self._bucket(key)
        row = self._found(BUCKET.unpack_from(self._map, start), start, key, at)
        return (row[2], row[3]) if row else (0, 0)

    def add(
        self, key: int, *, until: int, at: int, first: int = 0, second: int = 0
    ) -> tuple[int, int]:
        """Add to the counts of a key, from zero where it is not known; return what they are now."""
        start = self._bucket(key)
        with self.held():
            bucket = BUCKET.unpack_from(self._map, start)
            if row := self._found(bucket, start, key, at):
                return self._write(row[0], key, row[1], row[2] + first, row[3] + second)
            return self._write(_spare(bucket, start, at), key, until, first, second)

    def _bucket(self, key: int) -> int:
        return HEADER_BYTES + (key % self.buckets) * BUCKET_BYTES

    def _found(
        self, bucket: tuple[int, ...], start: int, key: int, at: int
    ) -> tuple[int, int, int, int] | None:
        """Return place, end and counts of a key's row, unless it is over or torn."""
        keys = bucket[::FIELDS]
        if key not in keys:
            return None
        number = keys.index(key)
        _key, until, first, second, _check = bucket[number * FIELDS : (number + 1) * FIELDS]
        place = start + number * ROW_BYTES
        if not at < until <= at + LONGEST or not self._is_whole(place):
            return None
        return place, until, first, second

    def _is_whole(self, place: int) -> bool:
        row = self._map[place : place + ROW.size]
        check: int = CHECK.unpack_from(self._map, place + ROW.size)[0]
        return zlib.crc32(row) == check

    def _write(self, place: int, key: int, until: int, first: int, second: int) -> tuple[int, int]:
        first, second = min(first, MOST), min(second, MOST)
        row = ROW.pack(key, until, first, second)
        self._map[place : place + ROW_BYTES] = row + CHECK.pack(zlib.crc32(row))
        return first, second

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Keep the table for several changes, so that a question costs one lock and not ten."""
        with self._lock:
            self._depth += 1
            outermost = self._file is not None and self._depth == 1
            try:
                if outermost:
                    fcntl.lockf(self._file, fcntl.LOCK_EX, 1, 0)  # type: ignore[arg-type]  # open
                yield
            finally:
                if outermost:
                    fcntl.lockf(self._file, fcntl.LOCK_UN, 1, 0)  # type: ignore[arg-type]  # open
                self._depth -= 1


def here(folder: Path) -> Path:
    """Return where this machine's table lies in a folder that several machines may share.

    Containers on one machine have one running system, and so one table. After a restart the counts
    begin anew.
    """
    try:
        system = _SYSTEM.read_bytes()
    except OSError:
        system = os.uname().nodename.encode()
    return folder / f"gate-{hashlib.blake2b(system, digest_size=5).hexdigest()}.table"


def _sweep(path: Path) -> None:
    """Remove tables that nobody has counted in for days: of systems that do not run any more."""
    for old in (*path.parent.glob("gate-*.table"), path.with_name("gate.table")):
        with contextlib.suppress(OSError):
            if old != path and path.stat().st_mtime - old.stat().st_mtime > LONGEST:
                old.unlink()


def _spare(bucket: tuple[int, ...], start: int, at: int) -> int:
    """Return the place of the row that makes room: one that is over, else the least counted."""
    weights = [
        first + second if at < until <= at + LONGEST else -1
        for until, first, second in zip(
            bucket[1::FIELDS], bucket[2::FIELDS], bucket[3::FIELDS], strict=True
        )
    ]
    return start + weights.index(min(weights)) * ROW_BYTES


def _opened(path: Path, buckets: int, size: int) -> int:
    """Return the open file; one that is missing or of another layout is made anew."""
    path.parent.mkdir(parents=True, exist_ok=True)
    for _ in range(2):
        with contextlib.suppress(FileNotFoundError):
            file = os.open(path, os.O_RDWR | os.O_CLOEXEC)
            if _fits(file, buckets, size):
                return file
            os.close(file)
            path.unlink(missing_ok=True)
        _make(path, buckets, size)
    raise OSError(f"no gate table at {path}")


def _fits(file: int, buckets: int, size: int) -> bool:
    head = os.pread(file, HEADER.size, 0)
    return (
        os.fstat(file).st_size == size
        and len(head) == HEADER.size
        and HEADER.unpack(head)[:2] == (MAGIC, buckets)
    )


def _make(path: Path, buckets: int, size: int) -> None:
    """Write an empty table beside its place and link it in; the first of several makers wins."""
    aside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    file = os.open(aside, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(file, HEADER.pack(MAGIC, buckets, secrets.token_bytes(32)))
        os.ftruncate(file, size)
        with contextlib.suppress(FileExistsError):
            os.link(aside, path)
            _sweep(path)
    finally:
        os.close(file)
        aside.unlink(missing_ok=True)
