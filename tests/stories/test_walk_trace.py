"""Walk in a browser from three incidents to the lot, its units, a new edition, and an owner."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Page, expect

from kaishu.base.roles import Role, give
from kaishu.claims import actions as claims
from kaishu.claims.facts import ClaimFacts, UnitFacts
from tests.doors import kumo
from tests.doors.owner_world import CONTACT
from tests.support import trace_world as world
from tests.support.browser import axe, shoot
from tests.support.signed_in import sign_in

OpenPage = Callable[..., Page]
SHOTS = os.environ.get("KAISHU_SHOTS") == "1"
HERE = f"/staff/trace/in/{world.SLUG}/"


@pytest.fixture
def burnt(site: str, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three owners of units outside the recall have told that theirs got hot."""
    for file, serials in world.LISTS.items():
        monkeypatch.setitem(kumo.LISTS, file, serials)
    kumo.publish(data_dir, world.recall())
    world.open_network()
    for number in (162, 167, 179):
        serial = world.serial(number)
        unit = UnitFacts(model="K100", serial=serial, remedy="refund", condition="hot")
        facts = ClaimFacts(recall=kumo.SLUG, language="en", contact=CONTACT, units=(unit,))
        claims.submit_claim(facts=facts, key=serial, door="public", by="owner", at=world.AT)


def test_incidents_lead_to_a_lot_and_the_lot_to_a_new_edition(
    site: str, open_page: OpenPage, burnt: None
) -> None:
    desk = signed_in(open_page, site, "hana")
    desk.goto(f"{site}/staff/trace/")
    desk.click(f"a[href='{HERE}']")
    desk.click(f"a[href='{HERE}cause/']")
    desk.select_option("#id-recall", kumo.SLUG)
    desk.click("text=Show its incidents")
    expect(desk.locator("input[name=incident]:checked")).to_have_count(3)
    likely = desk.locator("article").first
    expect(likely).to_contain_text("All 3 units with an incident carry lot Cell A L77.")
    axe(desk)
    likely.get_by_role("link", name="Follow it forward").click()
    expect(desk.locator(".figures")).to_contain_text("30 units certainly")
    desk.click("text=Make a recall's scope of it")
    expect(desk.locator("section .figures").first).to_contain_text("40 units come in")
    desk.click("text=Make the draft")
    desk.click("text=Hand it to a second manager")
    proposal = desk.url

    other = signed_in(open_page, site, "ren")
    other.goto(proposal)
    other.fill("#id-slug", kumo.SLUG)
    other.click("button[value=settle]")
    expect(other.locator(".notice.ok")).to_contain_text("Edition 2 is published")

    owner = open_page(language="en", javascript=False)
    check = f"{site}/en/r/{kumo.SLUG}/check/?model=K100&serial="
    owner.goto(f"{check}{world.serial(171)}")
    expect(owner.locator(".band.affected")).to_have_count(1)
    owner.goto(f"{check}{world.serial(7)}")  # it only shared a carton
    expect(owner.locator(".band.ok")).to_have_count(1)


@pytest.mark.skipif(not SHOTS, reason="pictures of every page are taken by hand")
@pytest.mark.parametrize("language", ["en", "ja", "zh-hans"])
@pytest.mark.parametrize("width", [1366, 390])
def test_every_trace_page_is_pictured(
    site: str, open_page: OpenPage, burnt: None, width: int, language: str
) -> None:
    desk = signed_in(open_page, site, "hana", language=language, width=width)
    lots = f"lots={world.SUSPECT}"
    unit = world.k100(161)
    for name, path in {
        "home": "/staff/trace/", "ask": HERE, "unknown": f"{HERE}?lots=L99", "answer": f"{HERE}?{lots}",
        "rows": f"{HERE}rows/?{lots}&kind=unit", "path": f"{HERE}path/?{lots}&code={unit}",
        "thing": f"{HERE}thing/?code={unit}", "box": f"{HERE}thing/?code=/x/box/carton-9",
        "back": f"{HERE}back/?unit={unit}&of={world.SUSPECT}",
        "cause": f"{HERE}cause/?recall={kumo.SLUG}", "what-if": f"{HERE}what-if/?{lots}",
        "brands": f"{HERE}brands/?{lots}", "missing": f"{HERE}complete/?model=K100",
        "scope": f"{HERE}scope/?{lots}&choice=1&recall={kumo.SLUG}&model=K100&how=replace",
        "tell": f"{HERE}consignees/?{lots}",
    }.items():  # fmt: skip
        desk.goto(f"{site}{path}")
        overflow = desk.evaluate("document.documentElement.scrollWidth - innerWidth")
        shoot(desk, f"trace-{name}-{width}-{language}")
        assert overflow <= 0, (name, overflow)
        axe(desk)


def signed_in(
    open_page: OpenPage, site: str, name: str, *, language: str = "en", width: int = 1366
) -> Page:
    """Open a browser in which a manager has signed in."""
    user, made = User.objects.get_or_create(username=name)
    if made:
        give(user, Role.MANAGER)
    page = open_page(language=language, width=width, height=900)
    client = Client()
    sign_in(client, user)
    value = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": value, "url": site}])
    return page
