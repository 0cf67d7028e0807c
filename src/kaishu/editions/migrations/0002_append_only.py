"""Refuse UPDATE, DELETE and TRUNCATE on editions and recall events in the database itself."""

from __future__ import annotations

from typing import Any

from django.db import migrations

TABLES = ("editions_edition", "editions_recallevent")

POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION editions_refuse_change() RETURNS trigger AS $$
BEGIN
    RAISE EXCEPTION 'append only: % rows are added, never changed', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END
$$ LANGUAGE plpgsql
"""


def guard(apps: Any, schema_editor: Any) -> None:
    """Add the triggers for the database in use."""
    vendor = schema_editor.connection.vendor
    if vendor == "postgresql":
        schema_editor.execute(POSTGRES_FUNCTION, params=None)
    for table in TABLES:
        for statement in GUARDS[vendor](table):
            schema_editor.execute(statement)


def unguard(apps: Any, schema_editor: Any) -> None:
    """Take the triggers away again."""
    vendor = schema_editor.connection.vendor
    on_table = vendor == "postgresql"
    for table in TABLES:
        for act in ("update", "delete", "truncate") if on_table else ("update", "delete"):
            where = f" ON {table}" if on_table else ""
            schema_editor.execute(f"DROP TRIGGER {table}_no_{act}{where}")
    if on_table:
        schema_editor.execute("DROP FUNCTION editions_refuse_change()")


def _sqlite(table: str) -> list[str]:
    return [
        f"CREATE TRIGGER {table}_no_{act} BEFORE {act.upper()} ON {table} BEGIN "
        f"SELECT RAISE(ABORT, 'append only: {table} rows are added, never changed'); END"
        for act in ("update", "delete")
    ]


def _postgresql(table: str) -> list[str]:
    return [
        f"CREATE TRIGGER {table}_no_{act} BEFORE {act.upper()} ON {table} "
        f"FOR EACH {'STATEMENT' if act == 'truncate' else 'ROW'} "
        "EXECUTE FUNCTION editions_refuse_change()"
        for act in ("update", "delete", "truncate")
    ]


GUARDS = {"sqlite": _sqlite, "postgresql": _postgresql}


class Migration(migrations.Migration):
    """Guard the two append-only tables of this app."""

    dependencies = [("editions", "0001_editions")]
    operations = [migrations.RunPython(guard, unguard)]
