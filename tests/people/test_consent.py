"""Consent texts: the right one for a market, and no version ever reworded."""

from __future__ import annotations

import pytest

from kaishu.core.recall import LANGUAGES
from kaishu.people import consent
from kaishu.people.errors import ConsentUnknown

# A version that people agreed to keeps its words. A new wording is a new version and a new line
# here; a changed line means that somebody reworded what others had agreed to.
PINNED = {
    "claim-2026-11": "79f902d982c8f84a49ec7dabbe4e4dd4c8199d8902088d6fa8c8138a763bc38a",
    "safety-watch-2026-11": "5725d6f25e58b4c461106cc880af968e3e0f8dd271f308564f47d4ae5c7ed658",
    "account-data-cn-2026-11": "38013c94762f9258c2c4ebd42d55f76a2b2d59bb1f28a06423d0ea59693f09d5",
}


def test_no_version_was_ever_reworded() -> None:
    assert {text.version: text.digest for text in consent.all_texts()} == PINNED


def test_every_text_has_three_languages_and_a_known_purpose() -> None:
    for text in consent.all_texts():
        assert text.purpose in consent.PURPOSES
        assert set(text.text) == set(LANGUAGES)
        assert all(words.strip() for words in text.text.values())
        assert len(text.version) <= 64  # what people_consent.text_version can hold


def test_a_claim_has_one_text_in_every_market() -> None:
    assert consent.current("claim", "jp") == consent.current("claim", "cn")
    assert consent.current("claim").version == "claim-2026-11"


def test_account_data_is_asked_separately_and_only_where_a_market_has_a_text() -> None:
    assert consent.current("account_data", "cn").market == "cn"
    with pytest.raises(ConsentUnknown):
        consent.current("account_data", "jp")


def test_a_stored_version_finds_its_words_again() -> None:
    found = consent.of_version("safety-watch-2026-11")
    assert found is not None
    assert found.purpose == "safety_watch"
    assert consent.of_version("2026-11") is None
