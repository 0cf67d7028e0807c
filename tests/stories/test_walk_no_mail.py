"""The mail never comes: the page says so, the owner corrects the address, the link opens."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django import Settings

from kaishu.notices.sending import send_due
from tests.doors.owner_world import CONTACT, file_claim
from tests.notices.outbox import MailServer, parts, running
from tests.support.browser import axe, shoot

OpenPage = Callable[..., Page]
WRONG, RIGHT = "hanako@exampel.jp", "hanako@example.jp"


@pytest.fixture
def post(settings: Settings) -> Iterator[MailServer]:
    """Run a mail server that does not know the mistyped address."""
    server = MailServer()
    server.rcpt = lambda to: "550 5.1.1 no such user" if to == WRONG else ""
    with ExitStack() as stack:
        settings.KAISHU_MAIL_URL = stack.enter_context(running(server))
        yield server


@pytest.mark.parametrize(
    ("code", "trouble"),
    [("ja", "メールが届いていません"), ("zh-hans", "邮件无法送达"), ("en", "does not reach you")],
)
def test_a_mail_that_never_comes_loses_nobody(
    site: str, data_dir: Path, open_page: OpenPage, post: MailServer, code: str, trouble: str
) -> None:
    world = file_claim(data_dir, contact=replace(CONTACT, email=WRONG), at=timezone.now())
    send_due(at=timezone.now())
    assert post.mails == []
    page, reader = open_page(javascript=False), open_page()
    page.goto(f"{site}/{code}/c/{world.sent.token}/")
    assert trouble in page.inner_text("main")
    expect(page.locator(".reference")).to_be_visible()
    expect(page.locator(".qr")).to_be_visible()
    reader.goto(page.url)
    axe(reader)
    shoot(page, f"no-mail-{code}")

    page.click(".notice.ask a[href$='/email/']")
    page.fill("#id-email", RIGHT)
    page.click("main button.button")
    expect(page.locator(".notice.ok")).to_have_count(1)
    assert trouble not in page.inner_text("main")
    send_due(at=timezone.now())
    page.reload()
    assert trouble not in page.inner_text("main")

    (_, to, mail) = post.mails[-1]
    assert to == RIGHT
    (token,) = set(re.findall(r"/c/([\w-]+)/", parts(mail)[0]))
    opened = open_page(javascript=False)
    opened.goto(f"{site}/{code}/c/{token}/")
    assert opened.inner_text(".reference") == page.inner_text(".reference")
    opened.click("main a[href$='/mail/']")
    opened.click("button[value=confirm]")
    assert world.claim.mail_confirmed_at is not None
