"""The public notice of each market: headline, parts, order, and what each rests on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kaishu.core.recall import LANGUAGES, NoticeFacts
from kaishu.markets import CODES, MarketUnknown, load_market, load_notice
from kaishu.markets.notice import HAS
from tests.doors import kumo

SOLD = kumo.three("家電店", "家电商店", "Electronics shops")
FULL = NoticeFacts(sold_where=SOLD, made_in=SOLD, incidents=SOLD, number="26-001")

ORDER = {
    "eu": "product picture identification sold_when sold_where hazard at_once disposal remedies "
    "contact company pass_on",
    "us": "product hazard at_once remedies announced units contact picture identification cause "
    "disposal incidents sold_where sold_when company made_in number pass_on",
    "jp": "product picture hazard at_once identification sold_when units cause announced remedies "
    "disposal contact company pass_on",
    "cn": "company product picture identification units cause hazard at_once remedies announced "
    "disposal contact pass_on",
}
LACKING = {
    "eu": [("sold_where", "error")],
    "us": [
        ("incidents", "error"),
        ("sold_where", "error"),
        ("made_in", "warning"),
        ("number", "warning"),
    ],
    "jp": [],
    "cn": [],
}


@pytest.mark.parametrize("code", CODES)
def test_the_parts_stand_in_the_order_of_the_market(code: str) -> None:
    assert [part.code for part in load_notice(code).parts] == ORDER[code].split()


@pytest.mark.parametrize("code", CODES)
def test_every_part_names_what_it_rests_on(code: str) -> None:
    notice = load_notice(code)
    for because in [notice.headline_because, *(part.because for part in notice.parts)]:
        assert because.basis in {"law", "guidance", "house"}
        assert because.article and because.source and because.from_date.year >= 2020
    assert set(notice.headline) == set(LANGUAGES)
    assert {part.severity for part in notice.parts} <= {"error", "warning"}


def test_only_the_european_headline_is_fixed_by_law() -> None:
    european = load_notice("eu")
    assert european.headline["en"] == "Product safety recall"
    assert european.headline_because.article == "Regulation (EU) 2023/988 (GPSR), Article 36"
    by_law = {code for code in CODES if load_notice(code).headline_because.basis == "law"}
    assert by_law == {"eu"}


@pytest.mark.parametrize("code", CODES)
def test_the_parts_that_a_recall_lacks_are_named(code: str) -> None:
    recall = kumo.recall(market=code)
    notice = load_notice(code)
    assert [(part.code, part.severity) for part in notice.lacking(recall)] == LACKING[code]
    assert notice.lacking(replace(recall, notice=FULL)) == ()


def test_every_part_can_be_lacking_but_the_two_that_need_no_facts() -> None:
    bare = kumo.recall(
        brand="",
        company={},
        hazard={},
        cause={},
        stop_use={},
        never={},
        remedies=(),
        phone="",
        products=tuple(
            replace(
                p, picture="", serial_picture="", serial_where={}, units=0, sold_to=None, name={}
            )
            for p in kumo.recall().products
        ),
    )
    assert {code for code, has in HAS.items() if has(bare)} == {"announced", "pass_on"}


def test_the_words_that_european_law_bars_are_errors_with_their_article() -> None:
    (english,) = [s for s in load_market("eu").softening if s.language == "en"]
    assert english.severity == "error"
    assert english.fact.article == "Regulation (EU) 2023/988 (GPSR), Article 36"
    assert list(english.found_in("A voluntary recall; no accidents.")) == [
        "voluntary",
        "no accidents",
    ]


def test_a_voluntary_recall_is_normal_in_america_and_in_japan() -> None:
    for code, language, text in (
        ("us", "en", "This voluntary recall"),
        ("jp", "ja", "自主回収を行います。"),
    ):
        words = [s for s in load_market(code).softening if s.language == language]
        assert not [word for each in words for word in each.found_in(text)]


def test_a_market_without_notice_rules_is_refused_by_name() -> None:
    with pytest.raises(MarketUnknown):
        load_notice("mars")
