"""Incident reports: the worst first, with the clocks that people check and the words on demand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kaishu.base import clock, desk
from kaishu.base.desk import Problem, problem_of
from kaishu.base.refusals import refusal_page
from kaishu.base.roles import staff
from kaishu.core.errors import Refusal
from kaishu.doors.console import frame
from kaishu.doors.console.labels import label
from kaishu.doors.console.views_calls import recall_of
from kaishu.incidents import actions, queries
from kaishu.incidents.actions import DUTY_STEPS
from kaishu.incidents.errors import IncidentNotFound
from kaishu.incidents.models import OUTCOMES, Incident
from kaishu.notices.models import CallBack

# Why the words of a report were read; the code goes into the log.
WHY = "handle"


@staff(*frame.INCIDENTS)
@require_safe
def incidents(request: HttpRequest) -> HttpResponse:
    """List the open reports, the worst first, or those that were closed last."""
    closed = request.GET.get("shown") == "closed"
    rows = queries.closed_incidents() if closed else queries.open_incidents()
    today = clock.now()
    lines = [
        {
            "row": row,
            "recall": frame.recall_name(row.recall_slug),
            "last_day": queries.first_last_day(row),
        }
        for row in rows
    ]
    context = {"lines": lines, "closed": closed, "today": today, "open": queries.open_count()[0]}
    return frame.show(request, "console/incidents.html", context)


@staff(*frame.INCIDENTS)
@require_safe
def incident(request: HttpRequest, number: str) -> HttpResponse:
    """Show one report with its clocks and what was done about it."""
    try:
        found = queries.incident(number)
    except IncidentNotFound as refusal:
        return refusal_page(request, refusal, status=404)
    return _show(request, found)


@staff(*frame.CALLS)
@require_POST
def words(request: HttpRequest, number: str) -> HttpResponse:
    """Show the reporter's words, once, and log who looked."""
    try:
        found = queries.incident(number)
        said = actions.read_words(
            incident_id=found.id, why=WHY, by=request.user.get_username(), at=clock.now()
        )
    except IncidentNotFound as refusal:
        return refusal_page(request, refusal, status=404)
    except Refusal as refusal:
        return _show(request, found, problems=[problem_of(refusal)])
    return _show(request, found, said=said)


@staff(*frame.SETTLE_INCIDENTS)
@require_POST
@desk.once
def duty(request: HttpRequest, number: str) -> HttpResponse:
    """Write down what a person settled about one duty of the market."""
    step, code = request.POST.get("step", ""), request.POST.get("duty", "")
    try:
        found = queries.incident(number)
        known = {clock_.duty.code for clock_ in queries.clocks(found)}
        actions.note_duty(
            incident_id=found.id,
            duty=code if code in known else "",
            step=step,
            by=request.user.get_username(),
            at=clock.now(),
        )
    except IncidentNotFound as refusal:
        return refusal_page(request, refusal, status=404)
    except Refusal as refusal:
        return _show(request, found, problems=[problem_of(refusal)])
    desk.say_next(request, _("Written down: %(what)s.") % {"what": label("step", step)})
    return HttpResponseRedirect(f"/staff/incidents/{number}/")


@staff(*frame.SETTLE_INCIDENTS)
@require_POST
@desk.once
def close(request: HttpRequest, number: str) -> HttpResponse:
    """Close a report with what became of it."""
    outcome = request.POST.get("outcome", "")
    try:
        found = queries.incident(number)
        actions.close(
            incident_id=found.id,
            outcome=outcome,
            by=request.user.get_username(),
            at=clock.now(),
        )
    except IncidentNotFound as refusal:
        return refusal_page(request, refusal, status=404)
    except Refusal as refusal:
        return _show(request, found, problems=[problem_of(refusal, "id-outcome")])
    desk.say_next(request, _("Closed: %(outcome)s.") % {"outcome": label("incident", outcome)})
    return HttpResponseRedirect("/staff/incidents/")


def _show(
    request: HttpRequest, row: Incident, *, said: str = "", problems: Sequence[Problem] = ()
) -> HttpResponse:
    notes = list(row.notes.all())
    context: dict[str, Any] = {
        "row": row,
        "recall_title": frame.recall_name(row.recall_slug),
        "told": [
            (label("severity", "INJURY"), row.injured),
            (label("severity", "FIRE"), row.fire),
            (_("Fire brigade came"), row.fire_service),
        ],
        "clocks": [
            {
                "clock": each,
                "notes": [note for note in notes if note.about == each.duty.code],
            }
            for each in queries.clocks(row)
        ],
        "notes": notes,
        "calls": CallBack.objects.filter(key__startswith=f"incident:{row.number}").order_by("id"),
        "said": said,
        "outcomes": OUTCOMES,
        "steps": DUTY_STEPS,
        "reads": frame.may(request, frame.CALLS),
        "settles": frame.may(request, frame.SETTLE_INCIDENTS),
    }
    status = 422 if problems else 200
    return frame.show(
        request,
        "console/incident.html",
        context,
        recall=recall_of(row.recall_slug),
        problems=problems,
        status=status,
    )
