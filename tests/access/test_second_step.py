"""After the password comes the second step; nothing opens in between."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from kaishu.base import clock, second_step
from kaishu.base.access import code_app, recovery, sign_ins
from kaishu.base.access.errors import CodeUsed, CodeWrong, TooManyCodes
from kaishu.base.access.models import AccountEvent, CodeApp, RecoveryCode, SignIn
from kaishu.base.roles import SECOND_STEP, Role, give
from tests.doors.pages import find, parsed, text

PASSWORD = "a long password"
NOW = datetime(2026, 4, 2, 12, 0, 0, tzinfo=UTC)
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture(autouse=True)
def required(settings: Settings, db: None) -> None:
    settings.KAISHU_SECOND_STEP = "required"


def person(*roles: Role) -> User:
    user = User.objects.create_user("yuki", password=PASSWORD)
    give(user, *roles)
    return user


def digits(at: datetime, secret: str = SECRET) -> str:
    return pyotp.TOTP(secret).at(at)


def with_app(user: User, at: datetime = NOW - timedelta(hours=1)) -> User:
    code_app.add(user=user, secret=SECRET, typed=digits(at), at=at)
    return user


def password(client: Client, back: str = "/staff/") -> str:
    fields = {"username": "yuki", "password": PASSWORD, "next": back}
    return str(client.post("/staff/sign-in/", fields).headers["Location"])


def test_who_needs_a_second_step_is_data() -> None:
    assert set(Role) - SECOND_STEP == {Role.COLLECTOR, Role.RECYCLER}
    assert second_step.required(person(Role.COLLECTOR, Role.FINANCE))


def test_a_site_account_signs_in_by_password_alone() -> None:
    person(Role.COLLECTOR)
    client = Client()
    assert password(client, "/depot/") == "/depot/"
    assert client.get("/depot/").status_code == 200
    assert SignIn.objects.get().step == ""


def test_between_password_and_second_step_nothing_is_open() -> None:
    with_app(person(Role.FINANCE))
    client = Client()
    assert password(client, "/staff/payouts/") == "/staff/sign-in/second-step/"
    refused = client.get("/staff/payouts/")
    assert refused.headers["Location"].startswith("/staff/sign-in/?next=")
    assert not SignIn.objects.exists()


def test_the_second_step_signs_in_under_a_new_session_key_and_goes_back() -> None:
    with_app(person(Role.FINANCE))
    client = Client()
    password(client, "/staff/payouts/")
    before = client.session.session_key
    done = client.post("/staff/sign-in/second-step/", {"code": digits(clock.now())})
    assert (done.status_code, done.headers["Location"]) == (302, "/staff/payouts/")
    assert client.session.session_key != before
    assert client.get("/staff/payouts/").status_code == 200
    assert SignIn.objects.get().step == "code"
    assert AccountEvent.objects.filter(what="signed_in", about="yuki").count() == 1


def test_a_wrong_code_says_so_and_signs_nobody_in() -> None:
    with_app(person(Role.FINANCE))
    client = Client()
    password(client)
    wrong = client.post("/staff/sign-in/second-step/", {"code": "000000"})
    assert wrong.status_code == 422
    assert "This code does not fit." in text(find(parsed(wrong), "#problems")[0])
    assert not SignIn.objects.exists()


def test_the_first_sign_in_sets_a_second_step_up_and_shows_ten_codes_once() -> None:
    person(Role.REVIEWER)
    client = Client()
    assert password(client) == "/staff/sign-in/set-up/"
    page = client.get("/staff/sign-in/set-up/")
    secret = "".join(text(find(parsed(page), ".quietly .code")[0]).split())
    done = client.post("/staff/sign-in/set-up/", {"code": digits(clock.now(), secret)})
    codes = [text(item) for item in find(parsed(done), ".recovery li")]
    assert len(set(codes)) == 10
    assert client.get("/staff/claims/").status_code == 200
    assert client.get("/staff/sign-in/set-up/").status_code == 302
    stored = (
        bytes(CodeApp.objects.get().sealed) + repr(list(RecoveryCode.objects.values())).encode()
    )
    assert secret.encode() not in stored
    assert not any(code.replace("-", "").encode() in stored for code in codes)


def test_setting_up_with_a_wrong_code_keeps_the_secret_and_stores_nothing() -> None:
    person(Role.REVIEWER)
    client = Client()
    password(client)
    first = text(find(parsed(client.get("/staff/sign-in/set-up/")), ".quietly .code")[0])
    refused = client.post("/staff/sign-in/set-up/", {"code": "123"})
    assert refused.status_code == 422
    assert text(find(parsed(refused), ".quietly .code")[0]) == first
    assert not CodeApp.objects.exists()


def test_the_demo_offers_the_second_step_and_asks_only_who_has_one(settings: Settings) -> None:
    settings.KAISHU_SECOND_STEP = "offered"
    user = person(Role.FINANCE)
    assert password(Client()) == "/staff/"
    with_app(user)
    assert password(Client()) == "/staff/sign-in/second-step/"


def test_a_code_counts_once_and_one_step_of_drift_is_taken() -> None:
    user = with_app(person(Role.FINANCE))
    for drift in (-30, 0, 30):
        code_app.check(user=user, typed=digits(NOW + timedelta(seconds=drift)), at=NOW)
        with pytest.raises(CodeUsed):
            code_app.check(user=user, typed=digits(NOW + timedelta(seconds=drift)), at=NOW)
    for drift in (-60, 60):
        with pytest.raises(CodeWrong):
            code_app.check(user=user, typed=digits(NOW + timedelta(seconds=drift)), at=NOW)


def test_a_code_of_another_account_does_not_fit() -> None:
    with_app(person(Role.FINANCE))
    other = User.objects.create_user("ren")
    with pytest.raises(CodeWrong):
        code_app.check(user=other, typed=digits(NOW), at=NOW)


def test_a_recovery_code_opens_once_and_is_written_down() -> None:
    user = with_app(person(Role.FINANCE))
    codes = recovery.make(user=user, at=NOW)
    assert second_step.check_typed(user=user, typed=codes[3].upper(), at=NOW) == "recovery"
    with pytest.raises(CodeWrong):
        second_step.check_typed(user=user, typed=codes[3], at=NOW)
    assert recovery.left(user) == 9
    assert AccountEvent.objects.get().facts == {"left": 9}


def test_new_recovery_codes_end_the_old_ones() -> None:
    user = person(Role.FINANCE)
    old = recovery.make(user=user, at=NOW)
    recovery.make(user=user, at=NOW)
    with pytest.raises(CodeWrong):
        recovery.use(user=user, typed=old[0], at=NOW)


def test_ten_wrong_codes_then_even_the_right_one_waits() -> None:
    user = with_app(person(Role.FINANCE))
    for _ in range(10):
        with pytest.raises(CodeWrong):
            second_step.check_typed(user=user, typed="000000", at=NOW)
    with pytest.raises(TooManyCodes) as refused:
        second_step.check_typed(user=user, typed=digits(NOW), at=NOW)
    assert refused.value.facts == {"minutes": "10"}
    after = NOW + timedelta(minutes=11)
    assert second_step.check_typed(user=user, typed=digits(after), at=after) == "code"


def test_a_password_changed_in_between_ends_the_arrival() -> None:
    user = with_app(person(Role.FINANCE))
    client = Client()
    password(client)
    user.set_password("another long password")
    user.save()
    done = client.post("/staff/sign-in/second-step/", {"code": digits(clock.now())})
    assert done.headers["Location"] == "/staff/sign-in/"
    assert not SignIn.objects.exists()


def test_a_role_that_came_later_asks_for_the_second_step_at_the_next_page() -> None:
    user = person(Role.COLLECTOR)
    client = Client()
    password(client, "/depot/")
    give(user, Role.COLLECTOR, Role.FINANCE)
    assert client.get("/depot/").headers["Location"].startswith("/staff/sign-in/")
    assert SignIn.objects.get().ended_why == "second_step"


def test_signing_out_ends_the_row_and_a_kept_cookie_opens_nothing() -> None:
    with_app(person(Role.FINANCE))
    client = Client()
    password(client)
    client.post("/staff/sign-in/second-step/", {"code": digits(clock.now())})
    client.post("/staff/sign-out/")
    assert SignIn.objects.get().ended_why == "signed_out"
    assert client.get("/staff/payouts/").status_code == 302


def test_setting_up_ends_the_other_sign_ins_of_the_account() -> None:
    user = person(Role.REVIEWER)
    other = SignIn.objects.create(user=user, number="1", started_at=NOW, seen_at=NOW)
    client = Client()
    password(client)
    page = client.get("/staff/sign-in/set-up/")
    secret = "".join(text(find(parsed(page), ".quietly .code")[0]).split())
    client.post("/staff/sign-in/set-up/", {"code": digits(clock.now(), secret)})
    other.refresh_from_db()
    assert other.ended_why == "second_step"
    assert sign_ins.open_ones(user_id=user.pk, at=clock.now()).count() == 1
