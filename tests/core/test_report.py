"""When reports may end: both wordings of the 90 %, the quiet years, the plateau; all exact."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from kaishu.core.report import Comparison, EndFacts, EndRule, may_end, reaches, years_after

RULE = EndRule(
    years_without_accident=3,
    percent=90,
    comparison=Comparison.OVER,
    plateau_years=2,
    plateau_points="1",
)
QUIET = EndFacts(
    started=date(2025, 10, 21),
    last_accident=date(2025, 12, 24),
    today=date(2028, 12, 24),
    rate=Fraction(80, 100),
    corrected=Fraction(90, 100),
    corrected_before=Fraction(85, 100),
)


def test_exactly_ninety_is_enough_by_one_source_and_not_by_the_other() -> None:
    assert may_end(RULE, QUIET).may_end is False
    assert may_end(RULE, QUIET, comparison=Comparison.AT_LEAST).may_end is True
    more = replace(QUIET, corrected=Fraction(90_001, 100_000))
    assert may_end(RULE, more).may_end is True


def test_three_years_count_from_the_last_accident_to_the_day() -> None:
    over = replace(QUIET, corrected=Fraction(95, 100))
    early = replace(over, today=date(2028, 12, 23))
    assert (may_end(RULE, over).quiet_long_enough, may_end(RULE, early).may_end) == (True, False)
    never = replace(over, last_accident=None)
    assert may_end(RULE, never).quiet_since == date(2025, 10, 21)


@pytest.mark.parametrize(
    ("before", "plateau"), [(Fraction(891, 1000), True), (Fraction(89, 100), False)]
)
def test_a_plateau_is_a_rise_of_less_than_a_point_in_two_years(
    before: Fraction, plateau: bool
) -> None:
    found = may_end(RULE, replace(QUIET, corrected_before=before))
    assert (found.plateau, found.may_end) == (plateau, plateau)


def test_a_rounded_rate_is_never_held_against_the_bar() -> None:
    assert reaches(Fraction(8996, 10000), 90, Comparison.AT_LEAST) is False  # shown as 90.0
    assert reaches(None, 90, Comparison.AT_LEAST) is False
    assert years_after(date(2024, 2, 29), 1) == date(2025, 3, 1)
