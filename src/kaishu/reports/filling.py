"""Fill a form: what the books and the recall know, and what people typed, as frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from kaishu.core.canonical import canonical
from kaishu.core.report import Filled, Period, Report
from kaishu.incidents.models import Incident
from kaishu.markets.forms import Form, FormUnknown, Origin, Subject, load_form
from kaishu.reports.duties import due_before, due_dates, zone_of_market
from kaishu.reports.errors import AsOfInFuture, SubjectWrong
from kaishu.reports.facts import end_of_day, gather
from kaishu.reports.forms import FILLERS
from kaishu.reports.models import Filed
from kaishu.reports.typed import read, readable, typed_fields, value


def fill(
    *,
    form: Form,
    slug: str,
    subject: str,
    as_of: datetime,
    known_at: datetime,
    at: datetime,
    texts: Mapping[str, str],
    since: datetime | None = None,
    draft: bool = False,
) -> Report:
    """Return a form filled as of one moment and as known at another.

    `texts` is what people typed, by field. `since` begins the period; without it the period
    begins where the report before it ended. A `draft` leaves out what cannot be read, where a
    report to be filed is refused. Raises TypedWrong, EstimateWithoutSource, SubjectWrong,
    AsOfInFuture, RecallUnknown.
    """
    zone = zone_of_market(form.market)
    if as_of > end_of_day(at.astimezone(zone).date(), zone):
        raise AsOfInFuture
    check_subject(form, slug, subject)
    texts = readable(form, texts) if draft else texts
    typed = read(form, texts)
    facts = gather(
        form=form,
        slug=slug,
        subject=subject,
        as_of=as_of,
        known_at=known_at,
        period=Period(since=since or since_of(form, slug, subject), until=as_of),
        typed=typed,
    )
    filled = FILLERS[form.id](facts)
    return Report(
        form=form.id,
        version=form.version,
        recall=slug,
        edition=facts.edition.number,
        subject=subject,
        language=form.language,
        done_rule=form.done_rule.value,
        as_of=as_of,
        known_at=known_at,
        period=facts.period,
        values=_whole(form, filled, typed),
        typed={field.id: texts[field.id] for field in typed_fields(form) if texts.get(field.id)},
    )


def content_of(report: Report) -> bytes:
    """Return a report's canonical JSON: what is hashed, stored and compared."""
    return canonical(report.plain())


def check_subject(form: Form, slug: str, subject: str) -> None:
    """Refuse a subject that the form is not about. Raises SubjectWrong."""
    if form.subject is Subject.ONCE:
        known = subject == ""
    elif form.subject is Subject.INCIDENT:
        known = Incident.objects.filter(number=subject, recall_slug=slug).exists()
    else:
        known = any(subject == day.isoformat() for day in due_dates(form, slug, until=subject))
    if not known:
        raise SubjectWrong(form=form.id, subject=subject)


def since_of(form: Form, slug: str, subject: str) -> datetime | None:
    """Return where the period begins: after the report filed for an earlier date, else after the
    date before this one; None at the first report, whose period begins with the recall."""
    if form.subject is not Subject.DUE:
        return None
    before = Filed.objects.filter(recall_slug=slug, form=form.id, subject__lt=subject)
    newest = before.order_by("-subject", "-id").values_list("as_of", flat=True).first()
    if newest is not None:
        return newest
    day = due_before(form, slug, subject)
    if day is None:
        return None
    # What is due by the 1st is about the month that ended the day before.
    return end_of_day(day - timedelta(days=1), zone_of_market(form.market))


def form_for(market: str, name: str) -> Form:
    """Return a form of a recall's market. Raises FormUnknown."""
    form = load_form(name)
    if form.market != market.lower():
        raise FormUnknown(form=name)
    return form


def _whole(form: Form, filled: Mapping[str, Filled], typed: Mapping[str, Any]) -> dict[str, Filled]:
    """Return a value for every field, in the form's order; a filler may leave nothing out."""
    values = {
        field.id: value(field, typed[field.id])
        if field.origin is Origin.TYPED
        else filled[field.id]
        for field in form.fields
    }
    extra = filled.keys() - values.keys()
    if extra:
        raise KeyError(f"{form.id} has no field for {sorted(extra)}")
    return values
