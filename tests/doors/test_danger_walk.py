"""Walk the danger page and its desk in a browser: one thumb, no script, no overflow, axe silent."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page

from kaishu.base import clock
from kaishu.base.language import COOKIE
from kaishu.base.roles import Role
from kaishu.incidents import actions
from kaishu.incidents.models import Incident
from kaishu.notices import queries as notices
from kaishu.people.contact import Contact
from tests.doors import desk_world, kumo
from tests.support.browser import axe, shoot

SHOTS = os.environ.get("KAISHU_SHOTS") == "1"
LANGUAGES = ("en", "ja", "zh-hans") if SHOTS else ("ja",)
CONTACT = Contact(name="佐藤 花子", phone="03-1234-5678")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", [320, 390, 1280] if SHOTS else [320])
def test_a_swollen_battery_is_reported_without_a_script(
    site: str, open_page: Callable[..., Page], data_dir: Path, width: int, language: str
) -> None:
    desk_world.open_world(data_dir)
    page = open_page(javascript=False, width=width)
    second = open_page(width=width)
    form = f"{site}/{language}/r/{kumo.SLUG}/danger/"
    name = f"{width}-{language}"
    page.goto(form)
    shoot(page, f"danger-{name}")
    page.fill("#id-phone", "123")
    page.click("main .button")
    assert page.url == form and page.locator(".summary a").count() == 2
    shoot(page, f"danger-mistakes-{name}")
    page.check("[name=what][value=swollen]")
    page.fill("#id-phone", "03-1234-5678")
    page.click("main .button")
    assert page.locator(".reference").count() == 1
    shoot(page, f"danger-reported-{name}")
    made = Incident.objects.get()
    assert (made.kind, notices.calls().count()) == ("swollen", 1)
    for address in (form, page.url):
        second.goto(address)
        wide = second.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, f"{address}: {wide} px too wide"
        axe(second)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", [1366, 390] if SHOTS else [390])
def test_the_desk_pages_of_calls_and_incidents_fit_and_pass_axe(
    site: str, open_page: Callable[..., Page], data_dir: Path, width: int, language: str
) -> None:
    desk_world.open_world(data_dir)
    made = _reports()
    call = notices.calls()[0]
    client = desk_world.member("all", *Role)
    page = open_page(width=width, height=900)
    page.context.add_cookies(
        [
            {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": site},
            {"name": COOKIE, "value": language, "url": site},
        ]
    )
    paths = {
        "calls": "/staff/calls/",
        "call": f"/staff/calls/{call.id}/",
        "incidents": "/staff/incidents/",
        "incident": f"/staff/incidents/{made.number}/",
    }
    for name, path in paths.items():
        page.goto(site + path)
        _fits(page, f"desk-{name}-{width}-{language}")
    page.click("aside .button")
    _fits(page, f"desk-incident-words-{width}-{language}")
    page.goto(f"{site}/staff/calls/{call.id}/")
    page.locator("[name=outcome]").nth(1).press("Enter")
    page.wait_for_url("**/staff/calls/")
    _fits(page, f"desk-calls-again-{width}-{language}")


def _reports() -> Incident:
    """Make one late call, one that has time, one report without a way to be reached."""
    made = [
        actions.report(
            key=f"k{number}",
            recall_slug=kumo.SLUG,
            market="jp",
            product=model,
            kind=kind,
            door="public",
            by="owner",
            at=clock.now() - timedelta(minutes=90),
            words="机の上で急に膨らみ、焦げたにおいがしました。今はベランダの植木鉢の横にあります。",
            injured=injured,
            fire_service=fire_service,
            language="ja",
            contact=contact,
        )
        for number, (kind, model, injured, fire_service, contact) in enumerate(
            [
                ("hot", "K100", True, True, CONTACT),
                ("wet", "", None, False, CONTACT),
                ("swollen", "K200", False, None, None),
            ]
        )
    ]
    return made[0]


def _fits(page: Page, name: str) -> None:
    shoot(page, name)
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0, f"{name}: {wide} px too wide"
    axe(page)
