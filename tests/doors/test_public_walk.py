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
from tests.support.browser import axe, shoot

OpenPage = Callable[..., Page]
CODES = {"ja": "ja", "zh-hans": "zh-CN", "en": "en"}
SEND = "main button.button[value=submit]"


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
    assert page.input_value("#id-u1-serial") != ""

    page.set_input_files("#id-u1-photo", label_photo)
    page.click(SEND)
    shoot(page, f"walk-{code}-errors")
    assert page.evaluate("document.activeElement.id") == "problems"
    assert page.locator(".kept").count() == 1

    page.check("input[name=u1-condition][value=fine]")
    page.check("input[name=u1-remedy][value=refund]")
    page.fill("#id-name", "𠮷田 花子")
    page.fill("#id-phone", "090-1234-5678")
    page.fill("#id-address", "東京都千代田区1-2-3")
    page.check("#id-consent")
    page.locator("#id-name").press("Enter")
    assert f"/{code}/c/" in page.url
    shoot(page, f"walk-{code}-case")

    case_page = page.url
    page.goto(f"{site}/{code}/r/{kumo.SLUG}/claim/")
    page.click("main .notice a")
    assert page.url == case_page
    assert Claim.objects.count() == Evidence.objects.count() == 1


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
        "claim/?model=K100",
        "progress/",
        "nowhere/",
    ):
        page.goto(base + path)
        axe(page)
        assert not page.evaluate(wide), path
    page.goto(f"{base}claim/?model=K100")
    page.click(SEND)
    axe(page)


def test_text_is_large_and_targets_are_wide_enough_for_old_hands(
    site: str, open_page: OpenPage, data_dir: Path
) -> None:
    kumo.publish(data_dir)
    page = open_page(language="ja")
    page.goto(f"{site}/ja/r/{kumo.SLUG}/claim/")
    assert page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") >= 18
    heights = page.evaluate(
        """[...document.querySelectorAll(
            'main .button, main input:not([type=hidden]), main select, main textarea')]
        .map(e => Math.round((e.closest('label') || e).getBoundingClientRect().height))"""
    )
    assert min(heights) >= 44
