"""When reports are due, which were filed, and what else of a recall has a date.

The law's series come from the market's data; a date that nobody verified is shown as such. Dates
are days on the market's calendar: a report is late once its day is over there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from kaishu.core.report import years_after
from kaishu.editions import queries as editions
from kaishu.editions.models import RecallState
from kaishu.incidents.clocks import next_clock
from kaishu.incidents.models import Incident
from kaishu.markets import load_market
from kaishu.markets.forms import Cadence, Form, Mark, Subject, cadence_of, forms_of, load_form
from kaishu.reports.corrective import correctives
from kaishu.reports.models import Filed

AHEAD = 1  # how many dates of a series are shown beyond the next one
_DAY = timedelta(days=1)


class What(StrEnum):
    """What is due."""

    REPORT = "report"
    CORRECTIVE = "corrective"
    INCIDENT = "incident"


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One line of the calendar. `day` is None where the law has no number."""

    what: What
    name: str
    slug: str
    market: str
    addressee: str
    day: date | None
    over_at: datetime | None
    subject: str
    href: str
    mark: Mark
    source: str
    filed: Filed | None = None

    def late(self, at: datetime) -> bool:
        """Say whether it is overdue, or was filed after its day."""
        ended = self.filed.at if self.filed else at
        return self.over_at is not None and ended >= self.over_at


def zone_of_market(market: str) -> ZoneInfo:
    """Return the clock on the wall of a market."""
    return ZoneInfo(load_market(market.lower()).time_zone)


def series(cadence: Cadence, started: date) -> Iterator[date]:
    """Yield the dates of a series without end; one date, or none, where it is no series."""
    if cadence.starts == "before_announcement":
        yield started
        return
    day = started
    if cadence.first_of_month:
        while True:
            day = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
            yield day
    if cadence.every_months is None:
        return
    first, later = cadence.every_months
    one_year, months = years_after(started, 1), 0
    while True:
        months += first if _months_after(started, months + first) <= one_year else later
        yield _months_after(started, months)


def due_dates(form: Form, slug: str, *, until: str | date) -> list[date]:
    """Return the dates of a form's series up to a day, it included; none for a wrong day."""
    cadence = cadence_of(form)
    if cadence is None:
        return []
    if isinstance(until, str):
        try:
            until = date.fromisoformat(until)
        except ValueError:
            return []
    found = []
    for day in series(cadence, _announced(slug)):
        if day > until:
            break
        found.append(day)
    return found


def due_before(form: Form, slug: str, subject: str) -> date | None:
    """Return the date before this one; None at the first."""
    days = due_dates(form, slug, until=subject)
    return days[-2] if len(days) > 1 else None


def calendar(slug: str, *, at: datetime) -> list[Due]:
    """Return everything of a recall that has a date: what is open first by day, then what is done.

    Of a series: every date until now, the next one, and a few ahead. A closed recall has no next.
    """
    row = editions.recall_row(slug)
    lines = [
        *_reports(slug, row.market.lower(), row.state == RecallState.CLOSED, at),
        *_corrective(slug, row.market.lower()),
        *_incidents(slug, row.market.lower()),
    ]
    never = datetime.max.replace(tzinfo=UTC)
    return sorted(
        lines, key=lambda line: (line.filed is not None, line.over_at or never, line.name)
    )


def next_due(slug: str, *, at: datetime) -> Due | None:
    """Return the open line that ends first."""
    left = [line for line in calendar(slug, at=at) if line.filed is None and line.over_at]
    return left[0] if left else None


def next_subject(form: Form, slug: str, *, at: datetime) -> str:
    """Return the date of the series that comes next to be filed; "" where there is no series."""
    if form.subject is not Subject.DUE:
        return ""
    done = set(_filed(slug, form.id))
    cadence = cadence_of(form)
    assert cadence is not None
    for day in series(cadence, _announced(slug)):
        if day.isoformat() not in done:
            return day.isoformat()
    return ""


def _reports(slug: str, market: str, closed: bool, at: datetime) -> Iterator[Due]:
    today = at.astimezone(zone_of_market(market)).date()
    for form in forms_of(market):
        cadence = cadence_of(form)
        if cadence is None:
            continue
        done, ahead = _filed(slug, form.id), 0
        for day in series(cadence, _announced(slug)):
            ahead += day >= today
            if ahead > AHEAD + 1 or (closed and day > today):
                break
            subject = "" if form.subject is Subject.ONCE else day.isoformat()
            yield _report(form, cadence, slug, day, subject, done.get(subject))


def _report(
    form: Form, cadence: Cadence, slug: str, day: date, subject: str, filed: Filed | None
) -> Due:
    about = f"?subject={subject}" if subject else ""
    return Due(
        what=What.REPORT,
        name=form.id,
        slug=slug,
        market=form.market,
        addressee=cadence.addressee,
        day=day,
        over_at=_over(day, form.market),
        subject=subject,
        href=f"/staff/recalls/{slug}/reports/{form.id}/{about}",
        mark=cadence.mark,
        source=cadence.source,
        filed=filed,
    )


def _corrective(slug: str, market: str) -> Iterator[Due]:
    for each in correctives(slug):
        if each.waits:
            yield Due(
                what=What.CORRECTIVE,
                name=each.row.action,
                slug=slug,
                market=market,
                addressee=each.row.owner,
                day=each.due,
                over_at=_over(each.due, market),
                subject="",
                href=f"/staff/recalls/{slug}/corrective/#action-{each.row.id}",
                mark=Mark.VERIFIED,
                source="",
            )


def _incidents(slug: str, market: str) -> Iterator[Due]:
    rows = Incident.objects.filter(recall_slug=slug, closed_at=None).prefetch_related("notes")
    for row in rows:
        clock = next_clock(row)
        if clock is not None:
            yield Due(
                what=What.INCIDENT,
                name=row.number,
                slug=slug,
                market=market,
                addressee=clock.duty.addressee,
                day=clock.last_day,
                over_at=clock.until,
                subject=row.number,
                href=f"/staff/incidents/{row.number}/",
                mark=Mark.SECONDARY if clock.duty.seen == "secondary" else Mark.VERIFIED,
                source=clock.duty.fact.source,
            )


def _filed(slug: str, form: str) -> dict[str, Filed]:
    """Return the first filing of each subject: that is the one that met the date."""
    rows = Filed.objects.filter(recall_slug=slug, form=form).order_by("-id").defer("content")
    return {row.subject: row for row in rows}


def _announced(slug: str) -> date:
    return editions.pack_for(editions.editions_of(slug)[0]).recall.announced


def _over(day: date, market: str) -> datetime:
    return datetime.combine(day + _DAY, datetime.min.time(), tzinfo=zone_of_market(market))


def _months_after(day: date, months: int) -> date:
    """Return the same day of a later month, or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, min(day.day, last))
        except ValueError:
            continue
    raise ValueError(day)


def form_name(name: str, language: str) -> str:
    """Return a form's title in a language."""
    return load_form(name).title[language]
