"""The database refuses to change what is append-only, on both engines."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import IntegrityError, connection, transaction

from kaishu.base.guards import append_only, guarded_tables, immutable_columns, missing_guards

pytestmark = pytest.mark.django_db(transaction=False)


@pytest.fixture
def tables() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE sample (id integer PRIMARY KEY, word varchar(9), place int)")
        cursor.execute("CREATE TABLE partly (id integer PRIMARY KEY, word varchar(9), place int)")
    editor = connection.schema_editor(atomic=False)  # not entered: the test is one transaction
    for operation in [*append_only("sample"), *immutable_columns("partly", ["word"])]:
        operation.database_forwards("base", editor, None, None)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO sample VALUES (1, 'a', 1)")
        cursor.execute("INSERT INTO partly VALUES (1, 'a', 1)")
    yield


def run(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    "statement",
    ["UPDATE sample SET place = 2", "DELETE FROM sample", "UPDATE sample SET word = word"],
)
def test_an_append_only_row_can_be_neither_changed_nor_deleted(
    tables: None, statement: str
) -> None:
    with pytest.raises(IntegrityError, match="kaishu: sample is append-only"):
        run(statement)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM sample")
        assert cursor.fetchall() == [(1, "a", 1)]


def test_an_append_only_row_cannot_be_replaced_by_an_insert(tables: None) -> None:
    if connection.vendor == "postgresql":
        statement = "INSERT INTO sample VALUES (1,'b',2) ON CONFLICT (id) DO UPDATE SET place = 2"
    else:
        statement = "INSERT OR REPLACE INTO sample VALUES (1, 'b', 2)"
    with pytest.raises(IntegrityError, match="append-only"):
        run(statement)


def test_no_other_unique_column_opens_a_way_to_replace_a_row(tables: None) -> None:
    run("CREATE UNIQUE INDEX sample_place ON sample (place)")
    with pytest.raises(IntegrityError, match="append-only"):
        if connection.vendor == "postgresql":
            run("INSERT INTO sample VALUES (9,'b',1) ON CONFLICT (place) DO UPDATE SET word = 'b'")
        else:  # without recursive triggers SQLite deletes row 1 here, and no guard hears of it
            run("INSERT OR REPLACE INTO sample VALUES (9, 'b', 1)")
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM sample")
        assert cursor.fetchall() == [(1, "a", 1)]


def test_an_append_only_table_takes_new_rows(tables: None) -> None:
    run("INSERT INTO sample VALUES (2, 'b', 2)")
    run(
        "INSERT INTO sample (word) VALUES ('c')"
        if connection.vendor == "sqlite"
        else "INSERT INTO sample VALUES (3, 'c')"
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM sample")
        assert cursor.fetchone() == (3,)


def test_an_append_only_table_cannot_be_truncated(tables: None) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no TRUNCATE; its DELETE is refused above")
    with pytest.raises(IntegrityError, match="append-only"):
        run("TRUNCATE sample")


def test_fixed_columns_stay_and_other_columns_move(tables: None) -> None:
    run("UPDATE partly SET place = 2, word = 'a'")
    with pytest.raises(IntegrityError, match=r"kaishu: partly has fixed columns \(word\)"):
        run("UPDATE partly SET word = 'b'")
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM partly")
        assert cursor.fetchall() == [(1, "a", 2)]


def test_the_guarded_tables_can_be_listed(tables: None) -> None:
    found = guarded_tables(connection)
    assert {"sample", "partly"} <= set(found)
    assert found["partly"] == {"partly_fixed"}


def test_a_guard_can_be_taken_back_by_a_backward_migration(tables: None) -> None:
    for operation in append_only("sample"):
        editor = connection.schema_editor(atomic=False)
        operation.database_backwards("base", editor, None, None)
    run("DELETE FROM sample")


def test_every_guard_that_the_migrations_promise_is_in_the_database() -> None:
    assert missing_guards(connection) == []


def test_a_lost_guard_is_named() -> None:
    guard = (
        "people_reveal_no_update" if connection.vendor == "sqlite" else "people_reveal_no_change"
    )
    place = "" if connection.vendor == "sqlite" else " ON people_reveal"
    run(f"DROP TRIGGER {guard}{place}")
    assert missing_guards(connection) == [f"people_reveal.{guard}"]
