"""Count a duty's last moment from when it became known: calendar days, working days, or hours.

Which duty an incident triggers is for people to judge; this only counts. The law is data of the
market (`markets/<market>/deadlines.toml`). A duty "without undue delay" has no number and so no
last moment, only the company's own target. Where a source leaves room, the earlier moment wins.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)
_SATURDAY = 5


class Counting(StrEnum):
    """Which days count."""

    CALENDAR = "calendar_days"
    WORKING = "working_days"


@dataclass(frozen=True, slots=True)
class Calendar:
    """Days that differ from Monday to Friday: public holidays, and make-up working days.

    An empty one knows weekends only. Holidays that it lacks make a last day too early, which is
    safe; make-up working days that it lacks (mainland China) could make it too late. So from
    `unknown_from` on, where no list was published yet, every day counts as a working day.
    """

    holidays: frozenset[date] = frozenset()
    workdays: frozenset[date] = frozenset()
    unknown_from: date | None = None

    def works(self, day: date) -> bool:
        """Say whether people work on this day."""
        if day in self.workdays or (self.unknown_from and day >= self.unknown_from):
            return True
        return day.weekday() < _SATURDAY and day not in self.holidays


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """How long a duty gives: `days` or `hours`, which days count, and whether the first is day 1.

    Hours of days that do not count pass without being counted.
    """

    counting: Counting
    start_inclusive: bool
    days: int = 0
    hours: int = 0


def due(
    limit: Limit | None, known_at: datetime, *, zone: ZoneInfo, calendar: Calendar
) -> date | None:
    """Return the last day on which a duty is still met in time; None where no number is set.

    `known_at` is when the company learned of it (aware); the day is that of the market's clock.
    Raise ValueError for a time without a zone.
    """
    if known_at.tzinfo is None:
        raise ValueError("known_at needs a time zone")
    if limit is None:
        return None
    if limit.hours:
        return _after_hours(limit, known_at, zone, calendar).date()
    day = known_at.astimezone(zone).date()
    left = limit.days - (1 if limit.start_inclusive and _counts(limit, day, calendar) else 0)
    while left > 0:
        day += _DAY
        left -= _counts(limit, day, calendar)
    return day


def due_by(
    limit: Limit | None, known_at: datetime, *, zone: ZoneInfo, calendar: Calendar
) -> datetime | None:
    """Return the moment at which a duty is missed, on the market's clock; None without a number.

    For days that is the midnight that ends the last one. Raises as `due` does.
    """
    last = due(limit, known_at, zone=zone, calendar=calendar)
    if limit is None or last is None:
        return None
    if limit.hours:
        return _after_hours(limit, known_at, zone, calendar)
    return _midnight(last + _DAY, zone)


def _after_hours(limit: Limit, known_at: datetime, zone: ZoneInfo, calendar: Calendar) -> datetime:
    moment, left = known_at.astimezone(UTC), timedelta(hours=limit.hours)
    while True:
        day = moment.astimezone(zone).date()
        end = _midnight(day + _DAY, zone).astimezone(UTC)
        if _counts(limit, day, calendar):
            if left <= end - moment:
                return (moment + left).astimezone(zone)
            left -= end - moment
        moment = end


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, tzinfo=zone)


def _counts(limit: Limit, day: date, calendar: Calendar) -> bool:
    return limit.counting is Counting.CALENDAR or calendar.works(day)
