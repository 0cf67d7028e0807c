"""An owner's receipt is signed, names nobody, and is checked by us, by a file, or by six lines."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pypdfium2
import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from playwright.sync_api import Page
from pytest_django import Settings

from kaishu.books.roots import seal_due
from kaishu.core import merkle, receipts
from kaishu.doors.public import receipt_keys
from kaishu.doors.public.models import ReceiptKey
from tests.doors import kumo
from tests.doors.owner_world import CONTACT, OwnerWorld, file_claim
from tests.doors.pages import find, page, text
from tests.support.browser import axe, shoot

OpenPage = Callable[..., Page]
HOWTO = Path(__file__).resolve().parents[2] / "docs/howto/receipts.md"


def finished(data_dir: Path) -> OwnerWorld:
    """Give a claim that was paid and whose unit is recycled."""
    world = file_claim(data_dir)
    world.decide("approved", "checked")
    world.send_kit()
    world.collect()
    world.pay()
    world.dispose()
    return world


@pytest.fixture
def world(db: None, data_dir: Path) -> OwnerWorld:
    """A finished claim."""
    return finished(data_dir)


def code_of(world: OwnerWorld) -> str:
    """Return the code that the owner's page shows."""
    return text(find(world.get("receipt/1/"), "details .code")[0])


def told(**query: str) -> str:
    """Return what the page that checks receipts says."""
    return text(find(page("/en/verify/", **query), "main")[0])


def test_a_receipt_says_what_ended_and_names_nobody(world: OwnerWorld) -> None:
    said = receipt_keys.check(code_of(world), unit=kumo.LISTED)
    assert [(each.what, each.on.isoformat()) for each in said.proven] == [
        ("disposed", "2026-04-02"),
        ("paid", "2026-04-02"),
    ]
    assert (said.issuer, said.recall, said.product, said.unit) == (
        "localhost:8000",
        kumo.SLUG,
        "K100",
        kumo.LISTED[-4:],
    )
    raw = receipts._plain(code_of(world).split(".")[2]).decode()
    for personal in (
        CONTACT.name,
        "hanako",
        "1234-5678",
        "千代田",
        kumo.LISTED,
        world.sent.case_no,
    ):
        assert personal not in raw


def test_the_page_to_show_to_others_does_not_open_the_claim(world: OwnerWorld) -> None:
    root = world.get("receipt/1/")
    (drawn,) = find(root, ".qr svg")
    assert drawn.get("width") is None
    links = [a.get("href") for a in find(root, ".scan a")]
    assert parse_qs(urlsplit(links[1]).query)["code"] == [code_of(world)]
    assert world.sent.token not in links[1]
    assert receipts.fingerprint(receipt_keys.in_force()) in text(root)


def test_before_anything_ended_there_is_nothing_to_sign(db: None, data_dir: Path) -> None:
    world = file_claim(data_dir)
    for rest in ("receipt.pdf", "proof.json"):
        assert Client().get(f"{world.path}receipt/1/{rest}").status_code == 404


@pytest.mark.parametrize("code", ["ja", "zh-hans", "en"])
def test_the_file_is_one_page_with_the_code_in_it(world: OwnerWorld, code: str) -> None:
    response = Client().get(f"/{code}/c/{world.sent.token}/receipt/1/receipt.pdf")
    assert response["Content-Type"] == "application/pdf"
    assert response["Cache-Control"] == "no-store"
    with pypdfium2.PdfDocument(response.content) as made:
        assert len(made) == 1
        # A hyphen at the end of a line is read back as one that breaks a word.
        text_of_it = re.sub("[\x02\ufffe\u00ad]", "-", made[0].get_textpage().get_text_bounded())
        written = re.sub(r"[\s\u200b]+", "", text_of_it)
        if os.environ.get("KAISHU_SHOTS") == "1":
            made[0].render(scale=1.5).to_pil().save(f"shots/receipt-pdf-{code}.png")
    assert code_of(world) in written
    assert CONTACT.name.replace(" ", "") not in written
    assert kumo.LISTED in written


def test_the_page_that_checks_says_what_it_found(world: OwnerWorld) -> None:
    code = code_of(world)
    assert "This receipt is genuine." in told(code=code)
    assert "Type the serial number, too" in told(code=code)
    matched = told(code=code, unit="ak20 2300 0100 0042")
    assert "It belongs to the unit that you typed." in matched
    assert "2 April 2026" in matched
    assert kumo.recall().title["en"] in matched


def test_what_is_not_right_is_refused_in_clear_words(world: OwnerWorld) -> None:
    code = code_of(world)
    mark, key, payload, signature = code.split(".")
    other = "AAAAAAAAAAA"
    cases = {
        "This is not the whole code of a receipt.": code[:-10],
        "This receipt is not genuine.": ".".join((mark, key, payload[:-4] + "AAAA", signature)),
        "This receipt was not signed with a key of ours.": ".".join(
            (mark, other, payload, signature)
        ),
    }
    for words, wrong in cases.items():
        said = told(code=wrong)
        assert words in said, words
        assert "This receipt is genuine." not in said
    replayed = told(code=code, unit=kumo.NOT_LISTED)
    assert "it belongs to another unit (model K100, number ending in 0042)" in replayed
    assert "Paste the code of the receipt." in told(code="")


def test_a_receipt_outlives_the_key_that_signed_it(world: OwnerWorld, settings: Settings) -> None:
    code, old = code_of(world), receipts.fingerprint(receipt_keys.in_force())
    assert receipt_keys.keep(at=datetime(2026, 5, 1, tzinfo=UTC)) == {"receipt_keys": 1}
    assert receipt_keys.keep(at=datetime(2026, 5, 2, tzinfo=UTC)) == {"receipt_keys": 0}
    settings.KAISHU_FIELD_KEY = "2:" + "ab" * 32
    assert "This receipt is genuine." in told(code=code)
    listed = Client().get("/receipt-keys.json").json()
    assert [each["fingerprint"] for each in listed][1] == old
    assert listed[0]["fingerprint"] != old
    assert bytes.fromhex(listed[0]["ed25519"]) == receipt_keys.in_force()
    with pytest.raises(IntegrityError), transaction.atomic():
        ReceiptKey.objects.all().delete()


def test_the_records_of_a_receipt_are_under_the_daily_roots(world: OwnerWorld) -> None:
    place = f"{world.path}receipt/1/proof.json"
    assert [entry["day"] for entry in Client().get(place).json()["entries"]] == [None, None]
    seal_due(at=world.at + timedelta(days=2))
    roots = {row["day"]: row["root"] for row in Client().get("/roots.json").json()}
    for entry in Client().get(place).json()["entries"]:
        proof = merkle.Proof(
            index=entry["index"], leaves=entry["leaves"], path=tuple(entry["path"])
        )
        assert merkle.holds(entry["entry"], proof, roots[entry["day"]])


def test_the_lines_of_the_howto_check_a_receipt_and_its_proof(world: OwnerWorld) -> None:
    seal_due(at=world.at + timedelta(days=2))
    check, under = re.findall(r"```python\n(.*?)```", HOWTO.read_text(), re.DOTALL)
    proof = Client().get(f"{world.path}receipt/1/proof.json").json()
    names: dict[str, Any] = {
        "code": proof["receipt"],
        "keys": Client().get("/receipt-keys.json").json(),
        "proof": proof["entries"][0],
    }
    exec(check, names)
    assert names["said"]["m"] == "K100"
    exec(under, names)
    assert names["root"] == proof["entries"][0]["root"]


def test_a_receipt_is_checked_without_us_and_the_data_block_offends_no_policy(
    site: str, data_dir: Path, open_page: OpenPage, tmp_path: Path
) -> None:
    world = finished(data_dir)
    view = open_page()
    said: list[str] = []
    view.on("console", lambda message: said.append(message.text))
    view.goto(f"{site}/en/r/{kumo.SLUG}/")  # structured data stands under the strict policy
    view.goto(f"{site}/en/c/{world.sent.token}/receipt/1/")
    code = view.locator("details .code").text_content()
    assert code
    view.goto(f"{site}/en/verify/?code={code}")
    axe(view)
    shoot(view, "verify-en")
    assert said == []
    file = tmp_path / "receipts.html"
    file.write_bytes(Client().get("/receipt-verifier.html").content)
    view.context.set_offline(True)
    view.goto(file.as_uri())
    for typed, unit, words in (
        (code, kumo.LISTED.lower(), "It belongs to the unit that you typed."),
        (f"https://example.org/en/verify/?code={code}", "", "This receipt is genuine."),
        (code, kumo.NOT_LISTED, "it belongs to another unit (model K100, number ending in 0042)"),
        (code[:-9], "", "This is not the whole code of a receipt."),
        (code.replace(".", ".A", 2).replace(".A", ".", 1), "", "This receipt is not genuine."),
        ("KR1.AAAAAAAAAAA." + code.split(".", 2)[2], "", "not signed with a key of ours"),
    ):
        view.fill("#code", typed)
        view.fill("#unit", unit)
        view.click("button")
        view.locator(f"#answer:has-text('{words}')").wait_for()
    view.click("text=日本語")
    view.fill("#code", code)
    view.click("button")
    view.locator("#answer:has-text('この受領証は本物です。')").wait_for()
    view.context.set_offline(False)


def test_the_file_names_no_other_place(db: None) -> None:
    raw = Client().get("/receipt-verifier.html").content.decode()
    assert not re.findall(r"(?:src|href)=[\"']?(?!#)\S+", raw)
    assert "http" not in raw.replace("http-equiv", "")
    data = re.search(r'id="data">(.*?)</script>', raw)
    assert data is not None
    assert list(json.loads(data[1])["words"]) == ["ja", "zh-Hans", "en"]
