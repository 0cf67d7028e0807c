"""A sign-in lasts 30 minutes without a request, 12 hours in all, and is fresh for ten minutes."""

from __future__ import annotations

import sys
from datetime import timedelta
from types import ModuleType

import pytest
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path
from pytest_django import Settings

from kaishu.base import clock
from kaishu.base.access import sign_ins
from kaishu.base.access.models import SignIn
from kaishu.base.fresh import fresh_sign_in
from kaishu.base.roles import Role, give, staff
from kaishu.doors.console import urls as console
from tests.support.signed_in import sign_in

PASSWORD = "a long password"


def view(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("inside")


@pytest.fixture(autouse=True)
def routes(settings: Settings, db: None) -> None:
    urls = ModuleType("fresh_urls")
    inner = [path("pay/", staff(Role.APPROVER)(fresh_sign_in(view))), *console.urlpatterns]
    urls.urlpatterns = [path("staff/", include((inner, "console")))]  # type: ignore[attr-defined]
    sys.modules["fresh_urls"] = urls
    settings.ROOT_URLCONF = "fresh_urls"


def person() -> User:
    user = User.objects.create_user("ren", password=PASSWORD)
    give(user, Role.APPROVER)
    return user


def moved(row: SignIn, **by: timedelta) -> None:
    values = {name: getattr(row, name) - span for name, span in by.items()}
    SignIn.objects.filter(pk=row.pk).update(**values)


@pytest.mark.parametrize(
    ("minutes_idle", "hours_in_all", "lets_in"),
    [(29, 11, True), (31, 1, False), (1, 13, False)],
)
def test_idle_and_absolute_limits(minutes_idle: int, hours_in_all: int, lets_in: bool) -> None:
    client = Client()
    row = sign_in(client, person())
    idle, whole = timedelta(minutes=minutes_idle), timedelta(hours=hours_in_all)
    moved(row, seen_at=idle, started_at=whole)
    response = client.get("/staff/payouts/")
    assert (response.status_code == 200) is lets_in
    row.refresh_from_db()
    assert (row.ended_why == "over") is not lets_in


def test_a_request_moves_the_idle_limit_at_most_once_a_minute() -> None:
    client = Client()
    row = sign_in(client, person())
    client.get("/staff/payouts/")
    first = SignIn.objects.get().seen_at
    assert first == row.seen_at
    moved(row, seen_at=timedelta(minutes=5))
    client.get("/staff/payouts/")
    assert SignIn.objects.get().seen_at > first


def test_ending_the_row_ends_the_session_at_once() -> None:
    client = Client()
    row = sign_in(client, person())
    assert client.get("/staff/payouts/").status_code == 200
    sign_ins.end_all(user_id=row.user_id, why="test", at=clock.now())
    assert client.get("/staff/payouts/").headers["Location"].startswith("/staff/sign-in/?next=")


def test_a_form_of_a_sign_in_that_is_over_comes_back_to_its_page() -> None:
    client = Client()
    row = sign_in(client, person())
    moved(row, seen_at=timedelta(hours=1))
    came = "http://testserver/staff/payouts/?a=1"
    answer = client.post("/staff/payouts/run/", headers={"referer": came})
    assert answer.headers["Location"] == "/staff/sign-in/?next=/staff/payouts/%3Fa%3D1"


def test_htmx_is_led_to_the_whole_sign_in_page() -> None:
    answer = Client().get("/staff/payouts/", headers={"HX-Request": "true"})
    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"].startswith("/staff/sign-in/")


def test_a_fresh_sign_in_notices_nothing() -> None:
    client = Client()
    sign_in(client, person(), minutes_ago=9)
    assert client.get("/staff/pay/").content == b"inside"
    assert client.post("/staff/pay/").content == b"inside"


def test_a_stale_page_asks_and_a_stale_form_is_refused() -> None:
    client = Client()
    sign_in(client, person(), minutes_ago=11)
    asked = client.get("/staff/pay/?batch=3")
    assert asked.headers["Location"] == "/staff/again/?next=%2Fstaff%2Fpay%2F%3Fbatch%3D3"
    refused = client.post("/staff/pay/", headers={"referer": "http://testserver/staff/pay/?b=1"})
    assert refused.status_code == 403
    page = refused.content.decode()
    assert "Show once more that it is you" in page
    assert "/staff/again/?next=%2Fstaff%2Fpay%2F%3Fb%3D1" in page


def test_the_password_is_asked_where_there_is_no_second_step_and_leads_back() -> None:
    client = Client()
    row = sign_in(client, person(), step="", minutes_ago=11)
    before = client.session.session_key
    wrong = client.post("/staff/again/", {"password": "no", "next": "/staff/pay/"})
    assert wrong.status_code == 422
    assert client.get("/staff/pay/").status_code == 302
    right = client.post("/staff/again/", {"password": PASSWORD, "next": "/staff/pay/"})
    assert right.headers["Location"] == "/staff/pay/"
    assert client.get("/staff/pay/").content == b"inside"
    assert client.session.session_key != before
    row.refresh_from_db()
    assert row.proved_at is not None and clock.now() - row.proved_at < timedelta(minutes=1)


def test_asking_again_never_leads_to_another_site() -> None:
    client = Client()
    sign_in(client, person(), step="", minutes_ago=11)
    fields = {"password": PASSWORD, "next": "https://evil.example/"}
    assert client.post("/staff/again/", fields).headers["Location"] == "/staff/"


def test_ten_wrong_passwords_when_asked_again_then_a_pause() -> None:
    client = Client()
    sign_in(client, person(), step="", minutes_ago=11)
    tries = [client.post("/staff/again/", {"password": "no"}).status_code for _ in range(11)]
    assert tries == [422] * 10 + [429]


def test_a_session_without_a_row_is_never_fresh() -> None:
    client = Client()
    client.force_login(person())
    assert client.get("/staff/pay/").status_code == 302
    assert SignIn.objects.get().proved_at is None


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64) Chrome/140.0 Safari/537.36", "Chrome, Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) Version/18 Safari/604.1", "Safari, iPhone"),
        ("curl/8", ""),
    ],
)
def test_a_browser_has_a_short_name(agent: str, name: str) -> None:
    assert sign_ins.browser_of(agent) == name
