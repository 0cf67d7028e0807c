"""Every route × every role × a stranger: who is let in and who is not, by GET and by POST."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.http.response import HttpResponseBase
from django.test import Client
from pytest_django import DjangoDbBlocker

from kaishu.base import policy_page
from kaishu.base.roles import ONLY_READ, Role, Rule, give, policy, routes_without_policy
from tests.access import policy_world
from tests.support import seeds
from tests.support.signed_in import sign_in

PAGE = Path("docs/reference/roles.md")
RULES = {f"{rule.route}": rule for rule in policy()}
METHODS = ("get", "post")
# What the regulator may open; everything else is closed to it. Figures, no person.
REGULATOR = ("/staff/recalls/",)
# Asked by POST, so that what is typed stands in no address; changes nothing but one's own session.
READS_BY_POST = ("/staff/find/", "/depot/site/")
OWN = ("/staff/account/", "/staff/again/", *READS_BY_POST)
# A caller's details as they are typed, in clear: for whoever takes the call.
CLOSED_TO_AUDITOR = ("/staff/hotline/",)
SITES = {Role.COLLECTOR, Role.RECYCLER}


@pytest.fixture(scope="module")
def world(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> object:
    """Keep one world for the module; every request is rolled back."""
    from django.conf import settings

    with django_db_blocker.unblock(), transaction.atomic():
        before = settings.KAISHU_DATA_DIR
        settings.KAISHU_DATA_DIR = tmp_path_factory.mktemp("policy")
        (settings.KAISHU_DATA_DIR / "static").mkdir()
        samples = policy_world.build(settings.KAISHU_DATA_DIR)
        clients = {role: _client(role) for role in Role}
        yield samples, clients, settings.KAISHU_DATA_DIR
        settings.KAISHU_DATA_DIR = before
        transaction.set_rollback(True)


def _client(role: Role) -> Client:
    user = User.objects.create_user(f"one-{role}", password="a long password")
    give(user, role)
    client = Client()
    sign_in(client, user)
    return client


def _ask(client: Client, method: str, address: str) -> HttpResponseBase:
    """Ask and undo whatever it did."""
    cookies = client.cookies.copy()
    try:
        with transaction.atomic():
            response: HttpResponseBase = getattr(client, method)(address)
            transaction.set_rollback(True)
    finally:
        client.cookies = cookies
    return response


def _some(allowed: list[Role], name: str) -> list[Role]:
    """Return one of those who are let in, drawn by the seed: they all see one page rendered, and
    that is slow. Everybody who is refused is tried in every run, and all of them in torture."""
    return allowed if seeds.TORTURE or not allowed else [Role(seeds.drawn(name, allowed))]


def _asks_to_sign_in(response: HttpResponseBase) -> bool:
    return response.status_code == 302 and response.headers["Location"].startswith(
        "/staff/sign-in/?next="
    )


def test_no_route_was_forgotten() -> None:
    assert routes_without_policy() == []


def test_the_page_of_the_documents_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == policy_page.text(), "run tools/roles_page.py"


@pytest.mark.django_db
@pytest.mark.parametrize("route", sorted(RULES))
def test_every_role_and_a_stranger_at(
    route: str, world: tuple[policy_world.Samples, dict[Role, Client], Path], settings: object
) -> None:
    samples, clients, data_dir = world
    settings.KAISHU_DATA_DIR = data_dir  # type: ignore[attr-defined]
    rule: Rule = RULES[route]
    address = samples.address(rule)
    wrong = []
    for method in METHODS:
        stranger = _ask(Client(), method, address)
        if rule.open:
            assert stranger.status_code != 403, (method, address)
            continue
        if not _asks_to_sign_in(stranger):
            wrong.append(f"{method} {address} as a stranger: {stranger.status_code}")
        allowed = [role for role in Role if role in rule.acts]
        allowed += [role for role in Role if method == "get" and role in rule.reads - rule.acts]
        for role in (*_some(allowed, f"{method} {route}"), *(set(Role) - set(allowed))):
            let_in = role in allowed
            answer = _ask(clients[role], method, address)
            refused = answer.status_code == 403 or _asks_to_sign_in(answer)
            if refused is let_in:
                wrong.append(f"{method} {address} as {role}: {answer.status_code}")
    assert wrong == []


def test_the_auditor_reads_everything_but_what_callers_say() -> None:
    closed = {
        rule.route
        for rule in RULES.values()
        if not rule.open and Role.AUDITOR not in rule.reads | rule.acts
    }
    assert all(route.startswith(CLOSED_TO_AUDITOR) for route in closed), closed


def test_readers_act_on_their_own_account_only() -> None:
    acting = {rule.route for rule in RULES.values() if rule.acts & ONLY_READ}
    assert all(route.startswith(OWN) for route in acting), acting


def test_the_regulator_opens_figures_and_nothing_about_people() -> None:
    opened = {
        rule.route
        for rule in RULES.values()
        if Role.REGULATOR in rule.reads and not rule.route.startswith(REGULATOR)
    }
    assert opened <= {"/staff/"}


def test_site_accounts_open_the_depot_and_their_own_account() -> None:
    opened = {
        rule.route
        for rule in RULES.values()
        if (rule.acts | rule.reads) & SITES and not rule.route.startswith("/depot/")
    }
    assert all(route.startswith(OWN) or route == "/staff/" for route in opened), opened
