"""A page of the console opens for its roles only; one that nobody thought of stays shut."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path
from pytest_django import Settings

from kaishu.base.roles import (
    Role,
    give,
    open_to_all,
    policy_table,
    roles_of,
    routes_without_policy,
    staff,
)


def view(_request: HttpRequest, **_: str) -> HttpResponse:
    return HttpResponse("inside")


@pytest.fixture(autouse=True)
def routes(settings: Settings) -> str:
    urls = ModuleType("sample_urls")
    inner = [
        path("queue/", staff(Role.REVIEWER, "manager")(view), name="queue"),
        path("numbers/", staff(Role.MANAGER, Role.AUDITOR, Role.REGULATOR)(view), name="numbers"),
        path("mine/", staff(*Role, own=True)(view), name="mine"),
        path("due/", staff(Role.MANAGER, Role.FINANCE, acts=[Role.FINANCE])(view), name="due"),
        path("details/", staff(Role.OPERATOR, auditor=False)(view), name="details"),
        path("sign-in/", open_to_all(view), name="sign-in"),
        path("forgotten/", view, name="forgotten"),
    ]
    urls.urlpatterns = [path("staff/", include(inner)), path("ja/", view)]  # type: ignore[attr-defined]
    sys.modules["sample_urls"] = urls
    settings.ROOT_URLCONF = "sample_urls"
    gate = "kaishu.base.roles.PolicyGate"
    if gate not in settings.MIDDLEWARE:
        settings.MIDDLEWARE = [*settings.MIDDLEWARE, gate]
    return "sample_urls"


def _client(*roles: Role, language: str = "en") -> Client:
    user = User.objects.create_user("somebody")
    give(user, *roles)
    client = Client(headers={"Accept-Language": language})
    client.force_login(user)
    return client


def test_a_visitor_is_asked_to_sign_in_and_comes_back(db: None) -> None:
    response = Client().get("/staff/queue/?page=2")
    assert response.status_code == 302
    assert response["Location"] == "/staff/sign-in/?next=/staff/queue/%3Fpage%3D2"


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.MANAGER])
def test_a_named_role_gets_in(db: None, role: Role) -> None:
    assert _client(role).get("/staff/queue/").content == b"inside"


@pytest.mark.parametrize("roles", [[], [Role.ADMIN], [Role.APPROVER, Role.FINANCE]])
def test_another_role_is_told_so_in_its_language(db: None, roles: list[Role]) -> None:
    response = _client(*roles, language="ja").get("/staff/queue/")
    assert response.status_code == 403
    assert "このページは、別の担当の方のためのものです。" in response.content.decode()
    assert response["Cache-Control"] == "no-store"


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.REGULATOR])
def test_auditor_and_regulator_never_act_whatever_a_view_names(db: None, role: Role) -> None:
    client = _client(role)
    assert client.get("/staff/numbers/").content == b"inside"
    assert client.post("/staff/numbers/").status_code == 403
    assert client.post("/staff/mine/").content == b"inside"


def test_the_auditor_reads_every_page_but_those_that_show_details(db: None) -> None:
    client = _client(Role.AUDITOR)
    assert client.get("/staff/queue/").content == b"inside"
    assert client.post("/staff/queue/").status_code == 403
    assert client.get("/staff/details/").status_code == 403


@pytest.mark.parametrize(("role", "status"), [(Role.MANAGER, 403), (Role.FINANCE, 200)])
def test_some_read_a_page_and_others_act_on_it(db: None, role: Role, status: int) -> None:
    client = _client(role)
    assert client.get("/staff/due/").content == b"inside"
    assert client.post("/staff/due/").status_code == status


def test_a_superuser_has_no_role_by_itself(db: None) -> None:
    client = Client()
    client.force_login(User.objects.create_superuser("root"))
    assert client.get("/staff/queue/").status_code == 403


def test_a_page_without_a_policy_is_refused_to_everybody(db: None) -> None:
    assert _client(*Role).get("/staff/forgotten/").status_code == 403
    assert Client().get("/staff/forgotten/").status_code == 403


def test_the_sign_in_page_and_public_pages_are_open() -> None:
    assert Client().get("/staff/sign-in/").content == b"inside"
    assert Client().get("/ja/").content == b"inside"


def test_the_policy_table_is_read_from_the_routes(routes: str) -> None:
    assert policy_table(routes) == {
        "/staff/queue/": {Role.REVIEWER, Role.MANAGER, Role.AUDITOR},
        "/staff/numbers/": {Role.MANAGER, Role.AUDITOR, Role.REGULATOR},
        "/staff/mine/": set(Role),
        "/staff/due/": {Role.MANAGER, Role.FINANCE, Role.AUDITOR},
        "/staff/details/": {Role.OPERATOR},
        "/staff/sign-in/": frozenset(),
        "/staff/forgotten/": None,
    }
    assert routes_without_policy(routes) == ["/staff/forgotten/"]


def test_giving_roles_replaces_the_old_ones(db: None) -> None:
    user = User.objects.create_user("somebody")
    give(user, Role.REVIEWER, Role.FINANCE)
    give(user, Role.AUDITOR)
    assert roles_of(User.objects.get()) == {Role.AUDITOR}


def test_a_policy_names_at_least_one_real_role() -> None:
    with pytest.raises(ValueError, match="at least one role"):
        staff()
    with pytest.raises(ValueError, match="wizard"):
        staff("wizard")
