"""The tutorial, page by page and button by button, as its reader does it."""

from __future__ import annotations

import re

import pytest
from django.urls import resolve
from pytest_django import Settings

from kaishu.base import clock
from kaishu.books.audit import audit
from kaishu.demo.staff import PASSWORD, hire
from kaishu.editions.recall_file import load
from kaishu.payouts.models import Batch
from tests.architecture.source import ROOT
from tests.docs.reader import Reader
from tests.doors.pages import text

PAGE = ROOT / "docs" / "tutorial" / "first-recall.md"
FOLDER = ROOT / "docs" / "tutorial" / "lamp-jp-2026"
FILES = [FOLDER / "recall.toml", FOLDER / "serials/L1.csv", FOLDER / "pictures/lamp.svg"]
SLUG = "lamp-jp-2026"
TITLE = "Recall of rechargeable lamps"
ANSWERS = {
    "colour": "white",
    "condition": "intact",
    "shop": "store",
    "shop_name": "Akari shop",
    "order_no": "250-1",
    "order_amount": "3,980",
    "bought_on": "2025-05-04",
    "remedy": "refund",
    "another": "no",
    "name": "Hanako Yoshida",
    "name_kana": "ヨシダ ハナコ",
    "email": "hanako@example.jp",
    "phone": "090-1234-5678",
    "postcode": "100-0001",
    "region": "東京都",
    "city": "千代田区千代田",
    "street": "1-2-3",
    "consent": "on",
}

pytestmark = pytest.mark.urls("tests.demo.urls")


def test_every_step_of_the_tutorial_goes_as_it_says(db: None, settings: Settings) -> None:
    settings.KAISHU_MODE, settings.KAISHU_SECOND_STEP = "demo", "offered"
    hire()
    people = [Reader().go("/demo/"), *publish()]
    owner, case_no = claim()
    people += [owner, approve(case_no), scan(case_no), *pay()]
    owner.go(owner.at).sees("Finished")
    people.append(report())
    assert [str(finding) for finding in audit()] == []
    names = re.findall(r"\*\*(.+?)\*\*", PAGE.read_text("utf-8").replace("\n   ", " "))
    assert len(names) > 35
    seen = set().union(*(each.seen for each in people))
    assert [name for name in names if not any(each.startswith(name) for each in seen)] == []


def test_the_tutorial_names_addresses_people_and_files_that_exist() -> None:
    page = PAGE.read_text("utf-8")
    addresses = set(re.findall(r"`(/[^`]*)`", page))
    assert len(addresses) > 4
    for address in addresses:
        resolve(address)
    assert set(re.findall(r"[Ss]ign in (?:at `\S+` )?as `(\w+)`", page)) == {
        "hana", "toma", "mika", "sora", "yuki", "ren",
    }  # fmt: skip
    assert PASSWORD in page and f"docs/tutorial/{SLUG}" in page
    assert load(FOLDER).errors == ()


def person(name: str, start: str = "/staff/") -> Reader:
    """Sign in as one of the demo's people."""
    return Reader().go(start).press("Sign in", username=name, password=PASSWORD)


def publish() -> list[Reader]:
    hana = person("hana").follow("Recalls and drafts")
    hana.press("Start from this folder", files=FILES).sees("1 point to look at")
    hana.follow("Identity and market").press("Save", **{"recall.phone": "0120-111-222"})
    hana.sees("version 2").follow("What changes").follow("Preview").follow("Page of the recall")
    hana.sees("0120-111-222").go("/staff/recalls/").follow(SLUG)
    hana.press("Hand it to a second manager").sees("another manager must carry it out")
    toma = person("toma").follow("Recalls and drafts").follow(f"Publish: {SLUG}")
    return [hana, toma.press("Publish", slug=SLUG).sees("answers now")]


def claim() -> tuple[Reader, str]:
    owner = Reader().go("/en/").follow(TITLE).follow("Check my product")
    owner.press("Next: serial number", model="L1").press("Check this product", serial="A0000009")
    assert owner.page.xpath("//*[contains(@class, 'band')]")
    owner.follow("Check another number").press("Check this product", serial="A0000001")
    owner.sees("This product is being recalled").follow("Start my claim").press("Start now")
    for _question in range(30):
        if owner.at.endswith("/check/"):
            break
        buttons = [text(each) for each in owner.page.xpath("//main//form//button")]
        fields = {name for form in owner.page.forms for name in form.fields}
        known = {name: said for name, said in ANSWERS.items() if name in fields}
        before = owner.at
        on = "Continue" if "Continue" in buttons else next(b for b in buttons if "ontinue" in b)
        owner.press(on, **known)
        assert owner.at != before, "the same question again"
    owner.press("Send my claim").sees("We have your claim")
    found = re.search(r"reference number (\d{4}) (\d{4}) (\d{4})", text(owner.page))
    assert found is not None
    return owner, "".join(found.groups())


def approve(case_no: str) -> Reader:
    mika = person("mika").press("Find", q=case_no)
    if "Approving promises" not in text(mika.page):
        mika.follow(f"{case_no[:4]} {case_no[4:8]} {case_no[8:]}")
    return mika.sees("Approving promises").press("Approve").follow("Kits to send").sees("L1")


def scan(case_no: str) -> Reader:
    sora = person("sora", "/depot/")
    return sora.press("F1 Intact", code=f"{case_no}-1").sees("Received. Put it on the shelf.")


def pay() -> list[Reader]:
    yuki = person("yuki").follow("Payouts").follow("JP¥3,980").press("Make a batch of it")
    number = Batch.objects.latest("id").id  # 1 on a fresh machine; a test's server counts on
    ren = person("ren").follow("Payouts").follow(f"Batch {number}").follow("Read it and approve")
    ren.press("Approve this batch", **{"total-1": "3980"}).press("Run the sender now")
    return [yuki, ren.sees("Paid JP¥3,980")]


def report() -> Reader:
    hana = person("hana").follow(TITLE).sees("How far the units have come").follow("Reports")
    hana.follow("Report on the progress of a recall")
    today = clock.now().date().isoformat()
    return hana.press("Show", as_of=today).sees("Files as they would be now")
