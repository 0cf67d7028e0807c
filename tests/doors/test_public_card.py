"""The flight card: made without a database, read back from its sheet, checked here and offline."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pypdfium2
import pytest
import zxingcpp
from django.test import Client
from playwright.sync_api import Page, expect

from kaishu.base import clock
from kaishu.core.receipts import _plain
from kaishu.doors.public import gatekeeper, receipt_keys
from tests.doors import kumo
from tests.doors.pages import find, page, parsed, text
from tests.support.browser import axe, shoot

OpenPage = Callable[..., Page]
CARD = f"/en/r/{kumo.SLUG}/card/"
SHEET = f"/en/r/{kumo.SLUG}/card.pdf"
UNIT = {"model": "K100", "serial": kumo.NOT_LISTED}
MADE = datetime(2026, 5, 2, 20, 0, tzinfo=UTC)  # 3 May in Japan


@pytest.fixture(autouse=True)
def published(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One recall on the disk, and a clock that stands still."""
    kumo.write_pack(data_dir)
    monkeypatch.setattr(clock, "now", lambda: MADE)


def made() -> tuple[str, str]:
    """Return the text of the sheet and the code that a scanner reads from it."""
    response = Client().get(SHEET, UNIT)
    assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
    with pypdfium2.PdfDocument(response.content) as sheet:
        drawn = sheet[0].render(scale=3).to_pil()
        if os.environ.get("KAISHU_SHOTS") == "1":
            drawn.save("shots/flight-card-pdf.png")
        assert len(sheet) == 1
        (found,) = zxingcpp.read_barcodes(drawn)
        written = re.sub("[\x02\ufffe\u00ad]", "-", sheet[0].get_textpage().get_text_bounded())
    return re.sub(r"[\s\u200b]+", "", written), parse_qs(urlsplit(found.text).query)["code"][0]


def told(**query: str) -> str:
    return text(find(page("/en/verify/", **query), "main")[0])


def refused(**more: str) -> str:
    """Return what the page says where there is no card; the sheet leads to the same page."""
    asked = {**UNIT, **more}
    sheet = Client().get(SHEET, asked)
    assert sheet.status_code == 302 and urlsplit(sheet["Location"]).path == CARD
    root = page(CARD, **asked)
    assert not find(root, ".qr") and not find(root, "[href*='card.pdf']")
    assert parsed(Client().get(sheet["Location"])).text_content() == root.text_content()
    return text(find(root, "main")[0])


@pytest.mark.parametrize("code", ["ja", "zh-hans", "en"])
def test_a_card_needs_no_database_and_says_it_in_three_languages(code: str) -> None:
    root = page(f"/{code}/r/{kumo.SLUG}/card/", **UNIT)
    body = text(find(root, "main")[0])
    for said in (
        "On 3 May 2026",
        "2026年5月3日の時点で",
        "截至2026年5月3日",
        "It is no permission",
    ):
        assert said in body
    assert "Valid until 10 May 2026 (7 days" in body
    assert "Not for: within China." in body and "within Japan, between countries" in body
    assert {each.get("lang") for each in find(root, "main section")} == {"ja", "zh-Hans", "en"}
    link = find(root, "[href*='card.pdf']")[0].get("href")
    assert Client().get(link)["Content-Type"] == "application/pdf"


@pytest.mark.django_db
def test_the_sheet_is_read_back_and_checked_online(data_dir: Path) -> None:
    written, code = made()
    for said in (
        kumo.NOT_LISTED,
        code,
        "2026年5月3日の時点で",
        "截至2026年5月3日",
        "Validuntil10May2026",
        f"{kumo.SLUG}1",
    ):
        assert said in written
    found = receipt_keys.check(code, unit=kumo.NOT_LISTED)
    assert [(each.what, each.on.isoformat()) for each in found.proven] == [
        ("not_affected", "2026-05-03"),
        ("valid_until", "2026-05-10"),
    ]
    assert kumo.NOT_LISTED.encode() not in _plain(code.split(".")[2])
    said = told(code=code, unit=kumo.NOT_LISTED.lower())
    assert "This flight card is genuine and still valid." in said
    assert "It belongs to the unit that you typed." in said and "10 May 2026" in said
    assert "it belongs to another unit" in told(code=code, unit=kumo.LISTED)
    kumo.write_pack(data_dir, kumo.recall(phone="0120-000-999"))
    assert "the recall data has changed since" in told(code=code)


@pytest.mark.django_db
def test_one_changed_character_is_refused(data_dir: Path) -> None:
    _written, code = made()
    mark, key, payload, signature = code.split(".")
    for at in (5, 60, len(payload) // 2):
        sign = "B" if payload[at] != "B" else "C"
        wrong = ".".join((mark, key, payload[:at] + sign + payload[at + 1 :], signature))
        assert "This receipt is not genuine." in told(code=wrong)


@pytest.mark.django_db
def test_after_its_days_a_card_is_said_to_be_over(monkeypatch: pytest.MonkeyPatch) -> None:
    _written, code = made()
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 5, 10, 14, 59, tzinfo=UTC))
    assert "still valid" in told(code=code)
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 5, 10, 15, 1, tzinfo=UTC))
    said = told(code=code)
    assert "it is no longer valid" in said and "still valid" not in said


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"serial": kumo.LISTED}, "This product is being recalled. There is no flight card"),
        ({"serial": "AK2"}, "The number alone does not show"),
        ({"model": "K300"}, "The number alone does not show"),
        ({"model": "K900"}, "The number alone does not show"),
        ({"route": "cn_domestic"}, "On this route no unit of a recalled model is allowed"),
    ],
)
def test_where_there_is_no_card_the_page_says_why(more: dict[str, str], said: str) -> None:
    assert said in refused(**more)


def test_a_unit_of_another_recall_has_none_here(data_dir: Path) -> None:
    kumo.write_pack(data_dir, kumo.abroad())
    assert "This product is being recalled" in refused(serial=kumo.ABROAD)


def test_a_card_is_offered_where_it_can_be_made() -> None:
    check = f"/en/r/{kumo.SLUG}/check/"
    offered = find(page(check, **UNIT), "[href*='/card/']")
    assert [each.get("href") for each in offered] == [f"{CARD}?model=K100&serial={kumo.NOT_LISTED}"]
    fly = {"route": "jp", "on": "2026-7-1", "model": "K100", "unit": "not_affected"}
    fine = {**fly, "wh": "37", "condition": "intact"}
    (link,) = find(page("/en/fly/", **fine), "[href*='/card/']")
    assert link.get("href") == f"{CARD}?model=K100&route=jp"
    assert find(page(CARD, model="K100", route="jp"), "#id-serial")
    assert not find(page(check, model="K100", serial=kumo.LISTED), "[href*='/card/']")
    for changed in ({"route": "cn_domestic", "mark": "clear"}, {"condition": "hot"}):
        assert not find(page("/en/fly/", **{**fine, **changed}), "[href*='/card/']")


def test_a_card_is_a_look_and_passes_the_gate(monkeypatch: pytest.MonkeyPatch) -> None:
    weighed = []
    hold = gatekeeper.hold

    def seen(*asked: object) -> object:
        weighed.append(list(asked[3]))  # type: ignore[call-overload]
        return hold(*asked)  # type: ignore[arg-type]

    monkeypatch.setattr(gatekeeper, "hold", seen)
    for path in (CARD, SHEET):
        assert Client().get(path, UNIT).status_code == 200
    assert weighed == [[("K100", kumo.NOT_LISTED)]] * 2
    network = {"HTTP_X_FORWARDED_FOR": "203.0.113.7"}
    statuses = [
        Client().get(CARD, {**UNIT, "serial": f"AK2099{number:010d}"}, **network).status_code
        for number in range(0, 60_060, 2_002)
    ]
    assert statuses[0] == 200 and statuses[-1] == 429


def test_a_card_is_checked_without_us(site: str, open_page: OpenPage, tmp_path: Path) -> None:
    _written, code = made()
    view = open_page(width=390)
    view.goto(f"{site}{CARD}?{urlencode(UNIT)}")
    expect(view.get_by_role("link", name="Download the card (PDF)")).to_be_visible()
    assert view.evaluate("document.documentElement.scrollWidth") <= 390
    axe(view)
    shoot(view, "flight-card-en")
    file = tmp_path / "receipts.html"
    file.write_bytes(Client().get("/receipt-verifier.html").content)
    view.context.set_offline(True)
    for moment, words in (
        ("2026-05-09T03:00:00Z", "This flight card is genuine and still valid."),
        ("2026-05-12T03:00:00Z", "it is no longer valid"),
    ):
        view.clock.set_fixed_time(moment)
        view.goto(file.as_uri())
        view.fill("#code", code)
        view.fill("#unit", kumo.NOT_LISTED)
        view.click("button")
        expect(view.locator("#answer")).to_contain_text(words)
        expect(view.locator("#answer")).to_contain_text("It belongs to the unit that you typed.")
    view.fill("#code", code[:60] + ("B" if code[60] != "B" else "C") + code[61:])
    view.click("button")
    expect(view.locator("#answer")).to_contain_text("This receipt is not genuine.")
    view.context.set_offline(False)
