"""Named locks that last until the transaction ends.

PostgreSQL has advisory locks; SQLite needs none, since its transactions begin IMMEDIATE and so
run one at a time. Names are taken in sorted order, so that two writers never wait in a circle.
"""

from __future__ import annotations

import hashlib
import time
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


def writers() -> set[str]:
    """Return the transactions that have written an entry and not ended; none where they take turns.

    Only writers of our own books: not readers, not other tables, not other databases of the server.
    """
    if connection.vendor != "postgresql":
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT virtualtransaction FROM pg_locks WHERE locktype = 'relation' "
            "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
            "AND relation = 'books_entry'::regclass AND mode = 'RowExclusiveLock' AND granted "
            "AND pid IS DISTINCT FROM pg_backend_pid()"
        )
        return {row[0] for row in cursor.fetchall()}


def all_ended(some: set[str], *, patience: float) -> bool:
    """Wait `patience` seconds for each of these writers to end; say whether that came in time.

    A writer inserts its entry before it takes numbers for its moves, and keeps the lock that the
    insert took until its rows are seen by all. So whoever holds a number below one that we saw was
    among those that we found afterwards.
    """
    ends = time.monotonic() + patience
    while some & writers():
        if time.monotonic() > ends:
            return False
        time.sleep(0.02)
    return True
