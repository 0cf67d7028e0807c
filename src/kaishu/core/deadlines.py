"""Count a duty's last day from the moment it became known: calendar days or working days.

Which duty an incident triggers is for people to judge; this only counts. The law is data of the
market (`markets/<market>/deadlines.toml`). A duty "without undue delay" has no number and so no
last day, only the company's own target.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
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
    safe; make-up working days that it lacks (mainland China) can make it too late.
    """

    holidays: frozenset[date] = frozenset()
    workdays: frozenset[date] = frozenset()

    def works(self, day: date) -> bool:
        """Say whether people work on this day."""
        if day in self.workdays:
            return True
        return day.weekday() < _SATURDAY and day not in self.holidays


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """How long a duty gives: `days`, which ones count, and whether the first day is day 1."""

    days: int
    counting: Counting
    start_inclusive: bool


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
    day = known_at.astimezone(zone).date()
    left = limit.days - (1 if limit.start_inclusive and _counts(limit, day, calendar) else 0)
    while left > 0:
        day += _DAY
        left -= _counts(limit, day, calendar)
    return day


def _counts(limit: Limit, day: date, calendar: Calendar) -> bool:
    return limit.counting is Counting.CALENDAR or calendar.works(day)
