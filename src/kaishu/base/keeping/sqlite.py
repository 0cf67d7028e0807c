"""Copy a SQLite database while others write, and put a copy in its place."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO

from django.db import connection, connections

from kaishu.base.keeping.errors import ArchiveDamaged
from kaishu.base.keeping.values import Advance, silent

PAGES = 2000
BESIDE = ("", "-wal", "-shm")
ASIDE = ".before-restore"


def copy(source: Path, target: Path, advance: Advance = silent) -> None:
    """Copy one database file as it stands now; writers go on. Raises ArchiveDamaged.

    The reading transaction is opened first, so that every page is of one moment and no commit in
    between makes the copy start again.
    """
    with closing(sqlite3.connect(source, isolation_level=None)) as reading:
        reading.execute("BEGIN")
        reading.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()
        with closing(sqlite3.connect(target)) as writing:
            reading.backup(
                writing,
                pages=PAGES,
                progress=lambda _, left, total: advance("database", total - left, total),
            )
            found = writing.execute("PRAGMA quick_check(1)").fetchone()[0]
            writing.execute("PRAGMA journal_mode=DELETE")  # one file, nothing beside it
    target.chmod(0o600)
    if found != "ok":
        raise ArchiveDamaged(file=source.name)


def count_rows(file: Path, names: list[str]) -> dict[str, int]:
    """Return how many rows each table of a database file has."""
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
        query = "SELECT COUNT(*) FROM "
        return {name: database.execute(f'{query}"{name}"').fetchone()[0] for name in names}


def put(source: IO[bytes]) -> None:
    """Write a database file to where the settings say it is; there must be none."""
    place = _place()
    place.parent.mkdir(parents=True, exist_ok=True)
    part = place.with_name(place.name + ".part")
    with part.open("wb") as file:
        os.fchmod(file.fileno(), 0o600)
        while data := source.read(1024 * 1024):
            file.write(data)
        file.flush()
        os.fsync(file.fileno())
    connections.close_all()
    part.replace(place)


@contextmanager
def emptied() -> Iterator[None]:
    """Set the database aside for the block; it comes back if the block fails."""
    connections.close_all()
    place = _place()
    for end in BESIDE:
        Path(f"{place}{ASIDE}{end}").unlink(missing_ok=True)
        if Path(f"{place}{end}").exists():
            Path(f"{place}{end}").rename(f"{place}{ASIDE}{end}")
    try:
        yield
    except BaseException:
        connections.close_all()
        for end in BESIDE:
            Path(f"{place}{end}").unlink(missing_ok=True)
            if Path(f"{place}{ASIDE}{end}").exists():
                Path(f"{place}{ASIDE}{end}").rename(f"{place}{end}")
        raise
    for end in BESIDE:
        Path(f"{place}{ASIDE}{end}").unlink(missing_ok=True)


def _place() -> Path:
    return Path(str(connection.settings_dict["NAME"]))
