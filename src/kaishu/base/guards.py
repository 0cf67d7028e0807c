"""Let the database itself refuse what must never happen to a row.

Code review forgets and a console session does not read it; a trigger does neither. The helpers
return migration operations that work on SQLite and PostgreSQL alike:

    operations = [migrations.CreateModel(...), *append_only("books_entry")]

Both engines raise `IntegrityError` with the same text. SQLite drops triggers when Django rebuilds
a table (most `AlterField`s): repeat the helper after such a change; `missing_guards` finds gaps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation

Triggers = Mapping[str, str]

POSTGRESQL_FUNCTION = """
CREATE OR REPLACE FUNCTION kaishu_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation';
END $$
"""


class Guard(Operation):
    """The migration step that makes a table's triggers; knows them, so that gaps can be found.

    No RunPython: that would build every model of the project anew for each step, which made an
    empty database take longer to migrate than all its tables to create.
    """

    reduces_to_sql = False
    reversible = True

    def __init__(self, table: str, sqlite: Triggers, postgresql: Triggers) -> None:
        self.table, self.by_vendor = table, {"sqlite": sqlite, "postgresql": postgresql}

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Leave the models as they are."""

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        """Make the triggers, again where a rebuild of the table dropped them."""
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(POSTGRESQL_FUNCTION, params=None)
        self._drop(schema_editor)
        for name, body in self.by_vendor[schema_editor.connection.vendor].items():
            schema_editor.execute(f"CREATE TRIGGER {name} {body}", params=None)

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        """Drop the triggers."""
        self._drop(schema_editor)

    def describe(self) -> str:
        """Say what the step does."""
        return f"Guard {self.table}"

    def _drop(self, editor: Any) -> None:
        place = f" ON {self.table}" if editor.connection.vendor == "postgresql" else ""
        for name in self.by_vendor[editor.connection.vendor]:
            editor.execute(f"DROP TRIGGER IF EXISTS {name}{place}", params=None)


def append_only(table: str) -> list[Guard]:
    """Forbid UPDATE, DELETE, replacing INSERT and (on PostgreSQL) TRUNCATE of a table's rows."""
    text = f"kaishu: {table} is append-only"
    taken = f"WHEN EXISTS (SELECT 1 FROM {table} WHERE rowid = NEW.rowid)"  # noqa: S608 (our names)
    sqlite = {
        f"{table}_no_update": f"BEFORE UPDATE ON {table} BEGIN {_abort(text)} END",
        f"{table}_no_delete": f"BEFORE DELETE ON {table} BEGIN {_abort(text)} END",
        # INSERT OR REPLACE deletes the old row without firing its delete trigger.
        f"{table}_no_replace": f"BEFORE INSERT ON {table} {taken} BEGIN {_abort(text)} END",
    }
    call = f"EXECUTE FUNCTION kaishu_refuse('{text}')"
    postgresql = {
        f"{table}_no_change": f"BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW {call}",
        f"{table}_no_truncate": f"BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {call}",
    }
    return [Guard(table, sqlite, postgresql)]


def immutable_columns(table: str, columns: Sequence[str]) -> list[Guard]:
    """Forbid changing the named columns after the row was written; other columns may move."""
    text = f"kaishu: {table} has fixed columns ({', '.join(columns)})"
    named = ", ".join(columns)
    differs = " OR ".join(f"OLD.{column} IS NOT NEW.{column}" for column in columns)
    distinct = " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in columns)
    sqlite = {
        f"{table}_fixed": (
            f"BEFORE UPDATE OF {named} ON {table} WHEN {differs} BEGIN {_abort(text)} END"
        )
    }
    postgresql = {
        f"{table}_fixed": (
            f"BEFORE UPDATE ON {table} FOR EACH ROW WHEN ({distinct}) "
            f"EXECUTE FUNCTION kaishu_refuse('{text}')"
        )
    }
    return [Guard(table, sqlite, postgresql)]


def missing_guards(connection: BaseDatabaseWrapper) -> list[str]:
    """Return "table.trigger" for each guard that the migrations promise and the database lacks."""
    promised = {
        (operation.table, trigger)
        for migration in MigrationLoader(connection).disk_migrations.values()
        for operation in migration.operations
        if isinstance(operation, Guard)
        for trigger in operation.by_vendor[connection.vendor]
    }
    present = {
        (table, trigger)
        for table, triggers in guarded_tables(connection).items()
        for trigger in triggers
    }
    return sorted(f"{table}.{trigger}" for table, trigger in promised - present)


def guarded_tables(connection: BaseDatabaseWrapper) -> dict[str, set[str]]:
    """Return every guarded table with the names of its triggers (for tests and the doctor)."""
    query = (
        "SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger'"
        if connection.vendor == "sqlite"
        else "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal"
    )
    found: dict[str, set[str]] = {}
    with connection.cursor() as cursor:
        cursor.execute(query)
        for table, trigger in cursor.fetchall():
            found.setdefault(table, set()).add(trigger)
    return found


def _abort(text: str) -> str:
    return f"SELECT RAISE(ABORT, '{text}');"
