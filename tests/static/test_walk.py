"""The copy on a plain file server, in a real browser: all four answers, and one A4 of paper."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from urllib.request import urlopen

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings

from kaishu.core.recall import CheckTerms
from kaishu.core.sentences import sentence
from kaishu.doors.public.static_site.build import build
from tests.doors import kumo
from tests.notices.outbox import free_port
from tests.support.browser import axe, shoot

OpenPage = Callable[..., Page]
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
    page.click("#check button")


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


def test_without_scripts_the_rules_and_the_telephone_stand_there(
    copy: str, open_page: OpenPage
) -> None:
    page = open_page(javascript=False, language="zh-CN")
    page.goto(f"{copy}/zh-hans/r/{kumo.SLUG}/check/index.html")
    expect(page.locator("#check")).to_be_hidden()
    expect(page.locator("main")).to_contain_text("K100")
    expect(page.locator(f'a[href="tel:{kumo.recall().phone}"]').first).to_be_visible()
