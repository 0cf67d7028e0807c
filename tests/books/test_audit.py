"""Plant each kind of damage with SQL behind the triggers' back: the audit names it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection

from kaishu.base.guards import guarded_tables
from kaishu.books.audit import audit
from kaishu.books.models import Entry, Promise, Unit
from kaishu.books.roots import seal_due
from tests.books.harness import DEPOT, RECYCLER, START, Books


@pytest.fixture
def books(db: None) -> Books:
    """A small past: a claim, an award, a parcel in, a hand-over, a sealed day."""
    opened = Books()
    opened.open(at_large=100, unsold=20)
    opened.claim("SN-1")
    refund, _ = opened.award("SN-1", ("JPY", 3990), ("kit:bag", 1))
    opened.move("SN-1", "parcel.received", DEPOT)
    opened.pay(refund, "payout.sent")
    opened.move("SN-1", "custody.handed_over", RECYCLER)
    assert seal_due(at=START + timedelta(days=1)) == {"sealed": 1}
    assert list(audit()) == []
    return opened


def damage(*statements: str, apps: tuple[str, ...] = ("books",)) -> None:
    """Write past every guard, as a thief with the database password would."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for triggers in guarded_tables(connection).values():
                for trigger in triggers:
                    cursor.execute(f"DROP TRIGGER IF EXISTS {trigger}")
            cursor.execute("PRAGMA defer_foreign_keys = ON")
        else:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            tables = connection.introspection.table_names(cursor)
            for table in tables:
                if table.split("_")[0] in apps:
                    cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
        for statement in statements:
            cursor.execute(statement)


def first_code() -> str:
    """Return the code of the first thing the audit finds."""
    return next(iter(audit())).code


CASE = "chain = '000000000001'"
MOVES_OF_LAST = "entry_id = (SELECT max(id) FROM books_entry)"

DAMAGES: dict[str, tuple[str, list[str]]] = {
    "an amount changed": (
        "entry_altered",
        ["UPDATE books_promise_move SET quantity = 9990 WHERE commodity = 'JPY'"],
    ),
    "a reason changed": (
        "entry_altered",
        [f"UPDATE books_entry SET reason = 'other' WHERE {CASE} AND chain_no = 2"],
    ),
    "a date changed": (
        "move_misdated",
        ["UPDATE books_unit_move SET happened_at = '2020-01-01 00:00:00+00:00'"],
    ),
    "an entry removed": (
        "chain_gap",
        [
            "DELETE FROM books_unit_move WHERE entry_id IN"
            f" (SELECT id FROM books_entry WHERE {CASE} AND chain_no = 3)",
            f"DELETE FROM books_entry WHERE {CASE} AND chain_no = 3",
        ],
    ),
    "the last entry of a chain removed": (
        "root_differs",
        [
            f"DELETE FROM books_unit_move WHERE {MOVES_OF_LAST}",
            "DELETE FROM books_entry WHERE id = (SELECT max(id) FROM books_entry)",
        ],
    ),
    "an entry re-digested after a change": (
        "chain_broken",
        [f"UPDATE books_entry SET previous = '{'0' * 64}' WHERE {CASE} AND chain_no = 2"],
    ),
    "a move removed": ("entry_altered", [f"DELETE FROM books_unit_move WHERE {MOVES_OF_LAST}"]),
    "a unit put elsewhere": (
        "unit_misplaced",
        ["UPDATE books_unit SET account = 'disposed', party = ''"],
    ),
    "a promise marked paid": (
        "promise_misplaced",
        ["UPDATE books_promise SET account = 'paid' WHERE commodity = 'JPY'"],
    ),
    "a promise invented": (
        "promise_unawarded",
        [
            "INSERT INTO books_promise (recall_id, case_no, unit_no, role, terms, edition_id,"
            " commodity, quantity, account) VALUES (1, '000000000009', 1, 'remedy', 'refund', 1,"
            " 'JPY', 5000, 'owed')"
        ],
    ),
    "a unit invented in a depot": (
        "more_named_than_counted",
        [
            "INSERT INTO books_unit (recall_id, product, serial, tag, pool, account, party)"
            " VALUES (1, 'M100', 'SN-77', '', 'consumer', 'depot', 'depot-east')"
        ],
    ),
}


@pytest.mark.parametrize("planted", DAMAGES, ids=lambda name: name.replace(" ", "-"))
def test_the_audit_names_the_first_thing_wrong(books: Books, planted: str) -> None:
    code, statements = DAMAGES[planted]
    damage(*statements)
    assert first_code() == code


def test_a_finding_says_where(books: Books) -> None:
    damage("UPDATE books_unit SET account = 'disposed', party = ''")
    unit = Unit.objects.get()
    assert [str(finding) for finding in audit()] == [
        f"unit_misplaced at unit {unit.id}: moves say recycler, it stands at disposed",
        "more_named_than_counted at recall 1 M100 disposed: 1 named units, 0 counted",
    ]


def test_the_audit_reports_progress_for_every_entry(books: Books) -> None:
    counted: list[int] = []
    report: Callable[[int], None] = counted.append
    assert list(audit(report)) == []
    assert sum(counted) == Entry.objects.count()


def test_a_promise_that_was_paid_twice_by_hand_is_named(books: Books) -> None:
    promise = Promise.objects.get(commodity="JPY")
    entry = Entry.objects.filter(kind="payout.sent").get()
    damage(
        "INSERT INTO books_promise_move (entry_id, happened_at, recorded_at, recall_id,"
        " commodity, quantity, source, target, promise_id) SELECT entry_id, happened_at,"
        " recorded_at, recall_id, commodity, quantity, source, target, promise_id"
        f" FROM books_promise_move WHERE entry_id = {entry.id}"
    )
    codes = [finding.code for finding in audit()]
    assert codes[0] == "entry_altered"
    assert "promise_jumped" in codes
    assert promise.account == "sent"
