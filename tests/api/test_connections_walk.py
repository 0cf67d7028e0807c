"""Walk the connections in a browser, without a script: a token, a webhook, the reference."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page
from pytest_django import Settings

from kaishu.base import clock
from kaishu.base.language import COOKIE
from kaishu.base.roles import Role
from kaishu.connections.webhooks.deliver import deliver
from kaishu.connections.webhooks.follow import follow
from tests.api.receiver import listening
from tests.doors import desk_world, kumo
from tests.support.browser import axe, shoot

SHOTS = os.environ.get("KAISHU_SHOTS") == "1"
LANGUAGES = ("en", "ja", "zh-hans") if SHOTS else ("en",)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", (1366, 390))
def test_a_manager_connects_another_system(
    site: str,
    open_page: Callable[..., Page],
    data_dir: Path,
    settings: Settings,
    width: int,
    language: str,
) -> None:
    world = desk_world.open_world(data_dir)
    client = desk_world.member("hana", Role.MANAGER)
    page = open_page(width=width, height=900)
    page.context.add_cookies(
        [
            {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": site},
            {"name": COOKIE, "value": language, "url": site},
        ]
    )

    def look(name: str) -> None:
        shoot(page, f"connections-{name}-{width}-{language}")
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, f"{name}: {wide} px too wide"
        axe(page)

    page.goto(f"{site}/staff/connections/")
    page.fill("#id-name", "Accounts of the maker")
    page.click("#new button")
    page.check("input[value='webhooks']")
    page.click("#issue button")
    assert "kaishu_" in page.inner_text(".link-once")
    look("token")
    page.click("main a.button")
    with listening() as receiver:
        settings.KAISHU_WEBHOOK_HOSTS = [receiver.place]
        page.fill("#id-url", receiver.url("/500"))
        page.check("input[value='claim.submitted']")
        page.click("form[action$='/webhook/'] button")
        page.click("main a.button")
        look("one")
        follow(at=clock.now())
        world.claim("one", serial=kumo.LISTED)
        follow(at=clock.now())
        deliver(at=clock.now())
    page.click("a[href$='/sent/']")
    look("sent")
    page.goto(f"{site}/staff/connections/")
    look("list")
    page.goto(f"{site}/api/v1/reference/")
    look("reference")
