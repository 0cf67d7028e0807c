"""Copy the whole installation while it runs: the database as of one moment, then its files.

Files are copied before and after the database. A file is written before the row that names it, so
every file that the database names is in the copy, even if somebody deletes it meanwhile.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

from django.db import connection

from kaishu.base.keeping import files, keys, postgres, sqlite, tables
from kaishu.base.keeping.archive import Archive, Writer, open_archive
from kaishu.base.keeping.errors import NoRecipient
from kaishu.base.keeping.values import Advance, Manifest, silent

KIND = "backup"
DATABASE = "database"
TABLES = "tables/"


def make(
    *,
    target: Path,
    recipients: Sequence[str],
    at: datetime,
    in_the_clear: bool = False,
    advance: Advance = silent,
) -> tuple[Path, Manifest]:
    """Write a copy below `target` and return where it is; raises NoRecipient or NotMigrated."""
    if not recipients and not in_the_clear:
        raise NoRecipient
    tables.refuse_pending()
    folder = target / f"backup-{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    with Writer(folder, recipients) as writer:
        files.add_all(writer, advance)
        facts = _add_database(writer, advance)
        files.add_all(writer, advance)
        return folder, writer.finish(kind=KIND, **facts, **about(at))


def about(at: datetime) -> dict[str, Any]:
    """Return what every copy says of where it comes from."""
    return {
        "version": version("kaishu"),
        "made_at": at.astimezone(UTC).isoformat(),
        "database": connection.vendor,
        "keys": keys.fingerprints(),
    }


def verify(archive: Archive, *, advance: Advance = silent) -> list[str]:
    """Return the names of files that are missing or changed; nothing means the copy is whole."""
    return list(archive.verify(advance))


def newest(target: Path) -> Path:
    """Return the newest finished copy in a folder, or the folder itself where it is one."""
    whole = sorted(place.parent for place in target.glob("backup-*/manifest.json"))
    return whole[-1] if whole else target


def opened(folder: Path, identities: Sequence[Any] = ()) -> Archive:
    """Open a backup, with the identities that decrypt it."""
    return open_archive(folder, kind=KIND, identities=identities)


def older(target: Path, *, keep: int) -> list[Path]:
    """Return the finished copies in a folder but the newest `keep`."""
    whole = sorted(place.parent for place in target.glob("backup-*/manifest.json"))
    return whole[: max(0, len(whole) - keep)]


def _add_database(writer: Writer, advance: Advance) -> dict[str, Any]:
    state = tables.applied()
    if connection.vendor == "sqlite":
        return {**_add_sqlite(writer, advance), "migrations": state, "how": "sqlite"}
    program = postgres.tool("pg_dump")
    with tables.one_moment():
        found = tables.tables_of(state)
        rows = tables.counts(list(found))
        if program is None:
            add_tables(writer, rows, state, advance)
            last = tables.last_ids(found)
            return {"rows": rows, "last_ids": last, "migrations": state, "how": "tables"}
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_export_snapshot()")
            snapshot = cursor.fetchone()[0]
        postgres.dump(program, snapshot=snapshot, take=partial(writer.add, DATABASE))
    return {"rows": rows, "migrations": state, "how": "pg_dump"}


def _add_sqlite(writer: Writer, advance: Advance) -> dict[str, Any]:
    names = list(tables.tables_of(tables.applied()))
    with tempfile.TemporaryDirectory() as room:
        copied = Path(room) / "copy.sqlite3"
        sqlite.copy(Path(str(connection.settings_dict["NAME"])), copied, advance)
        rows = sqlite.count_rows(copied, names)
        with copied.open("rb") as file:
            writer.add(DATABASE, file)
    return {"rows": rows}


def add_tables(writer: Writer, rows: dict[str, int], state: tables.State, advance: Advance) -> None:
    """Add every table as lines of JSON."""
    for name, model in tables.tables_of(state).items():
        with tempfile.TemporaryFile() as file:
            for number, line in enumerate(tables.lines(model)):
                file.write(line)
                if number % tables.SOME == 0:
                    advance(name, number, rows[name])
            file.seek(0)
            writer.add(f"{TABLES}{name}.jsonl", file)
