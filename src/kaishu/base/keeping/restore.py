"""Put a copy back: all of it, or the installation stays as it was."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

from django.core.management import call_command
from django.db import connection

from kaishu.base.keeping import files, keys, portable, postgres, sqlite, tables
from kaishu.base.keeping.archive import Archive
from kaishu.base.keeping.backup import DATABASE
from kaishu.base.keeping.errors import Alive, ArchiveDamaged, OtherDatabase, RowsDiffer, ToolFailed
from kaishu.base.keeping.values import Advance, silent


def restore(*, archive: Archive, overwrite: bool = False, advance: Advance = silent) -> None:
    """Put a backup or an export in the place of what is here, then bring the tables up to date.

    Checked first: versions, keys, kind of database, every file. Raises ArchiveNewer, KeyMissing,
    OtherDatabase, ArchiveDamaged, Alive or RowsDiffer; whatever is raised, what was here stays.
    """
    refuse_unfit(archive)
    if not overwrite:
        refuse_alive()
    for name in archive.verify(advance):
        raise ArchiveDamaged(file=name)
    with _emptied(archive):
        files.put_all(archive, advance)
        _put_database(archive, advance)
        _refuse_difference(archive)
        call_command("migrate", verbosity=0)


def refuse_unfit(archive: Archive) -> None:
    """Raise ArchiveNewer, KeyMissing or OtherDatabase where the copy cannot be used here."""
    manifest = archive.manifest
    tables.heads(manifest.migrations)
    keys.refuse_missing(manifest.keys)
    if manifest.how != "tables" and manifest.database != connection.vendor:
        raise OtherDatabase(was=manifest.database, here=connection.vendor)


def refuse_alive() -> None:
    """Raise Alive where an installation is here: a database with tables, or files."""
    if connection.introspection.table_names() or files.any_there():
        raise Alive


@contextmanager
def _emptied(archive: Archive) -> Iterator[None]:
    database: AbstractContextManager[None] = (
        sqlite.emptied()
        if connection.vendor == "sqlite"
        else postgres.emptied(without_schema=archive.manifest.how == "pg_dump")
    )
    with ExitStack() as stack:
        stack.enter_context(files.emptied())
        stack.enter_context(database)
        yield


def _put_database(archive: Archive, advance: Advance) -> None:
    how = archive.manifest.how
    if how == "tables":
        portable.load_tables(archive, advance)
        return
    with archive.open(DATABASE) as file:
        if how == "sqlite":
            sqlite.put(file)
            return
        program = postgres.tool("pg_restore")
        if program is None:
            raise ToolFailed(program="pg_restore", said="not found in the server's version")
        postgres.load(program, file)


def _refuse_difference(archive: Archive) -> None:
    if archive.manifest.how == "tables":
        return  # each table was counted while it was filled, and may have been migrated since
    wanted = archive.manifest.rows
    for table, found in tables.counts(list(wanted)).items():
        if found != wanted[table]:
            raise RowsDiffer(table=table, wanted=wanted[table], found=found)
