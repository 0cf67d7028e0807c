"""Write every table as lines of JSON and read them back, on either database, ids and all.

A line is the list of a row's values in the order of the file's first line, which names the
columns: bytes are Base64, times ISO 8601 in UTC. What tables there are says the state of the
migrations, not today's code, so that an export of an older version can be read by a newer one.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import IO, Any

import orjson
from django.core.management.color import no_style
from django.db import connection, models, transaction
from django.db.migrations.loader import MigrationLoader

from kaishu.base.keeping.errors import ArchiveDamaged, ArchiveNewer, NotMigrated, RowsDiffer
from kaishu.base.keeping.values import Advance, silent

SOME = 1000
# Sign-ins under way: whoever works there signs in again. Workers there are not workers here.
LEFT_OUT = frozenset({"django_session", "base_worker"})
Model = type[models.Model]
State = Mapping[str, list[str]]


def applied() -> dict[str, list[str]]:
    """Return the applied migrations by app, in order."""
    found: dict[str, list[str]] = {}
    for app, name in sorted(MigrationLoader(connection).applied_migrations):
        found.setdefault(app, []).append(name)
    return found


def pending() -> list[str]:
    """Return the migrations of this code that the database does not have, as "app.name"."""
    loader = MigrationLoader(connection)
    missing = set(loader.graph.nodes) - set(loader.applied_migrations)
    return sorted(f"{app}.{name}" for app, name in missing)


def refuse_pending() -> None:
    """Raise NotMigrated while migrations wait."""
    if waiting := pending():
        raise NotMigrated(count=len(waiting), first=waiting[0])


def heads(state: State) -> list[tuple[str, str]]:
    """Return the last migrations of a state; raise ArchiveNewer for one that this code lacks."""
    loader = MigrationLoader(connection)
    names = {(app, name) for app, found in state.items() for name in found}
    if unknown := names - set(loader.graph.nodes):
        raise ArchiveNewer(version=".".join(min(unknown)))
    inner = {
        parent.key
        for key in names
        for parent in loader.graph.node_map[key].parents
        if parent.key[0] == key[0]
    }
    return sorted(names - inner)


def tables_of(state: State) -> dict[str, Model]:
    """Return the tables of a state of the migrations with their models of that time."""
    targets = heads(state)
    apps = MigrationLoader(connection).project_state(targets).apps
    found = {
        model._meta.db_table: model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    }
    return {name: found[name] for name in sorted(found) if name not in LEFT_OUT}


@contextmanager
def one_moment() -> Iterator[None]:
    """Read everything as of one moment while others write."""
    if connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield
        return
    connection.ensure_connection()
    with connection.cursor() as cursor:
        cursor.execute("BEGIN DEFERRED")  # atomic() would take the one writer's place
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


def counts(names: Sequence[str]) -> dict[str, int]:
    """Return how many rows each table has."""
    found = {}
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute(f"SELECT COUNT(*) FROM {connection.ops.quote_name(name)}")  # noqa: S608 (the name is quoted)
            found[name] = cursor.fetchone()[0]
    return found


def lines(model: Model) -> Iterator[bytes]:
    """Yield a table's lines: its columns, then a row each in the order of their ids."""
    fields = model._meta.concrete_fields
    yield orjson.dumps([field.attname for field in fields]) + b"\n"
    rows = model._default_manager.order_by("pk").values_list(*[field.attname for field in fields])
    plain = [_is_plain(field) for field in fields]
    for row in rows.iterator(chunk_size=SOME):
        values = [
            value if simple or value is None else _written(value)
            for value, simple in zip(row, plain, strict=True)
        ]
        yield orjson.dumps(values) + b"\n"


def load(model: Model, file: IO[bytes], rows: int, advance: Advance = silent) -> None:
    """Write a table's rows; raise ArchiveDamaged or RowsDiffer."""
    fields = {field.attname: field for field in model._meta.concrete_fields}
    columns = orjson.loads(file.readline())
    if set(columns) != set(fields):
        raise ArchiveDamaged(file=model._meta.db_table)
    readers = [_reader(fields[name]) for name in columns]
    done = 0
    while some := list(islice(file, SOME)):
        values = (orjson.loads(line) for line in some)
        model._default_manager.bulk_create(
            model(
                **{
                    name: None if value is None else read(value)
                    for name, read, value in zip(columns, readers, row, strict=True)
                }
            )
            for row in values
        )
        done += len(some)
        advance(model._meta.db_table, done, rows)
    if done != rows:
        raise RowsDiffer(table=model._meta.db_table, wanted=rows, found=done)


def last_ids(found: Mapping[str, Model]) -> dict[str, int]:
    """Return the last number that each table gave out, deleted rows included."""
    numbered = {name for name, model in found.items() if _is_numbered(model)}
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, seq FROM sqlite_sequence")
            return {name: last for name, last in cursor.fetchall() if name in numbered}
        last = {}
        for name in numbered:
            cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", [name])
            cursor.execute(f"SELECT last_value, is_called FROM {cursor.fetchone()[0]}")  # noqa: S608 (the database names it)
            value, called = cursor.fetchone()
            last[name] = value if called else value - 1
        return last


def set_last_ids(found: Mapping[str, Model], last: Mapping[str, int]) -> None:
    """Let every table go on counting where the copied one would have."""
    with connection.cursor() as cursor:
        numbered = [model for model in found.values() if _is_numbered(model)]
        if connection.vendor == "postgresql":
            for statement in connection.ops.sequence_reset_sql(no_style(), numbered):
                cursor.execute(statement)
        for name, value in last.items():
            if value < 1 or name not in found:
                continue
            if connection.vendor == "sqlite":
                cursor.execute("UPDATE sqlite_sequence SET seq = %s WHERE name = %s", [value, name])
                if not cursor.rowcount:
                    add = "INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)"
                    cursor.execute(add, [name, value])
            else:
                cursor.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [name, value])


def _is_numbered(model: Model) -> bool:
    return (
        isinstance(model._meta.pk, models.AutoField | models.BigAutoField)
        and model._meta.pk.column == "id"
    )


def _is_plain(field: Any) -> bool:
    """Say whether JSON holds a field's values as they are."""
    kinds = (models.CharField, models.TextField, models.BooleanField, models.IntegerField)
    return isinstance(field, (*kinds, models.JSONField))


def _written(value: object) -> object:
    if isinstance(value, memoryview | bytes | bytearray):
        return base64.b64encode(bytes(value)).decode()
    if isinstance(value, str | int):
        return value
    isoformat = getattr(value, "isoformat", None)
    return isoformat() if isoformat else str(value)


def _reader(field: Any) -> Any:
    if isinstance(field, models.BinaryField):
        return base64.b64decode
    if isinstance(field, models.JSONField):
        return lambda value: value
    if isinstance(field, models.ForeignKey):
        return field.target_field.to_python
    return field.to_python
