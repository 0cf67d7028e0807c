"""The test bed's own server and browser, over the real application."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from tests.support.browser import axe, shoot


@pytest.mark.parametrize("javascript", [True, False])
def test_a_browser_reads_the_site_with_and_without_scripts(
    site: str, open_page: Callable[..., Page], javascript: bool
) -> None:
    page = open_page(javascript=javascript, language="ja")
    answer = page.goto(f"{site}/healthz")
    assert answer is not None
    assert answer.status == 200
    expect(page.locator("body")).to_have_text("ok")


def test_the_database_can_be_used_while_a_browser_is_open(site: str, browser_page: Page) -> None:
    browser_page.goto(f"{site}/healthz")
    User.objects.create(username="beside the browser")
    assert User.objects.count() == 1


def test_axe_names_what_it_finds(browser_page: Page) -> None:
    browser_page.set_content("<html lang=en><title>t</title><main><h1>h</h1><img src=x></main>")
    with pytest.raises(AssertionError, match="image-alt"):
        axe(browser_page)
    browser_page.set_content("<html lang=en><title>t</title><main><h1>h</h1></main>")
    axe(browser_page)


def test_no_screenshot_is_taken_unless_asked_for(
    browser_page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KAISHU_SHOTS", raising=False)
    shoot(browser_page, "never")
