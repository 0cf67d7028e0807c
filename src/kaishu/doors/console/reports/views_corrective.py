"""Corrective actions of a recall: what is done so that the cause does not come back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kaishu.base import clock, desk, exports
from kaishu.base.desk import Problem, problem_of
from kaishu.base.refusals import refusal_page
from kaishu.base.roles import staff
from kaishu.core.errors import Refusal
from kaishu.core.text import TextTooLong
from kaishu.doors.console import frame
from kaishu.doors.console.labels import label
from kaishu.editions import queries as editions
from kaishu.reports.corrective import add_step, correctives, open_action

FIELDS = ("cause", "action", "owner", "due_on")


@staff(*frame.REPORTS, acts=frame.WRITE_REPORTS)
@desk.once
def corrective(request: HttpRequest, slug: str) -> HttpResponseBase:
    """List the corrective actions; a manager adds one."""
    if request.method != "POST":
        return _page(request, slug, {}, [])
    typed = {name: request.POST.get(name, "") for name in FIELDS}
    try:
        editions.current_pack(slug)
        open_action(
            recall_slug=slug,
            cause=typed["cause"],
            action=typed["action"],
            owner=typed["owner"],
            due_on=_day(typed["due_on"]),
            key=desk.key_of(request),
            by=request.user.get_username(),
            at=clock.now(),
        )
    except Refusal as refusal:
        wrong = next((name for name in FIELDS if not typed[name].strip()), "due_on")
        if isinstance(refusal, TextTooLong):
            wrong = max(FIELDS, key=lambda name: len(typed[name]))
        return _page(request, slug, typed, [problem_of(refusal, f"id-{wrong}")])
    desk.say_next(request, _("The corrective action is on the list and in the calendar."))
    return HttpResponseRedirect(f"/staff/recalls/{slug}/corrective/")


@staff(*frame.WRITE_REPORTS)
@require_POST
@desk.once
def step(request: HttpRequest, slug: str, action_id: int) -> HttpResponseBase:
    """Write down what became of an action: moved, done, checked."""
    what = request.POST.get("what", "")
    try:
        add_step(
            recall_slug=slug,
            action_id=action_id,
            what=what,
            day=_day(request.POST.get("day", "")),
            note=request.POST.get("note", ""),
            by=request.user.get_username(),
            at=clock.now(),
        )
    except Refusal as refusal:
        typed = {"step": str(action_id), **request.POST.dict()}
        return _page(request, slug, typed, [problem_of(refusal, f"day-{action_id}")])
    desk.say_next(request, _("Written down: %(what)s.") % {"what": label("corrective", what)})
    return HttpResponseRedirect(f"/staff/recalls/{slug}/corrective/#action-{action_id}")


def _page(
    request: HttpRequest, slug: str, typed: Mapping[str, str], problems: list[Problem]
) -> HttpResponseBase:
    try:
        recall = editions.current_pack(slug).recall
    except Refusal as refusal:
        return refusal_page(request, refusal, status=404)
    now = clock.now()
    found = correctives(slug)
    header = (_("Cause"), _("Action"), _("Responsible"), _("Due"), _("Done"), _("How it stands"))
    file: HttpResponseBase | None = exports.offered(
        request,
        name=f"{slug}-corrective",
        header=header,
        rows=(
            (e.row.cause, e.row.action, e.row.owner, e.due, e.done_on, label("stand", e.stand))
            for e in found
        ),
    )
    lines = [
        {
            "each": each,
            "stand": label("stand", each.stand.value),
            "late": each.waits and each.due < now.date(),
            "may": [(code, label("corrective", code)) for code in each.may],
            "steps": [(one, label("corrective", one.what)) for one in each.steps],
        }
        for each in found
    ]
    context = {
        "slug": slug,
        "here": "corrective",
        "lines": lines,
        "typed": typed,
        "writes": frame.may(request, frame.WRITE_REPORTS),
    }
    return file or frame.show(
        request, "console/reports/corrective.html", context, recall=recall, problems=problems
    )


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None
