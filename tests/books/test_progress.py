"""Progress is counted from moves: by four rules, as of any day, quantities and units alike."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kaishu.books import actions
from kaishu.books.audit import audit
from kaishu.books.progress import figures
from kaishu.books.queries import trial_balance
from kaishu.books.values import Place
from tests.books.harness import (
    AT_LARGE,
    DEPOT,
    DISPOSED,
    POST,
    PRODUCT,
    RECALL,
    RECYCLER,
    START,
    Books,
)

RULES = ("unit_collected", "unit_ended", "promise_settled", "either")


def done(as_of: datetime | None = None, known_at: datetime | None = None) -> list[int]:
    """Return what is done by each rule, in the order of `RULES`."""
    return [
        figures(recall_id=RECALL, as_of=as_of, known_at=known_at, rule=rule).done for rule in RULES
    ]


@pytest.fixture
def books(db: None) -> Iterator[Books]:
    """Fourteen counted units in, four owners on their ways, one unit thrown away."""
    books = Books()
    books.open(at_large=100, unsold=20)
    books.count("parcel.received", AT_LARGE, DEPOT, 14)  # brought in as a total
    for serial in ("SN-1", "SN-2", "SN-3", "SN-4"):
        books.claim(serial)
        books.move(serial, "parcel.sent", POST)
    yield books
    assert [str(finding) for finding in audit()] == []


def pay(books: Books, serial: str) -> None:
    for promise in books.award(serial, ("JPY", 3990), ("kit:bag", 1)):
        if promise.role == "remedy":
            books.pay(promise, "payout.sent", "payout.settled")


def test_each_rule_counts_what_it_names_and_a_unit_only_once(books: Books) -> None:
    assert done() == [14, 0, 0, 14]
    books.move("SN-1", "parcel.received", DEPOT)
    pay(books, "SN-1")  # collected and paid: one unit
    assert done() == [15, 0, 1, 15]
    pay(books, "SN-2")  # paid before it came
    assert done() == [15, 0, 2, 16]
    books.move("SN-1", "custody.handed_over", RECYCLER)
    books.move("SN-1", "disposal.certified", DISPOSED)
    assert done() == [15, 1, 2, 16]
    found = figures(recall_id=RECALL, as_of=None, known_at=None, rule="either")
    assert (found.target, found.in_pool("retailer").target) == (120, 20)
    assert found.target == trial_balance(recall_id=RECALL).population


def test_a_promise_half_paid_or_given_back_is_not_settled(books: Books) -> None:
    first, second = books.award("SN-1", ("JPY", 3990), ("coupon:JPY", 500))
    books.pay(first, "payout.sent", "payout.settled")
    assert done()[2] == 0  # the coupon is still owed
    actions.move_promise(
        promise_id=second.id, kind="promise.declined", target="waived", **books.who()
    )
    assert done()[2] == 1
    books.pay(first, "payout.returned")
    assert done()[2] == 0


def test_a_unit_on_the_way_from_a_depot_is_still_collected(books: Books) -> None:
    books.move("SN-1", "parcel.received", DEPOT)
    pay(books, "SN-1")
    books.count("custody.handed_over", DEPOT, POST, 10)
    books.move("SN-1", "custody.handed_over", POST)
    assert done() == [15, 0, 1, 15]
    books.count("custody.handed_over", POST, RECYCLER, 4)
    books.move("SN-1", "custody.handed_over", RECYCLER)
    assert done() == [15, 0, 1, 15]


def test_a_unit_known_to_be_gone_is_accounted_for_and_never_twice(books: Books) -> None:
    books.claim("SN-5")
    books.move("SN-5", "unit.gone", Place("gone"))
    found = figures(recall_id=RECALL, as_of=None, known_at=None, rule="promise_settled")
    assert (found.done, found.gone, found.accounted) == (0, 1, 1)
    pay(books, "SN-5")
    found = figures(recall_id=RECALL, as_of=None, known_at=None, rule="promise_settled")
    assert (found.done, found.gone, found.accounted) == (1, 0, 1)


def test_both_clocks_give_the_past_back_whatever_came_later(books: Books) -> None:
    pay(books, "SN-1")
    books.move("SN-1", "parcel.received", DEPOT)
    now = START + timedelta(minutes=books.acts)
    then = [done(as_of=now, known_at=now), done(as_of=START, known_at=now)]
    assert then == [[15, 0, 1, 15], [0, 0, 0, 0]]
    # learned later of what had been so before
    books.acts += 60
    late = books.move("SN-2", "parcel.received", DEPOT, happened_at=now - timedelta(minutes=1))
    assert done(as_of=now, known_at=now) == [15, 0, 1, 15]
    assert done(as_of=now, known_at=late.recorded_at) == [16, 0, 1, 16]


def test_strays_and_other_recalls_are_left_out_and_statements_stay_few(books: Books) -> None:
    pay(books, "SN-1")
    assert figures(recall_id=2, as_of=None, known_at=None, rule="either").target == 0
    with CaptureQueriesContext(connection) as statements:
        figures(recall_id=RECALL, as_of=None, known_at=None, rule="unit_collected")
        figures(recall_id=RECALL, as_of=None, known_at=None, rule="either", products=[PRODUCT])
    assert len(statements) == 5
