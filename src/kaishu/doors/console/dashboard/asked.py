"""Which moment a dashboard is asked for: a day on the market's clock, as known then or now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from urllib.parse import urlencode

from django.http import QueryDict


@dataclass(frozen=True, slots=True)
class Asked:
    """`as_of` ends the asked day, or is this moment; `known_at` None = as it is known now."""

    as_of: datetime
    known_at: datetime | None
    day: date
    today: date
    first: date

    @property
    def is_now(self) -> bool:
        """Say whether this moment is asked for, as known now."""
        return self.day == self.today and self.known_at is None

    @property
    def passed(self) -> int:
        """Return the days from the first to the asked one."""
        return (self.day - self.first).days

    @property
    def span(self) -> int:
        """Return the days from the first to today."""
        return max((self.today - self.first).days, 1)

    @property
    def earlier(self) -> str:
        """Return the address of a week earlier, or "" before the first day."""
        return self._at(self.day - timedelta(days=7)) if self.passed >= 7 else ""

    @property
    def later(self) -> str:
        """Return the address of a week later, today at the latest, or "" today."""
        return self._at(self.day + timedelta(days=7)) if self.day < self.today else ""

    def rows(self, slug: str, *accounts: str, **more: str) -> str:
        """Return the address of the rows behind a figure of these accounts."""
        asked: list[tuple[str, str]] = [("account", account) for account in accounts]
        asked += [(name, value) for name, value in more.items() if value]
        return f"/staff/recalls/{slug}/entries/?{urlencode([*asked, *self._clocks()])}"

    def people(self, slug: str, what: str, **more: str) -> str:
        """Return the address of the claims, incidents or second looks behind a count."""
        query = urlencode([*more.items(), *self._clocks()])
        return f"/staff/recalls/{slug}/dashboard/{what}/{'?' if query else ''}{query}"

    def _clocks(self) -> list[tuple[str, str]]:
        found = [] if self.is_now else [("as_of", self.as_of.isoformat())]
        if self.known_at is not None:
            found.append(("known_at", self.known_at.isoformat()))
        return found

    def _at(self, day: date) -> str:
        asked = {"day": min(day, self.today).isoformat()}
        if self.known_at is not None:
            asked["known"] = "then"
        return f"?{urlencode(asked)}"


def read(given: QueryDict, *, now: datetime, first: date, zone: tzinfo) -> Asked:
    """Read the address: `day` as a date or `passed` as days since the first, `known` then or now.

    What is no date, lies before the recall or in the future becomes the nearest day there is.
    """
    today = now.astimezone(zone).date()
    first = min(first, today)
    day = min(max(_day(given, first, today), first), today)
    as_of = now if day == today else _end_of(day, zone)
    known_at = as_of if given.get("known") == "then" and day != today else None
    return Asked(as_of, known_at, day, today, first)


def _day(given: QueryDict, first: date, today: date) -> date:
    passed = given.get("passed", "")
    if passed.isascii() and passed.isdigit() and len(passed) < 6:
        return first + timedelta(days=int(passed))
    try:
        return date.fromisoformat(given.get("day", ""))
    except ValueError:
        return today


def _end_of(day: date, zone: tzinfo) -> datetime:
    begin_of_next = datetime.combine(day + timedelta(days=1), time(), zone)
    return begin_of_next - timedelta(microseconds=1)
