"""A name is kept byte for byte; only what no paper can print is refused. Kana is for banks."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from kaishu.core.sentences import codes, sentence
from kaishu.people import actions, queries
from kaishu.people.contact import Contact
from kaishu.people.names import (
    PROBLEMS,
    BankKana,
    NameCheck,
    bank_kana,
    check_name,
    count_characters,
)

NAMES = [
    "𠮷田 太郎",
    "䶮欣欣",
    "阿卜杜拉·买买提",
    "葛\U000e0100城 一",
    "神谷\ufa19子",
    "か\u3099く",  # decomposed kana stays decomposed
    "O’Brien-Ñandú",
    "李",
    "علی\u200cرضا",  # Persian needs its joiner
    "佐藤　花子",
    " 山田 ",
    "很" * 100,
    "葛\U000e0100" * 100,  # a variant sign is no character of its own
]
REFUSED = [
    ("", "name_empty"),
    (" \u3000\t", "name_empty"),
    ("\u200b\u200d", "name_empty"),
    ("山田\n太郎", "name_control"),
    ("山田\x00", "name_control"),
    ("山田\u2028太郎", "name_control"),
    ("\u202eoratiy", "name_control"),
    ("山\ufffd太郎", "name_broken"),
    ("山\ud842太郎", "name_broken"),
    ("很" * 101, "name_has_too_many_characters"),
]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_passes_and_comes_back_from_the_database_byte_for_byte(db: None, name: str) -> None:
    assert check_name(name) == NameCheck()
    at = datetime(2026, 3, 1, tzinfo=UTC)
    person = actions.register(contact=Contact(name=name, name_kana=name), language="ja", at=at)
    kept = queries.contact(person)
    assert (kept.name.encode(), kept.name_kana.encode()) == (name.encode(), name.encode())


@pytest.mark.parametrize(("name", "problem"), REFUSED)
def test_what_no_paper_can_print_is_refused(name: str, problem: str) -> None:
    assert check_name(name).problem == problem


def test_a_long_name_is_told_how_long_it_is() -> None:
    check = check_name("很" * 101)
    assert check.facts == {"length": "101", "limit": "100"}
    assert "101" in sentence("name_has_too_many_characters", "ja", check.facts).text
    assert count_characters("葛\U000e0100か\u3099") == 2


@pytest.mark.parametrize(
    ("typed", "half"),
    [
        ("サトウ ハナコ", "ｻﾄｳ ﾊﾅｺ"),
        ("さとう　はなこ", "ｻﾄｳ ﾊﾅｺ"),
        ("ｻﾄｳ ﾊﾅｺ", "ｻﾄｳ ﾊﾅｺ"),
        ("シャチョウ", "ｼﾔﾁﾖｳ"),
        ("ｼｬﾁｮｳ", "ｼﾔﾁﾖｳ"),
        ("サトー", "ｻﾄ-"),
        ("ヴォーグ（カ", "ｳﾞｵ-ｸﾞ(ｶ"),
        ("カ）カイシュウ", "ｶ)ｶｲｼﾕｳ"),
        ("か\u3099く", "ｶﾞｸ"),
        ("ヱビス　ヲサム", "ｴﾋﾞｽ ｵｻﾑ"),
        ("Smith John", "SMITH JOHN"),
        ("ヤマダ・タロウ", "ﾔﾏﾀﾞ ﾀﾛｳ"),
        ("ア" * 40, "ｱ" * 30),
    ],
)
def test_a_name_is_written_as_a_transfer_record_holds_it(typed: str, half: str) -> None:
    assert bank_kana(typed) == BankKana(half)
    assert len(half.encode("shift_jis")) == len(half)
    assert bank_kana(half) == BankKana(half)


@pytest.mark.parametrize(
    ("typed", "problem", "character"),
    [
        ("", "kana_empty", None),
        ("　", "kana_empty", None),
        ("()", "kana_empty", None),
        ("佐藤ハナコ", "kana_kanji", "佐"),
        ("株)カイシュウ", "kana_kanji", "株"),
        ("サトウ★", "kana_character", "★"),
        ("ÑANDU", "kana_character", "Ñ"),
        ("サトウ\x00", "kana_character", "\x00"),
    ],
)
def test_what_a_bank_cannot_carry_is_named(typed: str, problem: str, character: str | None) -> None:
    answer = bank_kana(typed)
    assert (answer.half, answer.problem) == ("", problem)
    assert answer.facts.get("character") == character


def test_every_problem_has_a_sentence() -> None:
    assert set(PROBLEMS) <= codes()
