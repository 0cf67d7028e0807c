"""Incident reports: the worst first, with the time that is left, and one report as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kaishu.base import clock, exports, language, words
from kaishu.base.desk import Problem
from kaishu.base.refusals import refusal_page
from kaishu.base.roles import staff
from kaishu.core.recall import say
from kaishu.doors.console import frame
from kaishu.doors.console.labels import label
from kaishu.doors.console.views_calls import recall_of
from kaishu.editions import queries as editions
from kaishu.incidents import queries
from kaishu.incidents.clocks import Clock, clocks, next_clock
from kaishu.incidents.errors import IncidentNotFound
from kaishu.incidents.models import OUTCOMES, TASKS, Incident, IncidentTask
from kaishu.notices.models import CallBack

SIDES = ("before", "after", "undated")
STAFF_TASKS = tuple(task for task in TASKS if task != "decide_duty")
Typed = Mapping[str, str]
NOTHING: Typed = {}


@staff(*frame.INCIDENTS)
@require_safe
def incidents(request: HttpRequest) -> HttpResponseBase:
    """List the open reports, the worst first; those closed last; or one side of an announcement."""
    shown = request.GET.get("shown", "open")
    slug, side = request.GET.get("recall", ""), request.GET.get("side", "")
    rows = _rows(shown, slug, side)
    header = (
        *(_("Incident"), _("Severity"), _("Condition"), _("Model"), _("Recall"), _("Case")),
        *(_("Happened"), _("We know since"), _("Ends"), _("Outcome")),
    )
    file = exports.offered(request, name="incidents", header=header, rows=_file_rows(rows))
    if file is not None:
        return file
    now = clock.now()
    context = {
        "lines": [_line(row, now) for row in rows[: queries.LIST]],
        "closed": shown == "closed",
        "side": side if slug else "",
        "side_name": label("side", side),
        "around": frame.recall_name(slug) if slug else "",
        "open": queries.open_count()[0],
        "tasks": queries.open_tasks().count(),
        "sides": _sides(),
        "may_report": frame.may(request, frame.CALLS),
    }
    return frame.show(request, "console/incidents/incidents.html", context)


@staff(*frame.INCIDENTS)
@require_safe
def tasks(request: HttpRequest) -> HttpResponseBase:
    """List what is still to be done about all reports, the most urgent first."""
    mine = request.GET.get("whose") == "mine"
    rows = queries.open_tasks()
    if mine:
        rows = rows.filter(assigned_to=request.user.get_username())
    header = (_("Task"), _("Incident"), _("Due"), _("Given to"))
    cells = ((task_name(row), row.incident.number, row.due_at, row.assigned_to) for row in rows)
    file = exports.offered(request, name="incident-tasks", header=header, rows=cells)
    now = clock.now()
    lines = [_task_line(row, now) for row in rows[: queries.LIST]]
    context = {"lines": lines, "mine": mine, "total": rows.count()}
    return file or frame.show(request, "console/incidents/tasks.html", context)


@staff(*frame.INCIDENTS)
@require_safe
def incident(request: HttpRequest, number: str) -> HttpResponse:
    """Show one report with its clocks and what was done about it."""
    try:
        found = queries.incident(number)
    except IncidentNotFound as refusal:
        return refusal_page(request, refusal, status=404)
    return show(request, found)


def show(
    request: HttpRequest,
    row: Incident,
    *,
    said: str = "",
    problems: Sequence[Problem] = (),
    typed: Typed = NOTHING,
) -> HttpResponse:
    """Render one report, with what was typed and what is wrong with it."""
    now, notes = clock.now(), list(row.notes.all())
    filings = list(row.filings.all())
    context: dict[str, Any] = {
        "row": row,
        "recall_title": frame.recall_name(row.recall_slug),
        "told": [
            (label("severity", "INJURY"), row.injured),
            (label("severity", "FIRE"), row.fire),
            (_("Fire brigade came"), row.fire_service),
        ],
        "clocks": [_part(each, notes, filings, now) for each in clocks(row)],
        "notes": notes,
        "tasks": [_task_line(task, now) for task in queries.open_tasks(incident_id=row.id)],
        "done_tasks": [(task, task_name(task)) for task in row.tasks.exclude(done_at=None)],
        "staff_tasks": STAFF_TASKS,
        "calls": CallBack.objects.filter(key__startswith=f"incident:{row.number}").order_by("id"),
        "said": said,
        "outcomes": OUTCOMES,
        "reads": frame.may(request, frame.CALLS),
        "acts": frame.may(request, frame.CALLS) and row.closed_at is None,
        "settles": frame.may(request, frame.SETTLE_INCIDENTS),
        "typed": typed,
    }
    return frame.show(
        request,
        "console/incidents/incident.html",
        context,
        recall=recall_of(row.recall_slug),
        problems=problems,
        status=422 if problems else 200,
    )


def task_name(task: IncidentTask) -> str:
    """Say what is to be done, with the duty's own name where there is one."""
    named = label("task", task.what)
    for each in clocks(task.incident):
        if each.duty.code == task.about:
            return f"{named}: {words_of(each)}"
    return named


def words_of(part: Clock) -> str:
    """Return a duty's name in the language in force."""
    return say(part.duty.name, language.tag())


def _rows(shown: str, slug: str, side: str) -> QuerySet[Incident]:
    if slug and side in SIDES and (pack := _pack(slug)) is not None:
        return queries.around(slug, pack.recall.announced, side)
    return queries.closed_incidents() if shown == "closed" else queries.open_incidents()


def _pack(slug: str) -> Any:
    return next((p for p in editions.current_packs() if p.recall.slug == slug), None)


def _sides() -> list[dict[str, Any]]:
    """Return the reports before and since each announcement; a number opens its rows."""
    return [
        {
            "slug": pack.recall.slug,
            "title": frame.recall_name(pack.recall.slug),
            "counts": queries.counts(pack.recall.slug, pack.recall.announced),
        }
        for pack in editions.current_packs()
    ]


def _line(row: Incident, now: datetime) -> dict[str, Any]:
    ends = next_clock(row) if row.closed_at is None else None
    return {
        "row": row,
        "recall": frame.recall_name(row.recall_slug),
        "clock": ends,
        **_left(ends.until if ends else None, now),
    }


def _task_line(task: IncidentTask, now: datetime) -> dict[str, Any]:
    return {"task": task, "name": task_name(task), **_left(task.due_at, now)}


def _part(each: Clock, notes: list[Any], filings: list[Any], now: datetime) -> dict[str, Any]:
    code = each.duty.code
    own = [note for note in notes if note.about == code]
    return {
        "clock": each,
        "notes": [note for note in own if note.step.startswith("duty_")],
        "filings": [filing for filing in filings if filing.duty == code],
        "open": not own,
        **_left(each.until, now),
    }


def _left(until: datetime | None, now: datetime) -> dict[str, Any]:
    """Return how long there is, or how late it is, in words."""
    if until is None:
        return {"until": None, "late": False, "left": ""}
    late = until <= now
    return {"until": until, "late": late, "left": words.age(now - until if late else until - now)}


def _file_rows(rows: Iterable[Incident]) -> Iterator[tuple[object, ...]]:
    for row in rows:
        ends = next_clock(row)
        happened = row.happened_at or row.happened_on
        severity, kind = label("severity", row.severity.name), words.word(f"condition.{row.kind}")
        until = ends.until if ends and row.closed_at is None else None
        yield (
            *(row.number, severity, kind, row.product, row.recall_slug, row.case_no),
            *(happened, row.known_at, until, label("incident", row.outcome) if row.outcome else ""),
        )
