"""The whole line by hand, in a real browser without scripts: two real recalls, four sign-ins.

An owner in Japan with one power bank, an owner in China with two and two different remedies: from
the typed serial to closed books. Nothing here calls an action but the bank's own clockwork.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page

from kaishu.base.clock import now
from kaishu.books.audit import audit
from kaishu.books.queries import trial_balance
from kaishu.demo.lives import CN, JP
from kaishu.demo.seed import publish
from kaishu.demo.serials import LISTED, write_recalls
from kaishu.demo.staff import PASSWORD, hire
from kaishu.doors.public import figures
from kaishu.editions.queries import recall_row
from kaishu.payouts.worker import run_once
from tests.doors.claim_pages import fill_in, send
from tests.support.browser import axe, shoot

OpenPage = Callable[..., Page]
NEXT = "main button.button:not(.quiet)"


@pytest.fixture
def installation(site: str, data_dir: Path) -> str:
    """Publish both recalls with their full lists, and hire the team."""
    folder = data_dir / "recalls"
    folder.mkdir()
    list(write_recalls(folder))
    for slug in (JP, CN):
        publish(folder / slug)
    hire()
    return site


@pytest.fixture
def receipt(tmp_path: Path) -> Path:
    """Give a photo of a receipt."""
    path = tmp_path / "receipt.png"
    Image.new("RGB", (400, 300), "#f5f6f8").save(path)
    return path


def test_from_a_typed_serial_to_closed_books(
    installation: str, open_page: OpenPage, receipt: Path
) -> None:
    one = _japanese_owner(open_page(javascript=False, language="ja"), installation)
    two = _chinese_owner(open_page(javascript=False, language="zh-CN"), installation, receipt)
    labels = [f"{_case_no(one)}-1", f"{_case_no(two)}-1", f"{_case_no(two)}-2"]

    _judge_and_send_kits(_signed_in(open_page, installation, "mika"), installation, labels)
    depot = _signed_in(open_page, installation, "sora")
    _collect(depot, installation, "depot-east", "E-1", JP, "recycler-mori", labels[:1])
    _collect(depot, installation, "depot-north", "N-1", CN, "recycler-xiang", labels[1:])
    _certify(_signed_in(open_page, installation, "mori"), installation)
    _pay(open_page, installation)

    reader = open_page()  # axe itself is a script
    for page, units in ((one, 1), (two, 2)):
        page.reload()
        reader.goto(page.url)
        axe(reader)
        assert page.locator("ol.stages li.done").count() == 6 * units
        shoot(page, f"line-done-{units}")
    _books_are_closed()
    _progress_is_the_balance(reader, installation)


def _japanese_owner(page: Page, site: str) -> Page:
    page.goto(f"{site}/ja/")
    page.goto(f"{site}/ja/r/{JP}/check/")
    page.check("input[name=model][value=A1263]")
    page.click(NEXT)
    page.fill("#id-serial", "ＳＮ：a1263 test-0000 OO1")
    page.click(NEXT)
    assert page.locator(".band.affected").count() == 1
    assert "14: O → 0" in page.inner_text("main")
    shoot(page, "line-ja-affected")
    page.click("main a.button")
    page.click("main .act button")
    fill_in(page, {"remedy": {"remedy": "replace-a1263"}, "bought": {"do": "unknown"}})
    send(page)
    assert re.search(r"/ja/c/[\w-]+/$", page.url)
    shoot(page, "line-ja-filed")
    return page


def _chinese_owner(page: Page, site: str, receipt: Path) -> Page:
    one, two = LISTED["A1257"][0], LISTED["A1647"][0]
    page.goto(f"{site}/zh-hans/r/{CN}/claim/?u=A1257:{one}&u=A1647:{two}")
    page.click("main .act button")
    same = {
        "colour": {"colour": "unknown"},
        "order": {"order_no": "2024031812345678"},
        "bought": {"do": "unknown"},
        "amount": {"order_amount": "129.90"},
        "proof": {"file": receipt},
        "reach": {"phone": "13812345678"},
        "name": {"name": "王芳"},
        "address": {
            "region": "湖南省",
            "city": "长沙市",
            "district": "岳麓区",
            "street": "某某路100号",
        },
    }
    fill_in(page, {**same, "remedy": {"remedy": "refund"}}, until="same-order")
    fill_in(page, {**same, "amount": {"do": "unknown"}, "remedy": {"remedy": "upgrade"}})
    send(page)
    assert re.search(r"/zh-hans/c/[\w-]+/$", page.url)
    shoot(page, "line-zh-filed")
    return page


def _case_no(page: Page) -> str:
    return re.sub(r"\D", "", page.inner_text(".reference"))


def _signed_in(open_page: OpenPage, site: str, name: str) -> Page:
    page = open_page(width=1366, height=900)
    page.goto(f"{site}/staff/")
    page.fill("#id-username", name)
    page.fill("#id-password", PASSWORD)
    page.click("main .button")
    return page


def _judge_and_send_kits(page: Page, site: str, labels: list[str]) -> None:
    for label in labels:
        case_no, unit_no = label.split("-")
        page.goto(f"{site}/staff/claims/{case_no}/#unit-{unit_no}")
        page.click("button[name=reason][value=checked] >> nth=0")
    shoot(page, "line-queue-empty")
    page.goto(f"{site}/staff/kits/")
    assert page.locator("form.oneline").count() == len(labels)
    for _ in labels:
        page.locator("form.oneline button").first.click()
    assert page.locator("form.oneline").count() == 0


def _collect(
    page: Page, site: str, depot: str, box: str, slug: str, recycler: str, labels: list[str]
) -> None:
    page.goto(f"{site}/depot/")
    page.select_option("#id-site", depot)
    page.click("form.pick button")
    for label in labels:
        page.fill("#id-code", label)
        page.click("button[name=outcome][value=ok]")
        page.wait_for_selector(f".answer.ok .code:has-text('-{label[-1]}')")
    shoot(page, f"line-scan-{box}")
    page.goto(f"{site}/depot/containers/")
    page.fill("#id-number", box)
    page.select_option("#id-goes", f"{slug}/{recycler}")
    page.click("section.panel p.acts button")
    for label in labels:
        page.fill("#id-code", label)
        page.click("form.scan button.button")
    page.fill("#id-seal", f"S-{box}")
    page.click("button[value=seal]")
    page.click("button[value=give]")
    shoot(page, f"line-container-{box}")


def _certify(page: Page, site: str) -> None:
    for number in ("E-1", "N-1"):
        page.goto(f"{site}/depot/take/{number}/")
        page.fill("#id-seal", f"S-{number}")
        page.click("form.panel button.button")
    page.goto(f"{site}/depot/certificates/")
    for number in range(page.locator("form.panel").count()):
        form = page.locator("form.panel").first
        units = form.locator("p").first.inner_text().split()[0]
        form.locator("input[name=certificate_no]").fill(f"CERT-{number}")
        form.locator("input[name=units]").fill(units)
        form.locator("p.acts button.button").click()
    assert page.locator("form.panel").count() == 0
    shoot(page, "line-certified")


def _pay(open_page: OpenPage, site: str) -> None:
    finance = _signed_in(open_page, site, "yuki")
    approver = _signed_in(open_page, site, "ren")
    finance.goto(f"{site}/staff/payouts/")
    for href in finance.locator("table.rows a[href*='/due/']").evaluate_all(
        "links => links.map(link => link.getAttribute('href')).filter(href => !href.includes('why='))"
    ):
        finance.goto(site + href)
        finance.click("main form[method=post] button.button")
        batch = finance.url
        assert finance.locator("a[href$='/approve/']").count() == 0
        shoot(finance, "line-batch-own")
        approver.goto(batch)
        approver.click("a[href$='/approve/']")
        axe(approver)
        shoot(approver, "line-batch")
        # The total as a person reads it in the sentence, typed again.
        total = re.search(r"[\d.,]+", approver.locator(".words .says").inner_text())
        assert total is not None
        approver.fill("#id-total-1", total[0])
        approver.click("button[value=approve]")
    for _ in range(2):
        run_once(at=now())


def _books_are_closed() -> None:
    assert [str(finding) for finding in audit()] == []
    japan = trial_balance(recall_id=recall_row(JP).id)
    china = trial_balance(recall_id=recall_row(CN).id)
    assert (japan.population, china.population) == (522_237, 712_964)
    assert (japan.units_in("disposed"), china.units_in("disposed")) == (1, 2)
    assert (japan.promised("sku:A1256", "paid"), japan.promised("kit:bag", "paid")) == (1, 1)
    assert (china.promised("CNY", "paid"), china.promised("sku:A1637", "paid")) == (12_990, 1)
    for balance in (japan, china):
        assert [line for line in balance.promises if line.account in ("owed", "sent")] == []


def _progress_is_the_balance(page: Page, site: str) -> None:
    figures.forget()  # they were counted less than a minute ago
    page.goto(f"{site}/ja/r/{JP}/progress/")
    axe(page)
    shoot(page, "line-progress")
    text = page.inner_text("main").replace(",", "")
    balance = trial_balance(recall_id=recall_row(JP).id)
    for account in ("unsold", "at_large", "disposed"):
        assert str(balance.units_in(account)) in text
    assert "522237" in text
