"""Several units in one go, and one unit in several recalls: the strictest answer comes first."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from kaishu.core.sentences import sentence
from kaishu.doors.public.views_several import Line, read_lines
from tests.doors import kumo
from tests.doors.pages import find, page, parsed, text

TAGS = {"ja": "ja", "zh-hans": "zh-Hans", "en": "en"}
BASE = f"/{{}}/r/{kumo.SLUG}/check/"
SEVERAL = f"{BASE}several/"
LIST = f"K100 {kumo.NOT_LISTED}\nK100: {kumo.LISTED}\r\n\nk100\tA1\n{kumo.LISTED.lower()[:-1]}3"


@pytest.fixture(autouse=True)
def published(data_dir: Path) -> None:
    kumo.write_pack(data_dir)


def test_a_line_is_a_model_and_a_serial_or_a_serial_of_the_model_chosen() -> None:
    lines = read_lines("Ｋ１００，AK 20\n\n  K200:  x y \nK300\nAK 9", [kumo.recall()], "K100")
    assert lines == [
        Line(1, "Ｋ１００", "AK 20"),
        Line(2, "K200", "x y"),
        Line(3, "K300", ""),
        Line(4, "K100", "AK 9"),
    ]
    assert read_lines("AK 9", [kumo.recall()], "") == [Line(1, "", "AK 9")]
    scanned = "]d2\x1d010490000000001410P6\x1d21AK9"  # the sign between two parts of a label's code
    assert [line.serial for line in read_lines(f"{scanned}\r\nAK 9\r", [], "")] == [scanned, "AK 9"]
    spaced = kumo.recall()
    spaced = replace(spaced, products=(replace(spaced.products[0], model="KUMO 10 Pro"),))
    assert read_lines("kumo  10 pro\tAK 9 8", [spaced], "") == [Line(1, "kumo  10 pro", "AK 9 8")]
    assert read_lines("KUMO 10 AK 9", [spaced], "") == [Line(1, "", "KUMO 10 AK 9")]


@pytest.mark.parametrize(("code", "tag"), TAGS.items())
def test_a_list_is_answered_on_one_page_the_most_dangerous_first(code: str, tag: str) -> None:
    root = page(SEVERAL.format(code), list=LIST, model="K100")
    tones = [li.get("class") for li in find(root, ".outcomes li")]
    assert tones == ["notice affected", "notice affected", "notice ask", "notice ok"]
    assert text(find(root, ".outcomes strong")[0]) == sentence("answer_affected", tag).text
    assert text(find(root, ".stop")[0]) == kumo.recall().stop_use[tag]
    links = [a.get("href") for a in find(root, ".outcomes a")]
    assert links[0] == f"{BASE.format(code)}?model=K100&serial={kumo.LISTED}"
    assert all(Client().get(link).status_code == 200 for link in links)
    (button,) = find(root, "a.button")
    assert parse_qs(urlsplit(button.get("href")).query) == {
        "u": [f"K100:{kumo.LISTED}", f"K100:{kumo.LISTED[:-1]}3"]
    }


def test_the_answer_to_a_list_may_be_kept_by_a_cache_and_asks_no_database() -> None:
    response = Client().get(SEVERAL.format("en"), {"list": LIST, "model": "K100"})
    assert response["Cache-Control"] == "public, max-age=60"
    assert not response.cookies


def test_more_affected_units_than_one_claim_takes_become_several_claims(data_dir: Path) -> None:
    rules = (kumo.Rule(no=1, product="K100", kind=kumo.RuleKind.MODEL),)
    kumo.write_pack(data_dir, kumo.recall(rules=rules, products=kumo.recall().products[:1]))
    serials = [f"AK2023000100{no:04}" for no in range(7)]
    root = page(SEVERAL.format("en"), list="\n".join([*serials, serials[0]]), model="K100")
    links = [a.get("href") for a in find(root, "a[href*=claim]")]
    units = [parse_qs(urlsplit(link).query)["u"] for link in links if "?u=" in link]
    assert [len(each) for each in units] == [5, 2]
    assert sorted(word for each in units for word in each) == [
        f"K100:{serial}" for serial in serials
    ]


@pytest.mark.parametrize(
    ("typed", "model", "words"),
    [
        ("", "", "Type at least one serial number."),
        (" \n ", "K100", "Type at least one serial number."),
        ("K100 A\n" * 21, "", "This list has 21 lines. Check 20 at a time."),
        (f"K100 A\nK100 {'A' * 121}", "", "Line 2 is too long. One unit is one line."),
        (f"K100 A\n{kumo.LISTED}", "", "Choose the model of line 2."),
    ],
)
def test_a_list_that_cannot_be_answered_is_kept_and_says_why(
    typed: str, model: str, words: str
) -> None:
    root = page(SEVERAL.format("en"), list=typed, model=model)
    assert words in text(find(root, ".summary")[0])
    assert words in text(find(root, ".field .error")[0])
    assert text(find(root, "title")[0]).startswith("Error:")
    assert find(root, "textarea")[0].text_content().strip() == typed.strip()


def test_the_way_back_to_the_list_keeps_what_was_typed() -> None:
    root = page(SEVERAL.format("en"), list=LIST, model="K100")
    there = parsed(Client().get(find(root, ".back")[0].get("href")))
    assert kumo.NOT_LISTED in find(there, "textarea")[0].text_content()
    assert not find(there, ".summary")


@pytest.mark.parametrize(("code", "tag"), TAGS.items())
def test_a_serial_in_two_recalls_shows_both_the_strictest_first(
    code: str, tag: str, data_dir: Path
) -> None:
    kumo.write_pack(data_dir, kumo.abroad())
    root = page(BASE.format(code), model="K100", serial=kumo.ABROAD)
    assert text(find(root, ".band h1")[0]) == sentence("answer_affected", tag).text
    assert text(find(root, "main .stop")[0]) == kumo.abroad().stop_use[tag]
    said = text(find(root, "main")[0])
    assert kumo.abroad().title[tag] in said
    assert kumo.recall().title[tag] in said
    here = sentence("answer_not_affected", tag).text
    assert here in text(find(root, "main .ways")[0])
    outside = sentence("flight_not_affected", tag).text  # of the recall that leaves it out
    assert 0 < said.find(kumo.abroad().flight[tag]) < said.find(outside)
    claim = find(root, "a.button")[0].get("href")
    assert claim.startswith(f"/{code}/r/{kumo.ABROAD_SLUG}/claim/?model=K100")


def test_where_both_recalls_agree_the_one_that_was_asked_answers(data_dir: Path) -> None:
    kumo.write_pack(data_dir, kumo.abroad())
    for slug, other in ((kumo.SLUG, kumo.ABROAD_SLUG), (kumo.ABROAD_SLUG, kumo.SLUG)):
        root = page(f"/en/r/{slug}/check/", model="K100", serial=kumo.LISTED)
        assert find(root, "a.button")[0].get("href").startswith(f"/en/r/{slug}/claim/")
        (link,) = find(root, "main .ways a")
        assert link.get("href") == f"/en/r/{other}/check/?model=K100&serial={kumo.LISTED}"


@pytest.mark.parametrize(("code", "tag"), TAGS.items())
def test_a_model_of_another_recall_is_named_with_a_link_that_carries_the_serial(
    code: str, tag: str, data_dir: Path
) -> None:
    kumo.write_pack(data_dir, kumo.abroad())
    there = f"/{code}/r/{kumo.ABROAD_SLUG}/check/"
    root = page(there, model="K200", serial="AK 1")
    (link,) = find(root, "main .ways a")
    assert link.get("href") == f"/{code}/r/{kumo.SLUG}/check/?model=K200&serial=AK+1"
    assert kumo.recall().title[tag] in text(link)
    assert not find(page(there, model="K999"), "main .ways")


def test_a_stricter_recall_decides_the_place_in_a_list(data_dir: Path) -> None:
    kumo.write_pack(data_dir, kumo.abroad())
    root = page(SEVERAL.format("en"), list=f"K100 {kumo.NOT_LISTED}\nK100 {kumo.ABROAD}", model="")
    first = find(root, ".outcomes li")[0]
    assert first.get("class") == "notice affected"
    assert kumo.abroad().title["en"] in text(first)
    assert text(find(first, "strong")[0]) == sentence("answer_affected", "en").text
    assert not find(root, "a.button")


def test_a_model_alone_leads_to_the_recall_that_has_it() -> None:
    client = Client()
    response = client.get("/zh-hans/check/", {"model": "ｋ200", "serial": "AK 1"})
    assert response.status_code == 302
    assert response["Location"].startswith(f"/zh-hans/r/{kumo.SLUG}/check/?model=")
    assert response["Location"].endswith("&serial=AK+1")
    for typed, words in (("K9", "No recall here has this model"), ("", "Type the model")):
        root = page("/en/check/", model=typed)
        assert words in text(find(root, ".summary")[0])
        assert words in text(find(root, ".field .error")[0])
    assert not find(page("/en/check/"), ".summary")


def test_a_line_about_a_model_of_another_recall_is_answered_by_that_one(data_dir: Path) -> None:
    kumo.write_pack(data_dir, kumo.abroad())
    there = SEVERAL.format("en").replace(kumo.SLUG, kumo.ABROAD_SLUG)
    root = page(there, list="K200 AK 1", model="K100")
    (row,) = find(root, ".outcomes li")
    assert "K200" in text(find(row, ".code")[0])
    assert find(row, "a")[0].get("href").endswith("/check/?model=K200&serial=AK+1")
    assert kumo.recall().title["en"] in text(row)
