"""Named locks that last until the transaction ends.

PostgreSQL has advisory locks; SQLite needs none, since its transactions begin IMMEDIATE and so
run one at a time. Names are taken in sorted order, so that two writers never wait in a circle.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from django.db import connection, transaction


def hold(names: Iterable[str]) -> None:
    """Take the named locks, waiting for whoever holds them."""
    if connection.vendor != "postgresql":
        return
    numbers = [_number(name) for name in sorted(names)]
    with connection.cursor() as cursor:  # a list is read, and so locked, in its order
        cursor.execute("SELECT pg_advisory_xact_lock(n) FROM unnest(%s::bigint[]) n", [numbers])


def _number(name: str) -> int:
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), signed=True)


def wait_out_writers() -> None:
    """Return once every entry that was being written when this was called is there, or is not.

    For whoever freezes figures "as known at" a moment. On PostgreSQL a lock on the entries waits
    for all writers and is given back at once; each writer inserts its entry before its moves, so
    that waiting for one while holding another cannot happen. SQLite has one writer at a time.
    """
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("LOCK TABLE books_entry IN SHARE MODE")
