"""A whole call by keyboard: few keys beyond the data, within four minutes, and it looks right."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from kaishu.base.language import COOKIE
from kaishu.base.roles import Role
from kaishu.claims.models import Claim
from kaishu.people import queries as people
from tests.doors import desk_world, kumo
from tests.support.browser import axe, shoot

SHOTS = os.environ.get("KAISHU_SHOTS") == "1"
LANGUAGES = ("en", "ja", "zh-hans") if SHOTS else ("en",)
MOST_KEYS = 35
FOUR_MINUTES = 240
# A practised typist's key, and the speed of a person who reads to an old one. Sources: the
# keystroke-level model (Card, Moran, Newell 1980), and news readers in Japan, 300 signs a minute.
SECONDS_A_KEY = 0.28
SIGNS_A_SECOND = 5.0


class Keyboard:
    """Press keys as an operator does; what carries no data is counted."""

    def __init__(self, page: Page) -> None:
        self.page, self.beyond, self.data = page, 0, 0

    def press(self, key: str, times: int = 1) -> None:
        """Press a key that only leads somewhere."""
        for _ in range(times):
            self.page.keyboard.press(key)
            self.beyond += 1

    def say(self, text: str) -> None:
        """Type what the caller says."""
        self.page.keyboard.type(text)
        self.data += len(text)

    def field(self, control: str, text: str) -> None:
        """Go on to a field with the tabulator and type into it."""
        for _ in range(4):
            if self.at() == control:
                break
            self.press("Tab")
        assert self.at() == control
        self.say(text)

    def at(self) -> str:
        """Return the id of the control that has the focus."""
        return str(self.page.evaluate("document.activeElement.id"))


def signed_in(page: Page, site: str, language: str = "en") -> None:
    """Let an operator be signed in."""
    client = desk_world.member("mio", Role.OPERATOR)
    client.get("/staff/hotline/")  # the first request reads every page and every sentence
    page.context.add_cookies(
        [
            {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": site},
            {"name": COOKIE, "value": language, "url": site},
        ]
    )


def settled(page: Page) -> None:
    """Wait until what was typed is kept and answered."""
    page.wait_for_timeout(350)
    page.wait_for_load_state("networkidle")


def test_a_call_takes_few_keys_beyond_the_data_and_less_than_four_minutes(
    site: str, open_page: Callable[..., Page], data_dir: Path
) -> None:
    desk_world.open_world(data_dir)
    page = open_page(width=1366, height=900)
    signed_in(page, site)
    page.goto(f"{site}/staff/hotline/")
    keys = Keyboard(page)
    page.keyboard.press("Alt+n")
    keys.beyond += 2
    if not re.search(r"[0-9a-f-]{36}/$", page.url):
        page.goto(f"{site}/staff/hotline/new/")
    assert keys.at() == "id-language"
    keys.say("1")
    keys.field("id-condition-1", "1")
    keys.field("id-model-1", "K100")
    settled(page)
    keys.field("id-serial-1", "ak2o23ooo1oooo42".replace("ooo1", "0001"))
    settled(page)
    assert page.inner_text("#heard-1").startswith("Affected")
    keys.field("id-remedy-1", "2")
    keys.field("id-order_no-1", "250-1234567")
    keys.field("id-bought_on-1", "2024-05-14")
    keys.field("id-order_amount-1", "3990")
    keys.field("id-name", "佐藤 花子")
    keys.field("id-phone", "03-1234-5678")
    keys.field("id-email", "hanako@example.jp")
    keys.field("id-postcode", "1050001")
    settled(page)
    keys.field("id-street", "1-2-3")
    for _ in range(3):
        if keys.at() != "id-consent":
            keys.press("Tab")
    keys.press("Space")
    settled(page)
    spoken = page.inner_text("#script")
    keys.press("Tab")
    keys.press("Enter")
    page.wait_for_url(re.compile(r"/sent/$"))
    spoken += page.inner_text(".proof")
    claim = Claim.objects.get()
    assert claim.units.get().serial == kumo.LISTED
    assert people.contact(claim.person_id).region == "東京都"
    assert keys.beyond <= MOST_KEYS, keys.beyond
    typing = (keys.beyond + keys.data) * SECONDS_A_KEY
    reading = len("".join(spoken.split())) / SIGNS_A_SECOND
    assert typing + reading <= FOUR_MINUTES, (typing, reading)
    shoot(page, "hotline-sent-1366-en")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", (1366, 390))
def test_the_pages_of_the_hotline_fit_and_pass_axe(
    site: str, open_page: Callable[..., Page], data_dir: Path, width: int, language: str
) -> None:
    world = desk_world.open_world(data_dir)
    world.claim("first", serial=kumo.LISTED)
    world.decide("first", "asked", "serial_photo_unclear")
    page = open_page(width=width, height=900)
    signed_in(page, site, language)
    page.goto(f"{site}/staff/hotline/new/")
    page.select_option("#id-condition-1", "swollen")
    page.select_option("#id-model-1", f"{kumo.SLUG}|K100")
    page.fill("#id-serial-1", "AK2O230001000042")
    page.fill("#id-name", "佐藤 花子")
    page.fill("#id-postcode", "105-0001")
    settled(page)
    _look(page, f"hotline-call-{width}-{language}")
    here = page.url
    page.goto(f"{site}/staff/hotline/")
    _look(page, f"hotline-home-{width}-{language}")
    page.goto(here)
    assert page.input_value("#id-serial-1") == "AK2O230001000042"
    for name, path in {
        "follow": f"claims/{world.cases['first']}/",
        "sheet": f"sheet/{kumo.SLUG}/",
    }.items():
        page.goto(f"{site}/staff/hotline/{path}")
        _look(page, f"hotline-{name}-{width}-{language}")
    page.fill("#id-find", "5678")
    page.press("#id-find", "Enter")
    page.wait_for_selector("table.rows")
    _look(page, f"hotline-find-{width}-{language}")


def _look(page: Page, name: str) -> None:
    shoot(page, name)
    axe(page)
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0, f"{name}: {wide}px too wide"
