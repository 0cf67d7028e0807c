"""The ground: settings, database, guards, clock, disk."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings as configured
from django.core import checks
from django.db import connection
from django.db.models import Max

from kaishu.base.guards import missing_guards
from kaishu.base.keeping import tables
from kaishu.base.keeping.unguarded import switched_off
from kaishu.base.keeping.values import Advance
from kaishu.books.models import Entry
from kaishu.cli._doctor.values import Trouble, error, warning
from kaishu.config.checks import unsafe_settings

APART = timedelta(seconds=30)
LEAST_FREE, LITTLE_FREE = 500_000_000, 5_000_000_000


def settings(at: datetime, advance: Advance) -> Iterator[Trouble]:
    """Name every setting that is not safe."""
    for found in unsafe_settings():
        kind = error if found.level >= checks.ERROR else warning
        yield kind("setting_unsafe", found.id or "settings", str(found.msg), str(found.hint or ""))
    if configured.KAISHU_MODE != "production":
        mode = f"it runs in {configured.KAISHU_MODE} mode"
        yield warning("not_production", "KAISHU_MODE", mode, "Real owners need production mode.")


def database(at: datetime, advance: Advance) -> Iterator[Trouble]:
    """Name migrations that wait and guards that are gone."""
    for name in tables.pending():
        yield error("migration_pending", name, "not applied", "Start kaishu serve once.")
    for name in missing_guards(connection):
        yield error(
            "guard_missing",
            name,
            "the database does not refuse any more",
            "Restore a backup, or ask who removed it.",
        )
    for name in switched_off():
        yield error("guard_off", name, "somebody switched it off", "ALTER TABLE … ENABLE TRIGGER.")
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA quick_check(1)")
            found = cursor.fetchone()[0]
        if found != "ok":
            yield error("database_damaged", "SQLite", found[:200], "Restore the newest backup.")


def clock(at: datetime, advance: Advance) -> Iterator[Trouble]:
    """Name a clock that differs from the database's, or that went back."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            apart = abs(cursor.fetchone()[0] - datetime.now(UTC))
        if apart > APART:
            yield error(
                "clock_differs",
                "database server",
                f"{apart.total_seconds():.0f} seconds apart",
                "Set both by NTP.",
            )
    newest = Entry.objects.aggregate(last=Max("recorded_at"))["last"]
    if newest and newest > at + APART:
        yield error(
            "clock_behind",
            "this machine",
            f"entries are recorded up to {newest:%F %T}",
            "Set the clock by NTP before anybody works on.",
        )


def disk(at: datetime, advance: Advance) -> Iterator[Trouble]:
    """Name a disk that is full or soon will be."""
    folder = Path(configured.KAISHU_DATA_DIR)
    if not folder.is_dir():
        yield error("data_folder_missing", "KAISHU_DATA_DIR", "there is no such folder")
        return
    free = shutil.disk_usage(folder).free
    if free < LITTLE_FREE:
        kind = error if free < LEAST_FREE else warning
        yield kind("disk_full", "KAISHU_DATA_DIR", f"{free / 1e9:.1f} GB free", "Make room.")
