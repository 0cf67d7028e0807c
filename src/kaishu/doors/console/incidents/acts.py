"""What staff do about a report: read its words, settle a duty, file it, do tasks, close it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kaishu.base import clock, desk
from kaishu.base.desk import Problem, problem_of
from kaishu.base.refusals import refusal_page
from kaishu.base.roles import staff
from kaishu.core.errors import Refusal
from kaishu.doors.console import frame
from kaishu.doors.console.incidents.views import show
from kaishu.doors.console.labels import label
from kaishu.incidents import actions, filings, queries, tasks
from kaishu.incidents.clocks import clocks
from kaishu.incidents.errors import IncidentNotFound
from kaishu.incidents.models import Incident
from kaishu.markets import zone_of

# Why the words of a report were read; the code goes into the log.
WHY = "handle"
DUE_HOURS = {"today": 8, "tomorrow": 24, "week": 24 * 7}


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
        return show(request, found, problems=[problem_of(refusal)])
    return show(request, found, said=said)


@staff(*frame.SETTLE_INCIDENTS)
@require_POST
@desk.once
def duty(request: HttpRequest, number: str) -> HttpResponseBase:
    """Write down that one duty of the market is not due."""
    step, code = request.POST.get("step", ""), request.POST.get("duty", "")

    def act(found: Incident, by: str, at: datetime) -> str:
        known = {each.duty.code for each in clocks(found)}
        actions.note_duty(
            incident_id=found.id, duty=code if code in known else "", step=step, by=by, at=at
        )
        return _("Written down: %(what)s.") % {"what": label("step", step)}

    return _do(request, number, act)


@staff(*frame.SETTLE_INCIDENTS)
@require_POST
@desk.once
def filed(request: HttpRequest, number: str) -> HttpResponseBase:
    """Record a report to an authority: when it was filed, and under which number."""
    code = request.POST.get("duty", "")
    typed = parse_moment(request.POST.get("filed_at", ""))

    def act(found: Incident, by: str, at: datetime) -> str:
        zone = zone_of([found.market])
        filings.record_filing(
            incident_id=found.id,
            duty=code,
            filed_at=typed.replace(tzinfo=zone) if typed and zone else at,
            reference=request.POST.get("reference", ""),
            by=by,
            at=at,
        )
        return _("Filed. The time and the number are kept with the incident.")

    if typed is None:
        wrong = Problem(
            _("When was it filed?"), _("Give the day and the time of the market."), f"filed-{code}"
        )
        return _do(request, number, act, wrong)
    return _do(request, number, act, id=f"filed-{code}")


@staff(*frame.CALLS)
@require_POST
@desk.once
def task(request: HttpRequest, number: str) -> HttpResponseBase:
    """Add a task, take one, or mark one as done."""
    what, task_id = request.POST.get("what", ""), request.POST.get("task", "")
    do = request.POST.get("do", "add")

    def act(found: Incident, by: str, at: datetime) -> str:
        if do == "add":
            hours = DUE_HOURS.get(request.POST.get("due", ""), DUE_HOURS["tomorrow"])
            due_at = at + timedelta(hours=hours)
            tasks.open_task(incident_id=found.id, what=what, due_at=due_at, by=by, at=at)
            return _("The task is on the list.")
        own = found.tasks.filter(id=int(task_id) if task_id.isdecimal() else 0)
        known = own.values_list("id", flat=True).first() or 0
        if do == "take":
            tasks.assign_task(task_id=known, to=by)
            return _("The task is yours.")
        tasks.finish_task(task_id=known, by=by, at=at)
        return _("Done.")

    return _do(request, number, act, id="id-what")


@staff(*frame.SETTLE_INCIDENTS)
@require_POST
@desk.once
def close(request: HttpRequest, number: str) -> HttpResponseBase:
    """Close a report with what became of it."""
    outcome = request.POST.get("outcome", "")

    def act(found: Incident, by: str, at: datetime) -> str:
        actions.close(incident_id=found.id, outcome=outcome, by=by, at=at)
        return _("Closed: %(outcome)s.") % {"outcome": label("incident", outcome)}

    return _do(request, number, act, id="id-outcome", then="/staff/incidents/")


def parse_moment(typed: str) -> datetime | None:
    """Read a day and time as a browser sends it; None where it is neither."""
    try:
        found = parse_datetime(typed.strip().replace(" ", "T"))
    except ValueError:
        return None
    return found.replace(tzinfo=None) if found else None


def _do(
    request: HttpRequest,
    number: str,
    act: Callable[[Incident, str, datetime], str],
    wrong: Problem | None = None,
    *,
    id: str = "",  # noqa: A002 (the control that a problem is about)
    then: str = "",
) -> HttpResponseBase:
    """Do one act on a report and go on; a refusal shows the report with what was typed."""
    try:
        found = queries.incident(number)
    except IncidentNotFound as refusal:
        return refusal_page(request, refusal, status=404)
    typed = {name: value for name, value in request.POST.items() if isinstance(value, str)}
    if wrong is not None:
        return show(request, found, problems=[wrong], typed=typed)
    return desk.carry_out(
        request,
        partial(act, found, request.user.get_username(), clock.now()),
        again=lambda problems: show(request, found, problems=problems, typed=typed),
        to=then or f"/staff/incidents/{number}/",
        about=id,
    )
