"""May I fly with it: one question a page, all in the address, the rule by its name, no database."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from lxml import html
from playwright.sync_api import Page
from pypdfium2 import PdfDocument

from tests.doors import kumo
from tests.doors.pages import find, page, parsed, text
from tests.support.browser import axe, shoot

LANGUAGES = {"ja": "ja", "zh-hans": "zh-Hans", "en": "en"}
CHINA = {"route": "cn_domestic", "on": "2026-07-15", "model": "other"}
FINE = CHINA | {"mark": "clear", "wh": "37", "condition": "intact"}
ABROAD = {"route": "international", "on": "2026-07-15", "model": "K100", "unit": "not_affected"}
SHOTS = os.environ.get("KAISHU_SHOTS") == "1"


@pytest.fixture(autouse=True)
def published(data_dir: Path) -> None:
    """Every test starts with the invented recall on the disk."""
    kumo.write_pack(data_dir)


def fly(code: str = "en", **facts: str) -> html.HtmlElement:
    return page(f"/{code}/fly/", **facts)


def head(root: html.HtmlElement) -> str:
    return text(find(root, "h1")[0])


def hidden(root: html.HtmlElement) -> dict[str, str]:
    return {each.get("name"): each.get("value") for each in find(root, "main input[type=hidden]")}


@pytest.mark.parametrize(
    ("facts", "asked"),
    [
        ({}, "Where will you fly?"),
        ({"route": "jp"}, "On which day do you fly?"),
        ({"route": "jp", "on": "2026-7-15"}, "Which battery will you take?"),
        ({"recall": kumo.SLUG, "model": "K100"}, "Where will you fly?"),
        ({"route": "jp", "on": "unknown", "model": "K100"}, "What did the check say about yours?"),
        ({"route": "jp", "on": "unknown", "model": "other"}, "How much energy does it hold?"),
        (CHINA, "Is there a CCC mark on it?"),
        (CHINA | {"mark": "clear"}, "How much energy does it hold?"),
        (CHINA | {"mark": "clear", "mah": "10000"}, "How much energy does it hold?"),
        (CHINA | {"mark": "clear", "wh": "37"}, "How does it look and feel now?"),
    ],
)
def test_each_page_asks_one_thing_and_keeps_the_rest(facts: dict[str, str], asked: str) -> None:
    root = fly(**facts)
    assert head(root) == asked
    kept = {k: v for k, v in hidden(root).items() if k != "asked"}
    open_fields = {each.get("name") for each in find(root, "main input")} - set(hidden(root))
    assert kept == {k: v for k, v in facts.items() if k not in open_fields}


@pytest.mark.parametrize(
    ("facts", "tone", "reason"),
    [
        (FINE, "ok", "The CCC mark is clear. A mark does not prove that its certificate"),
        (
            FINE | {"wh": "", "mah": "１０，０００ｍＡｈ", "volts": "3.7V"},
            "ok",
            "37 Wh is not more",
        ),
        (FINE | {"wh": "120Wh"}, "ask", "120 Wh is more than 100 Wh"),
        (CHINA | {"mark": "none"}, "affected", "without a CCC mark"),
        (CHINA | {"mark": "unclear"}, "affected", "unclear CCC mark"),
        (CHINA | {"mark": "clear", "energy": "none"}, "affected", "cannot be worked out"),
        (CHINA | {"model": "K100"}, "affected", "whatever its serial number"),
        (CHINA | {"model": "ｋ100"}, "affected", "whatever its serial number"),
        (ABROAD | {"unit": "affected"}, "affected", "must not go on any flight"),
        (ABROAD | {"unit": "unknown"}, "affected", "do not know yet whether yours"),
        (ABROAD | {"wh": "37", "condition": "intact"}, "ask", "Ask the airline before you travel"),
        (ABROAD | {"wh": "37", "condition": "swollen"}, "affected", "A swollen battery"),
        (ABROAD | {"energy": "none", "condition": "intact"}, "ask", "cannot tell without"),
    ],
)
def test_the_answer_says_why(facts: dict[str, str], tone: str, reason: str) -> None:
    root = fly(**facts)
    assert len(find(root, f".band.{tone} h1")) == 1
    assert reason in text(find(root, "main")[0])
    assert "The airline and the airport have the last word" in text(root)


def test_a_recalled_model_is_refused_within_china_before_anything_else_is_asked() -> None:
    facts = {"recall": kumo.SLUG, "model": "K100", "route": "cn_domestic", "on": "2026-07-15"}
    root = fly(**facts)
    assert head(root) == "No, do not take it on the plane"
    assert f"/en/r/{kumo.SLUG}/check/?model=K100" in [a.get("href") for a in find(root, "a")]
    assert kumo.recall().phone in text(root)


def test_the_rule_is_named_with_its_source_and_day() -> None:
    root = fly(**(CHINA | {"mark": "none"}))
    rule = text(find(root, "main .unit")[0])
    assert "Urgent notice of the Civil Aviation Administration of China" in rule
    assert "28 June 2025" in rule
    links = [a.get("href") for a in find(root, ".unit a")]
    assert links == ["https://www.163.com/dy/article/K3094N9P0530PDK6.html"]


@pytest.mark.parametrize("day", ["2025-06-27", "2024-05-14", "1999-1-1"])
def test_a_day_that_is_over_gets_no_milder_answer_than_today(day: str) -> None:
    assert len(find(fly(**(FINE | {"mark": "none", "on": day})), ".band.affected")) == 1
    assert len(find(fly(**(CHINA | {"model": "K100", "on": day})), ".band.affected")) == 1


def test_a_draft_is_told_as_a_question_to_the_airline() -> None:
    words = text(fly(**ABROAD, wh="37", condition="intact"))
    assert "Ask your airline how many you may take." in words
    assert "Addendum to the ICAO Technical Instructions" in words


@pytest.mark.parametrize(
    ("facts", "asked", "control", "words"),
    [
        ({}, "route", "id-route-0", "Choose one of these answers."),
        ({"route": "moon"}, "", "id-route-0", "Choose one of these answers."),
        ({"route": "jp"}, "on", "id-on", "Type the day of your flight."),
        ({"route": "jp", "on": "3/4/2026"}, "on", "id-on", "We cannot read this date."),
        ({"route": "jp", "on": "2026-7-1"}, "model", "id-model-0", "Choose one of these"),
        (CHINA | {"mark": "clear"}, "energy", "id-wh", "Type the Wh, or the mAh and the V."),
        (CHINA | {"mark": "clear", "mah": "10000"}, "energy", "id-volts", "Type the volts (V)"),
        (CHINA | {"mark": "clear", "wh": "37W"}, "energy", "id-wh", "cannot use this unit"),
    ],
)
def test_a_mistake_is_said_where_it_is_and_what_was_typed_stays(
    facts: dict[str, str], asked: str, control: str, words: str
) -> None:
    root = fly(**facts, asked=asked)
    assert text(find(root, "title")[0]).startswith("Error:")
    link = find(root, ".summary a")[0]
    assert link.get("href") == f"#{control}" and words in text(link)
    assert len(find(root, f"#{control}")) == 1
    assert text(link) in text(find(root, ".error")[0])
    for name, value in facts.items():
        kept = find(root, f"[name={name}][value='{value}']")
        assert kept or value == "moon", name


def test_nothing_is_wrong_before_it_was_asked() -> None:
    for facts in ({}, {"route": "jp"}, CHINA, CHINA | {"mark": "clear"}):
        assert not find(fly(**facts), ".error")


def test_every_answer_can_be_changed_and_back_leads_to_the_question_before() -> None:
    root = fly(**FINE)
    changes = [a.get("href") for a in find(root, ".facts a")]
    assert len(changes) == 6
    heads = [head(parsed(Client().get(f"/en/fly/{href}"))) for href in changes]
    assert heads == [text(dt) for dt in find(root, ".facts dt")]
    back = find(root, ".back")[0].get("href")
    assert "condition" not in parse_qs(urlsplit(back).query)
    assert find(fly(), ".back")[0].get("href") == "/en/"


def test_the_page_needs_no_database_is_kept_by_caches_and_survives_odd_addresses() -> None:
    response = Client().get("/ja/fly/", FINE)
    assert response["Cache-Control"] == "public, max-age=60"
    assert not response.cookies
    for odd in (
        {"recall": "nothing-here"},
        {"wh": "9" * 5000},
        {"model": "<script>"},
        {"on": "\x00"},
    ):
        assert Client().get("/en/fly/", odd).status_code == 200
    assert Client().post("/en/fly/").status_code == 405


@pytest.mark.parametrize(("code", "tag"), LANGUAGES.items())
@pytest.mark.parametrize("facts", [{}, CHINA, FINE, CHINA | {"mark": "none"}], ids=str)
def test_each_page_speaks_its_language(code: str, tag: str, facts: dict[str, str]) -> None:
    root = fly(code, **facts)
    assert root.get("lang") == tag
    assert len(find(root, "h1")) == 1
    primary = [b for b in find(root, ".button") if "quiet" not in b.get("class", "")]
    assert len(primary) == (0 if find(root, ".band") else 1)


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("width", [320, 390, 1280] if SHOTS else [320])
def test_walk_the_questions_without_a_script(
    code: str, width: int, site: str, open_page: Callable[..., Page], data_dir: Path
) -> None:
    kumo.write_pack(data_dir)
    walk, second = open_page(javascript=False, width=width), open_page(width=width)
    walk.goto(f"{site}/{code}/fly/")

    def look(name: str) -> None:
        shoot(walk, f"fly-{name}-{width}-{code}")
        second.goto(walk.url)
        axe(second)
        wide = second.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, f"{name}: {wide} px too wide"

    def go(name: str) -> None:
        look(name)
        walk.click("main .button:not(.quiet)")

    walk.check("[name=route][value=cn_domestic]")
    go("route")
    walk.fill("#id-on", "2026年7月15日")
    go("on")
    walk.check("[name=model][value=other]")
    go("model")
    walk.check("[name=mark][value=clear]")
    go("mark")
    walk.fill("#id-mah", "10,000mAh")
    go("energy")
    assert walk.locator(".summary a").count() == 1
    walk.fill("#id-volts", "3.7")
    go("energy-wrong")
    walk.check("[name=condition][value=intact]")
    go("condition")
    assert walk.locator(".band.ok").count() == 1
    look("yes")
    assert len(PdfDocument(second.pdf(format="A4", prefer_css_page_size=True))) == 1
    walk.goto(f"{site}/{code}/fly/?route=cn_domestic&on=2026-07-15&model=K100&recall={kumo.SLUG}")
    assert walk.locator(".band.affected").count() == 1
    look("no")
    walk.goto(f"{site}/{code}/fly/?route=jp&on=2026-07-15&model=K100")
    look("unit")
    walk.goto(f"{site}/{code}/fly/?route=jp&on=2026-07-15&model=other&wh=120&condition=intact")
    assert walk.locator(".band.ask").count() == 1
    look("ask")
