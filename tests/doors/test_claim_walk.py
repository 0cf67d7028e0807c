"""The claim in a real browser: without scripts, with a photo, in two tabs, over a killed server."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page

from kaishu.claims.models import Claim, ClaimUnit, Evidence
from kaishu.people import queries as people
from tests.doors import kumo
from tests.doors.claim_pages import fill_in, question, send
from tests.support.browser import axe, shoot
from tests.support.server import running_site

OpenPage = Callable[..., Page]
CODES = {"ja": "ja", "zh-hans": "zh-CN", "en": "en"}
KNOWN = f"model=K100&serial={kumo.LISTED}&colour=white"
START = f"r/{kumo.SLUG}/claim/"
WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


@pytest.fixture
def label_photo(tmp_path: Path) -> Path:
    """Give a photo file as a phone makes it."""
    buffer = io.BytesIO()
    Image.linear_gradient("L").resize((640, 400)).convert("RGB").save(buffer, "JPEG")
    path = tmp_path / "label.jpg"
    path.write_bytes(buffer.getvalue())
    return path


def begin(page: Page, site: str, code: str, query: str = KNOWN) -> None:
    """Open the start page and press its button."""
    page.goto(f"{site}/{code}/{START}?{query}")
    page.click("main .act button")


@pytest.mark.every_run
@pytest.mark.parametrize("code", CODES)
def test_an_owner_claims_with_a_photo_and_without_scripts(
    code: str, site: str, open_page: OpenPage, data_dir: Path, label_photo: Path
) -> None:
    kumo.publish(data_dir)
    page = open_page(javascript=False, language=CODES[code])
    page.goto(f"{site}/{code}/{START}?{KNOWN}")
    shoot(page, f"claim-{code}-start")
    page.click("main .act button")
    answers = {"photo": {"file": label_photo}, "condition": {"condition": "swollen"}}
    fill_in(page, answers, on_page=lambda p, name: shoot(p, f"claim-{code}-{name}"))
    shoot(page, f"claim-{code}-check")
    send(page)
    shoot(page, f"claim-{code}-sent")
    assert Claim.objects.count() == Evidence.objects.count() == 1
    page.go_back()
    assert page.locator(".band.ok").count() == 1
    shoot(page, f"claim-{code}-already-sent")
    page.click("main a.button")
    assert "/c/" in page.url


def test_two_units_two_remedies_and_the_person_asked_once(
    site: str, open_page: OpenPage, data_dir: Path
) -> None:
    kumo.publish(data_dir)
    page = open_page(javascript=False)
    begin(page, site, "en")
    fill_in(page, {}, until="products")
    page.check("main [value=yes]")
    page.click("main form button.button:not(.quiet)")
    second = {
        "model": {"model": "K200"},
        "serial": {"serial": "AK20230001000099"},
        "colour": {"colour": "grey"},
        "remedy": {"remedy": "replace"},
    }
    seen = fill_in(page, second)
    shoot(page, "claim-en-two-check")
    assert [seen.count(name) for name in ("name", "reach", "address")] == [1, 1, 1]
    assert "shop" not in seen
    send(page)
    one, two = ClaimUnit.objects.order_by("unit_no")
    assert (one.remedy, two.remedy) == ("refund", "replace")
    assert one.claim_id == two.claim_id


def test_a_number_that_nobody_can_read_goes_by_photo_to_a_person(
    site: str, open_page: OpenPage, data_dir: Path, label_photo: Path
) -> None:
    kumo.publish(data_dir)
    page = open_page(javascript=False, language="zh-CN", width=320)
    begin(page, site, "zh-hans", "model=K100")
    answers = {"serial": {"do": "unknown"}, "photo": {"file": label_photo}}
    fill_in(page, answers)
    send(page)
    unit = ClaimUnit.objects.get()
    assert (unit.serial_typed, unit.verdict_answer) == ("", "ask")
    assert Evidence.objects.get().claim_unit == unit


@pytest.mark.every_run
def test_a_server_killed_between_two_pages_loses_nothing(
    fresh_db: str, open_page: OpenPage, data_dir: Path, label_photo: Path
) -> None:
    kumo.publish(data_dir)
    page = open_page(javascript=False)
    with running_site() as first:
        begin(page, first, "en")
        fill_in(page, {"photo": {"file": label_photo}}, until="address")
        address = page.url.removeprefix(first)
    with running_site() as second:
        page.goto(f"{second}{address}")
        assert page.input_value("#id-city") == "千代田区千代田"
        fill_in(page, {})
        assert "𠮷田 花子" in page.inner_text("main")
        send(page)
    assert Evidence.objects.count() == 1
    assert people.contact(Claim.objects.get().person_id).name == "𠮷田 花子"


def test_with_scripts_a_large_photo_is_made_smaller_before_it_is_sent(
    site: str, open_page: OpenPage, data_dir: Path, tmp_path: Path
) -> None:
    kumo.publish(data_dir)
    large = tmp_path / "large.png"
    Image.effect_noise((2600, 1200), 90).convert("RGB").save(large)
    assert large.stat().st_size > 3_000_000
    page = open_page()
    begin(page, site, "en")
    fill_in(page, {}, until="photo")
    page.set_input_files("#id-camera", large)
    page.wait_for_selector(".preview img")
    sent = page.evaluate("document.querySelector('#id-camera').files[0].size")
    assert sent < large.stat().st_size / 2
    page.click("button[value=send]")
    page.wait_for_selector(".kept, #problems", timeout=60_000)  # a busy machine decodes slowly
    assert page.locator("#problems").count() == 0, page.inner_text("#problems")
    assert "large.jpg" in page.inner_text(".kept")
    shoot(page, "claim-en-photo-kept")
    page.set_input_files("#id-file", large)
    page.click("button[value=send]")  # before it is small
    page.wait_for_selector(".photos li >> nth=1", timeout=60_000)


@pytest.mark.parametrize("code", CODES)
def test_axe_finds_nothing_fresh_or_wrong_and_nothing_is_wider_than_a_small_phone(
    code: str, site: str, open_page: OpenPage, data_dir: Path, label_photo: Path
) -> None:
    kumo.publish(data_dir)
    page = open_page(language=CODES[code], width=320)
    page.goto(f"{site}/{code}/{START}")
    axe(page)
    page.click("main .act button")

    def look(page: Page, name: str) -> None:
        axe(page)
        assert not page.evaluate(WIDE), name
        if name in ("safety", "same-order"):
            return
        wrong = "button[value=send]" if name in ("photo", "proof") else ".acts button.button"
        page.locator(f"main {wrong}").first.click()
        assert question(page) == name
        axe(page)
        assert not page.evaluate(WIDE), name
        assert page.evaluate("document.activeElement.id") == "problems"

    fill_in(page, {"condition": {"condition": "leaking"}}, on_page=look)
    axe(page)
    assert not page.evaluate(WIDE)
    draft = page.url
    send(page)
    page.goto(draft)
    assert page.locator(".band.ok").count() == 1
    axe(page)
