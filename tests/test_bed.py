"""The test bed itself: fresh databases are fresh, threads reach them, nothing leaks."""

from __future__ import annotations

from functools import partial

from django.contrib.auth.models import User
from django.db import connection

from tests.support.databases import together


def names() -> list[str]:
    return sorted(User.objects.values_list("username", flat=True))


def test_a_rolled_back_test_sees_an_empty_database(db: None) -> None:
    User.objects.create(username="rolled back")
    assert names() == ["rolled back"]


def test_commits_in_a_fresh_copy_are_seen_by_other_connections(fresh_db: str) -> None:
    User.objects.create(username="first")
    assert together([names] * 4) == [["first"]] * 4
    assert str(connection.settings_dict["NAME"]) == fresh_db


def test_the_next_copy_knows_nothing_of_the_one_before(fresh_db: str) -> None:
    assert names() == []
    together([partial(User.objects.create, username=name) for name in "abc"])
    assert names() == ["a", "b", "c"]


def test_the_rolled_back_database_stayed_empty(db: None) -> None:
    assert names() == []
