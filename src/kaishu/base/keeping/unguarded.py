"""Fill empty tables that guard themselves, without leaving a moment in which they do not.

A guard counts and refuses what happens; rows that are copied have happened, and were guarded when
they did. Guards are off only inside the one transaction that fills, nobody else sees the tables
then, and it does not commit before each of them is back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

from kaishu.base.guards import missing_guards
from kaishu.base.keeping.errors import NotMigrated


@contextmanager
def filling(tables: Iterable[str]) -> Iterator[None]:
    """Run the block in one transaction with the guards of these tables off."""
    names = sorted(tables)
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        before = missing_guards(connection)
        back = _off(cursor, names)
        yield
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # foreign keys, now
        for statement in back:
            cursor.execute(statement)
        connection.check_constraints()
        if lost := sorted(set(missing_guards(connection)) - set(before)) or switched_off():
            raise NotMigrated(count=len(lost), first=lost[0])


def switched_off() -> list[str]:
    """Return the guards that are there and do not fire (PostgreSQL can switch one off)."""
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text || '.' || tgname FROM pg_trigger"
            " WHERE NOT tgisinternal AND tgenabled NOT IN ('O', 'A') ORDER BY 1"
        )
        return [name for (name,) in cursor.fetchall()]


def _off(cursor: Any, names: list[str]) -> list[str]:
    """Switch the guards off; returns the statements that bring them back."""
    if connection.vendor == "postgresql":
        quoted = [connection.ops.quote_name(name) for name in names]
        for name in quoted:
            cursor.execute(f"ALTER TABLE {name} DISABLE TRIGGER USER")
        return [f"ALTER TABLE {name} ENABLE TRIGGER USER" for name in quoted]
    cursor.execute("SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'")
    mine = [(name, text) for name, table, text in cursor.fetchall() if table in names]
    for name, _ in mine:
        cursor.execute(f"DROP TRIGGER {connection.ops.quote_name(name)}")
    return [text for _, text in mine]
