"""The daily root: over each day once it is over, standing on the day before, proving one entry."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from kaishu.books.audit import audit
from kaishu.books.models import DailyRoot, Entry
from kaishu.books.roots import BEFORE_ALL, seal_due, shown
from kaishu.core.merkle import holds, root_of
from tests.books.harness import DEPOT, START, Books

DAY = START.date()
MIDNIGHT = datetime(2025, 10, 22, tzinfo=UTC)


@pytest.fixture
def books(db: None) -> Books:
    """Three entries on the first day."""
    opened = Books()
    opened.open(at_large=100)
    opened.claim("SN-1")
    opened.move("SN-1", "parcel.received", DEPOT)
    return opened


def test_a_day_is_sealed_an_hour_after_it_is_over_and_once(books: Books) -> None:
    assert seal_due(at=MIDNIGHT + timedelta(minutes=59)) == {"sealed": 0}
    assert seal_due(at=MIDNIGHT + timedelta(minutes=60)) == {"sealed": 1}
    assert seal_due(at=MIDNIGHT + timedelta(minutes=60)) == {"sealed": 0}
    row = DailyRoot.objects.get()
    leaves = sorted(Entry.objects.values_list("digest", flat=True))
    assert (row.day, row.entries, row.previous) == (DAY, 3, BEFORE_ALL)
    assert row.root == root_of([BEFORE_ALL, *leaves])


def test_books_without_an_entry_have_no_root(db: None) -> None:
    assert seal_due(at=MIDNIGHT) == {"sealed": 0}


def test_a_day_without_an_entry_has_a_root_on_the_one_before(books: Books) -> None:
    assert seal_due(at=MIDNIGHT + timedelta(days=2, hours=1)) == {"sealed": 3}
    first, second, third = DailyRoot.objects.order_by("day")
    assert (second.entries, second.previous, second.root) == (0, first.root, root_of([first.root]))
    assert third.previous == second.root
    assert list(audit()) == []


def test_an_entry_is_shown_to_be_under_the_root_of_its_day(books: Books) -> None:
    entry = Entry.objects.order_by("-id")[0]
    assert shown(entry=entry.digest, recorded_at=entry.recorded_at) is None
    seal_due(at=MIDNIGHT + timedelta(hours=1))
    found = shown(entry=entry.digest, recorded_at=entry.recorded_at)
    assert found is not None
    assert found.day == DAY
    assert holds(entry.digest, found.proof, DailyRoot.objects.get().root)
    assert not holds("ab" * 32, found.proof, found.root)
    assert shown(entry="ab" * 32, recorded_at=entry.recorded_at) is None


def test_an_entry_slipped_into_a_sealed_day_is_found(books: Books) -> None:
    seal_due(at=MIDNIGHT + timedelta(hours=1))
    books.claim("SN-2")  # its clock still reads the first day
    assert [(found.code, found.where) for found in audit()] == [("root_differs", f"day {DAY}")]


def test_an_entry_of_before_the_first_root_is_found(books: Books) -> None:
    seal_due(at=MIDNIGHT + timedelta(hours=1))
    books.acts = -60 * 24  # a day before the books began
    books.claim("SN-3")
    assert "root_differs" in {found.code for found in audit()}


def test_roots_are_neither_changed_nor_removed(books: Books) -> None:
    seal_due(at=MIDNIGHT + timedelta(hours=1))
    for act in (
        lambda: DailyRoot.objects.update(root="0" * 64),
        lambda: DailyRoot.objects.all().delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            act()
    assert DailyRoot.objects.get().day == date(2025, 10, 21)
