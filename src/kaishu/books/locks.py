"""Named locks that last until the transaction ends.

PostgreSQL has advisory locks; SQLite needs none, since its transactions begin IMMEDIATE and so
run one at a time. Names are taken in sorted order, so that two writers never wait in a circle.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from django.db import connection


def hold(names: Iterable[str]) -> None:
    """Take the named locks, waiting for whoever holds them."""
    if connection.vendor != "postgresql":
        return
    numbers = [_number(name) for name in sorted(names)]
    with connection.cursor() as cursor:  # a list is read, and so locked, in its order
        cursor.execute("SELECT pg_advisory_xact_lock(n) FROM unnest(%s::bigint[]) n", [numbers])


def _number(name: str) -> int:
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), signed=True)
