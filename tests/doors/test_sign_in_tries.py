"""Ten wrong passwords for one name, then a pause that says how long it is."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client

from kaishu.base.models import Tries
from tests.doors.pages import find, parsed, text

PASSWORD = "a long password"


@pytest.fixture(autouse=True)
def mika(db: None) -> User:
    return User.objects.create_user("mika", password=PASSWORD)


def _sign_in(password: str, *, name: str = "mika", language: str = "en") -> HttpResponse:
    client = Client(headers={"accept-language": language})
    response = client.post("/staff/sign-in/", {"username": name, "password": password})
    assert isinstance(response, HttpResponse)
    return response


@pytest.mark.parametrize("name", ["mika", "nobody"])
def test_the_eleventh_wrong_try_waits_whether_the_name_exists_or_not(name: str) -> None:
    assert {_sign_in("wrong", name=name).status_code for _ in range(10)} == {422}
    paused = _sign_in("wrong", name=name)
    assert paused.status_code == 429
    said = text(find(parsed(paused), "#problems")[0])
    assert "The password was wrong too often for this name. Wait 10 minutes" in said
    assert find(parsed(paused), "#id-username")[0].get("value") == name


def test_the_right_password_waits_too_so_that_guessing_learns_nothing() -> None:
    for _ in range(10):
        _sign_in("wrong")
    assert _sign_in(PASSWORD).status_code == 429


def test_another_spelling_of_the_name_is_the_same_name() -> None:
    for name in ["mika", " Mika", "MIKA "] * 4:
        last = _sign_in("wrong", name=name)
    assert last.status_code == 429


def test_a_success_starts_the_count_anew_and_others_are_not_held_up() -> None:
    for _ in range(9):
        _sign_in("wrong")
    assert _sign_in(PASSWORD).status_code == 302
    assert not Tries.objects.exists()
    assert {_sign_in("wrong").status_code for _ in range(10)} == {422}
    assert _sign_in("wrong", name="sora").status_code == 422


@pytest.mark.parametrize(
    ("language", "words"),
    [("ja", "10分ほど待ってから"), ("zh-CN", "请等10分钟后再试"), ("en", "Wait 10 minutes")],
)
def test_the_pause_is_told_in_the_language_of_the_person(language: str, words: str) -> None:
    for _ in range(10):
        _sign_in("wrong")
    assert words in _sign_in("wrong", language=language).content.decode()
