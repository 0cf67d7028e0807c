"""Dates and amounts as people type them."""

from __future__ import annotations

from datetime import date

import pytest

from kaishu.doors.public.typed import Unreadable, read_amount, read_date, read_mail

MAY = date(2024, 5, 4)


@pytest.mark.parametrize(
    "typed",
    [
        "2024-5-4",
        "2024/05/04",
        "2024.5.4",
        "20240504",
        "２０２４年５月４日",
        "2024年5月4号",
        " 2024 5 4 ",
        "令和6年5月4日",
        "R6.5.4",
        "r6-05-04",
        "4 May 2024",
        "May 4, 2024",
        "4th may 2024",
    ],
)
def test_one_day_has_many_forms(typed: str) -> None:
    assert read_date(typed) == MAY


def test_the_first_year_of_an_era_has_its_own_word() -> None:
    assert read_date("令和元年5月1日") == date(2019, 5, 1)
    assert read_date("平成31年4月30日") == date(2019, 4, 30)


def test_a_day_above_twelve_settles_the_order() -> None:
    assert read_date("25/12/2023") == read_date("12/25/2023") == date(2023, 12, 25)


@pytest.mark.parametrize(
    "typed", ["03/04/2024", "2024-13-1", "2024-2-30", "last year", "", "24-5-4"]
)
def test_what_is_no_day_or_two_days_is_unreadable(typed: str) -> None:
    with pytest.raises(Unreadable):
        read_date(typed)


@pytest.mark.parametrize(
    ("typed", "currency", "amount"),
    [
        ("¥3,990", "JPY", 3990),
        ("３９９０円", "JPY", 3990),
        ("3990.00", "JPY", 3990),
        ("269", "CNY", 26900),
        ("269.5元", "CNY", 26950),
        ("￥269.00", "CNY", 26900),
        ("0", "CNY", 0),
        ("199块钱", "CNY", 19900),
        ("1,199.5", "CNY", 119950),
    ],
)
def test_amounts_become_minor_units(typed: str, currency: str, amount: int) -> None:
    assert read_amount(typed, currency=currency) == amount


@pytest.mark.parametrize(
    "typed",
    ["-1", "about 100", "1.5.2", "269.005", "", "199,00", "1,99", "1.000", "9" * 14, "9" * 5000],
)
def test_what_is_no_amount_is_unreadable(typed: str) -> None:
    with pytest.raises(Unreadable):
        read_amount(typed, currency="CNY")


@pytest.mark.parametrize(
    "typed",
    ["hanako@example.jp", "ｈａｎａｋｏ＠ｅｘａｍｐｌｅ．ｊｐ", "\u200bhanako@example.jp\ufeff "],
)
def test_a_mail_address_is_read_past_what_nobody_sees(typed: str) -> None:
    assert read_mail(typed) == "hanako@example.jp"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "hanako",
        "a@b.com,c@d.com",
        "a@b.com\nBcc:c@d.com",
        "a@b@c.com",
        "a@localhost",
        "a@[127.0.0.1]",
        "a@b.",
        "a\0@b.com",
        f"a@{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 60}.{'f' * 60}.com",
    ],
)
def test_what_is_no_address_or_several_is_unreadable(typed: str) -> None:
    with pytest.raises(Unreadable):
        read_mail(typed)
