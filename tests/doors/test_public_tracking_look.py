"""Every page of a claim in every language: axe finds nothing, nothing runs over at 320 px."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from tests.doors.owner_world import OwnerWorld, file_claim
from tests.support.browser import axe, shoot

OpenPage = Callable[..., Page]
WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
EVER = ("", "mail/", "address/", "email/", "link/", "1/danger/", "1/withdraw/", "1/remedy/")


def states(world: OwnerWorld) -> list[tuple[str, Callable[[], None], tuple[str, ...]]]:
    """Return what happens to a claim, step by step, and which pages to look at after each."""
    return [
        ("fresh", lambda: None, EVER),
        (
            "asked",
            lambda: world.decide("asked", "serial_needed"),
            ("", "1/answer/", "1/answer/photo/"),
        ),
        ("remedy", lambda: world.decide("asked", "remedy_needed"), ("1/answer/",)),
        ("refused", lambda: world.decide("refused", "no_answer"), ("", "1/contest/")),
        ("reopened", lambda: world.decide("reopened", "our_mistake"), ("1/contest/",)),
        ("approved", lambda: world.decide("approved", "checked"), ("",)),
        ("kit", world.send_kit, ("", "1/remedy/")),
        ("collected", world.collect, ("",)),
        ("paid", world.pay, ("", "receipt/1/")),
        ("recycled", world.dispose, ("receipt/1/",)),
    ]


@pytest.mark.parametrize("code", ["ja", "zh-hans", "en"])
def test_every_page_of_a_claim_is_clean(
    site: str, data_dir: Path, open_page: OpenPage, code: str
) -> None:
    world = file_claim(data_dir, at=timezone.now(), language="ja")
    page = open_page(width=320, height=700)
    for name, happen, places in states(world):
        happen()
        for rest in places:
            page.goto(f"{site}/{code}/c/{world.sent.token}/{rest}")
            axe(page)
            assert not page.evaluate(WIDE), (name, rest)
            shoot(page, f"tracking-{name}-{rest.replace('/', '-')}{code}")
    for rest in ("find/",):
        page.goto(f"{site}/{code}/{rest}")
        axe(page)
        shoot(page, f"tracking-find-{code}")
        page.fill("#id-case_no", world.sent.case_no)
        page.fill("#id-reach", "hanako@example.jp")
        page.click("main .button")
        axe(page)
        page.click("main .button:not(.quiet)")
        assert page.locator(".summary").count() == 1
        axe(page)
        shoot(page, f"tracking-code-{code}")


def test_a_claim_on_a_desk(site: str, data_dir: Path, open_page: OpenPage) -> None:
    world = file_claim(data_dir, at=timezone.now(), language="ja")
    page = open_page(width=1280, height=900)
    for code in ("ja", "zh-hans", "en"):
        page.goto(f"{site}/{code}/c/{world.sent.token}/")
        assert not page.evaluate(WIDE)
        shoot(page, f"tracking-desk-{code}")
