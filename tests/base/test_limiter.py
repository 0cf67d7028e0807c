"""Tries are counted once each, under a hidden name, and forgotten when their time is over."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connections
from django.db.models import QuerySet

from kaishu.base import limiter
from kaishu.base.models import Tries

AT = datetime(2026, 11, 22, 9, tzinfo=UTC)


def _allow(subject: str = "mika", *, after: int = 0, limit: int = 3, name: str = "code") -> bool:
    at = AT + timedelta(seconds=after)
    return limiter.allow(name=name, subject=subject, limit=limit, seconds=60, at=at)


def _wait(subject: str = "mika", *, after: float = 0) -> int:
    at = AT + timedelta(seconds=after)
    return limiter.wait(name="code", subject=subject, limit=3, at=at)


def test_three_tries_are_three_tries_and_the_fourth_waits(db: None) -> None:
    assert [_allow(after=n) for n in range(4)] == [True, True, True, False]
    assert Tries.objects.get().count == 3


def test_another_subject_and_another_thing_have_their_own_count(db: None) -> None:
    assert [_allow() for _ in range(4)][-1] is False
    assert _allow("sora")
    assert _allow(name="link")


def test_the_time_starts_with_the_first_try_and_then_all_is_new(db: None) -> None:
    assert [_allow(after=n) for n in (0, 50, 55)] == [True, True, True]
    assert not _allow(after=59)
    assert [_allow(after=n) for n in (60, 61, 62, 63)] == [True, True, True, False]


def test_how_long_to_wait_is_told_in_whole_seconds(db: None) -> None:
    assert _wait() == 0
    for _ in range(2):
        _allow()
    assert _wait() == 0
    _allow()
    assert (_wait(), _wait(after=17.4), _wait(after=60)) == (60, 43, 0)


def test_a_success_forgets_the_tries_before_it(db: None) -> None:
    for _ in range(4):
        _allow()
    limiter.forget(name="code", subject="mika")
    assert _allow()


def test_who_comes_second_at_the_same_moment_is_not_taken_for_too_many(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = QuerySet.update, []

    def update(rows: QuerySet[Tries], **fields: object) -> int:
        calls.append(fields)
        changed = real(rows, **fields)
        if len(calls) == 2:  # another process begins the count just now
            assert _allow()
        return changed

    monkeypatch.setattr(QuerySet, "update", update)
    assert _allow()
    assert Tries.objects.get().count == 2


def test_a_limit_of_nothing_allows_nothing(db: None) -> None:
    assert [_allow(limit=0, after=n) for n in (0, 1, 61)] == [False, False, False]


def test_the_table_names_nobody(db: None) -> None:
    _allow("花子@example.jp")
    _allow("花子@example.jp", name="link")
    first, second = Tries.objects.values_list("subject", flat=True)
    assert len(first) == len(second) == 32
    assert first != second, "two counts of one person must not be linked"


def test_counts_that_are_over_are_deleted_by_the_next_new_one(db: None) -> None:
    _allow("old")
    _allow("young", after=30)
    _allow("new", after=61)
    assert Tries.objects.count() == 2


def test_fifty_tries_at_once_are_fifty_tries(fresh_db: str) -> None:
    def one(_number: int) -> bool:
        try:
            return limiter.allow(name="code", subject="mika", limit=10, seconds=60, at=AT)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(one, range(50))) == 10
    assert Tries.objects.get().count == 10


def test_a_costly_try_counts_for_several_and_is_refused_whole(db: None) -> None:
    def spend(cost: int) -> bool:
        return limiter.allow(name="check", subject="shop", limit=10, seconds=60, at=AT, cost=cost)

    assert [spend(6), spend(5), spend(4), spend(1)] == [True, False, True, False]
    assert limiter.wait(name="check", subject="shop", limit=10, at=AT) == 60
