"""Anybody can find out whether a message is ours, and where to report a weakness."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client
from playwright.sync_api import Page
from pytest_django import Settings

from tests.doors import kumo
from tests.doors.pages import find, parsed, text
from tests.support.browser import axe, shoot

CODES = {"ja": "ja", "zh-hans": "zh-CN", "en": "en"}


@pytest.fixture
def canonical(settings: Settings, data_dir: Path) -> None:
    settings.KAISHU_PUBLIC_URL = "https://recall.example"
    settings.KAISHU_MAIL_FROM = "Recall <recall@recall.example>"


@pytest.mark.django_db
@pytest.mark.parametrize("code", CODES)
def test_the_page_names_our_address_our_sender_and_the_telephone(
    canonical: None, data_dir: Path, code: str
) -> None:
    kumo.publish(data_dir)
    response = Client().get(f"/{code}/genuine/", headers={"host": "localhost"})
    assert response.status_code == 200
    root = parsed(response)
    assert [text(each) for each in find(root, ".genuine")] == ["recall.example"]
    said = [text(each) for each in find(root, "code")]
    assert said == ["recall.example", "https://recall.example/", "recall@recall.example"]
    assert [each.get("href") for each in find(root, "#main [href*='tel:']")] == ["tel:0120-000-111"]
    assert len(find(root, "h1")) == 1
    assert f'href="/{code}/genuine/"' in response.content.decode()  # in the footer, of every page
    assert f'href="/{code}/genuine/"' in Client().get(f"/{code}/").content.decode()


@pytest.mark.django_db
def test_security_txt_says_where_to_report(canonical: None, settings: Settings) -> None:
    settings.KAISHU_SECURITY_CONTACT = "mailto:security@recall.example"
    response = Client().get("/.well-known/security.txt")
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    fields = dict(line.split(": ", 1) for line in response.content.decode().splitlines())
    assert fields["Contact"] == "mailto:security@recall.example"
    assert fields["Canonical"] == "https://recall.example/.well-known/security.txt"
    assert fields["Preferred-Languages"] == "ja, zh, en"
    left = datetime.fromisoformat(fields["Expires"]) - datetime.now(UTC)
    assert timedelta(days=178) < left <= timedelta(days=180)


@pytest.mark.django_db
def test_there_is_no_security_txt_without_a_contact(settings: Settings) -> None:
    settings.KAISHU_SECURITY_CONTACT = ""
    assert Client().get("/.well-known/security.txt").status_code == 404


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("code", CODES)
def test_the_page_reads_well(
    site: str,
    canonical: None,
    data_dir: Path,
    open_page: Callable[..., Page],
    code: str,
    width: int,
) -> None:
    kumo.publish(data_dir)
    page = open_page(language=CODES[code], width=width)
    page.goto(f"{site}/{code}/genuine/")
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    axe(page)
    shoot(page, f"genuine-{code}-{width}")
