"""The copy on a plain file server, in a real browser: all four answers, and one A4 of paper."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.request import urlopen

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings

from kaishu.core import receipts
from kaishu.core.flight_card import NOT_AFFECTED, VALID_UNTIL
from kaishu.core.recall import CheckTerms
from kaishu.core.receipts import Proven
from kaishu.core.sentences import sentence
from kaishu.doors.public import receipt_keys, site
from kaishu.doors.public.static_site.build import build
from tests.doors import kumo
from tests.notices.outbox import free_port
from tests.support.browser import axe, shoot

OpenPage = Callable[..., Page]
ALL_MINE = "メーカーを問わず、まとめて調べる"
NARROW = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"


@pytest.fixture
def copy(data_dir: Path, tmp_path: Path, settings: Settings) -> Iterator[str]:
    """Serve a copy in a folder of a file server, and nothing else."""
    settings.KAISHU_PUBLIC_URL = "https://recall.example"
    kumo.write_pack(data_dir, replace(kumo.recall(), check=CheckTerms(publish_list=True)))
    kumo.write_pack(data_dir, kumo.abroad())
    build(tmp_path / "files" / "deep" / "copy")
    port = free_port()
    run = [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1"]
    server = subprocess.Popen(
        [*run, "--directory", str(tmp_path / "files")],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}/deep/copy"
    try:
        _wait_for(f"{address}/index.html")
        yield address
    finally:
        server.terminate()
        server.wait(10)


def _wait_for(address: str) -> None:
    for _ in range(100):
        try:
            urlopen(address, timeout=5).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(address)


def _ask(page: Page, model: str, serial: str) -> None:
    page.fill("#id-model", model)
    page.fill("#id-serial", serial)
    page.click("#check button:not([type=button])")


@pytest.mark.every_run
def test_the_copy_answers_without_us(copy: str, open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page()
    elsewhere: list[str] = []
    page.on("request", lambda r: elsewhere.append(r.url) if not r.url.startswith(copy) else None)
    page.goto(f"{copy}/index.html")
    page.click("a[hreflang=ja]")
    page.click("main .products a >> nth=0")
    page.goto(f"{copy}/en/check/index.html")
    band = page.locator("#answers .band").first
    said = {code: sentence(f"answer_{code}", "en").text for code in ("affected", "not_affected")}
    _ask(page, "k100", f"SN: {kumo.LISTED[:8]} {kumo.LISTED[8:]}")
    expect(band).to_contain_text(said["affected"])
    expect(page.locator("#answers [data-claim]").first).to_have_attribute(
        "href", re.compile(r"^https://recall\.example/en/r/.*/claim/\?")
    )
    axe(page)
    assert page.evaluate(NARROW)
    shoot(page, "static-en-affected")
    # The recall abroad has the model too, and its list is not in the copy: that is a question.
    _ask(page, "K100", kumo.NOT_LISTED)
    expect(band).to_contain_text(sentence("answer_ask", "en").text)
    expect(page.locator("#answers .band")).to_have_count(2)
    expect(page.locator("#answers .band").nth(1)).to_contain_text(said["not_affected"])
    _ask(page, "Z9", "1")
    expect(page.locator("#nowhere")).to_be_visible()
    expect(page.locator("#answers")).to_be_hidden()
    assert elsewhere == []
    for which in (tmp_path / "files/deep/copy/data/list").rglob("*.txt"):
        which.unlink()
    _ask(page, "K100", kumo.LISTED)
    expect(band).to_contain_text(sentence("answer_ask", "en").text)
    page.goto(f"{copy}/ja/r/{kumo.SLUG}/sheet/index.html")
    axe(page)
    for paper in ("sheet", "check"):
        page.goto(f"{copy}/ja/r/{kumo.SLUG}/{paper}/index.html")
        pdf = page.pdf(format="A4", prefer_css_page_size=True)
        assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1, paper


CAMERA = """
window.BarcodeDetector = class {
  static async getSupportedFormats() { return ["qr_code", "ean_13"]; }
  async detect() { return window.codes.map((rawValue) => ({ rawValue })); }
};
window.createImageBitmap = async () => ({});
"""


def test_everything_somebody_owns_is_answered_from_the_copy_alone(
    copy: str, open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page(language="ja")
    elsewhere: list[str] = []
    page.on("request", lambda r: elsewhere.append(r.url) if not r.url.startswith(copy) else None)
    page.add_init_script(CAMERA)
    page.goto(f"{copy}/ja/index.html")
    page.click(f"text={ALL_MINE}")
    units = page.locator("#units > li")
    page.click("#everything button:not([type=button])")
    expect(page.locator("#id-list_error")).to_be_visible()
    page.fill("#id-list", f"K200 {kumo.NOT_LISTED}\nZ9 1\nk100: SN {kumo.LISTED.lower()}\n")
    # A photo of a label: the bar code of the shelf, and the code with the serial.
    page.evaluate("window.codes = ['4901234567894', 'MODEL:K100;SN:AK20230001000043']")
    photo = tmp_path / "label.png"
    photo.write_bytes(b"x")
    page.set_input_files("#id-photo", photo)
    expect(page.locator("#id-list")).to_have_value(re.compile("MODEL:K100;SN:AK20230001000043"))
    page.evaluate("window.codes = []")
    page.set_input_files("#id-photo", photo)
    expect(page.locator("#scan-says")).not_to_be_empty()
    page.fill("#id-list", f"{page.input_value('#id-list')}K100 {kumo.ABROAD}")
    page.click("#everything button:not([type=button])")
    expect(units).to_have_count(5)
    said = [sentence(f"answer_{code}", "ja").text for code in ("affected", "not_affected")]
    expect(units.first).to_contain_text(said[0])
    expect(units.first).to_contain_text("AK20230001000042")
    expect(units.first).to_contain_text(sentence("listed", "ja", {"model": "K100"}).text)
    expect(units.nth(1)).to_contain_text("AK20230001000043")
    expect(units.last).to_contain_text("Z9")
    # Two recalls have the model: the newest of the strictest first, and neither is left out.
    expect(units.first.locator("[data-answers] > div")).to_have_count(2)
    expect(page.locator("#todo h2")).to_have_count(1)
    expect(page.locator("#todo a.button")).to_have_attribute(
        "href", re.compile(r"^https://recall\.example/ja/r/.*/claim/\?u=K100%3AAK20230001000042")
    )
    axe(page)
    assert page.evaluate(NARROW)
    shoot(page, "static-ja-everything")
    units.first.locator("a").first.click()
    expect(page.locator("#answers .band").first).to_contain_text(said[0])
    assert elsewhere == []


def test_a_flight_card_is_checked_by_the_keys_of_the_copy(copy: str, open_page: OpenPage) -> None:
    packs = site.running()
    home = site.pack_of(kumo.SLUG)

    def card(until: date, editions: list[str]) -> str:
        proven = [Proven(what=NOT_AFFECTED, on=until, entry=each) for each in editions]
        proven.append(Proven(what=VALID_UNTIL, on=until, entry=""))
        return receipt_keys.sign(
            receipts.receipt(
                issuer="recall.example",
                recall=home.recall.slug,
                product="K100",
                serial=kumo.NOT_LISTED,
                reference="",
                proven=tuple(proven),
            )
        )

    page = open_page()
    elsewhere: list[str] = []
    page.on("request", lambda r: elsewhere.append(r.url) if not r.url.startswith(copy) else None)
    page.goto(f"{copy}/en/fly/index.html")
    page.click("text=Check a flight card or a receipt")
    today, digests = datetime.now(UTC).date(), [pack.ref.digest for pack in packs]
    good = card(today + timedelta(days=3), digests)
    payload = good.index(".", 20) + 9
    forged = good[:payload] + ("B" if good[payload] != "B" else "C") + good[payload + 1 :]
    for code, unit, said in (
        (good, kumo.NOT_LISTED.lower(), sentence("card_genuine", "en").text),
        (good, kumo.NOT_LISTED, "It belongs to the unit that you typed."),
        (f"https://recall.example/en/verify/?code={good}", "", "Type the serial number, too"),
        (good, kumo.LISTED, "it belongs to another unit"),
        (card(today - timedelta(days=1), digests), "", sentence("card_expired", "en").text),
        (card(today + timedelta(days=3), digests[:1]), "", sentence("card_outdated", "en").text),
        (forged, "", sentence("receipt_forged", "en").text),
        ("KR1.AAAAAAAAAAA." + good.split(".", 2)[2], "", "does not have the key of this code"),
        (good[:-9], "", sentence("receipt_unreadable", "en").text),
    ):
        page.fill("#id-code", code)
        page.fill("#id-unit", unit)
        page.click("#verify button")
        expect(page.locator("#answers")).to_contain_text(said)
    page.fill("#id-code", good)
    page.click("#verify button")
    expect(page.locator("#answers .band.ok")).to_be_visible()
    axe(page)
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate(NARROW)
    shoot(page, "static-en-verify")
    assert elsewhere == []


def test_without_scripts_the_rules_and_the_telephone_stand_there(
    copy: str, open_page: OpenPage
) -> None:
    page = open_page(javascript=False, language="zh-CN")
    page.goto(f"{copy}/zh-hans/r/{kumo.SLUG}/check/index.html")
    expect(page.locator("#check")).to_be_hidden()
    expect(page.locator("main")).to_contain_text("K100")
    expect(page.locator(f'a[href="tel:{kumo.recall().phone}"]').first).to_be_visible()
