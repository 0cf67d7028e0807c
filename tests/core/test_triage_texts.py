"""What an owner of a dangerous unit reads: the safety act first, and never a way by post."""

from __future__ import annotations

import re

import pytest

from kaishu.core.recall import LANGUAGES
from kaishu.core.sentences import FALLBACK, sentence
from kaishu.core.triage import Condition, Route, triage

FIRST = {
    Condition.HOT: {
        "en": "Move away now",
        "ja": "すぐに離れて",
        "zh-Hans": "请立即远离",
    },
    Condition.SWOLLEN: {
        "en": "Stop using it and do not charge it.",
        "ja": "使うのをやめ、充電しないでください。",
        "zh-Hans": "请停止使用，不要充电。",
    },
    Condition.LEAKING: {
        "en": "Move away from it",
        "ja": "離れて",
        "zh-Hans": "请远离",
    },
    Condition.WET: {
        "en": "Stop using it and do not charge it",
        "ja": "使うのをやめ、",
        "zh-Hans": "请停止使用，",
    },
}
POST = re.compile(
    r"\bpost|\bmail|parcel|envelope|letter|郵|ポスト|宅配便|邮|快递|信封", re.IGNORECASE
)
FIRE_BRIGADE = {"en": "fire brigade", "ja": "消防", "zh-Hans": "消防"}
HOME_RECIPES = re.compile(
    r"salt|discharg|drain the|塩|食塩|放電|使い切|盐|放电|耗尽", re.IGNORECASE
)


def texts(condition: Condition, language: str) -> tuple[str, str]:
    said = sentence(f"triage_{condition.value}", language)
    assert said != sentence(FALLBACK, language)
    return said.text, said.next


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_dangerous_condition_begins_with_the_safety_act(language: str) -> None:
    dangerous = {each for each in Condition if triage(each).dangerous}
    assert dangerous == set(FIRST)
    for condition in dangerous:
        text, _next = texts(condition, language)
        assert text.startswith(FIRST[condition][language]), condition
        assert FIRE_BRIGADE[language] in text, condition


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_unit_that_must_not_be_posted_is_never_told_of_the_post(language: str) -> None:
    for condition in Condition:
        if triage(condition).route is Route.SPECIAL:
            assert POST.search(" ".join(texts(condition, language))) is None, condition


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_gives_a_recipe_for_making_a_battery_harmless_at_home(language: str) -> None:
    for condition in Condition:
        assert HOME_RECIPES.search(" ".join(texts(condition, language))) is None, condition


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_condition_says_what_happens_then(language: str) -> None:
    for condition in Condition:
        assert texts(condition, language)[1], condition
