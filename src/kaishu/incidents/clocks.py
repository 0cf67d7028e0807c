"""The clocks of a report: each duty of its market counted as if it applied, and what is left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from kaishu.core.deadlines import due, due_by
from kaishu.incidents.models import Incident
from kaishu.markets import zone_of
from kaishu.markets.calendars import calendar_of
from kaishu.markets.deadlines import Duty, load_duties


@dataclass(frozen=True, slots=True)
class Clock:
    """One duty that staff check: where the law has a number, its last day and the moment at which
    it is missed; else our own target."""

    duty: Duty
    last_day: date | None
    over_at: datetime | None
    target: datetime | None

    @property
    def until(self) -> datetime | None:
        """Return the moment that the countdown runs to."""
        return self.over_at or self.target


def clocks(row: Incident) -> tuple[Clock, ...]:
    """Return the duties of the report's market, each counted as if it applied."""
    return tuple(clock(row, duty) for duty in load_duties(row.market.lower()))


def clock(row: Incident, duty: Duty) -> Clock:
    """Return one duty's clock for a report."""
    zone = zone_of([row.market]) or ZoneInfo("UTC")
    calendar = calendar_of(row.market)
    hours = duty.target_hours
    return Clock(
        duty,
        due(duty.limit, row.known_at, zone=zone, calendar=calendar),
        due_by(duty.limit, row.known_at, zone=zone, calendar=calendar),
        row.known_at + timedelta(hours=hours) if hours else None,
    )


def next_clock(row: Incident) -> Clock | None:
    """Return the open duty that ends first; None where all are settled."""
    settled = {note.about for note in row.notes.all() if note.step.startswith("duty_")}
    left = [(each.until, each) for each in clocks(row) if each.duty.code not in settled]
    ending = [(until, each.duty.code, each) for until, each in left if until is not None]
    return min(ending)[2] if ending else None
