"""The calls that are owed: who waits, since when, and what the call came to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kaishu.base import clock, desk, exports, language, words
from kaishu.base.desk import Problem, problem_of
from kaishu.base.refusals import refusal_page
from kaishu.base.roles import staff
from kaishu.claims.hotline.changes import ASKED_BACK
from kaishu.core.errors import Refusal
from kaishu.core.recall import Recall
from kaishu.core.sentences import sentence
from kaishu.core.triage import Condition
from kaishu.doors.console import frame
from kaishu.doors.console.labels import label
from kaishu.doors.console.review.people import colleagues
from kaishu.editions import queries as editions
from kaishu.incidents import queries as incidents
from kaishu.incidents.errors import IncidentNotFound
from kaishu.incidents.models import Incident
from kaishu.notices import actions as notices
from kaishu.notices import calls as taking
from kaishu.notices import queries
from kaishu.notices.errors import CallNotFound
from kaishu.notices.models import DANGER, MOST_CALLS, OUTCOMES, CallBack
from kaishu.people import actions as people
from kaishu.people import queries as people_queries
from kaishu.people.contact import Contact

LIST = 100
DONE = 20
HEADER = ("call", "due", "why", "recall", "case", "attempt", "taken by", "opened")


@dataclass(frozen=True, slots=True)
class Line:
    """One call of the list; `left` says in words how long there is, or how late it is."""

    call: CallBack
    recall: str
    contact: Contact | None
    incident: Incident | None
    late: bool
    left: str


@staff(*frame.CALLS)
@require_safe
def calls(request: HttpRequest) -> HttpResponseBase:
    """List the calls that are owed, the latest first, and the newest that are done."""
    now = clock.now()
    rows = queries.calls()
    file = exports.offered(request, name="calls", header=HEADER, rows=_lines(rows))
    if file is not None:
        return file
    context = {
        "lines": [_line(row, now) for row in rows[:LIST]],
        "total": rows.count(),
        "vain": [_line(row, now) for row in queries.not_reached()[:LIST]],
        "tries": MOST_CALLS,
        "done": [_line(row, now) for row in queries.calls(done=True)[:DONE]],
    }
    return frame.show(request, "console/calls.html", context)


@staff(*frame.CALLS)
@require_safe
def call(request: HttpRequest, call_id: int) -> HttpResponse:
    """Show one call: who, why, what to say first, and what it may come to."""
    found = _find(call_id)
    if found is None:
        return refusal_page(request, CallNotFound(), status=404)
    return _show(request, found)


@staff(*frame.CALLS)
@require_POST
def contact(request: HttpRequest, call_id: int) -> HttpResponse:
    """Show whom to call, once, and log who looked."""
    found = _find(call_id)
    if found is None:
        return refusal_page(request, CallNotFound(), status=404)
    try:
        details = people.reveal(
            person_id=found.person_id,
            by=request.user.get_username(),
            why="call_owner",
            at=clock.now(),
        )
    except Refusal as refusal:
        return _show(request, found, problems=[problem_of(refusal)])
    return _show(request, found, details=details)


@staff(*frame.CALLS)
@require_POST
@desk.once
def finish(request: HttpRequest, call_id: int) -> HttpResponse:
    """Record what a call came to and go on to the next one that is owed."""
    found = _find(call_id)
    if found is None:
        return refusal_page(request, CallNotFound(), status=404)
    try:
        again = notices.finish_call(
            call_id=call_id,
            outcome=request.POST.get("outcome", ""),
            by=request.user.get_username(),
            at=clock.now(),
        )
    except Refusal as refusal:
        return _show(request, found, problems=[problem_of(refusal)])
    said = _("Call written down: %(outcome)s.") % {
        "outcome": label("call", request.POST.get("outcome"))
    }
    if again is not None:
        said += " " + _("We try again; the next call is on the list.")
    desk.say_next(request, said)
    return HttpResponseRedirect("/staff/calls/")


def _lines(rows: QuerySet[CallBack]) -> Iterator[tuple[object, ...]]:
    """Yield the calls for a file: nobody's name or number."""
    for row in rows.iterator(LIST):
        yield (
            row.id,
            row.due_at,
            row.why,
            row.recall_slug,
            row.case_no,
            row.attempt,
            row.taken_by,
            row.opened_at,
        )


def _find(call_id: int) -> CallBack | None:
    return CallBack.objects.filter(id=call_id).first()


def _line(row: CallBack, now: datetime) -> Line:
    late = row.due_at < now
    span = words.age(now - row.due_at if late else row.due_at - now)
    left = _("%(span)s late") if late else _("in %(span)s")
    return Line(
        call=row,
        recall=frame.recall_name(row.recall_slug),
        contact=_masked(row.person_id),
        incident=_incident(row),
        late=late,
        left=left % {"span": span},
    )


def _show(
    request: HttpRequest,
    row: CallBack,
    *,
    details: Contact | None = None,
    problems: Sequence[Problem] = (),
) -> HttpResponse:
    line = _line(row, clock.now())
    spoken = _spoken(row)
    kind = line.incident.kind if line.incident else Condition.UNKNOWN.value
    first = sentence(f"triage_{kind}", spoken)
    context = {
        "line": line,
        "call": row,
        "contact": details or line.contact,
        "in_clear": details is not None,
        "spoken": spoken,
        "first": first if row.why == DANGER else None,
        "outcomes": OUTCOMES,
        "asks_back": row.key.startswith(ASKED_BACK),
        "in_vain": row.why == DANGER and row.attempt > MOST_CALLS,
        "tries": MOST_CALLS,
        "colleagues": colleagues(frame.CALLS),
        "mine": row.taken_by == request.user.get_username(),
        "free": taking.is_free(row, who=request.user.get_username(), at=clock.now()),
    }
    status = 422 if problems else 200
    return frame.show(
        request,
        "console/call.html",
        context,
        recall=recall_of(row.recall_slug),
        problems=problems,
        status=status,
    )


def recall_of(slug: str) -> Recall | None:
    """Return a recall as its newest edition has it, for the clock of its market."""
    edition = editions.current_edition(slug)
    return frame.recall_of(edition.id) if edition else None


def _incident(row: CallBack) -> Incident | None:
    """Return the report that opened the call; its key names it."""
    kind, _colon, number = row.key.partition(":")
    if kind != "incident":
        return None
    try:
        return incidents.incident(number.partition(":")[0])
    except IncidentNotFound:
        return None


def _spoken(row: CallBack) -> str:
    """Return the owner's language: what is read out to them is in it."""
    try:
        return people_queries.language(row.person_id)
    except Refusal:
        return language.tag()


def _masked(person_id: str) -> Contact | None:
    try:
        return people_queries.masked(person_id)
    except Refusal:
        return None
