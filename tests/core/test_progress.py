"""The three rates are exact, nothing counts twice, and rounding never hides a missing unit."""

from __future__ import annotations

from fractions import Fraction

import pytest

from kaishu.core.progress import Discarded, DoneRule, Line, percent, progress

LINES = (
    Line(product="B", pool="consumer", target=50, done=10, gone=0),
    Line(product="A", pool="retailer", target=100, done=100, gone=0),
    Line(product="A", pool="consumer", target=900, done=297, gone=3),
)
GUESS = Discarded(product="A", quantity=90, source="Owner survey, 2025-12: 1 in 11")


def test_three_rates_stand_side_by_side_as_exact_fractions() -> None:
    found = progress(LINES, rule=DoneRule.UNIT_COLLECTED, discarded=[GUESS]).of("A")
    assert (found.target, found.done, found.gone, found.discarded) == (1000, 397, 3, 90)
    assert found.rate == Fraction(397, 1000)
    assert found.corrected_rate == Fraction(487, 1000)
    assert (found.accounted, found.accounted_rate) == (400, Fraction(400, 1000))


def test_an_estimate_for_one_product_is_not_lent_to_another() -> None:
    found = progress(LINES, rule=DoneRule.UNIT_ENDED, discarded=[GUESS])
    assert found.of("B").corrected_rate == found.of("B").rate == Fraction(1, 5)
    assert found.in_pool("consumer").discarded == 0
    only_b = progress(LINES, rule=DoneRule.UNIT_ENDED, discarded=[GUESS], products=["B"])
    assert (only_b.products, only_b.target, only_b.discarded) == (("B",), 50, 0)


@pytest.mark.parametrize("bad", [{"quantity": -1, "source": "x"}, {"quantity": 5, "source": " "}])
def test_an_estimate_needs_a_quantity_and_a_source(bad: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="source"):
        progress(LINES, rule=DoneRule.EITHER, discarded=[Discarded(**bad)])


@pytest.mark.parametrize(
    ("rate", "shown"),
    [
        (Fraction(33, 100), "33.0"),
        (Fraction(3675, 10000), "36.8"),  # half up
        (Fraction(9999, 10000), "99.9"),  # not done is never shown as 100
        (Fraction(1), "100.0"),
        (Fraction(0), "0.0"),
        (Fraction(21, 20), "105.0"),
        (None, ""),
    ],
)
def test_a_rate_is_rounded_in_one_place(rate: Fraction | None, shown: str) -> None:
    assert percent(rate) == shown
