"""Start Django on a folder of its own, with one database or with several to switch between."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

START = datetime(2026, 1, 1, 9, tzinfo=UTC)


def environment(folder: Path, url: str) -> dict[str, str]:
    """Return the settings of an installation for a benchmark: durable, and with invented keys."""
    return {
        "DJANGO_SETTINGS_MODULE": "kaishu.config.settings",
        "KAISHU_MODE": "development",
        "KAISHU_DATA_DIR": str(folder / "data"),
        "KAISHU_DATABASE_URL": url,
        "KAISHU_SQLITE_SYNCHRONOUS": "FULL",
        "KAISHU_FIELD_KEY": "11" * 32,
        "KAISHU_ALLOWED_HOSTS": "localhost 127.0.0.1",
    }


def start(folder: Path, url: str, **others: str) -> None:
    """Start Django once in this process; `others` are further databases by their alias."""
    os.environ.update(environment(folder, url))
    import dj_database_url
    import django
    from django.conf import settings

    (folder / "data").mkdir(parents=True, exist_ok=True)
    for alias, other in others.items():
        options = {"options": "-c jit=off"}  # as the settings of an installation have it
        settings.DATABASES[alias] = {
            **dj_database_url.parse(other),
            "CONN_MAX_AGE": None,
            "OPTIONS": options,
        }
    django.setup()


def migrate() -> None:
    """Make the tables in the default database."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


@contextmanager
def as_default(alias: str) -> Iterator[None]:
    """Let another database be the default one for the block."""
    from django.db import connections

    before = connections["default"]
    connections["default"] = connections[alias]
    try:
        yield
    finally:
        connections["default"] = before
