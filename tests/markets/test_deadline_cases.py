"""Each duty against a table of real calendar days: see deadline_cases.toml for the reasons."""

from __future__ import annotations

import tomllib
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from kaishu.core.deadlines import Counting, Limit, due, due_by
from kaishu.markets import load_market
from kaishu.markets.calendars import calendar_of
from kaishu.markets.deadlines import Duty, load_duties

TABLE = Path(__file__).with_name("deadline_cases.toml")
CASES: list[dict[str, Any]] = tomllib.loads(TABLE.read_text(encoding="utf-8"))["case"]


def _duty(code: str) -> Duty:
    return next(duty for duty in load_duties(code.split("_", maxsplit=1)[0]) if duty.code == code)


def test_the_table_has_thirty_cases_and_names_every_duty() -> None:
    assert len(CASES) >= 30
    every = {duty.code for market in ("jp", "cn", "us", "eu") for duty in load_duties(market)}
    assert {case["duty"] for case in CASES} == every


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['duty']} {case['known']}")
def test_the_duty_ends_when_the_table_says(case: dict[str, Any]) -> None:
    market, duty = case["duty"].split("_")[0], _duty(case["duty"])
    zone = ZoneInfo(load_market(market).time_zone)
    known: datetime = case["known"].replace(tzinfo=zone)
    found = due_by(duty.limit, known, zone=zone, calendar=calendar_of(market))
    assert found == (case["by"].replace(tzinfo=zone) if "by" in case else None), case["why"]


def test_hours_pass_the_change_of_the_clocks_as_they_are() -> None:
    zone = ZoneInfo("America/New_York")
    limit = Limit(hours=24, counting=Counting.CALENDAR, start_inclusive=True)
    known = datetime(2026, 3, 7, 12, tzinfo=zone)  # clocks go forward on 8 March
    assert due_by(limit, known, zone=zone, calendar=calendar_of("us")) == datetime(
        2026, 3, 8, 13, tzinfo=zone
    )
    assert due(limit, known, zone=zone, calendar=calendar_of("us")) == date(2026, 3, 8)


def test_a_year_without_a_published_list_counts_every_day_in_china_only() -> None:
    assert calendar_of("cn").unknown_from is not None
    assert calendar_of("us").unknown_from is None
    assert not calendar_of("us").works(date(2030, 12, 25))
    assert calendar_of("mars").holidays == frozenset()
