"""A recall that was never in the repository is made, previewed and published by browser only.

Published lot codes name many units each: the check answers by them, and two owners of units with
the same code both get a claim of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from kaishu.base.roles import Role, give
from kaishu.books.audit import audit
from kaishu.books.queries import trial_balance
from kaishu.claims import actions as claims
from kaishu.claims.audit import audit as audit_claims
from kaishu.claims.facts import ClaimFacts, UnitFacts
from kaishu.claims.models import ClaimUnit
from kaishu.editions.queries import recall_row
from tests.doors import romoss
from tests.doors.owner_world import CONTACT
from tests.support.browser import axe, shoot
from tests.support.signed_in import sign_in

OpenPage = Callable[..., Page]


def test_a_manager_makes_a_recall_and_another_publishes_it(
    site: str, data_dir: Path, open_page: OpenPage, tmp_path: Path
) -> None:
    for name in ("hana", "ren"):
        give(User.objects.create_user(name), Role.MANAGER)
    desk = _desk(open_page, site, "hana")
    desk.goto(f"{site}/staff/recalls/")
    desk.select_option("#id-market", "cn")
    desk.click("form[action='/staff/recalls/start/'] button")
    draft = desk.url
    expect(desk.locator(".notice.ask")).to_have_count(1)
    _upload(desk, tmp_path)
    for section, said in romoss.sections().items():
        _fill(desk, f"{draft}{section}/", said)
    reader = _desk(open_page, site, "hana", javascript=True)  # axe itself is a script
    _look(reader, f"{draft}products/", "recall-products")
    desk.goto(f"{draft}check/")
    assert desk.locator(".chip.affected").count() == 0, desk.inner_text("main")
    _preview(desk, draft)
    desk.goto(draft)
    desk.click("form[action$='/submit/'] button")
    proposal = desk.url
    assert desk.locator("#id-slug").count() == 0  # whoever asked cannot publish

    other = _desk(open_page, site, "ren")
    other.goto(proposal)
    other.fill("#id-slug", romoss.SLUG)
    other.click("button[value=settle]")
    assert other.locator(".notice.ok").count() == 1, other.inner_text("main")
    _owners_are_answered(open_page(language="en", javascript=False), site)
    _two_owners_claim_one_code()
    assert [str(finding) for finding in (*audit(), *audit_claims())] == []


def _desk(open_page: OpenPage, site: str, name: str, *, javascript: bool = False) -> Page:
    page = open_page(javascript=javascript, language="en", width=1366, height=900)
    client = Client()
    sign_in(client, User.objects.get(username=name))
    value = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": value, "url": site}])
    return page


def _upload(desk: Page, folder: Path) -> None:
    for name, content in romoss.lists().items():
        (folder / name).write_bytes(content)
    desk.set_input_files("#id-files", [folder / name for name in romoss.lists()])
    desk.click("form[action$='/files'] button")
    expect(desk.locator("#files td.code", has_text="serials/")).to_have_count(3)


def _fill(desk: Page, address: str, said: Mapping[str, Any]) -> None:
    """Add the rows that are missing, then type every field and save."""
    desk.goto(address)
    for table, value in said.items():
        for _row in value if isinstance(value, list) else ():
            kind = "list" if table == "rules" else ""
            desk.click(f"button[value='add:{table}:{kind}']")
    for name, value in _leaves(said, ""):
        control = desk.locator(f"[name='{name}']")
        if isinstance(value, bool):
            control.set_checked(value)
        elif control.evaluate("each => each.tagName") == "SELECT":
            control.select_option(value)
        else:
            control.fill(value)
    desk.click("button[value=save]:not(.unseen)")


def _leaves(value: Any, name: str) -> Iterator[tuple[str, str | bool]]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, each in pairs:
        path = f"{name}.{key}" if name else str(key)
        if isinstance(each, dict | list):
            yield from _leaves(each, path)
        else:
            yield path, each


def _preview(desk: Page, draft: str) -> None:
    desk.goto(f"{draft}preview/")
    assert desk.locator("section.panel h2").all_inner_texts() == ["日本語", "简体中文", "English"]
    for answer in ("Affected", "Not affected", "We have to ask", "No such model"):
        desk.goto(f"{draft}preview/")
        desk.locator("section.panel:last-child a", has_text=answer).first.click()
        expect(desk.locator(".previewbar")).to_have_count(1)
    desk.goto(f"{draft}preview/ja/r/{romoss.SLUG}/claim/")
    assert "返金" in desk.inner_text("main")


def _owners_are_answered(page: Page, site: str) -> None:
    check = f"{site}/en/r/{romoss.SLUG}/check/?model="
    page.goto(f"{check}PAC20-272&serial=m20-q1")
    expect(page.locator(".band.affected")).to_have_count(1)
    page.goto(f"{check}PAC20-272&serial=M22-Q7")
    assert page.locator(".band.affected").count() == 0
    page.goto(f"{check}PLT20A-152&serial=M20-Q1")
    expect(page.locator(".band.affected")).to_have_count(1)


def _two_owners_claim_one_code() -> None:
    for key in ("first", "second"):
        unit = UnitFacts(model="PAC20-272", serial="M20-Q1", remedy="refund")
        claims.submit_claim(
            facts=ClaimFacts(recall=romoss.SLUG, language="en", contact=CONTACT, units=(unit,)),
            key=key,
            door="public",
            by="owner",
            at=timezone.now(),
        )
    rows = list(
        ClaimUnit.objects.filter(claim__recall_id=recall_row(romoss.SLUG).id).order_by("id")
    )
    assert [row.contested for row in rows] == [False, False]
    balance = trial_balance(recall_id=recall_row(romoss.SLUG).id)
    assert balance.units_in("at_large") == sum(romoss.UNITS.values())


def _look(reader: Page, address: str, name: str) -> None:
    reader.goto(address)
    axe(reader)
    shoot(reader, name)
