"""One crawl over every owner's page in every language: the manners that each must keep."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import Client
from lxml import html

from kaishu.claims import actions
from kaishu.claims.facts import ClaimFacts, UnitFacts
from kaishu.people.contact import Contact
from tests.doors import kumo
from tests.doors.pages import find, parsed, text

pytestmark = pytest.mark.django_db
TAGS = {"ja": "ja", "zh-hans": "zh-Hans", "en": "en"}
BASE = f"/r/{kumo.SLUG}/"
CHECK = f"{BASE}check/"
PAGES = {
    "home": "/",
    "privacy": "/privacy/",
    "accessibility": "/accessibility/",
    "recall": BASE,
    "model": CHECK,
    "model, none chosen": f"{CHECK}?model=",
    "serial": f"{CHECK}?model=K100",
    "serial, empty": f"{CHECK}?model=K100&serial=",
    "colour": f"{CHECK}?model=K200&serial={kumo.LISTED}",
    "day": f"{CHECK}?model=K300&serial={kumo.LISTED}",
    "affected": f"{CHECK}?model=K100&serial={kumo.LISTED}",
    "not affected": f"{CHECK}?model=K100&serial={kumo.NOT_LISTED}",
    "ask": f"{CHECK}?model=K100&serial=A1",
    "no such model": f"{CHECK}?model=other",
    "claim": f"{BASE}claim/?model=K100&serial={kumo.LISTED}",
    "case": "/c/TOKEN/",
    "no such case": "/c/nothing/",
    "progress": f"{BASE}progress/",
    "progress, another day": f"{BASE}progress/?on=2026-04-02",
    "progress, no day": f"{BASE}progress/?on=soon",
    "verify": "/verify/",
    "verify, nothing": "/verify/?code=",
    "verify, wrong": "/verify/?code=KR1.A.B",
    "danger": f"{BASE}danger/",
    "notice": f"{BASE}notice/",
    "poster": f"{BASE}poster/",
    "several": f"{CHECK}several/",
    "several, empty": f"{CHECK}several/?list=",
    "several, answered": f"{CHECK}several/?list=K100+{kumo.LISTED}%0AK100+A1",
    "any model": "/check/",
    "any model, unknown": "/check/?model=K9",
    "fly": f"/fly/?recall={kumo.SLUG}",
    "fly, day": f"/fly/?recall={kumo.SLUG}&route=jp",
    "fly, battery": f"/fly/?recall={kumo.SLUG}&route=jp&on=2026-7-1",
    "fly, unit": "/fly/?model=K100&route=jp&on=2026-7-1",
    "fly, mark": f"/fly/?recall={kumo.SLUG}&model=other&route=cn_domestic&on=2026-7-1",
    "fly, energy": "/fly/?model=K100&route=jp&on=2026-7-1&unit=not_affected",
    "fly, condition": "/fly/?model=K100&route=jp&on=2026-7-1&unit=not_affected&wh=37",
    "fly, no": "/fly/?model=K100&route=cn_domestic&on=2026-7-1",
    "fly, yes": "/fly/?model=K100&route=jp&on=2026-7-1&unit=not_affected&wh=37&condition=intact",
    "card": f"{BASE}card/?model=K100",
    "card, made": f"{BASE}card/?model=K100&serial={kumo.NOT_LISTED}",
    "card, affected": f"{BASE}card/?model=K100&serial={kumo.LISTED}",
    "card, forbidden": f"{BASE}card/?model=K100&serial={kumo.NOT_LISTED}&route=cn_domestic",
    "missing": "/nowhere/",
}
NO_BUTTON = {"home", "privacy", "accessibility", "case", "progress", "not affected"}
NO_BUTTON |= {"card, forbidden", "fly, no", "fly, yes", "progress, another day", "progress, no day"}
NO_PHONE = {"home", "privacy", "accessibility", "any model", "any model, unknown"}
NO_PHONE |= {"verify", "verify, nothing", "verify, wrong"}
# The same question once more, with what was wrong; the poster and the notice share a headline.
ANSWERED_AGAIN = {
    "model, none chosen",
    "serial, empty",
    "several, empty",
    "any model, unknown",
    "progress, another day",
    "progress, no day",
    "verify, nothing",
    "poster",
}
FORBIDDEN = ("placeholder", "required", "disabled", "readonly", "maxlength", "style", "onclick")
KANA = re.compile(r"[ぁ-ゖァ-ヺ]")
HAN = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture
def token(db: None, data_dir: Path) -> str:
    """Publish the recall and give the link of one claim."""
    kumo.publish(data_dir)
    unit = UnitFacts(model="K100", serial=kumo.LISTED, remedy="refund")
    facts = ClaimFacts(recall=kumo.SLUG, language="ja", contact=Contact(name="A"), units=(unit,))
    sent = actions.submit_claim(facts=facts, key="k", door="public", by="owner", at=kumo.PUBLISHED)
    return sent.token


def get(path: str, code: str, token: str) -> tuple[html.HtmlElement, int]:
    """Get a page of the list; returns it with its size in bytes."""
    response = Client().get(f"/{code}{path.replace('TOKEN', token)}")
    return parsed(response), len(response.content)


@pytest.mark.parametrize("code", TAGS)
@pytest.mark.parametrize("name", PAGES)
def test_every_page_keeps_the_manners(name: str, code: str, token: str) -> None:
    root, size = get(PAGES[name], code, token)
    assert root.get("lang") == TAGS[code]
    assert len(find(root, "h1")) == 1
    assert text(find(root, "title")[0])
    primary = [b for b in find(root, ".button") if "quiet" not in b.get("class", "")]
    assert len(primary) == (0 if name in NO_BUTTON else 1)
    for attribute in FORBIDDEN:
        assert not find(root, f"[{attribute}]"), attribute
    assert {s.get("type") for s in find(root, "script")} <= {"application/ld+json"}  # data
    assert not [f for f in find(root, "main form") if "novalidate" not in f.attrib]
    assert size < 40_000
    _every_control_has_a_label(root)
    _every_link_to_a_place_arrives(root)
    assert find(root, "main .back") or name in {"home", "missing", "no such case"}
    assert name in NO_PHONE or kumo.recall().phone in text(root)


@pytest.mark.parametrize("name", PAGES)
def test_no_page_mixes_its_languages(name: str, token: str) -> None:
    for code, foreign in (("zh-hans", KANA), ("en", KANA), ("en", HAN)):
        root, _ = get(PAGES[name], code, token)
        for meant in (*find(root, ".languages"), *find(root, "main section[lang]")):
            meant.drop_tree()  # the choice of language; a flight card, which has all three
        assert not foreign.search(text(find(root, "body")[0])), code
    japanese, _ = get(PAGES[name], "ja", token)
    for meant in find(japanese, "main section[lang]"):
        meant.drop_tree()
    sentences = [text(p) for p in find(japanese, "main p")]
    assert not [s for s in sentences if re.search(r"[a-z]+ [a-z]+ [a-z]+", s)]


def test_no_two_pages_ask_the_same_question(token: str) -> None:
    alone = [n for n in PAGES if n not in ANSWERED_AGAIN]
    heads = [text(find(get(PAGES[name], "en", token)[0], "h1")[0]) for name in alone]
    assert sorted(set(heads)) == sorted(heads)


def test_styles_stay_small() -> None:
    folder = Path(__file__).resolve().parents[2] / "src/kaishu/base/static/kaishu"
    owner = sum((folder / f"{name}.css").stat().st_size for name in ("tokens", "shared", "owner"))
    assert owner < 24_000


def _every_control_has_a_label(root: html.HtmlElement) -> None:
    labels = {label.get("for") for label in find(root, "label")}
    for control in [*find(root, "main input"), *find(root, "main select"), *find(root, "textarea")]:
        if control.get("type") != "hidden":
            assert control.get("id") in labels, control.get("name")


def _every_link_to_a_place_arrives(root: html.HtmlElement) -> None:
    ids = {node.get("id") for node in root.iter() if isinstance(node.tag, str)}
    for node in root.iter():
        if isinstance(node.tag, str):
            targets = (node.get("aria-describedby") or "").split()
            targets += (node.get("aria-labelledby") or "").split()
            if (node.get("href") or "").startswith("#"):
                targets.append(node.get("href")[1:])
            assert set(targets) <= ids, targets
