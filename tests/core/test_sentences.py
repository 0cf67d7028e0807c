"""Every code is said in three languages, with the same facts in each."""

from __future__ import annotations

import tomllib
from importlib.resources import files

import pytest

from kaishu.core import answer, scope, serials
from kaishu.core.recall import LANGUAGES
from kaishu.core.sentences import SentenceWrong, _entry, codes, placeholders, sentence
from kaishu.core.verdict import Answer
from kaishu.editions import shape

TABLES = [
    (file.name, code, raw)
    for file in sorted(files("kaishu.core.sentences").iterdir(), key=lambda each: each.name)
    if file.name.endswith(".toml")
    for code, raw in tomllib.loads(file.read_text(encoding="utf-8")).items()
]
VERDICT_FACTS = {
    "model", "serial", "product", "company", "phone", "phone_hours", "bought_on", "date",
    "edition", "repaired", "character", "at", "length", "lengths", "prefix", "one", "other",
    "made_on", "channel", "variant", "batch", "batch_where", "made_where", "alias", "notice_url",
}  # fmt: skip


def test_every_reason_of_a_check_has_a_sentence() -> None:
    reasons = {
        *serials.PROBLEMS,
        *scope.REASONS.values(),
        *scope.EXCLUDED,
        *(f"answer_{answer.value}" for answer in Answer),
        "not_listed",
        *(reason for reason in answer.ASKS),
        *(f"alias_{kind}" for kind in shape.ALIAS_KINDS),
        "batch_covered",
        "named_safe",
        "kind_safe",
        "named_both",
        "tail_safe",
        "tail_unknown",
        "maker_decides",
        "repair_changes_answer",
        "no_such_model",
        "refused",
    }
    assert reasons - codes() == set()


@pytest.mark.parametrize(("table", "code", "raw"), TABLES)
def test_each_code_is_complete_in_every_language(table: str, code: str, raw: dict) -> None:
    following = raw.get("next", {})
    assert set(raw) - {"next"} == set(LANGUAGES)
    assert set(following) in (set(), set(LANGUAGES))
    for texts in ({key: raw[key] for key in LANGUAGES}, following):
        assert len({placeholders(words) for words in texts.values()}) <= 1
        assert all(words == words.strip() != "" for words in texts.values())


def test_sentences_of_a_check_name_only_facts_that_a_check_has() -> None:
    for table, code, raw in TABLES:
        if table == "verdicts.toml":
            for texts in (raw, raw.get("next", {})):
                for language in texts.keys() & set(LANGUAGES):
                    assert placeholders(texts[language]) <= VERDICT_FACTS, code


def test_no_code_stands_in_two_tables() -> None:
    assert len({code for _, code, _ in TABLES}) == len(TABLES) == len(codes())


def test_an_unknown_code_is_refused_kindly_and_an_unknown_language_is_english() -> None:
    assert sentence("nobody_knows", "ja") == sentence("refused", "ja")
    assert sentence("whole_model", "fr", {"product": "X", "model": "Y"}).text == (
        "Every X (Y) is being recalled."
    )


def test_facts_are_filled_in_as_they_are_and_a_missing_one_never_fails() -> None:
    assert "「{x}」" in sentence("serial_character", "ja", {"character": "{x}", "at": "3"}).text
    assert (
        sentence("serial_character", "ja").text
        == "文字目の「」は、この製品の番号には使われていません。"
    )


@pytest.mark.parametrize(
    "raw",
    [
        {"ja": "あ", "en": "a"},
        {"ja": "あ", "zh-Hans": "a", "en": " "},
        {"ja": "あ{x}", "zh-Hans": "a", "en": "a"},
        {"ja": "あ", "zh-Hans": "a", "en": "a", "next": {"en": "b"}},
        {"ja": "あ", "zh-Hans": "a", "en": "a", "next": "b"},
    ],
)
def test_an_incomplete_table_is_refused(raw: dict[str, object]) -> None:
    with pytest.raises(SentenceWrong):
        _entry("test", raw)
