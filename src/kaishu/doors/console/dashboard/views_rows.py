"""The claims, incident reports and second judgements behind a figure of the dashboard."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kaishu.base import clock, exports
from kaishu.base.refusals import refusal_page
from kaishu.base.roles import staff
from kaishu.base.templatetags.kaishu import day, tongue, when
from kaishu.claims.opinions import queries as opinions
from kaishu.core.errors import Refusal
from kaishu.core.recall import Recall
from kaishu.doors.console import frame
from kaishu.doors.console.dashboard.views import side_names
from kaishu.doors.console.labels import label
from kaishu.doors.console.reports.views_rows import moment_in
from kaishu.editions import queries as editions
from kaishu.reports.dashboard import behind
from kaishu.reports.dashboard.behind import Narrow

PAGE = 100
TEXTS = ("language", "region", "severity", "side")


@dataclass(frozen=True, slots=True)
class Listed:
    """A list to be shown: what it is, what it was narrowed to, its rows and their number."""

    name: str
    narrowed: tuple[str, ...]
    header: tuple[str, ...]
    rows: Any
    number: int
    line: Any
    links: str = ""
    note: str = ""


@staff(*frame.PROGRESS)
@require_safe
def claims(request: HttpRequest, slug: str) -> HttpResponseBase:
    """List the claims behind a count, by case number and without a person's name."""
    return _listed(request, slug, _claims)


@staff(*frame.PROGRESS)
@require_safe
def incidents(request: HttpRequest, slug: str) -> HttpResponseBase:
    """List the incident reports behind a count, without the reporters' words."""
    return _listed(request, slug, _incidents)


@staff(*frame.PROGRESS)
@require_safe
def second_looks(request: HttpRequest, slug: str) -> HttpResponseBase:
    """List what one person judged and then another."""
    return _listed(request, slug, _second_looks)


@staff(*frame.PROGRESS)
@require_safe
def second_opinions(request: HttpRequest, slug: str) -> HttpResponseBase:
    """List what two people judged of whom the second saw no decision."""
    return _listed(request, slug, _second_opinions)


def _listed(request: HttpRequest, slug: str, read: Any) -> HttpResponseBase:
    try:
        row, recall = editions.recall_row(slug), editions.current_pack(slug).recall
    except Refusal as refusal:
        return refusal_page(request, refusal, status=404)
    as_of = moment_in(request.GET.get("as_of", "")) or clock.now()
    known_at = moment_in(request.GET.get("known_at", ""))
    listed: Listed = read(row.id, recall, _narrow(request), as_of, known_at)
    opens = {
        "claims": frame.may(request, frame.CASES),
        "incidents": frame.may(request, frame.INCIDENTS),
    }
    if not opens.get(listed.links):
        listed = replace(listed, links="")
    file = exports.offered(
        request,
        name=f"{slug}-rows",
        header=listed.header,
        rows=(listed.line(each) for each in listed.rows),
    )
    context = {
        "slug": slug,
        "listed": listed,
        "lines": [listed.line(each) for each in listed.rows[:PAGE]],
        "shown_most": PAGE,
        "as_of": as_of,
        "known_at": known_at,
    }
    return file or frame.show(request, "console/dashboard/rows.html", context, recall=recall)


def _claims(
    recall_id: int, _recall: Recall, narrow: Narrow, as_of: datetime, known_at: datetime | None
) -> Listed:
    rows = behind.claims(recall_id=recall_id, as_of=as_of, known_at=known_at, narrow=narrow)
    return Listed(
        name=_("Claims"),
        narrowed=_said(narrow),
        header=(_("Case"), _("Sent"), _("Door"), _("Language"), _("Region")),
        rows=rows,
        number=rows.count(),
        line=lambda row: (
            *(row.case_no, row.submitted_at, label("door", row.door), tongue(row.language)),
            row.region,
        ),
        links="claims",
    )


def _incidents(
    _recall_id: int, recall: Recall, narrow: Narrow, as_of: datetime, known_at: datetime | None
) -> Listed:
    rows = behind.incidents(
        slug=recall.slug,
        announced=recall.announced,
        as_of=as_of,
        known_at=known_at,
        narrow=narrow,
    )
    sides = side_names()
    return Listed(
        name=_("Incidents"),
        narrowed=_said(narrow),
        header=(_("Report"), _("Known"), _("Severity"), _("Happened"), _("State")),
        rows=rows,
        number=len(rows),
        line=lambda row: (
            *(row.number, row.known_at, label("severity", row.severity.name)),
            sides[behind.side_of(row, recall.announced)],
            _("Open") if behind.is_open(row, as_of) else _("Closed"),
        ),
        links="incidents",
    )


def _second_looks(
    recall_id: int, _recall: Recall, _narrow: Narrow, as_of: datetime, _known: datetime | None
) -> Listed:
    rows = behind.judged_twice(recall_id=recall_id, as_of=as_of)
    return Listed(
        name=_("Judged by two people"),
        narrowed=(),
        header=(_("Case"), _("When"), _("First"), _("Then"), _("Same answer")),
        rows=rows,
        number=len(rows),
        line=lambda row: (
            *(row.case_no, row.at, _judged(row.first, row.first_by)),
            _judged(row.then, row.then_by),
            _("Yes") if row.same else _("No"),
        ),
        links="claims",
        note=_(
            "Only where an owner objected or a decision was taken back. It is no random sample."
        ),
    )


def _second_opinions(
    recall_id: int, _recall: Recall, _narrow: Narrow, as_of: datetime, _known: datetime | None
) -> Listed:
    rows = opinions.given(recall_id=recall_id, as_of=as_of)
    return Listed(
        name=_("Second opinions"),
        narrowed=(),
        header=(_("Case"), _("When"), _("First"), _("Then"), _("Same answer"), _("Settled")),
        rows=rows,
        number=rows.count(),
        line=lambda row: (
            *(row.claim_unit.claim.case_no, row.answered_at, _judged(row.first, row.first_by)),
            _judged(row.answer, row.by),
            _("Yes") if row.answer == row.first else _("No"),
            label("opinion", row.outcome) if row.outcome else "",
        ),
        links="claims",
        note=_("Drawn at random from first decisions. The second person saw no decision."),
    )


def _judged(kind: str, by: str) -> str:
    return f"{label('decision', kind)} · {by}"


def _said(narrow: Narrow) -> tuple[str, ...]:
    """Say in words what a list was narrowed to."""
    found: list[str] = []
    found += dict.fromkeys(label("door", door) for door in narrow.doors)
    if narrow.language is not None:
        found.append(tongue(narrow.language))
    if narrow.region is not None:
        found.append(narrow.region or _("Elsewhere or not told"))
    if narrow.severity is not None:
        found.append(label("severity", narrow.severity))
    if narrow.side is not None:
        found.append(side_names()[narrow.side])
    if narrow.open:
        found.append(_("Open"))
    if narrow.since is not None:
        found.append(_("Since %(time)s") % {"time": when(narrow.since)})
    if narrow.week is not None:
        found.append(_("Week of %(day)s") % {"day": day(narrow.week)})
    return tuple(found)


def _narrow(request: HttpRequest) -> Narrow:
    """Read the address; what is no week or no side narrows nothing."""
    given = request.GET
    found: dict[str, Any] = {name: given[name][:40] for name in TEXTS if name in given}
    if found.get("side") not in side_names():
        found.pop("side", None)
    try:
        week = date.fromisoformat(given.get("week", ""))
    except ValueError:
        week = None
    return Narrow(
        **found,
        doors=tuple(given.getlist("door")[:10]),
        open=given.get("open") == "1",
        week=week,
        since=moment_in(given.get("since", "")),
    )
