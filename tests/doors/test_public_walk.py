"""The owner's way in a real browser without scripts: check, claim with a photo, track, print."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page

from kaishu.claims.models import Claim, Evidence
from tests.doors import kumo
from tests.doors.claim_pages import fill_in, send
from tests.support.browser import axe, shoot

OpenPage = Callable[..., Page]
CODES = {"ja": "ja", "zh-hans": "zh-CN", "en": "en"}


@pytest.fixture
def label_photo(tmp_path: Path) -> Path:
    """Give a photo file as a phone makes it."""
    buffer = io.BytesIO()
    Image.linear_gradient("L").convert("RGB").save(buffer, "JPEG")
    path = tmp_path / "label.jpg"
    path.write_bytes(buffer.getvalue())
    return path


@pytest.mark.parametrize("code", CODES)
def test_from_check_to_tracking_without_scripts(
    code: str, site: str, open_page: OpenPage, data_dir: Path, label_photo: Path
) -> None:
    kumo.publish(data_dir)
    page = open_page(javascript=False, language=CODES[code])
    page.goto(site)
    assert page.url == f"{site}/{code}/"
    page.click("main .products a")
    page.click("main a.button")
    page.check("input[name=model][value=K100]")
    page.click("main button.button")
    page.fill("#id-serial", "ak2023 0001-0000 42")
    page.click("main button.button")
    shoot(page, f"walk-{code}-affected")
    page.click("main a.button")
    page.click("main .act button")
    fill_in(page, {"photo": {"file": label_photo}})
    send(page)
    assert f"/{code}/c/" in page.url
    shoot(page, f"walk-{code}-case")
    assert Claim.objects.count() == Evidence.objects.count() == 1


@pytest.mark.every_run
def test_axe_finds_nothing_and_nothing_is_wider_than_a_small_phone(
    site: str, open_page: OpenPage, data_dir: Path
) -> None:
    kumo.publish(data_dir)
    base = f"{site}/ja/r/{kumo.SLUG}/"
    wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    page = open_page(language="ja", width=320)
    for path in (
        "",
        "check/",
        "check/?model=K100&serial=",
        f"check/?model=K100&serial={kumo.LISTED}",
        f"check/?model=K100&serial={kumo.NOT_LISTED}",
        "check/?model=other",
        f"check/?model=K200&serial={kumo.LISTED}",
        f"card/?model=K100&serial={kumo.NOT_LISTED}",
        "progress/",
        "nowhere/",
        f"../../check/several/?list=K100+{kumo.NOT_LISTED}%0AK100+{kumo.LISTED}%0AZ9+{'W' * 99}",
        f"../../watch/?list=K100+{kumo.NOT_LISTED}",
    ):
        page.goto(base + path)
        axe(page)
        assert not page.evaluate(wide), path


def test_text_is_large_and_targets_are_wide_enough_for_old_hands(
    site: str, open_page: OpenPage, data_dir: Path
) -> None:
    kumo.publish(data_dir)
    page = open_page(language="ja")
    page.goto(f"{site}/ja/r/{kumo.SLUG}/claim/")
    page.click("main .act button")
    assert page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") >= 18
    heights = page.evaluate(
        """[...document.querySelectorAll(
            'main .button, main input:not([type=hidden]), main select, main textarea')]
        .map(e => Math.round((e.closest('label') || e).getBoundingClientRect().height))"""
    )
    assert min(heights) >= 44


@pytest.mark.parametrize("code", CODES)
def test_a_phone_at_two_hundred_percent_scrolls_down_only(
    code: str, site: str, open_page: OpenPage, data_dir: Path
) -> None:
    kumo.publish(data_dir)
    page = open_page(language=CODES[code], width=195)
    for path in ("check/", "poster/", f"check/?model=K100&serial={kumo.NOT_LISTED}"):
        page.goto(f"{site}/{code}/r/{kumo.SLUG}/{path}")
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, (path, wide)
