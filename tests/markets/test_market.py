"""Market data: each value has a source and a day, and softening words are found as people write."""

from __future__ import annotations

import pytest

from kaishu.core.recall import LANGUAGES
from kaishu.markets import CODES, Fact, MarketUnknown, load_market


@pytest.mark.parametrize("code", CODES)
def test_every_value_names_its_source_and_day(code: str) -> None:
    market = load_market(code)
    facts: list[Fact] = [market.fact, *(each.fact for each in market.regulators)]
    facts += [each.fact for each in market.softening]
    for fact in facts:
        assert fact.basis in {"law", "house"}
        assert fact.article and fact.source and fact.from_date.year >= 2020
    assert {each.language for each in market.softening} == set(LANGUAGES)
    assert {each.severity for each in market.softening} <= {"warning", "error"}
    assert set(market.name) == set(LANGUAGES)
    assert all(set(each.name) == set(LANGUAGES) for each in market.regulators)


def test_the_two_markets_are_known_by_money_and_regulator() -> None:
    japan, china = load_market("jp"), load_market("cn")
    assert (japan.country, japan.currency, japan.time_zone) == ("JP", "JPY", "Asia/Tokyo")
    assert [each.code for each in japan.regulators] == ["METI", "CAA"]
    assert (china.country, china.currency, china.time_zone) == ("CN", "CNY", "Asia/Shanghai")
    assert [each.code for each in china.regulators] == ["AMR", "SAMR"]


def test_a_market_without_data_is_refused_by_name() -> None:
    with pytest.raises(MarketUnknown) as refusal:
        load_market("mars")
    assert refusal.value.facts == {"market": "mars", "known": "cn, eu, jp, us"}


@pytest.mark.parametrize(
    ("language", "text", "found"),
    [
        ("en", "A Voluntary recall.", ["voluntary"]),
        ("en", "Involuntary movement; prepare; no rarely-used words", ["rarely"]),
        ("ja", "念のため回収します。", ["念のため"]),
        ("ja", "発火するおそれがあります。", []),
        ("zh-Hans", "极少数产品可能起火。", ["极少数"]),
    ],
)
def test_softening_words_are_found_whole(language: str, text: str, found: list[str]) -> None:
    words = next(each for each in load_market("jp").softening if each.language == language)
    assert list(words.found_in(text)) == found
