"""Read incident reports: of a case, open ones, their clocks, counts around the announcement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from kaishu.core.deadlines import Calendar, due
from kaishu.incidents.errors import IncidentNotFound
from kaishu.incidents.models import Incident
from kaishu.markets import zone_of
from kaishu.markets.deadlines import Duty, load_duties

LIST = 200
# No list of public holidays is on file yet: weekends only, so a last day is rather too early.
WEEKENDS = Calendar()


@dataclass(frozen=True, slots=True)
class Clock:
    """One duty that staff check: its last day where the law has a number, else our own target."""

    duty: Duty
    last_day: date | None
    target: datetime | None


@dataclass(frozen=True, slots=True)
class Tally:
    """Reports of one side of the announcement; `injuries` are those in which somebody was hurt."""

    incidents: int = 0
    injuries: int = 0


@dataclass(frozen=True, slots=True)
class Counts:
    """Reports by when it happened, against the day of the announcement."""

    before: Tally
    after: Tally
    undated: Tally


def incident(number: str) -> Incident:
    """Return the report with this number; raise `IncidentNotFound`."""
    found = Incident.objects.filter(number=number).first()
    if found is None:
        raise IncidentNotFound
    return found


def by_key(key: str) -> Incident | None:
    """Return the report that was filed under a key."""
    return Incident.objects.filter(key=key).first()


def of_case(case_no: str) -> list[Incident]:
    """Return the reports of a case, newest first."""
    return list(Incident.objects.filter(case_no=case_no).exclude(case_no="").order_by("-id"))


def of_person(person_id: str) -> list[Incident]:
    """Return the reports of a person, newest first."""
    found = Incident.objects.filter(person_id=person_id).exclude(person_id="")
    return list(found.order_by("-id"))


def open_incidents() -> list[Incident]:
    """Return the open reports: the worst first, then the oldest."""
    rows = Incident.objects.filter(closed_at=None).order_by("known_at", "id")
    return sorted(rows[: LIST * 5], key=lambda row: -row.severity)[:LIST]


def closed_incidents() -> list[Incident]:
    """Return the reports that were closed last."""
    return list(Incident.objects.filter(closed_at__isnull=False).order_by("-closed_at")[:LIST])


def open_count() -> tuple[int, datetime | None]:
    """Return how many reports are open and since when the oldest is known."""
    rows = Incident.objects.filter(closed_at=None)
    oldest = rows.order_by("known_at").values_list("known_at", flat=True).first()
    return rows.count(), oldest


def clocks(row: Incident) -> tuple[Clock, ...]:
    """Return the duties of the report's market, each counted as if it applied."""
    zone = zone_of([row.market]) or ZoneInfo("UTC")
    return tuple(
        Clock(
            duty,
            due(duty.limit, row.known_at, zone=zone, calendar=WEEKENDS),
            row.known_at + timedelta(hours=duty.target_hours) if duty.target_hours else None,
        )
        for duty in load_duties(row.market.lower())
    )


def first_last_day(row: Incident) -> date | None:
    """Return the earliest last day among the duties that nobody has settled yet."""
    settled = {note.about for note in row.notes.all() if note.step.startswith("duty_")}
    days = [
        clock.last_day
        for clock in clocks(row)
        if clock.last_day is not None and clock.duty.code not in settled
    ]
    return min(days, default=None)


def counts(recall_slug: str, announced: date) -> Counts:
    """Count a recall's reports before and since the day of the announcement.

    Where nobody could say when it happened, the report is counted as undated and never guessed.
    """
    rows = list(
        Incident.objects.filter(recall_slug=recall_slug).values_list("happened_on", "injured")
    )
    return Counts(
        before=_tally([hurt for day, hurt in rows if day is not None and day < announced]),
        after=_tally([hurt for day, hurt in rows if day is not None and day >= announced]),
        undated=_tally([hurt for day, hurt in rows if day is None]),
    )


def _tally(injured: Sequence[bool | None]) -> Tally:
    return Tally(len(injured), sum(hurt is True for hurt in injured))
