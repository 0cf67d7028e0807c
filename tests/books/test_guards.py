"""What the database itself refuses, on both engines, whoever asks."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from kaishu.books.models import Entry, PromiseMoveRow, Unit, UnitMoveRow
from tests.books.harness import Books

TABLES = ("books_entry", "books_unit_move", "books_promise_move")


@pytest.fixture
def filled(books: Books) -> Books:
    """Books with an entry and a move of each sort."""
    books.claim("SN-1")
    books.award("SN-1", ("JPY", 3990))
    return books


def refused(sql: str) -> str:
    """Run a statement that must be refused, and return what the database said."""
    with (
        pytest.raises(IntegrityError) as error,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)
    return str(error.value)


@pytest.mark.parametrize("table", TABLES)
def test_an_entry_or_move_cannot_be_changed(filled: Books, table: str) -> None:
    assert "append-only" in refused(f"UPDATE {table} SET recall_id = 9")


@pytest.mark.parametrize("table", TABLES)
def test_an_entry_or_move_cannot_be_deleted(filled: Books, table: str) -> None:
    assert "append-only" in refused(f"DELETE FROM {table}")


@pytest.mark.parametrize("table", TABLES)
def test_a_table_of_moves_cannot_be_truncated(filled: Books, table: str) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:  # else the engine refuses for its own reasons first
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        assert "append-only" in refused(f"TRUNCATE {table} CASCADE")
    else:  # SQLite has no TRUNCATE; an unqualified DELETE is its nearest word
        assert "append-only" in refused(f"DELETE FROM {table} WHERE 1")


def _copy_of_a_move(**changes: object) -> UnitMoveRow:
    row = UnitMoveRow.objects.filter(unit__isnull=False).get()
    row.pk = None
    for name, value in changes.items():
        setattr(row, name, value)
    return row


@pytest.mark.parametrize(
    "changes",
    [
        {"quantity": 0},
        {"quantity": -1},
        {"quantity": 2},
        {"source": "owner", "target": "owner"},
        {"source": "nowhere"},
        {"target": "paid"},
    ],
    ids=lambda changes: ",".join(f"{k}={v}" for k, v in changes.items()),
)
def test_an_imbalance_cannot_be_written(filled: Books, changes: dict[str, object]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        _copy_of_a_move(**changes).save(force_insert=True)


def test_a_promise_move_needs_accounts_and_a_quantity(filled: Books) -> None:
    for changes in ({"quantity": 0}, {"target": "owner"}, {"source": "owed"}):
        row = PromiseMoveRow.objects.get()
        row.pk = None
        for name, value in changes.items():
            setattr(row, name, value)
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save(force_insert=True)


def test_a_key_is_recorded_once(filled: Books) -> None:
    entry = Entry.objects.latest("id")
    entry.pk, entry.chain_no = None, entry.chain_no + 1
    with pytest.raises(IntegrityError), transaction.atomic():
        entry.save(force_insert=True)


def test_a_chain_number_is_given_once(filled: Books) -> None:
    entry = Entry.objects.latest("id")
    entry.pk, entry.key = None, "another"
    with pytest.raises(IntegrityError), transaction.atomic():
        entry.save(force_insert=True)


def test_a_serial_names_one_unit_of_a_recall(filled: Books) -> None:
    unit = Unit.objects.get(serial="SN-1")
    unit.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        unit.save(force_insert=True)


def test_what_was_promised_cannot_be_rewritten(filled: Books) -> None:
    assert "fixed columns" in refused("UPDATE books_promise SET quantity = 999999")
