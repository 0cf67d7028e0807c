"""One migrated, empty SQLite database, kept in build/ until a migration or a model changes.

To build it from the migrations takes seven seconds of every run and of every served folder. What
the migrations do is tested where they run: from an older version, on PostgreSQL, in `kaishu serve`.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import django

import kaishu

PACKAGE = Path(kaishu.__file__).resolve().parent
ROOM = Path(__file__).resolve().parents[2] / "build" / "migrated"


def _kept() -> Path:
    """Name the file by all that decides what the migrations leave."""
    digest = hashlib.sha256(django.__version__.encode())
    files = {*PACKAGE.rglob("migrations/*.py"), *PACKAGE.rglob("*models*.py")}
    for file in sorted({*files, *PACKAGE.rglob("apps.py"), PACKAGE / "base" / "guards.py"}):
        digest.update(f"{file.relative_to(PACKAGE)}\0".encode() + file.read_bytes())
    return ROOM / f"{digest.hexdigest()[:24]}.sqlite3"


def lay_ready(place: Path) -> bool:
    """Copy the migrated database to a place; False where none is kept yet."""
    try:
        shutil.copyfile(_kept(), place)
    except FileNotFoundError:
        return False
    return True


def keep(source: Path) -> None:
    """Keep a migrated, empty database for later runs, and forget those of other versions."""
    kept = _kept()
    if kept.exists():
        return
    ROOM.mkdir(parents=True, exist_ok=True)
    part = kept.with_suffix(f".{os.getpid()}")
    with closing(sqlite3.connect(source)) as database:
        database.execute("VACUUM INTO ?", [str(part)])
    part.replace(kept)
    for other in ROOM.glob("*.sqlite3"):
        if other != kept:
            other.unlink(missing_ok=True)
