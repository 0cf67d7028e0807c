"""Where owners answer from: claims by door, language, region and week; incidents by week."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db.models import Count
from django.db.models.functions import TruncDate

from kaishu.incidents.severity import Severity
from kaishu.reports.dashboard import behind


@dataclass(frozen=True, slots=True)
class Answers:
    """Claims up to a moment. `regions` has "" for addresses in no region that we know."""

    total: int
    doors: tuple[tuple[str, int], ...]
    languages: tuple[tuple[str, int], ...]
    regions: tuple[tuple[str, int], ...]
    weeks: tuple[tuple[date, int], ...]


@dataclass(frozen=True, slots=True)
class Incidents:
    """Reports up to a moment, the worst severity first, and by the week they became known."""

    total: int
    open: int
    severities: tuple[tuple[str, int], ...]
    weeks: tuple[tuple[date, int], ...]
    before: int
    after: int
    undated: int


def answers(*, recall_id: int, as_of: datetime, known_at: datetime | None) -> Answers:
    """Count the claims of a recall that were sent up to a moment, in two statements."""
    claims = behind.claims(recall_id=recall_id, as_of=as_of, known_at=known_at).order_by()
    doors, languages, regions = Counter[str](), Counter[str](), Counter[str]()
    groups = claims.values_list("door", "language", "region").annotate(claims=Count("id"))
    for door, language, region, count in groups:
        doors[door] += count
        languages[language] += count
        regions[region] += count
    days = claims.annotate(day=TruncDate("submitted_at", tzinfo=UTC)).values_list("day")
    return Answers(
        total=sum(doors.values()),
        doors=_most_first(doors),
        languages=_most_first(languages),
        regions=_most_first(regions),
        weeks=_by_week(dict(days.annotate(claims=Count("id"))), as_of),
    )


def incidents(
    *, slug: str, announced: date | None, as_of: datetime, known_at: datetime | None
) -> Incidents:
    """Count the incident reports of a recall that were known at a moment, in one statement."""
    rows = behind.incidents(slug=slug, announced=announced, as_of=as_of, known_at=known_at)
    days = Counter(row.known_at.astimezone(UTC).date() for row in rows)
    severities = Counter(row.severity for row in rows)
    sides = Counter(behind.side_of(row, announced) for row in rows)
    return Incidents(
        total=len(rows),
        open=sum(behind.is_open(row, as_of) for row in rows),
        severities=tuple(
            (each.name, severities[each])
            for each in sorted(Severity, reverse=True)
            if severities[each]
        ),
        weeks=_by_week(days, as_of),
        before=sides["before"],
        after=sides["after"],
        undated=sides["undated"],
    )


def _most_first(counts: Counter[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


def _by_week(days: dict[date, int], as_of: datetime) -> tuple[tuple[date, int], ...]:
    """Return the counts by Monday, without a gap up to the week of the moment."""
    if not days:
        return ()
    weeks: Counter[date] = Counter()
    for day, count in days.items():
        weeks[_monday(day)] += count
    week, last = min(weeks), _monday(as_of.astimezone(UTC).date())
    found = []
    while week <= last:
        found.append((week, weeks[week]))
        week += timedelta(days=7)
    return tuple(found)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
