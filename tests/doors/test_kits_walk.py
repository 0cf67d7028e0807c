"""Walk the kit pages in a browser: from the shelf to a kit that left."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from kaishu.base.language import COOKIE
from kaishu.base.roles import Role
from kaishu.returns.models import Kit
from tests.doors import desk_world
from tests.support.browser import axe, shoot

SHOTS = os.environ.get("KAISHU_SHOTS") == "1"
WIDTHS = (1366, 390)
LANGUAGES = ("en", "ja", "zh-hans") if SHOTS else ("en",)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", WIDTHS)
def test_a_packer_counts_picks_marks_and_reminds(
    site: str, open_page: Callable[..., Page], data_dir: Path, width: int, language: str
) -> None:
    world = desk_world.lively(desk_world.open_world(data_dir))
    world.claim("hot", model="K200", serial="AK20230001007777", colour="grey", condition="hot")
    world.decide("hot")
    client = desk_world.member("jun", Role.OPERATOR)
    page = open_page(width=width, height=900)
    page.context.add_cookies(
        [
            {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": site},
            {"name": COOKIE, "value": language, "url": site},
        ]
    )

    def look(name: str) -> None:
        shoot(page, f"kits-{name}-{width}-{language}")
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, f"{name}: {wide} px too wide"
        axe(page)

    page.goto(f"{site}/staff/kits/stock/")
    page.fill("#id-receive-number", "5")
    page.click("button[value=receive]")
    page.fill("#id-order-number", "500")
    page.fill("#id-order-due", "2027-01-04")
    page.click("button[value=order]")
    look("stock")
    page.goto(f"{site}/staff/kits/")
    look("list")
    page.check("[name=kit_no] >> nth=0")
    page.click("#chosen button >> nth=1")
    look("pick")
    page.goto(f"{site}/staff/kits/")
    page.click("[formaction='/staff/kits/mark/']")
    look("mark")
    page.fill("#id-confirm", "99")
    page.click("form:has(#id-confirm) .button")
    expect(page.locator("#problems")).to_have_count(1)
    page.goto(f"{site}/staff/kits/file/")
    lines = [f"{world.label(name)},T-{name}" for name in ("kit", "hot", "sent")]
    data = "\n".join(["reference,tracking", *lines]).encode()
    page.set_input_files("#id-file", {"name": "l.csv", "mimeType": "text/csv", "buffer": data})
    look("file")
    page.click("form.panel .button")
    look("tried")
    page.goto(f"{site}/staff/kits/")
    before = Kit.objects.count()
    page.fill("tbody [name=tracking] >> nth=0", "T 9")
    page.click("tbody form.oneline .button >> nth=0")
    assert Kit.objects.count() == before + 1
    page.goto(f"{site}/staff/kits/reminders/")
    page.click("td form .button >> nth=0")
    look("reminders")
