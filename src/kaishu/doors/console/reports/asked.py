"""What a page of a report was asked for: the form, its subject and the two clocks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.utils.dateparse import parse_date, parse_datetime

from kaishu.core.report import Report
from kaishu.editions import queries as editions
from kaishu.editions.models import Recall as RecallRow
from kaishu.incidents.models import Incident
from kaishu.markets.forms import Form, Subject, cadence_of
from kaishu.reports import duties, filling, typed
from kaishu.reports.facts import end_of_day

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Asked:
    """One report as it was asked for; `as_of` is the end of a day in the market."""

    row: RecallRow
    form: Form
    subject: str
    day: date
    known_at: datetime

    @property
    def as_of(self) -> datetime:
        """Return the end of the day, in the market."""
        return end_of_day(self.day, self.zone)

    @property
    def zone(self) -> ZoneInfo:
        """Return the clock on the wall of the market."""
        return duties.zone_of_market(self.form.market)

    @property
    def known_local(self) -> str:
        """Return the second clock as its field shows it."""
        return self.known_at.astimezone(self.zone).strftime("%Y-%m-%dT%H:%M")

    @property
    def query(self) -> str:
        """Return the page's query."""
        return urlencode(
            {"subject": self.subject, "as_of": self.day.isoformat(), "known_at": self.known_local}
        )

    @property
    def address(self) -> str:
        """Return the page's address."""
        return f"/staff/recalls/{self.row.slug}/reports/{self.form.id}/?{self.query}"

    def fill(self, *, at: datetime, draft: bool = True) -> Report:
        """Fill the form with what was typed so far."""
        return filling.fill(
            form=self.form,
            slug=self.row.slug,
            subject=self.subject,
            as_of=self.as_of,
            known_at=self.known_at,
            at=at,
            texts=self.texts(),
            draft=draft,
        )

    def texts(self) -> dict[str, str]:
        """Return what was typed so far."""
        return typed.answers(form=self.form, slug=self.row.slug, subject=self.subject)


def asked_of(slug: str, name: str, said: Mapping[str, str], *, at: datetime) -> Asked:
    """Read the question; what is missing or unreadable takes what comes next to be filed.

    Raises RecallUnknown, PackMissing, FormUnknown.
    """
    row = editions.recall_row(slug)
    editions.current_pack(slug)
    form = filling.form_for(row.market, name)
    zone = duties.zone_of_market(form.market)
    subject = said.get("subject", "") or _first_subject(form, slug, at)
    known = parse_datetime(said.get("known_at", "")) if said.get("known_at") else None
    if known is None:
        known_at = at.replace(second=0, microsecond=0) - MINUTE
    else:
        known_at = known if known.tzinfo else known.replace(tzinfo=zone)
    today = at.astimezone(zone).date()
    day = _day(said.get("as_of", "")) or min(today, _last_day(form, subject) or today)
    return Asked(row, form, subject, day, known_at)


def subjects(form: Form, slug: str, *, at: datetime) -> list[str]:
    """Return what the form may be about, for a choice; nothing where it is about the recall."""
    if form.subject is Subject.INCIDENT:
        rows = Incident.objects.filter(recall_slug=slug).order_by("-known_at")
        return list(rows.values_list("number", flat=True)[:200])
    if form.subject is Subject.DUE:
        coming = duties.next_subject(form, slug, at=at)
        until = max(coming, at.date().isoformat())
        return [day.isoformat() for day in duties.due_dates(form, slug, until=until)][::-1]
    return []


def _first_subject(form: Form, slug: str, at: datetime) -> str:
    if form.subject is Subject.INCIDENT:
        return next(iter(subjects(form, slug, at=at)), "")
    return duties.next_subject(form, slug, at=at)


def _last_day(form: Form, subject: str) -> date | None:
    """Return the day that a report for a date speaks of; one due by the 1st: the day before."""
    day, cadence = _day(subject), cadence_of(form)
    if day is None or cadence is None:
        return None
    return day - timedelta(days=1) if cadence.first_of_month else day


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None
