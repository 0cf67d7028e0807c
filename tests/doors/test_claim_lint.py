"""One crawl over every page of a claim, fresh and wrong, in every language."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.doors import kumo
from tests.doors.draft import Walk
from tests.doors.pages import find, parsed, text
from tests.doors.test_public_lint import FORBIDDEN, HAN, KANA, TAGS

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("code", TAGS)
def test_every_page_of_the_flow_keeps_the_manners(code: str, db: None, data_dir: Path) -> None:
    kumo.publish(data_dir)
    walk = Walk(code=code).start()
    walk.answers |= {
        "model": {"model": "K200"},  # the one that is asked for its colour
        "serial": {"serial": "AK20230001000099"},
        "condition": {"condition": "wet"},
        "shop": {"shop": "store"},
        "bought": {"bought_on": "2024-5-4"},
        "name": {"name": "A"},
        "kana": {"do": "unknown"},
        "postcode": {"postcode": "4520961"},
        "address": {"region": "A", "city": "B", "street": "1"},
    }
    heads: dict[str, str] = {}
    for _ in range(40):
        name = walk.question
        pages = [walk.page()]
        if name not in ("safety", "photo", "proof", "check", "town"):
            pages.append(parsed(walk.client.post(walk.at, {})))
        for root in pages:
            _keeps_the_manners(root, code)
        heads[name] = text(find(pages[0], "h1")[0])
        if name == "check":
            break
        walk.say(**walk.answers[name])
    assert len(set(heads.values())) == len(heads) == 21, heads


def _keeps_the_manners(root: object, code: str) -> None:
    assert len(find(root, "h1")) == 1
    assert find(root, "main .back")
    primary = [b for b in find(root, "main .button") if "quiet" not in b.get("class", "")]
    assert len(primary) == 1
    for attribute in FORBIDDEN:
        assert not find(root, f"[{attribute}]"), attribute
    assert not [f for f in find(root, "main form") if "novalidate" not in f.attrib]
    assert kumo.recall().phone in text(root)
    labels = {label.get("for") for label in find(root, "label")}
    for control in [*find(root, "main input"), *find(root, "main textarea")]:
        if control.get("type") != "hidden":
            assert control.get("id") in labels, control.get("name")
    for part in (*find(root, ".languages"), *find(root, ".choices")):
        part.drop_tree()
    shown = text(find(root, "main")[0])
    foreign = {"en": [KANA, HAN], "zh-hans": [KANA], "ja": [re.compile("[a-z]+ [a-z]+ [a-z]+")]}
    assert not [p for p in foreign[code] if p.search(shown)], shown
