"""The last day of a duty: calendar or working days, from the market's own day."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from kaishu.core.deadlines import Calendar, Counting, Limit, due

TOKYO, SHANGHAI = ZoneInfo("Asia/Tokyo"), ZoneInfo("Asia/Shanghai")
NONE = Calendar()
TEN = Limit(days=10, counting=Counting.CALENDAR, start_inclusive=True)
TEN_AFTER = Limit(days=10, counting=Counting.CALENDAR, start_inclusive=False)
TWO = Limit(days=2, counting=Counting.WORKING, start_inclusive=True)
TWO_AFTER = Limit(days=2, counting=Counting.WORKING, start_inclusive=False)
GOLDEN = Calendar(holidays=frozenset({date(2026, 10, day) for day in range(1, 8)}))
MADE_UP = Calendar(workdays=frozenset({date(2026, 10, 10)}))  # a Saturday on which people work


def noon(day: str, zone: ZoneInfo = TOKYO) -> datetime:
    return datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("limit", "known", "calendar", "last"),
    [
        # Ten calendar days, the day of knowledge is day 1: weekends and holidays count.
        (TEN, "2026-04-01", NONE, "2026-04-10"),
        (TEN, "2026-04-28", NONE, "2026-05-07"),
        (TEN, "2026-12-25", NONE, "2027-01-03"),
        (TEN, "2028-02-25", NONE, "2028-03-05"),  # a leap year
        (TEN_AFTER, "2026-04-01", NONE, "2026-04-11"),
        # Two working days. 2026-10-09 is a Friday.
        (TWO, "2026-10-08", NONE, "2026-10-09"),
        (TWO, "2026-10-09", NONE, "2026-10-12"),
        (TWO, "2026-10-10", NONE, "2026-10-13"),  # learned on a Saturday: it cannot count
        (TWO_AFTER, "2026-10-09", NONE, "2026-10-13"),
        (TWO_AFTER, "2026-10-10", NONE, "2026-10-13"),
        (TWO, "2026-09-30", GOLDEN, "2026-10-08"),
        (TWO_AFTER, "2026-09-30", GOLDEN, "2026-10-09"),
        (TWO, "2026-10-09", MADE_UP, "2026-10-10"),
        (TWO_AFTER, "2026-10-09", MADE_UP, "2026-10-12"),
    ],
)
def test_the_last_day_follows_the_way_of_counting(
    limit: Limit, known: str, calendar: Calendar, last: str
) -> None:
    assert due(limit, noon(known), zone=TOKYO, calendar=calendar) == date.fromisoformat(last)


@pytest.mark.parametrize(
    ("known", "last"),
    [
        (datetime(2026, 4, 1, 14, 59, tzinfo=UTC), date(2026, 4, 10)),  # 23:59 in Tokyo
        (datetime(2026, 4, 1, 15, 0, tzinfo=UTC), date(2026, 4, 11)),  # midnight in Tokyo
    ],
)
def test_the_day_is_the_one_on_the_clock_of_the_market(known: datetime, last: date) -> None:
    assert due(TEN, known, zone=TOKYO, calendar=NONE) == last
    assert due(TEN, known.astimezone(SHANGHAI), zone=TOKYO, calendar=NONE) == last


def test_a_duty_without_a_number_has_no_last_day() -> None:
    assert due(None, noon("2026-04-01"), zone=TOKYO, calendar=NONE) is None


def test_a_time_without_a_zone_is_no_moment() -> None:
    with pytest.raises(ValueError, match="time zone"):
        due(TEN, datetime(2026, 4, 1, 12), zone=TOKYO, calendar=NONE)  # noqa: DTZ001 (the case)
