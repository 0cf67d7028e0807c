"""A reviewer without a mouse: clear claims by one key, and the pages at both widths."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from kaishu.base.language import COOKIE
from kaishu.base.roles import Role
from kaishu.claims.models import ClaimUnit, Decision
from tests.doors import desk_world
from tests.support.browser import axe, shoot

SHOTS = os.environ.get("KAISHU_SHOTS") == "1"
CLEAR, MOST_KEYS, SECONDS_A_CLAIM = 8, 3, 30
LANGUAGES = ("en", "ja", "zh-hans") if SHOTS else ("en",)


def signed_in(page: Page, site: str, client: Client, language: str = "en") -> None:
    """Give the browser somebody's session."""
    session = client.cookies["sessionid"].value
    page.context.add_cookies(
        [
            {"name": "sessionid", "value": session, "url": site},
            {"name": COOKIE, "value": language, "url": site},
        ]
    )


def press(page: Page, key: str) -> None:
    """Press a key that leads to another page."""
    with page.expect_navigation(wait_until="load"):
        page.keyboard.press(key)


@pytest.mark.every_run
def test_a_reviewer_decides_clear_claims_by_keys_alone(
    site: str, open_page: Callable[..., Page], data_dir: Path
) -> None:
    world = desk_world.open_world(data_dir)
    for number in range(CLEAR):
        serial = f"AK2023000100{number:04d}"
        world.claim(f"k{number}", model="K200", serial=serial, colour="grey")
    page = open_page(width=1366, height=768)
    page.set_default_timeout(SECONDS_A_CLAIM * 1000)
    signed_in(page, site, desk_world.member("mika", Role.REVIEWER))
    page.goto(f"{site}/staff/claims/")
    press(page, "n")
    keys, start = 0, time.monotonic()
    for number in range(CLEAR):
        before = Decision.objects.count()
        if number % 4 == 3:  # every fourth is refused for its first reason
            for key in ("r", "1"):
                page.keyboard.press(key)
            press(page, "Enter")
            keys += 3
        else:
            press(page, "a")
            keys += 1
        assert Decision.objects.count() == before + 1
    each = (time.monotonic() - start) / CLEAR
    assert ClaimUnit.objects.filter(standing="approved").count() == CLEAR - CLEAR // 4
    assert ClaimUnit.objects.filter(standing="refused").count() == CLEAR // 4
    assert keys / CLEAR <= MOST_KEYS
    assert each <= SECONDS_A_CLAIM
    _keys_can_be_listed_and_switched_off(page, site, world)


def _keys_can_be_listed_and_switched_off(
    page: Page, site: str, world: desk_world.DeskWorld
) -> None:
    case_no = world.claim("last", model="K200", serial="AK20230001009999", colour="grey")
    page.goto(f"{site}/staff/claims/{case_no}/")
    page.keyboard.press("?")
    assert "Approve" in page.locator("dialog#keys dl").inner_text()
    axe(page)
    page.locator("[data-keys-on]").uncheck()
    page.keyboard.press("Escape")
    page.reload()
    page.keyboard.press("r")
    assert page.locator("details[open]").count() == 0
    page.keyboard.press("?")
    page.locator("[data-keys-on]").check()
    page.keyboard.press("Escape")
    page.keyboard.press("r")
    expect(page.locator("details[open]")).to_have_count(1)


@pytest.mark.every_run
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("width", "height"), [(1366, 768), (390, 844)])
def test_claim_evidence_and_decision_stand_on_one_screen(
    site: str,
    open_page: Callable[..., Page],
    data_dir: Path,
    width: int,
    height: int,
    language: str,
) -> None:
    world = desk_world.lively(desk_world.open_world(data_dir))
    page = open_page(width=width, height=height)
    page.set_default_timeout(SECONDS_A_CLAIM * 1000)
    signed_in(page, site, desk_world.member("mika", Role.REVIEWER), language)
    first, second = world.cases["first"], world.cases["second"]
    pages = {
        "queue": "/staff/claims/?queue=to_review",
        "filter": "/staff/claims/?queue=to_review&language=ja",
        "case": f"/staff/claims/{first}/",
        "contested": f"/staff/claims/{second}/",
        "unread": f"/staff/claims/{world.cases['unread']}/",
        "compare": f"/staff/review/{second}/1/compare/",
    }
    for name, path in pages.items():
        page.goto(site + path)
        page.wait_for_load_state("networkidle")
        shoot(page, f"review-{name}-{width}-{language}")
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, f"{name}: {wide} px too wide"
        axe(page)
        if name == "case" and width == 1366:
            for selector in ("h1", ".facts", "[value=checked]", ".photo img"):
                box = page.locator(selector).first.bounding_box()
                assert box is not None
                assert box["y"] + box["height"] <= height, selector
    page.goto(f"{site}/staff/claims/{first}/")
    page.locator("[data-turn]").first.click()
    expect(page.locator(".photo.turn-1")).to_have_count(1)
    page.locator("[data-zoom]").first.click()
    expect(page.locator("dialog.light[open]")).to_have_count(1)
