"""A passkey in a real browser, and the pages of the way in at a desk's width and a phone's."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import CDPSession, Page
from pytest_django import Settings

from kaishu.base import clock
from kaishu.base.access import accounts
from kaishu.base.access.models import Passkey, RecoveryCode, SignIn
from kaishu.base.language import COOKIE
from kaishu.base.roles import Role, give
from kaishu.people.models import RevealLog
from tests.doors import desk_world
from tests.support.browser import axe, shoot
from tests.support.signed_in import sign_in

PASSWORD = "a long password"
LANGUAGES = ("en", "ja", "zh-hans") if os.environ.get("KAISHU_SHOTS") == "1" else ("en",)
SIDEWAYS = "document.documentElement.scrollWidth > window.innerWidth"


def test_a_passkey_is_made_at_the_first_sign_in_and_used_at_the_next(
    site: str, open_page: Callable[..., Page], settings: Settings, data_dir: Path
) -> None:
    settings.KAISHU_SECOND_STEP = "required"
    settings.KAISHU_PUBLIC_URL = site = site.replace("127.0.0.1", "localhost")
    desk_world.open_world(data_dir)
    user = User.objects.create_user("rei", password=PASSWORD)
    give(user, Role.REVIEWER)
    page = open_page(width=1366, height=900)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    _authenticator(page)
    _password(page, site)
    page.wait_for_url("**/staff/sign-in/set-up/")
    axe(page)
    shoot(page, "access-set-up-1366-en")
    page.click("text=Make a passkey")
    page.wait_for_selector(".recovery li")
    axe(page)
    assert Passkey.objects.get().user_id == user.pk
    assert RecoveryCode.objects.count() == 10
    page.click("text=I have kept them")
    page.wait_for_url("**/staff/claims/**")
    page.click("text=Sign out")
    _password(page, site)
    page.wait_for_url("**/staff/sign-in/second-step/")
    axe(page)
    page.click("text=Use your passkey")
    page.wait_for_url("**/staff/claims/**")
    assert list(SignIn.objects.order_by("id").values_list("step", "ended_why")) == [
        ("passkey", "signed_out"),
        ("passkey", ""),
    ]
    assert Passkey.objects.get().used_at is not None
    assert said == [], said


def test_a_passkey_that_is_refused_says_so_and_a_code_still_works(
    site: str, open_page: Callable[..., Page], settings: Settings, data_dir: Path
) -> None:
    settings.KAISHU_SECOND_STEP = "required"
    settings.KAISHU_PUBLIC_URL = site = site.replace("127.0.0.1", "localhost")
    desk_world.open_world(data_dir)
    give(User.objects.create_user("rei", password=PASSWORD), Role.REVIEWER)
    page = open_page()
    session, number = _authenticator(page)
    _password(page, site)
    page.click("text=Make a passkey")
    code = page.inner_text(".recovery li:first-child")
    page.click("text=I have kept them")
    page.click("text=Sign out")
    _password(page, site)
    session.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": number})
    _authenticator(page)  # another key, which this account does not know
    page.wait_for_url("**/staff/sign-in/second-step/")
    page.click("text=Use your passkey")
    page.wait_for_selector(".passkey [role=alert]:not([hidden])")
    page.fill("#id-code", code)
    page.click("main button:has-text('Sign in')")
    page.wait_for_url("**/staff/claims/**")
    assert SignIn.objects.order_by("-id")[0].step == "recovery"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", [1366, 390])
def test_the_pages_fit_and_pass_axe(
    site: str, open_page: Callable[..., Page], data_dir: Path, width: int, language: str
) -> None:
    world = desk_world.open_world(data_dir)
    world.claim("one", serial="", model="K200")
    person_id = world.unit("one").claim.person_id
    RevealLog.objects.bulk_create(
        RevealLog(person_id=person_id, by="mika", why="call_owner", at=clock.now())
        for _ in range(125)
    )
    accounts.invite(name="ren", roles=["finance", "approver"], by="all", at=clock.now())
    token = accounts.invite(name="mika", roles=["reviewer"], by="all", at=clock.now())
    user = User.objects.create_user("all", password=PASSWORD)
    give(user, *Role)
    client = Client()
    sign_in(client, user)
    page = open_page(width=width, height=900)
    page.context.add_cookies(
        [
            {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": site},
            {"name": COOKIE, "value": language, "url": site},
        ]
    )
    paths = {
        "members": "/staff/access/",
        "member": "/staff/access/ren/",
        "account": "/staff/account/",
        "add-step": "/staff/account/second-step/",
        "again": "/staff/again/?next=/staff/",
        "looks": "/staff/looks/",
        "digest": "/staff/digest/",
        "start": f"/staff/start/{token}/",
    }
    for name, path in paths.items():
        page.goto(site + path)
        axe(page)
        assert not page.evaluate(SIDEWAYS), name
        shoot(page, f"access-{name}-{width}-{language}")


def _authenticator(page: Page) -> tuple[CDPSession, str]:
    """Plug in a virtual security key that its owner always touches."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session, made["authenticatorId"]


def _password(page: Page, site: str) -> None:
    Client().get("/staff/sign-in/")  # loads every view, which on a busy machine takes its time
    page.goto(f"{site}/staff/")
    page.fill("#id-username", "rei")
    page.fill("#id-password", PASSWORD)
    page.click("main button:has-text('Sign in')")
