"""Closed sums are never a second truth: every balance is the one that the moves alone give."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import product

import pytest
from django.db import connection, connections, transaction

from kaishu.books import actions, closings
from kaishu.books.audit import audit
from kaishu.books.models import ClosedUnits, Closing, PromiseMoveRow, UnitMoveRow
from kaishu.books.queries import first_day, trial_balance, unit_balances
from kaishu.books.values import UnitMove
from tests.books.harness import (
    AT_LARGE,
    DEPOT,
    OWNER,
    PRODUCT,
    RECALL,
    START,
    Books,
)

LONG_AFTER = START + timedelta(days=400)


@pytest.fixture
def books(fresh_db: object) -> Books:
    """Three days of books with real commits; one claim of day one is recorded on day three."""
    _count_from_one()
    opened = Books()
    opened.open(at_large=100, unsold=20)
    for day, serial in enumerate(("SN-1", "SN-2", "SN-3")):
        moment = START + timedelta(days=day, hours=4)
        opened.move(serial, "holder.known", OWNER, at=moment)
        opened.move(serial, "parcel.received", DEPOT, at=moment + timedelta(hours=9))
    late = UnitMove(product=PRODUCT, pool="consumer", quantity=5, source=AT_LARGE, target=OWNER)
    actions.post(
        kind="holder.known",
        moves=(late,),
        recall_id=RECALL,
        happened_at=START + timedelta(hours=1),
        **{**opened.who(), "at": START + timedelta(days=2, hours=20)},
    )
    return opened


def _count_from_one() -> None:
    """Forget the numbers that rolled-back tests drew before this database was copied."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for model in (UnitMoveRow, PromiseMoveRow):
                table = model._meta.db_table
                cursor.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), 1, false)", [table])


def moments() -> list[datetime | None]:
    """Every moment worth asking for: before, between, in the middle of a day, after, none."""
    hours = (-1, 1, 3, 4, 13, 24, 30, 37, 49, 61, 68, 100)
    return [None, *(START + timedelta(hours=hour) for hour in hours)]


def every_balance(step: int = 1) -> list[object]:
    """Ask for every balance on both clocks; with a step, for every so many moments."""
    found: list[object] = [
        trial_balance(recall_id=RECALL, as_of=as_of, known_at=known_at)
        for as_of, known_at in product(moments()[::step], moments()[::step])
    ]
    found += [unit_balances(recall_ids=[RECALL, 2], as_of=at) for at in moments() if at]
    return found


def test_a_closed_balance_equals_the_open_one_on_both_clocks(books: Books) -> None:
    before = every_balance()
    assert closings.close(at=LONG_AFTER, after=1)["closed"] > 0
    assert every_balance() == before
    assert list(audit()) == []


def test_what_comes_after_a_closing_is_counted_however_old_it_is(books: Books) -> None:
    closings.close(at=LONG_AFTER, after=1)
    move = UnitMove(product=PRODUCT, pool="consumer", quantity=7, source=AT_LARGE, target=OWNER)
    actions.post(
        kind="holder.known",
        moves=(move,),
        recall_id=RECALL,
        happened_at=START + timedelta(hours=2),
        **books.who(),
    )
    with_closing = every_balance()
    assert closings.close(at=LONG_AFTER, after=1)["closed"] > 0
    assert every_balance() == with_closing
    closings.forget()
    assert every_balance() == with_closing
    assert not Closing.objects.exists() and not ClosedUnits.objects.exists()


def test_a_long_stretch_is_closed_in_steps_and_no_figure_changes(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was known early starts from an early closing, and skips those recorded later."""
    before = every_balance(2)
    monkeypatch.setattr(closings, "STRETCH", 2)
    closings.close(at=LONG_AFTER, after=1)
    steps = list(Closing.objects.order_by("number"))
    assert len(steps) > 2 and steps[-1].unit_moves_upto == UnitMoveRow.objects.latest("id").id
    assert every_balance(2) == before
    assert list(audit()) == []
    Closing.objects.update(first_recorded_at=None)  # as those that an earlier version made
    assert every_balance(2) == before


def test_the_first_day_is_that_of_the_moves_closed_or_not(books: Books) -> None:
    assert first_day(recall_id=RECALL) == START.date()
    closings.close(at=LONG_AFTER, after=1)
    assert first_day(recall_id=RECALL) == START.date()
    assert first_day(recall_id=RECALL + 1) is None


def test_few_new_moves_close_nothing(books: Books) -> None:
    assert closings.close(at=LONG_AFTER) == {"closed": 0}
    closings.close(at=LONG_AFTER, after=1)
    assert closings.close(at=LONG_AFTER, after=1) == {"closed": 0}
    assert Closing.objects.count() == 1


def test_the_audit_names_a_closing_that_somebody_changed(books: Books) -> None:
    closings.close(at=LONG_AFTER, after=1)
    ClosedUnits.objects.filter(target="owner").update(quantity=99)
    assert [finding.code for finding in audit()] == ["closing_differs"]


def test_the_sums_by_day_are_those_of_the_moves(books: Books) -> None:
    before = sorted(closings.flows(closings.UNITS, recall_ids=[RECALL], by_day=True))
    assert {row[1] for row in before} == {"2025-10-21", "2025-10-22", "2025-10-23"}
    closings.close(at=LONG_AFTER, after=1)
    after = sorted(closings.flows(closings.UNITS, recall_ids=[RECALL], by_day=True))
    assert after == before


def test_a_writer_under_way_is_never_passed_over(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On PostgreSQL a move may commit after a later one: then nothing is closed in this round.

    Who writes anything else, here or in another database of the server, holds up nobody.
    """
    if connection.vendor != "postgresql":
        pytest.skip("on SQLite one writes at a time")
    monkeypatch.setattr(closings, "PATIENCE", 0.1)
    other = connections.create_connection("default")
    try:
        with transaction.atomic():
            UnitMoveRow.objects.first()
            books.name("SN-9")
            books.claim("SN-9")
            _take_a_transaction_number(other)
            assert _closed_elsewhere() == {"closed": 0}
        assert closings.close(at=LONG_AFTER, after=1)["closed"] > 0
    finally:
        other.rollback()
        other.close()


def _take_a_transaction_number(other: object) -> None:
    other.set_autocommit(False)  # type: ignore[attr-defined]
    with other.cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute("SELECT pg_current_xact_id()")


def _closed_elsewhere() -> dict[str, int]:
    from concurrent.futures import ThreadPoolExecutor

    def close() -> dict[str, int]:
        try:
            return closings.close(at=LONG_AFTER, after=1)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(close).result()
