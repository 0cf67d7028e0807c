"""Accounts: invited by an administrator, never changed by their own person, always in the log."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from kaishu.base import clock
from kaishu.base.access import accounts, code_app, recovery
from kaishu.base.access.errors import (
    AccountName,
    AccountTaken,
    InvitationOver,
    LastAdmin,
    OwnAccount,
    PasswordWeak,
    RoleUnknown,
)
from kaishu.base.access.models import AccountEvent, Invitation, SignIn
from kaishu.base.roles import Role, give
from kaishu.core.errors import Refusal
from tests.access.test_second_step import SECRET, digits
from tests.doors.pages import find, parsed, text
from tests.support.signed_in import sign_in

NOW = datetime(2026, 4, 2, 12, 0, tzinfo=UTC)
GOOD = "four words in a row"


@pytest.fixture(autouse=True)
def database(db: None) -> None:
    """Every test here writes."""


def account(name: str, *roles: Role) -> User:
    user = User.objects.create_user(name, password=GOOD)
    give(user, *roles)
    return user


def admin() -> Client:
    client = Client()
    sign_in(client, account("aki", Role.ADMIN))
    return client


def test_an_invitation_gives_roles_and_a_link_that_sets_the_password_once() -> None:
    token = accounts.invite(name="yuki", roles=["finance"], by="aki", at=NOW)
    assert accounts.roles_named(accounts.find("yuki")) == {Role.FINANCE}
    assert not accounts.find("yuki").has_usable_password()
    assert token not in repr(list(Invitation.objects.values()))
    accounts.start(token=token, password=GOOD, at=NOW)
    assert accounts.find("yuki").check_password(GOOD)
    with pytest.raises(InvitationOver):
        accounts.start(token=token, password=GOOD, at=NOW)
    lines = AccountEvent.objects.order_by("id").values_list("what", "about", "by")
    assert list(lines) == [("invited", "yuki", "aki"), ("password_set", "yuki", "yuki")]


def test_a_link_ends_after_three_days_and_when_a_newer_one_comes() -> None:
    old = accounts.invite(name="yuki", roles=["finance"], by="aki", at=NOW)
    new = accounts.new_link(name="yuki", by="aki", at=NOW)
    with pytest.raises(InvitationOver):
        accounts.invited(token=old, at=NOW)
    assert accounts.invited(token=new, at=NOW + timedelta(hours=71)).username == "yuki"
    with pytest.raises(InvitationOver):
        accounts.invited(token=new, at=NOW + timedelta(hours=72))


@pytest.mark.parametrize("password", ["short", "password1234", "123456789012", "yuki.satoyuki"])
def test_a_password_that_is_easy_to_guess_is_refused(password: str) -> None:
    token = accounts.invite(name="yuki.sato", roles=["finance"], by="aki", at=NOW)
    with pytest.raises(PasswordWeak):
        accounts.start(token=token, password=password, at=NOW)
    assert accounts.invited(token=token, at=NOW).username == "yuki.sato"


@pytest.mark.parametrize(
    ("name", "roles", "refusal"),
    [
        ("Yuki", ["finance"], AccountName),
        ("y", ["finance"], AccountName),
        ("a/b", ["finance"], AccountName),
        ("taken", ["finance"], AccountTaken),
        ("yuki", ["wizard"], RoleUnknown),
    ],
)
def test_what_is_wrong_with_an_invitation(
    name: str, roles: list[str], refusal: type[Refusal]
) -> None:
    account("taken")
    with pytest.raises(refusal):
        accounts.invite(name=name, roles=roles, by="aki", at=NOW)
    assert User.objects.count() == 1 and not AccountEvent.objects.exists()


def test_nobody_changes_the_rights_of_their_own_account() -> None:
    account("aki", Role.ADMIN)
    account("second", Role.ADMIN)
    for act in (accounts.disable, accounts.enable, accounts.reset_second_step, accounts.new_link):
        with pytest.raises(OwnAccount):
            act(name="aki", by="aki", at=NOW)
    with pytest.raises(OwnAccount):
        accounts.set_roles(name="aki", roles=["admin", "approver"], by="aki", at=NOW)
    assert accounts.roles_named(accounts.find("aki")) == {Role.ADMIN}


def test_one_administrator_always_stays() -> None:
    account("aki", Role.ADMIN)
    with pytest.raises(LastAdmin):
        accounts.disable(name="aki", by="server:root", at=NOW)
    with pytest.raises(LastAdmin):
        accounts.set_roles(name="aki", roles=["auditor"], by="server:root", at=NOW)
    account("second", Role.ADMIN)
    accounts.disable(name="aki", by="second", at=NOW)
    assert not accounts.find("aki").is_active


def test_disabling_ends_the_sessions_at_once() -> None:
    client = Client()
    user = account("rei", Role.REVIEWER)
    sign_in(client, user)
    assert client.get("/staff/claims/").status_code == 200
    accounts.disable(name="rei", by="aki", at=clock.now())
    assert client.get("/staff/claims/").headers["Location"].startswith("/staff/sign-in/")
    accounts.enable(name="rei", by="aki", at=clock.now())
    assert client.get("/staff/claims/").headers["Location"].startswith("/staff/sign-in/")
    assert SignIn.objects.get().ended_why == "disabled"


def test_changed_roles_count_from_the_next_page_and_the_log_says_which() -> None:
    client = Client()
    sign_in(client, account("rei", Role.REVIEWER))
    assert client.get("/staff/payouts/").status_code == 403
    accounts.set_roles(name="rei", roles=["finance"], by="aki", at=clock.now())
    assert client.get("/staff/payouts/").status_code == 200
    assert client.get("/staff/calls/").status_code == 403
    assert AccountEvent.objects.get().facts == {"given": ["finance"], "taken": ["reviewer"]}


def test_resetting_the_second_step_removes_all_of_it() -> None:
    user = account("rei", Role.REVIEWER)
    code_app.add(user=user, secret=SECRET, typed=digits(NOW), at=NOW)
    recovery.make(user=user, at=NOW)
    SignIn.objects.create(user=user, number="1", started_at=NOW, seen_at=NOW)
    accounts.reset_second_step(name="rei", by="aki", at=NOW)
    assert recovery.left(user) == 0
    assert not hasattr(User.objects.get(username="rei"), "code_app")
    assert SignIn.objects.get().ended_why == "second_step"
    assert AccountEvent.objects.get().what == "second_step_reset"


def test_maker_and_approver_in_one_hand_are_warned_of() -> None:
    assert accounts.toxic([Role.FINANCE, Role.APPROVER, Role.OPERATOR]) == (
        frozenset({Role.FINANCE, Role.APPROVER}),
    )
    assert accounts.toxic([Role.FINANCE, Role.OPERATOR]) == ()


def test_the_log_cannot_be_changed() -> None:
    from django.db import IntegrityError, transaction

    accounts.invite(name="yuki", roles=["finance"], by="aki", at=NOW)
    for change in (
        lambda: AccountEvent.objects.update(by="nobody"),
        lambda: AccountEvent.objects.all().delete(),
    ):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            change()


def test_the_administrators_page_invites_and_shows_the_link_once() -> None:
    client = admin()
    page = client.post("/staff/access/", {"name": "Yuki ", "roles": ["finance", "approver"]})
    link = text(find(parsed(page), ".link-once")[0])
    listed = client.get("/staff/access/").content.decode()
    assert link not in listed
    assert "Not in one hand: approver of payments + finance" in listed
    path = link[link.index("/staff/start/") :]
    newcomer = Client()
    assert "yuki" in newcomer.get(path).content.decode()
    weak = newcomer.post(path, {"password": "short"})
    assert weak.status_code == 422
    assert newcomer.post(path, {"password": GOOD}).headers["Location"] == "/staff/"
    assert newcomer.get(path).status_code == 410


def test_the_link_leads_to_the_second_step_where_a_role_needs_one(settings: Settings) -> None:
    settings.KAISHU_SECOND_STEP = "required"
    token = accounts.invite(name="yuki", roles=["finance"], by="aki", at=clock.now())
    client = Client()
    done = client.post(f"/staff/start/{token}/", {"password": GOOD})
    assert done.headers["Location"] == "/staff/sign-in/set-up/"
    assert client.get("/staff/payouts/").headers["Location"].startswith("/staff/sign-in/")


def test_an_invitation_with_a_mistake_keeps_what_was_typed() -> None:
    refused = admin().post("/staff/access/", {"name": "a b", "roles": ["finance"]})
    assert refused.status_code == 422
    page = parsed(refused)
    assert find(page, "#id-name")[0].get("value") == "a b"
    ticked = [box.get("value") for box in find(page, "input[name=roles][checked]")]
    assert ticked == ["finance"]


def test_rights_are_given_only_by_somebody_who_just_proved_themself() -> None:
    client = Client()
    sign_in(client, account("aki", Role.ADMIN), minutes_ago=20)
    account("rei", Role.REVIEWER)
    assert client.post("/staff/access/", {"name": "new", "roles": ["finance"]}).status_code == 403
    refused = client.post("/staff/access/rei/", {"roles": ["approver"]})
    assert refused.status_code == 403
    assert client.post("/staff/access/rei/act/", {"do": "disable"}).status_code == 403
    assert accounts.roles_named(accounts.find("rei")) == {Role.REVIEWER}
    assert not AccountEvent.objects.exists()


def test_the_account_page_sets_roles_and_acts() -> None:
    client = admin()
    account("rei", Role.REVIEWER)
    client.post("/staff/access/rei/", {"roles": ["operator", "reviewer"]})
    assert accounts.roles_named(accounts.find("rei")) == {Role.OPERATOR, Role.REVIEWER}
    client.post("/staff/access/rei/act/", {"do": "disable"})
    assert not accounts.find("rei").is_active
    page = client.get("/staff/access/rei/").content.decode()
    assert "account disabled" in page and "+ operator" in page
    link = client.post("/staff/access/rei/act/", {"do": "link"})
    assert "/staff/start/" in text(find(parsed(link), ".link-once")[0])
    assert client.post("/staff/access/nobody/", {"roles": []}).status_code == 404


def test_the_own_account_has_no_buttons_for_rights() -> None:
    page = parsed(admin().get("/staff/access/aki/"))
    assert not find(page, "button[name=do]")


def test_the_auditor_reads_accounts_and_changes_none() -> None:
    client = Client()
    sign_in(client, account("kei", Role.AUDITOR))
    account("rei", Role.REVIEWER)
    page = client.get("/staff/access/rei/")
    assert page.status_code == 200 and not find(parsed(page), "main .panel button")
    assert client.post("/staff/access/rei/act/", {"do": "disable"}).status_code == 403


def test_own_account_changes_the_password_and_ends_the_others() -> None:
    user = account("rei", Role.REVIEWER)
    here, there = Client(), Client()
    sign_in(here, user)
    sign_in(there, user)
    key = here.session.session_key
    assert here.post("/staff/account/password/", {"password": "short"}).status_code == 422
    done = here.post("/staff/account/password/", {"password": "another row of words"})
    assert done.headers["Location"] == "/staff/account/"
    assert here.get("/staff/account/").status_code == 200
    assert here.session.session_key != key
    assert there.get("/staff/account/").headers["Location"].startswith("/staff/sign-in/")


def test_own_account_lists_sign_ins_and_ends_the_others() -> None:
    user = account("rei", Role.REVIEWER)
    here, there = Client(), Client()
    sign_in(here, user)
    sign_in(there, user)
    page = parsed(here.get("/staff/account/"))
    assert len(find(page, "main tbody tr")) == 2
    here.post("/staff/account/sign-ins/")
    assert there.get("/staff/account/").status_code == 302
    assert here.get("/staff/account/").status_code == 200


def test_the_last_second_step_stays_where_a_role_needs_it(settings: Settings) -> None:
    settings.KAISHU_SECOND_STEP = "required"
    user = account("rei", Role.REVIEWER)
    code_app.add(user=user, secret=SECRET, typed=digits(NOW), at=NOW)
    client = Client()
    sign_in(client, user)
    refused = client.post("/staff/account/remove/", {"which": "app"})
    assert refused.status_code == 422
    assert User.objects.get(username="rei").code_app
    settings.KAISHU_SECOND_STEP = "offered"
    assert client.post("/staff/account/remove/", {"which": "app"}).status_code == 302
    assert AccountEvent.objects.get().what == "code_app_removed"


def test_own_account_sets_up_an_app_and_makes_new_codes() -> None:
    user = account("rei", Role.REVIEWER)
    client = Client()
    sign_in(client, user)
    page = client.get("/staff/account/second-step/")
    secret = "".join(text(find(parsed(page), ".quietly .code")[0]).split())
    done = client.post("/staff/account/second-step/", {"code": digits(clock.now(), secret)})
    first = [text(item) for item in find(parsed(done), ".recovery li")]
    again = client.post("/staff/account/codes/")
    second = [text(item) for item in find(parsed(again), ".recovery li")]
    assert len(first) == len(second) == 10 and not set(first) & set(second)
