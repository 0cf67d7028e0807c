"""What an answer page promises: safety first, a date, one A4, and never "already claimed"."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path

import pypdfium2
import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from playwright.sync_api import Page

from kaishu.claims import actions
from kaishu.claims.facts import ClaimFacts, UnitFacts
from kaishu.doors.public import figures
from kaishu.people.contact import Contact
from tests.doors import kumo
from tests.doors.pages import find, page, text
from tests.support.browser import axe, shoot

OpenPage = Callable[..., Page]
TAGS = {"ja": "ja", "zh-hans": "zh-Hans", "en": "en"}
BROWSER = {"ja": "ja", "zh-hans": "zh-CN", "en": "en"}
CHECK = f"/{{}}/r/{kumo.SLUG}/check/"
AFFECTED = {"model": "K100", "serial": kumo.LISTED}
NOT_AFFECTED = {"model": "K100", "serial": kumo.NOT_LISTED}
WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


def claim(serial: str) -> None:
    unit = UnitFacts(model="K100", serial=serial, remedy="refund")
    contact = Contact(name="A", phone="0312345678")
    facts = ClaimFacts(recall=kumo.SLUG, language="ja", contact=contact, units=(unit,))
    actions.submit_claim(facts=facts, key=serial, door="public", by="owner", at=timezone.now())


@pytest.mark.parametrize(("code", "tag"), TAGS.items())
def test_affected_begins_with_stop_then_keep_never_flight_and_ends_with_the_claim(
    code: str, tag: str, data_dir: Path
) -> None:
    kumo.write_pack(data_dir)
    root = page(CHECK.format(code), **AFFECTED)
    assert text(find(root, "main p")[0]) == kumo.recall().stop_use[tag]
    said = text(find(root, "main")[0])
    recall = kumo.recall()
    order = [recall.stop_use, recall.keep_safe, recall.never, recall.flight, recall.do_now[0]]
    places = [said.find(words[tag]) for words in order]
    assert places == sorted(places)
    assert places[0] > 0
    assert said.find(text(find(root, "a.button")[0])) > places[-1]


@pytest.mark.parametrize("code", TAGS)
def test_not_affected_is_dated_and_can_be_watched_with_the_same_facts(
    code: str, data_dir: Path
) -> None:
    kumo.write_pack(data_dir)
    root = page(CHECK.format(code), **NOT_AFFECTED)
    (watch,) = find(root, "a[href*=watch]")
    there = f"/{code}/r/{kumo.SLUG}/watch/?model=K100&serial={kumo.NOT_LISTED}"
    assert watch.get("href") == there
    today = timezone.localdate()
    assert str(today.year) in text(find(root, ".facts")[0])


@pytest.mark.django_db
@pytest.mark.parametrize("code", TAGS)
def test_nobody_can_see_on_the_check_that_a_unit_is_claimed(code: str, data_dir: Path) -> None:
    kumo.publish(data_dir)
    several = {"list": f"K100 {kumo.LISTED}\nK100 {kumo.NOT_LISTED}"}
    pages = [(CHECK.format(code), AFFECTED), (f"{CHECK.format(code)}several/", several)]
    before = [Client().get(path, query).content for path, query in pages]
    claim(kumo.LISTED)
    assert [Client().get(path, query).content for path, query in pages] == before


@pytest.mark.django_db
def test_the_check_takes_as_long_for_a_claimed_unit_as_for_another(data_dir: Path) -> None:
    """The page reads no claim at all; the ratio only has to rule out a second look-up."""
    kumo.publish(data_dir)
    claim(kumo.LISTED)
    client, free = Client(), kumo.LISTED[:-1] + "3"
    spent: dict[str, list[float]] = {kumo.LISTED: [], free: []}
    with CaptureQueriesContext(connection) as asked:
        for _ in range(100):
            for serial, times in spent.items():
                start = time.perf_counter()
                client.get(CHECK.format("ja"), {"model": "K100", "serial": serial})
                times.append(time.perf_counter() - start)
    assert len(asked) == 0
    claimed, other = (statistics.median(times) for times in spent.values())
    assert 0.5 < claimed / other < 2


@pytest.mark.django_db
def test_the_numbers_cost_five_queries_a_minute_and_agree_with_the_progress_page(
    data_dir: Path,
) -> None:
    kumo.publish(data_dir)
    claim(kumo.LISTED)
    figures.forget()
    with CaptureQueriesContext(connection) as first:
        shown = page(f"/en/r/{kumo.SLUG}/")
    assert len(first) == 5
    with CaptureQueriesContext(connection) as second:
        page(f"/en/r/{kumo.SLUG}/")
        home = page("/en/")
    assert len(second) == 0
    said = [text(dd) for dd in find(shown, ".numbers dd")]
    assert said == ["0 of 3,000", "0"]
    assert "0 of 3,000 units taken care of." in text(home)
    assert "0 of 3,000 units are taken care of." in text(page(f"/en/r/{kumo.SLUG}/progress/"))


def test_the_recall_page_stands_without_its_numbers_while_the_database_is_away(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise OperationalError("away")

    kumo.write_pack(data_dir)
    monkeypatch.setattr(figures, "_count", away)
    figures.forget()
    root = page(f"/en/r/{kumo.SLUG}/")
    assert not find(root, ".numbers")
    assert find(root, "a[href*=progress]")
    assert kumo.recall().title["en"] in text(page("/en/"))


def test_not_affected_in_chinese_on_a_small_phone_without_scripts_and_on_paper(
    site: str, open_page: OpenPage, data_dir: Path
) -> None:
    kumo.publish(data_dir)
    view = open_page(javascript=False, language="zh-CN", width=320)
    view.goto(site)
    view.click("main .products a")
    view.click("main a.button")
    view.check("input[name=model][value=K100]")
    view.click("main button.button")
    view.fill("#id-serial", f"序列号：{kumo.NOT_LISTED.lower()}")
    view.click("main button.button")
    assert view.locator(".band.ok h1").count() == 1
    assert not view.evaluate(WIDE)
    shoot(view, "not-affected-zh-320")
    paper = pypdfium2.PdfDocument(view.pdf(prefer_css_page_size=True))
    assert len(paper) == 1
    said = "".join(paper[0].get_textpage().get_text_range().split())
    assert kumo.NOT_LISTED in said
    assert str(timezone.localdate().year) in said
    second = open_page(language="zh-CN", width=320)
    second.goto(view.url)
    axe(second)


@pytest.mark.parametrize("code", TAGS)
def test_every_page_to_the_answer_is_clean_in_every_language(
    code: str, site: str, open_page: OpenPage, data_dir: Path
) -> None:
    kumo.publish(data_dir)
    kumo.write_pack(data_dir, kumo.abroad())
    base = f"/{code}/r/{kumo.SLUG}/"
    many = f"list=K100+{kumo.LISTED}%0AK100+{kumo.ABROAD}%0AK100+A1%0AK100+{kumo.NOT_LISTED}"
    paths = {
        "home": f"/{code}/",
        "anywhere": f"/{code}/check/?model=K9",
        "recall": base,
        "serial": f"{base}check/?model=K100",
        "several": f"{base}check/several/?list=",
        "several-answer": f"{base}check/several/?{many}",
        "affected": f"{base}check/?model=K100&serial={kumo.LISTED}",
        "two-recalls": f"{base}check/?model=K100&serial={kumo.ABROAD}",
        "ok": f"{base}check/?model=K100&serial=AK20239999000099",
        "ask": f"{base}check/?model=K100&serial=A1",
        "progress": f"{base}progress/",
    }
    view = open_page(language=BROWSER[code], width=320)
    for name, path in paths.items():
        view.set_viewport_size({"width": 320, "height": 640})
        view.goto(site + path)
        assert not view.evaluate(WIDE), name
        axe(view)
        for width in (390, 1280):
            view.set_viewport_size({"width": width, "height": 844})
            shoot(view, f"{name}-{code}-{width}")
