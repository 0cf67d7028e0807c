"""The gate's table: exact between processes, of fixed size, and a damaged row only forgets."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kaishu.core.gate.table import BUCKET_BYTES, HEADER_BYTES, MOST, ROW_BYTES, ROWS, Table

AT = 1_770_000_000
HOUR = AT + 3600


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "gate.table"


def test_counts_end_by_themselves(path: Path) -> None:
    table = Table(path, buckets=4)
    assert table.add(7, until=HOUR, at=AT, first=2, second=1) == (2, 1)
    assert table.add(7, until=HOUR, at=AT, first=3) == (5, 1)
    assert table.read(7, at=HOUR - 1) == (5, 1)
    assert table.read(7, at=HOUR) == (0, 0)
    assert table.add(7, until=HOUR + 3600, at=HOUR, first=1) == (1, 0)


def test_processes_count_together_exactly(path: Path) -> None:
    Table(path, buckets=4).close()
    children = []
    for _ in range(3):
        if (child := os.fork()) == 0:
            mine = Table(path, buckets=4)
            for _ in range(300):
                mine.add(7, until=HOUR, at=AT, first=1)
            os._exit(0)
        children.append(child)
    assert {os.waitpid(child, 0)[1] for child in children} == {0}
    assert Table(path, buckets=4).read(7, at=AT) == (900, 0)


def test_a_torn_row_is_an_empty_row(path: Path) -> None:
    table = Table(path, buckets=1)
    table.add(7, until=HOUR, at=AT, first=5)
    table.add(9, until=HOUR, at=AT, first=6)
    raw = bytearray(path.read_bytes())
    place = raw.index((7).to_bytes(8, "little"), HEADER_BYTES)
    raw[place + 12] ^= 1  # its first count, without the checksum
    path.write_bytes(raw)
    again = Table(path, buckets=1)
    assert again.read(7, at=AT) == (0, 0)
    assert again.read(9, at=AT) == (6, 0)
    assert again.add(7, until=HOUR, at=AT, first=1) == (1, 0)


def test_the_least_counted_makes_room(path: Path) -> None:
    table = Table(path, buckets=1)
    for key in range(1, ROWS + 1):
        table.add(key, until=HOUR, at=AT, first=key * 10)
    table.add(100, until=HOUR, at=AT, first=1)
    kept = [key for key in range(1, ROWS + 1) if table.read(key, at=AT) != (0, 0)]
    assert kept == list(range(2, ROWS + 1))
    assert path.stat().st_size == HEADER_BYTES + BUCKET_BYTES
    assert ROWS * ROW_BYTES == BUCKET_BYTES


def test_counts_stop_at_their_highest(path: Path) -> None:
    table = Table(path, buckets=1)
    table.add(7, until=HOUR, at=AT, first=MOST)
    assert table.add(7, until=HOUR, at=AT, first=9) == (MOST, 0)


def test_a_file_of_another_layout_is_made_anew(path: Path) -> None:
    old = Table(path, buckets=4)
    old.add(7, until=HOUR, at=AT, first=5)
    new = Table(path, buckets=8)
    assert new.read(7, at=AT) == (0, 0)
    assert new.secret != old.secret
    path.write_bytes(b"rubbish")
    assert Table(path, buckets=8).read(7, at=AT) == (0, 0)


def test_only_its_owner_reads_the_file(path: Path) -> None:
    Table(path, buckets=1)
    assert path.stat().st_mode & 0o777 == 0o600
