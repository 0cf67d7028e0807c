"""A refusal is contested with words and a photo, read by a person, and set right. No scripts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page, expect

from kaishu.base.roles import Role, give
from kaishu.books.audit import audit
from kaishu.claims.audit import audit as audit_claims
from kaishu.claims.models import Evidence
from kaishu.people.models import RevealLog
from tests.doors.owner_world import file_claim
from tests.evidence import samples
from tests.support.browser import axe, shoot

OpenPage = Callable[..., Page]
PASSWORD = "a long password"
WORDS = "ラベルは 0001 です。9999 ではありません。"


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """Give a photo of a label."""
    path = tmp_path / "label.png"
    path.write_bytes(samples.picture("PNG"))
    return path


def test_a_refusal_is_contested_reopened_and_approved(
    site: str, data_dir: Path, open_page: OpenPage, photo: Path
) -> None:
    world = file_claim(data_dir, at=timezone.now(), language="ja")
    world.decide("refused", "serial_not_in_recall")
    give(User.objects.create_user("rei", password=PASSWORD), Role.REVIEWER, Role.OPERATOR)
    page = open_page(javascript=False, language="ja")
    reader = open_page(language="ja")  # axe itself is a script
    page.goto(f"{site}/ja/c/{world.sent.token}/")
    assert "対象の製品ではありませんでした" in page.inner_text(".unit .notice")
    _look(reader, page, "contest-refused")

    page.click(".unit .act a")
    _look(reader, page, "contest-ask")
    page.click("main a[href='../photo/']")
    page.set_input_files("#id-photo", photo)
    page.click("main button.button")
    assert Evidence.objects.count() == 1
    page.click(".unit .act a")
    page.click("main button.button")
    expect(page.locator(".summary a[href='#id-words']")).to_have_count(1)
    page.fill("#id-words", WORDS)
    page.click("main button.button")
    expect(page.locator(".notice.ok")).to_have_count(1)
    assert "お申し込みを確認しています" in page.inner_text(".unit .notice")

    _reviewer_approves(open_page, site, world.sent.case_no)
    page.reload()
    expect(page.locator(".stages li.done")).to_have_count(2)
    _look(reader, page, "contest-approved")
    assert [str(finding) for finding in (*audit(), *audit_claims())] == []


def _reviewer_approves(open_page: OpenPage, site: str, case_no: str) -> None:
    desk = open_page(width=1366, height=900, javascript=False)
    desk.goto(f"{site}/staff/")
    desk.fill("#id-username", "rei")
    desk.fill("#id-password", PASSWORD)
    desk.click("main .button")
    desk.goto(f"{site}/staff/claims/")
    assert desk.locator(f"a[href*='{case_no}']").count() >= 1
    desk.goto(f"{site}/staff/claims/{case_no}/")
    assert WORDS not in desk.inner_text("body")
    before = RevealLog.objects.count()
    desk.click("form[action$='/contact/'] button")
    assert WORDS in desk.inner_text("aside.proof")
    assert RevealLog.objects.count() == before + 1
    shoot(desk, "contest-desk")
    desk.goto(f"{site}/staff/claims/{case_no}/")
    desk.click("button[name=reason][value=checked] >> nth=0")


def _look(reader: Page, page: Page, name: str) -> None:
    reader.goto(page.url)
    axe(reader)
    shoot(page, name)
