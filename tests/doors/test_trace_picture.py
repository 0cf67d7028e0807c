"""The picture of a trace and the mock recalls, as a manager and an auditor see them."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from django.test import Client
from lxml.html import HtmlElement

from kaishu.base.roles import Role
from kaishu.core.genealogy import things
from kaishu.core.genealogy.acts import Act, Amount, Did
from kaishu.doors.console.trace.picture_shown import cut
from kaishu.supply.models import MockRecall
from tests.doors.desk_world import member
from tests.doors.pages import find, parsed, text
from tests.supply.traced import traced

pytestmark = pytest.mark.django_db
CELL, PHONE = things.item("CELL"), things.item("PHONE")
GOOD, BAD = things.lot(CELL, "C1"), things.lot(CELL, "C2")
SHOP = things.own("party", "shop")
BASE = "/staff/trace/in/kumo/"
PICTURE = f"{BASE}picture/?lots={BAD}"
SVG = "{http://www.w3.org/2000/svg}"
LANGUAGES = ("ja", "zh-hans", "en")


def acts() -> list[Act]:
    """Return 900 phones in three pack lots: all of the bad cells, mixed, all of the good ones."""
    cells = ((BAD,), (BAD, GOOD), (GOOD,))
    packs = [things.lot(things.item("PACK"), f"P{number}") for number in range(3)]
    made = [
        Act(f"pack {n}", Did.MADE, 10 + n, tuple(map(Amount, cells[n])), (Amount(packs[n]),))
        for n in range(3)
    ]
    units = [[things.unit(PHONE, f"S{n}-{unit}") for unit in range(300)] for n in range(3)]
    made += [
        Act(f"u{n}", Did.MADE, 20 + n, (Amount(packs[n]),), tuple(map(Amount, units[n])))
        for n in range(3)
    ]
    return [*made, Act("sold", Did.MOVED, 30, tuple(map(Amount, units[0][:290])), party=SHOP)]


@pytest.fixture(autouse=True)
def network() -> None:
    items = {
        CELL: {"kind": "cell", "name": "Cell 21700"},
        things.item("PACK"): {"kind": "pack", "name": "Pack"},
        PHONE: {"kind": "product", "brand": "Kumo", "model": "K1", "name": "Kumo 1 <b>"},
    }
    traced(acts(), items=items, partners={SHOP: {"role": "retailer", "name": "みなと店"}})


def said(page: HtmlElement) -> list[str]:
    """Return what the boxes of a picture say."""
    return [each.get("aria-label") for each in find(page, ".trace-picture [aria-label]")]


def test_units_are_one_box_with_its_numbers_and_a_link_takes_it_apart() -> None:
    desk = member("hana", Role.MANAGER)
    page = parsed(desk.get(PICTURE))
    assert "Kumo 1 <b>. 600 units. certain 300 · possible 300. Take it apart" in said(page)
    assert "みなと店. retailer. certain 290" in said(page)
    assert "Not known where. certain 10 · possible 300" in said(page)
    link = find(page, ".trace-picture a[href*=open]")[0].get("href")
    apart = said(parsed(desk.get(link)))
    assert "Pack P0. 300 units. certain 300. Take it apart" in apart
    assert "Pack P1. 300 units. possible 300. Take it apart" in apart


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_table_says_what_the_picture_says_and_nothing_is_styled_inline(language: str) -> None:
    desk = member("aki", Role.AUDITOR)
    desk.cookies["kaishu-language"] = language
    response = desk.get(PICTURE)
    page = parsed(response)
    assert len(find(page, "table tbody tr")) == len(said(page)) == 6
    assert 'style="' not in response.content.decode()
    file = desk.get(PICTURE.replace("picture/", "picture.svg"))
    assert file["Content-Type"].startswith("image/svg+xml")
    tree = ElementTree.fromstring(file.content.decode())
    links = [each.get("href") or "" for each in tree.iter(f"{SVG}a")]
    assert len(links) == 5
    assert all(link.startswith("http://testserver/staff/trace/in/kumo/") for link in links)
    assert all("style" not in each.attrib for each in tree.iter())


def test_a_question_that_is_not_clear_is_asked_again() -> None:
    response = member("hana", Role.MANAGER).get(f"{BASE}picture/?lots=C9")
    assert response.status_code == 422
    assert "No record of this network names “C9”." in text(parsed(response))
    assert find(parsed(response), "form textarea[name=lots]")


def run(desk: Client, lot: str) -> str:
    answer = desk.post(f"{BASE}mock/run/", {"lot": lot, "key": "a" * 32})
    return answer["Location"] if answer.status_code == 302 else str(answer.status_code)


def test_a_mock_recall_is_run_kept_and_read_by_the_auditor() -> None:
    desk = member("hana", Role.MANAGER)
    place = run(desk, "C2")
    assert place == run(desk, "C2")  # the same form sent twice is one run
    row = MockRecall.objects.get()
    assert (row.lot, row.units, row.located, row.lost) == (BAD, 600, 290, 310)
    auditor = member("aki", Role.AUDITOR)
    shown = text(parsed(auditor.get(place)))
    assert "48.3 % located" in shown
    assert "and 260 more" in shown
    assert "48.3 %" in text(parsed(auditor.get(f"{BASE}mock/")))
    for language in LANGUAGES:
        auditor.cookies["kaishu-language"] = language
        paper = auditor.get(f"{place}record.pdf")
        assert paper.content.startswith(b"%PDF-")
        assert paper.content == auditor.get(f"{place}record.pdf").content


def test_an_auditor_runs_none_and_a_wrong_lot_leaves_no_record() -> None:
    assert run(member("aki", Role.AUDITOR), "C2") == "403"
    desk = member("hana", Role.MANAGER)
    assert run(desk, "C9") == "422"
    assert run(desk, f"{BAD}, {GOOD}") == "422"
    assert not MockRecall.objects.exists()
    assert desk.get(f"{BASE}mock/77/").status_code == 404


def test_a_long_number_keeps_its_last_digits() -> None:
    assert cut("095212340000000600") == "…340000000600"
    assert cut("0952123400006") == "0952123400006"
    assert cut("Kita Distribution (invented)", 17) == "Kita Distributio…"
