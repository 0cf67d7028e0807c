"""A phone number is checked, never rewritten; only what cannot be one is refused."""

from __future__ import annotations

import subprocess
import sys

import pytest

from kaishu.core.sentences import codes, placeholders, sentence
from kaishu.people.phones import PROBLEMS, Phone, read_phone

GOOD = [
    ("090-1234-5678", "JP", "+819012345678", "090-1234-5678"),
    ("09012345678", "jp", "+819012345678", "090-1234-5678"),
    ("０９０ー１２３４ー５６７８", "JP", "+819012345678", "090-1234-5678"),
    ("TEL：03-1234-5678", "JP", "+81312345678", "03-1234-5678"),
    ("03(1234)5678", "JP", "+81312345678", "03-1234-5678"),
    ("03-1234-5678 内線12", "JP", "+81312345678", "03-1234-5678"),
    ("060-1234-5678", "JP", "+816012345678", "060-1234-5678"),
    ("050-5555-1234", "JP", "+815055551234", "050-5555-1234"),
    ("0120-444-444", "JP", "+81120444444", "0120-444-444"),
    ("+81 (0)90 1234 5678", "", "+819012345678", "+81 90-1234-5678"),
    ("0081 90 1234 5678", "CN", "+819012345678", "+81 90-1234-5678"),
    ("13812345678", "CN", "+8613812345678", "138 1234 5678"),
    ("138 1234 5678", "CN", "+8613812345678", "138 1234 5678"),
    ("+86 138-1234-5678", "JP", "+8613812345678", "+86 138 1234 5678"),
    ("86 13812345678", "CN", "+8613812345678", "138 1234 5678"),
    ("19912345678", "CN", "+8619912345678", "199 1234 5678"),
    ("010-12345678", "CN", "+861012345678", "010 1234 5678"),
    ("400-820-8820", "CN", "+864008208820", "400 820 8820"),
    ("(415) 555-2671", "US", "+14155552671", "(415) 555-2671"),
    ("020 7946 0958", "GB", "+442079460958", "020 7946 0958"),
    ("9123 4567", "HK", "+85291234567", "9123 4567"),
    ("0912-345-678", "TW", "+886912345678", "0912 345 678"),
]
REFUSED = [
    ("", "JP", "phone_empty"),
    ("  ", "CN", "phone_empty"),
    ("1", "JP", "phone_too_short"),
    ("1", "CN", "phone_too_short"),
    ("12345", "JP", "phone_too_short"),
    ("12345", "CN", "phone_too_short"),
    ("110", "JP", "phone_too_short"),
    ("090-1234-567", "JP", "phone_too_short"),
    ("090-1234-56789", "JP", "phone_too_long"),
    ("03-1234-56789", "JP", "phone_too_long"),
    ("1381234567", "CN", "phone_cn_mobile"),
    ("138123456789", "CN", "phone_cn_mobile"),
    ("00000000000", "JP", "phone_wrong"),
    ("11111111111", "CN", "phone_wrong"),
    ("電話はありません", "JP", "phone_characters"),
    ("-", "JP", "phone_characters"),
    ("hana@denshi.jp", "JP", "phone_characters"),
    ("090-1234-5678", "", "phone_which_country"),
    ("090-1234-5678", "XX", "phone_which_country"),
    ("+999 123456", "JP", "phone_which_country"),
    ("9" * 70, "JP", "phone_too_long"),
    ("12" * 40, "JP", "phone_too_long"),
]


@pytest.mark.parametrize(("typed", "country", "e164", "spoken"), GOOD)
def test_a_number_is_read_as_people_write_it(
    typed: str, country: str, e164: str, spoken: str
) -> None:
    assert read_phone(typed, country) == Phone(e164, spoken)


@pytest.mark.parametrize(("typed", "country", "problem"), REFUSED)
def test_what_cannot_be_a_number_is_refused_by_name(typed: str, country: str, problem: str) -> None:
    phone = read_phone(typed, country)
    assert (phone.e164, phone.spoken, phone.problem) == ("", "", problem)


def test_a_short_chinese_mobile_is_told_how_many_digits_it_has() -> None:
    phone = read_phone("1381234567", "CN")
    assert "10" in sentence(phone.problem or "", "zh-Hans", phone.facts).text


def test_every_problem_occurs_in_the_table_and_has_a_sentence() -> None:
    assert {problem for _, _, problem in REFUSED} == set(PROBLEMS) <= codes()
    for problem in PROBLEMS:
        assert placeholders(sentence(problem, "en", {"digits": "{digits}"}).text) <= {"digits"}


def test_the_large_library_is_loaded_only_when_a_number_is_read() -> None:
    lines = "import sys, kaishu.people.phones as p; a = 'phonenumbers' in sys.modules; p.read_phone('1', 'JP'); print(a, 'phonenumbers' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", lines], capture_output=True, text=True)
    assert done.stdout.split() == ["False", "True"], done.stderr
