"""A serial read out sign by sign sounds like nothing else, in each language."""

from __future__ import annotations

import string

import pytest

from kaishu.core import spelling
from kaishu.core.recall import LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_letter_and_digit_has_a_word_of_its_own(language: str) -> None:
    said = spelling.signs(string.ascii_uppercase + string.digits + "-", language)
    assert len(set(said)) == len(said) == 37
    assert not set(said) & set(string.ascii_uppercase + string.digits)


def test_signs_are_read_in_groups_of_four() -> None:
    assert spelling.spell("AK20 1", "en") == "A as in Alfa, K as in Kilo, two, zero / one"
    assert spelling.spell("A1", "ja") == "アメリカのA、いち"
    assert spelling.spell("A1", "zh-Hans") == "Apple的A，幺"
    assert spelling.spell("1", "fr") == "one"
