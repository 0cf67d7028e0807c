"""Start Django on throw-away places.

Imported first by `tests/conftest.py`, for its effect. `KAISHU_TEST_DB` chooses the engine;
PostgreSQL is reached at `KAISHU_TEST_DATABASE_URL`, which `tools/postgres.py` sets.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

import django

ENGINE = os.environ.get("KAISHU_TEST_DB", "sqlite")
ROOM = Path(tempfile.mkdtemp(prefix="kaishu-test-"))
atexit.register(shutil.rmtree, ROOM, ignore_errors=True)

if ENGINE == "sqlite":
    DATABASE_URL = f"sqlite:///{ROOM / 'main.sqlite3'}"
elif ENGINE == "postgres":
    DATABASE_URL = os.environ.get("KAISHU_TEST_DATABASE_URL", "")
    if not DATABASE_URL:
        raise SystemExit(
            "KAISHU_TEST_DB=postgres needs a server: python tools/postgres.py pytest tests/books"
        )
else:
    raise SystemExit(f"KAISHU_TEST_DB must be sqlite or postgres, not {ENGINE!r}")

os.environ.update(
    DJANGO_SETTINGS_MODULE="kaishu.config.settings",
    KAISHU_MODE="development",
    # The tests of the second step itself ask for "required".
    KAISHU_SECOND_STEP="offered",
    KAISHU_DATA_DIR=str(ROOM / "data"),
    KAISHU_DATABASE_URL=DATABASE_URL,
    KAISHU_SQLITE_SYNCHRONOUS="OFF",
    KAISHU_FIELD_KEY="11" * 32,
    # Graphs of tests are tiny; tests/core/genealogy/test_compiled.py holds both ways equal.
    NUMBA_DISABLE_JIT="1",
    KAISHU_ALLOWED_HOSTS="localhost 127.0.0.1 testserver",
)
django.setup()

from kaishu.base import catalogue

catalogue.build()  # what pages say in Japanese and Chinese, as it is now
