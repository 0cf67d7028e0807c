"""Watt-hours are read exactly, in the many ways that labels and people write them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from kaishu.core.energy import PROBLEMS, Energy, read_energy
from kaishu.core.sentences import codes

READ = [
    (("37Wh", "", ""), "37"),
    (("37", "", ""), "37"),
    (("３７Ｗｈ", "", ""), "37"),
    (("38.5 Wh", "", ""), "38.5"),
    (("38,5Wh", "", ""), "38.5"),
    (("37ワット時", "", ""), "37"),
    (("37瓦时", "", ""), "37"),
    (("37 W·h", "", ""), "37"),
    (("10000mAh/37Wh", "", ""), "37"),
    (("10000mAh 3.7V", "", ""), "37"),
    (("3.7V⎓10000mAh(37Wh)", "", ""), "37"),
    (("", "10000", "3.7"), "37"),
    (("", "10,000mAh", "3.7V"), "37"),
    (("", "10 000 mAh", "3,7 V"), "37"),
    (("", "１０，０００ｍＡｈ", "３．７Ｖ"), "37"),
    (("", "1万毫安", "3.7伏"), "37"),
    (("", "10Ah", "DC 3.7V"), "37"),
    (("", "26800", "3.6"), "96.48"),
    (("", "27027", "3.7"), "99.9999"),
    (("", "27028", "3.7"), "100.0036"),
    (("160Wh", "10000", "3.7"), "160"),  # what is printed decides
]
NOT_READ = [
    (("", "", ""), "energy_empty", "wh"),
    (("  ", "", ""), "energy_empty", "wh"),
    (("many", "", ""), "energy_no_number", "wh"),
    (("37W", "", ""), "energy_unit", "wh"),
    (("85%", "", ""), "energy_unit", "wh"),
    (("5V 9V 12V", "", ""), "energy_two", "wh"),
    (("", "10000", ""), "energy_volts_missing", "volts"),
    (("", "10000mAh", "5V 9V"), "energy_two", "volts"),
    (("", "", "3.7"), "energy_mah_missing", "mah"),
    (("", "10000 3.7V", "5"), "energy_two", "volts"),
    (("", "5", "3.7"), "energy_odd", "mah"),
    (("", "10.000", "3.7"), "energy_odd", "mah"),
    (("0", "", ""), "energy_odd", "wh"),
    (("4571411205187", "", ""), "energy_odd", "wh"),
    (("", "10000", "3700"), "energy_odd", "volts"),
]


@pytest.mark.parametrize(("typed", "wh"), READ)
def test_a_label_is_read_exactly(typed: tuple[str, str, str], wh: str) -> None:
    assert read_energy(*typed) == Energy(Decimal(wh))


@pytest.mark.parametrize(("typed", "problem", "field"), NOT_READ)
def test_what_is_not_certain_is_asked_again(
    typed: tuple[str, str, str], problem: str, field: str
) -> None:
    assert read_energy(*typed) == Energy(None, problem, field)


def test_every_problem_occurs_and_has_a_sentence() -> None:
    assert {problem for _, problem, _ in NOT_READ} == set(PROBLEMS) <= codes()


def test_of_two_figures_that_disagree_the_larger_counts() -> None:
    assert read_energy("20", "50000", "3.7") == Energy(Decimal("185.0"))
    assert read_energy("200", "10000", "3.7") == Energy(Decimal(200))
