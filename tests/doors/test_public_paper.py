"""On paper and without mail: the confirmation on one A4, its code, and the receipt at the end."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from django.conf import settings
from django.test import Client
from django.utils import timezone
from PIL import Image
from playwright.sync_api import Page

from kaishu.claims.facts import UnitFacts
from kaishu.notices.models import Message
from tests.doors import kumo
from tests.doors.owner_world import CONTACT, OwnerWorld, file_claim
from tests.doors.pages import find, parsed, text
from tests.support.browser import SHOTS, shoot

OpenPage = Callable[..., Page]
TWO = (
    UnitFacts(model="K100", serial=kumo.LISTED, remedy="refund"),
    UnitFacts(model="K200", serial="AK20230001000077", colour="grey", remedy="replace"),
)


def sheets(page: Page) -> list[Image.Image]:
    """Print the page as the browser would, in black and white, and return its sheets."""
    printed = pypdfium2.PdfDocument(BytesIO(page.pdf(prefer_css_page_size=True, format="A4")))
    return [sheet.render(scale=3).to_pil().convert("L") for sheet in printed]


def scanned(sheet: Image.Image) -> list[str]:
    """Return what a phone's camera reads from a sheet."""
    return [found.text for found in zxingcpp.read_barcodes(sheet)]


@pytest.mark.parametrize("code", ["ja", "zh-hans", "en"])
@pytest.mark.parametrize("units", [1, 2])
def test_the_confirmation_is_one_sheet_and_its_code_opens_the_claim(
    site: str, data_dir: Path, open_page: OpenPage, code: str, units: int
) -> None:
    world = file_claim(
        data_dir, *TWO[:units], contact=replace(CONTACT, email=""), at=timezone.now()
    )
    page = open_page()
    page.goto(f"{site}/{code}/c/{world.sent.token}/")
    printed = sheets(page)
    if os.environ.get("KAISHU_SHOTS") == "1":
        printed[0].save(SHOTS / f"print-confirmation-{code}-{units}.png")
    assert len(printed) == 1
    (link,) = scanned(printed[0])
    assert link == f"{settings.KAISHU_PUBLIC_URL}/{code}/c/{world.sent.token}/"
    path = link.removeprefix(settings.KAISHU_PUBLIC_URL)
    shown = text(find(parsed(Client().get(path)), ".reference")[0])
    assert re.sub(r"\D", "", shown) == world.sent.case_no


def test_the_sheet_names_the_danger_and_the_telephone(
    site: str, data_dir: Path, open_page: OpenPage
) -> None:
    world = file_claim(data_dir, *TWO, at=timezone.now())
    page = open_page()
    page.goto(f"{site}/en/c/{world.sent.token}/")
    printed = pypdfium2.PdfDocument(BytesIO(page.pdf(prefer_css_page_size=True)))
    words = " ".join(printed[0].get_textpage().get_text_range().split())
    assert "Stop using it now. Do not charge it." in words
    assert "0120-000-111" in words
    number = world.sent.case_no
    assert f"{number[:4]} {number[4:8]} {number[8:]}" in words
    for act in ("Take this claim back", "My telephone number"):
        assert act not in words


def test_without_a_mail_address_the_screen_shows_the_code(
    site: str, data_dir: Path, open_page: OpenPage
) -> None:
    world = file_claim(data_dir, contact=replace(CONTACT, email=""))
    page = open_page(javascript=False)
    page.goto(f"{site}/en/c/{world.sent.token}/")
    assert "Print or photograph this page: it is your receipt." in page.inner_text("main")
    shot = Image.open(BytesIO(page.screenshot(full_page=True))).convert("L")
    assert scanned(shot) == [f"{settings.KAISHU_PUBLIC_URL}/en/c/{world.sent.token}/"]
    assert not Message.objects.exists()
    shoot(page, "tracking-no-mail")


def test_with_a_mail_address_the_code_is_for_paper_only(
    site: str, data_dir: Path, open_page: OpenPage
) -> None:
    world = file_claim(data_dir)
    page = open_page()
    page.goto(f"{site}/en/c/{world.sent.token}/")
    assert not page.locator(".qr").is_visible()


@pytest.fixture
def finished(db: None, data_dir: Path) -> OwnerWorld:
    """Give a claim that was paid and whose unit is recycled."""
    world = file_claim(data_dir)
    world.decide("approved", "checked")
    world.send_kit()
    world.collect()
    world.pay()
    world.dispose()
    return world


def test_the_end_is_a_receipt(finished: OwnerWorld) -> None:
    assert text(find(finished.get(), ".doings a")[0]) == "Receipt"
    shown = text(finished.get("receipt/1/"))
    for said in ("April 2026", "¥3,990", "CERT-77", "recycled", "Kumo Power Bank 10000"):
        assert said in shown
    assert "hanako" not in shown


def test_a_receipt_is_one_sheet(site: str, data_dir: Path, open_page: OpenPage) -> None:
    world = file_claim(data_dir)
    world.decide("approved", "checked")
    world.send_kit()
    world.collect()
    world.pay()
    page = open_page()
    for code in ("ja", "zh-hans", "en"):
        page.goto(f"{site}/{code}/c/{world.sent.token}/receipt/1/")
        assert len(sheets(page)) == 1
        shoot(page, f"tracking-receipt-{code}")
    assert "kept safe until it is recycled" in page.inner_text("main")
