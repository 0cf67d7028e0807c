"""Case numbers: every slip of one digit or one swap is caught; they read back as people type."""

from __future__ import annotations

import pytest

from kaishu.claims import case_numbers

NUMBERS = [case_numbers.new() for _ in range(200)]


def test_every_single_wrong_digit_is_caught() -> None:
    wrong = [
        number[:at] + digit + number[at + 1 :]
        for number in NUMBERS
        for at in range(12)
        for digit in "0123456789"
        if digit != number[at]
    ]
    assert [number for number in wrong if case_numbers.check(number)] == []


def test_every_swap_of_neighbours_is_caught() -> None:
    wrong = [
        number[:at] + number[at + 1] + number[at] + number[at + 2 :]
        for number in NUMBERS
        for at in range(11)
        if number[at] != number[at + 1]
    ]
    assert [number for number in wrong if case_numbers.check(number)] == []


@pytest.mark.parametrize("place", range(5))
def test_a_number_reads_back_however_it_was_typed(place: int) -> None:
    number = NUMBERS[place]
    grouped = case_numbers.group(number)
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in number)
    assert len(grouped) == 14
    for typed in (number, grouped, grouped.replace("-", " "), grouped.replace("-", "ー"), wide):
        assert case_numbers.check(typed) == number


@pytest.mark.parametrize("typed", ["", "1234", "1" * 13, "abcdabcdabcd", "٠" * 12])
def test_what_is_no_number_is_none(typed: str) -> None:
    assert case_numbers.check(typed) is None


def test_numbers_do_not_repeat() -> None:
    assert len({case_numbers.new() for _ in range(2000)}) == 2000
