"""The demo's mailbox shows what its own mail server took, and runs nothing of it."""

from __future__ import annotations

from collections.abc import Callable
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from pathlib import Path

import pytest
from django.test import Client
from playwright.sync_api import Page
from pytest_django import Settings

from kaishu.demo.post import mail_server
from kaishu.notices.sending import send_due
from tests.demo import urls as demo_urls
from tests.notices.outbox import NOW, person, queue
from tests.support.browser import axe, shoot


@pytest.fixture
def demo_mode(settings: Settings, data_dir: Path) -> Path:
    settings.ROOT_URLCONF = demo_urls.__name__
    settings.KAISHU_MAIL_FROM = "recall@kaishu.example"
    return data_dir / "mail"


def fill(settings: Settings, folder: Path, languages: tuple[str, ...]) -> None:
    with mail_server(folder) as url:
        settings.KAISHU_MAIL_URL = url
        for language in languages:
            who = person(name="<script>alert(1)</script>", language=language)
            queue(who, key=language, language=language, facts={"product": "K100 & co"})
        assert dict(send_due(at=NOW)) == {"sent": len(languages)}


@pytest.mark.django_db
def test_a_mail_is_listed_and_shown_without_running_anything(
    demo_mode: Path, settings: Settings, client: Client
) -> None:
    assert b"<table" not in client.get("/demo/mail/").content
    fill(settings, demo_mode, ("en",))
    listed = client.get("/demo/mail/").content.decode()
    assert "We have your claim (reference 1234 5678 9012)" in listed
    assert "<script>alert" not in listed
    [name] = [path.stem for path in demo_mode.glob("*.eml")]
    shown = client.get(f"/demo/mail/{name}/")
    assert shown.status_code == 200
    assert f'src="/demo/mail/{name}/html/"' in shown.content.decode()
    link = f"{settings.KAISHU_PUBLIC_URL}/ja/c/secret-token/"
    assert f'<a href="{link}">{link}</a>' in shown.content.decode()
    framed = client.get(f"/demo/mail/{name}/html/")
    policy = framed["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "sandbox" in policy
    assert "script" not in policy
    assert "&lt;script&gt;" in framed.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["../kaishu", "x", "0" * 20 + "-00000000", "%2e%2e%2fkaishu"])
def test_no_other_file_is_shown(demo_mode: Path, client: Client, name: str) -> None:
    assert client.get(f"/demo/mail/{name}/").status_code == 404
    assert client.get(f"/demo/mail/{name}/html/").status_code == 404


def test_a_long_name_of_a_sender_has_no_space_in_it(demo_mode: Path, client: Client) -> None:
    demo_mode.mkdir(parents=True, exist_ok=True)
    company = "安克创新科技股份有限公司产品召回热线服务窗口"
    mail = EmailMessage(policy=policy.SMTP)
    mail["From"] = Address(company, "recall", "kaishu.example")
    mail["To"], mail["Subject"], mail["Date"] = "a@example.com", "Hello", NOW
    mail.set_content("Hello")
    name = f"{1:020d}-{1:08x}"
    (demo_mode / f"{name}.eml").write_bytes(bytes(mail))
    shown = client.get(f"/demo/mail/{name}/").content.decode()
    assert f"{company} &lt;recall@kaishu.example&gt;" in shown


@pytest.mark.parametrize(("tongue", "language"), [("ja", "ja"), ("zh-CN", "zh-Hans"), ("en", "en")])
@pytest.mark.parametrize("width", [390, 1280])
def test_a_mail_reads_well(
    site: str,
    demo_mode: Path,
    settings: Settings,
    open_page: Callable[..., Page],
    tongue: str,
    language: str,
    width: int,
) -> None:
    settings.KAISHU_PUBLIC_URL = site
    fill(settings, demo_mode, (language,))
    page = open_page(language=tongue, width=width)
    page.goto(f"{site}/demo/mail/")
    axe(page)
    page.click("main table a")
    mail = page.frame_locator("iframe.mail")
    assert mail.locator("h1").count() == 1
    shoot(page, f"mailbox-{language}-{width}")
    wide = mail.locator("html").evaluate("e => e.scrollWidth - e.clientWidth")
    assert wide <= 0
    mail.locator("a").first.click()
    page.wait_for_url(f"{site}/ja/c/secret-token/")
    name = next(demo_mode.glob("*.eml")).stem
    page.goto(f"{site}/demo/mail/{name}/html/")
    shoot(page, f"mail-{language}-{width}")
