"""Charts start at zero, end on round numbers, and labels never lie on each other."""

from __future__ import annotations

from datetime import date

import pytest

from kaishu.core import chart

FRAME = chart.Frame(0, 0, 100, 50, date(2026, 1, 1), date(2026, 1, 11), 200)


@pytest.mark.parametrize(
    ("highest", "end"),
    [(0, 1), (0.3, 0.5), (1, 1), (1.1, 2), (23, 50), (51, 100), (200_000, 200_000)],
)
def test_an_axis_ends_at_a_round_number(highest: float, end: float) -> None:
    assert chart.rounded_up(highest) == pytest.approx(end)


def test_the_first_and_last_day_are_the_edges() -> None:
    assert (FRAME.x(date(2026, 1, 1)), FRAME.x(date(2026, 1, 11))) == (0, 100)
    assert [mark.day for mark in chart.days(FRAME, marks=5)] == [
        date(2026, 1, day) for day in (1, 3, 5, 7, 9, 11)
    ]


def test_heights_start_at_zero_and_reach_the_top() -> None:
    assert [(mark.value, mark.at) for mark in chart.heights(FRAME)] == [
        (0, 50),
        (50, 37.5),
        (100, 25),
        (150, 12.5),
        (200, 0),
    ]


def test_an_area_comes_back_under_itself() -> None:
    days = [date(2026, 1, 1), date(2026, 1, 11)]
    assert (
        chart.area(FRAME, days, [0, 100], [100, 200]) == "M0.0,25.0 100.0,0.0 100.0,25.0 0.0,50.0Z"
    )
    assert chart.line(FRAME, [(days[1], 400)]) == "M100.0,0"
    assert chart.line(FRAME, []) == chart.area(FRAME, [], [], []) == ""


def test_labels_keep_apart_and_inside() -> None:
    placed = chart.apart([48, 47, 10], gap=10, top=5, bottom=50)
    assert placed == [50, 40, 10]
    assert chart.apart([0, 0], gap=10, top=5, bottom=50) == [5, 15]


def test_thinning_keeps_both_ends() -> None:
    assert chart.thinned(3, 10) == [0, 1, 2]
    assert chart.thinned(101, 5) == [0, 25, 50, 75, 100]
