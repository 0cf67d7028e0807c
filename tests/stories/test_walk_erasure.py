"""An owner has their data deleted, in a browser without scripts; the books never notice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from playwright.sync_api import Page

from kaishu.base.roles import Role, give
from kaishu.books.audit import audit
from kaishu.books.queries import trial_balance
from kaishu.claims import queries
from kaishu.claims.audit import audit as audit_claims
from kaishu.claims.messages import link_path
from kaishu.notices import rendering
from kaishu.notices.models import Message, Watch
from kaishu.payouts import batches
from kaishu.people import queries as people
from tests.doors import desk_world, kumo
from tests.doors.desk_world import DeskWorld
from tests.support.browser import axe, shoot

OpenPage = Callable[..., Page]
CODES = {"ja": "ja", "zh-hans": "zh-CN", "en": "en"}
WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
PASSWORD = "a long password"


@pytest.fixture
def world(site: str, data_dir: Path) -> DeskWorld:
    """Publish the recall; one owner is owed a shop credit and a bag, and sent a photo."""
    world = desk_world.open_world(data_dir)
    world.claim(
        "owner",
        serial=kumo.LISTED,
        remedy="credit",
        order_amount=3990,
        evidence=(desk_world.photo(),),
    )
    world.decide("owner")
    give(User.objects.create_user("mika", password=PASSWORD), Role.REVIEWER, Role.OPERATOR)
    return world


def stored_files() -> int:
    """Count the stored files."""
    return sum(1 for place in (settings.KAISHU_DATA_DIR / "evidence").rglob("*") if place.is_file())


@pytest.mark.parametrize("code", CODES)
def test_an_owner_deletes_their_data_and_the_books_still_add_up(
    code: str, site: str, world: DeskWorld, open_page: OpenPage
) -> None:
    case_no = world.cases["owner"]
    claim = world.unit("owner").claim
    books = trial_balance(recall_id=world.recall_id).sentence()
    assert len(batches.due()) == 1
    home = f"{site}{link_path(claim)}".replace("/ja/", f"/{code}/")

    page = open_page(javascript=False, language=CODES[code])
    reader = open_page(language=CODES[code])
    page.goto(home)
    page.click("main a[href$='/data/']")
    _look(page, reader, f"erasure-{code}-data")
    with page.expect_download() as copy:
        page.click("main a[href$='copy.json']")
    assert "佐藤 花子" in Path(copy.value.path()).read_text("utf-8")

    page.click("main a[href$='/erase/']")
    _look(page, reader, f"erasure-{code}-ask")
    page.click("main button.danger")
    assert page.evaluate("document.activeElement.id") == "problems"
    shoot(page, f"erasure-{code}-ask-error")
    assert people.forgotten_at(claim.person_id) is None

    page.check("#id-sure")
    page.click("main button.danger")
    assert page.url == home
    _look(page, reader, f"erasure-{code}-done")
    assert "花子" not in page.content()

    assert people.forgotten_at(claim.person_id) is not None
    assert stored_files() == 0
    assert batches.due() == []
    assert trial_balance(recall_id=world.recall_id).sentence() == books
    assert [str(finding) for finding in (*audit(), *audit_claims())] == []
    assert len(queries.case(case_no).units[0].decisions) == 1
    _staff_see_that_it_was_deleted(open_page, site, case_no, code)


def _staff_see_that_it_was_deleted(open_page: OpenPage, site: str, case_no: str, code: str) -> None:
    desk = open_page(width=1366, height=900, language=CODES[code])
    desk.goto(f"{site}/staff/claims/{case_no}/")
    desk.fill("#id-username", "mika")
    desk.fill("#id-password", PASSWORD)
    desk.click("main .button")
    axe(desk)
    shoot(desk, f"erasure-{code}-staff")
    assert desk.locator(".pictures li").count() == 1
    assert desk.locator(".pictures a").count() == 0
    said = {"ja": "削除", "zh-hans": "删除", "en": "These details were deleted."}
    assert said[code] in desk.inner_text(".proof")
    desk.goto(f"{site}/staff/kits/")
    shoot(desk, f"erasure-{code}-kits")
    for button in desk.locator("form.oneline button").all():
        button.click()
    assert trial_balance_has_a_bag_owed()


def trial_balance_has_a_bag_owed() -> bool:
    """Say whether the bag stands where it stood: owed, not sent."""
    from kaishu.books.models import Promise

    return Promise.objects.get(role="kit").account == "owed"


@pytest.mark.parametrize("code", CODES)
def test_an_owner_asks_to_be_told_and_stops_it(
    code: str, site: str, world: DeskWorld, open_page: OpenPage
) -> None:
    page = open_page(javascript=False, language=CODES[code], width=320)
    reader = open_page(language=CODES[code], width=320)
    page.goto(f"{site}/{code}/r/{kumo.SLUG}/check/?model=K100&serial={kumo.NOT_LISTED}")
    page.click("main a[href*='/watch/']")
    _look(page, reader, f"watch-{code}-ask")
    page.fill("#id-email", "hanako@example")
    page.click("main button.button")
    assert page.input_value("#id-email") == "hanako@example"
    shoot(page, f"watch-{code}-error")
    page.fill("#id-email", "hanako@example.jp")
    page.locator("#id-email").press("Enter")
    shoot(page, f"watch-{code}-sent")
    assert Watch.objects.get().confirmed_at is None

    mail = Message.objects.get(template="watch_started")
    page.goto(site + rendering.secrets_of(mail)["link"].replace("/ja/", f"/{code}/"))
    _look(page, reader, f"watch-{code}-confirm")
    page.click("button[value=confirm]")
    _look(page, reader, f"watch-{code}-on")
    assert Watch.objects.get().confirmed_at is not None
    page.click("button[value=stop]")
    shoot(page, f"watch-{code}-stopped")
    assert not Watch.objects.exists()


@pytest.mark.parametrize("code", CODES)
def test_everybody_can_read_what_happens_to_their_data(
    code: str, site: str, world: DeskWorld, open_page: OpenPage
) -> None:
    page = open_page(language=CODES[code])
    page.goto(f"{site}/{code}/privacy/")
    axe(page)
    shoot(page, f"privacy-{code}")
    page.set_viewport_size({"width": 320, "height": 700})
    assert not page.evaluate(WIDE)
    page.set_viewport_size({"width": 1280, "height": 900})
    shoot(page, f"privacy-{code}-wide")


def _look(page: Page, reader: Page, name: str) -> None:
    """Take the page's picture, and let axe read it where scripts run (axe is one)."""
    shoot(page, name)
    reader.goto(page.url)
    axe(reader)
    assert not reader.evaluate(WIDE), name
