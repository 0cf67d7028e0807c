"""Carry an installation to another database or a newer version: tables as lines, and the files.

An import makes the tables as they were when the export was written, fills them, and only then
brings them up to date: rows of an older version pass through the same migrations as in place.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from kaishu.base.keeping import files, tables
from kaishu.base.keeping.archive import Archive, Writer, open_archive
from kaishu.base.keeping.backup import TABLES, about, add_tables
from kaishu.base.keeping.unguarded import filling
from kaishu.base.keeping.values import Advance, Manifest, silent

KIND = "export"


def export(
    *, target: Path, recipients: Sequence[str], at: datetime, advance: Advance = silent
) -> tuple[Path, Manifest]:
    """Write an export below `target` and return where it is; raises NotMigrated."""
    tables.refuse_pending()
    folder = target / f"export-{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    facts: dict[str, Any] = {"kind": KIND, "how": "tables", **about(at)}
    with Writer(folder, recipients) as writer:
        files.add_all(writer, advance)
        with tables.one_moment():
            state = tables.applied()
            found = tables.tables_of(state)
            rows = tables.counts(list(found))
            add_tables(writer, rows, state, advance)
            facts |= {"migrations": state, "rows": rows, "last_ids": tables.last_ids(found)}
        files.add_all(writer, advance)
        return folder, writer.finish(**facts)


def opened(folder: Path, identities: Sequence[Any] = ()) -> Archive:
    """Open an export, with the identities that decrypt it."""
    return open_archive(folder, kind=KIND, identities=identities)


def load_tables(archive: Archive, advance: Advance = silent) -> None:
    """Make the tables of the copy's time in an empty database, fill them, bring them up to date."""
    manifest = archive.manifest
    executor = MigrationExecutor(connection)
    executor.migrate(tables.heads(manifest.migrations))
    found = tables.tables_of(manifest.migrations)
    with filling(found):
        for model in found.values():
            model._default_manager.all().delete()  # what migrations themselves put there
        for name, model in found.items():
            with archive.open(f"{TABLES}{name}.jsonl") as file:
                tables.load(model, file, manifest.rows[name], advance)
        tables.set_last_ids(found, manifest.last_ids)
    call_command("migrate", verbosity=0)
