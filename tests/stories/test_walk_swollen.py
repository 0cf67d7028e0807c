"""A swollen battery: safety first, a person calls in time, and it never goes by post. No scripts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page

from kaishu.base.roles import Role, give
from kaishu.books.audit import audit
from kaishu.books.models import Promise
from kaishu.claims.audit import audit as audit_claims
from kaishu.claims.models import Claim
from kaishu.incidents.models import Incident
from kaishu.notices.models import CallBack
from tests.doors import kumo
from tests.doors.claim_pages import fill_in, send
from tests.support.browser import axe, shoot

OpenPage = Callable[..., Page]
PASSWORD = "a long password"
# The browser's language, and how the first words on the safety page and those on the post begin.
CODES = {
    "ja": ("ja", "使うのをやめ", "送らないでください"),
    "zh-hans": ("zh-CN", "请停止使用", "请不要寄出"),
    "en": ("en", "Stop using it", "Do not send it"),
}


@pytest.mark.parametrize("code", CODES)
def test_a_swollen_unit_gets_safety_a_call_and_a_pick_up(
    code: str, site: str, open_page: OpenPage, data_dir: Path
) -> None:
    kumo.publish(data_dir)
    page = open_page(javascript=False, language=CODES[code][0])
    page.goto(f"{site}/{code}/r/{kumo.SLUG}/check/?model=K100&serial={kumo.LISTED}&colour=white")
    page.click("main p.act a.button")
    page.click("main .act button")
    reader = open_page(language=CODES[code][0])  # axe itself is a script
    fill_in(page, {"condition": {"condition": "swollen"}}, until="safety")
    assert page.inner_text("main p.stop").startswith(CODES[code][1])
    assert CODES[code][2] in page.inner_text("main")
    shoot(page, f"swollen-{code}-safety")
    reader.goto(page.url)
    axe(reader)
    fill_in(page, {})
    send(page)
    shoot(page, f"swollen-{code}-sent")
    reader.goto(page.url)
    axe(reader)

    claim, incident, call = Claim.objects.get(), Incident.objects.get(), CallBack.objects.get()
    assert (incident.kind, incident.case_no) == ("swollen", claim.case_no)
    assert call.due_at - call.opened_at == timedelta(hours=4)
    _approve(open_page, site, claim.case_no)
    kit = Promise.objects.get(role="kit")
    assert (kit.commodity, kit.account) == ("kit:pickup", "owed")
    page.reload()
    shoot(page, f"swollen-{code}-approved")
    assert [str(finding) for finding in (*audit(), *audit_claims())] == []


def _approve(open_page: OpenPage, site: str, case_no: str) -> None:
    give(User.objects.create_user("rei", password=PASSWORD), Role.REVIEWER, Role.OPERATOR)
    desk = open_page(width=1366, height=900, javascript=False)
    desk.goto(f"{site}/staff/")
    desk.fill("#id-username", "rei")
    desk.fill("#id-password", PASSWORD)
    desk.click("main .button")
    desk.goto(f"{site}/staff/calls/")
    assert desk.locator(f"a[href*='{case_no}']").count() >= 1
    shoot(desk, "swollen-desk-calls")
    desk.goto(f"{site}/staff/claims/{case_no}/")
    desk.click("button[name=reason][value=checked] >> nth=0")
