"""Follow a claim for a caller: where it stands in words to read out, and what they ask for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kaishu.base import clock, desk
from kaishu.base.desk import Problem, problem_of
from kaishu.base.refusals import refusal_page
from kaishu.base.roles import staff
from kaishu.claims import queries as claims
from kaishu.claims.errors import ClaimNotFound
from kaishu.claims.facts import DANGEROUS
from kaishu.claims.hotline import caller, changes
from kaishu.claims.views import CaseView
from kaishu.core.errors import Refusal
from kaishu.core.recall import say
from kaishu.core.sentences import sentence
from kaishu.core.spelling import spell
from kaishu.doors.console import frame
from kaishu.doors.console.hotline import follow_acts, script
from kaishu.doors.console.hotline.follow_acts import CONTACT, Asked
from kaishu.doors.console.review.people import colleagues
from kaishu.notices import calls
from kaishu.notices import queries as notices
from kaishu.people import queries as people

NOTHING: Mapping[str, str] = {}


@staff(*frame.CALLS)
@require_safe
def follow(request: HttpRequest, case_no: str) -> HttpResponse:
    """Show where a claim stands and what may be done for the caller."""
    try:
        found = claims.case(case_no)
    except ClaimNotFound as refusal:
        return refusal_page(request, refusal, status=404)
    return _show(request, found)


@staff(*frame.CALLS)
@require_POST
@desk.once
def act(request: HttpRequest, case_no: str, act: str) -> HttpResponse:
    """Do one thing that a caller asks for."""
    try:
        found = claims.case(case_no)
    except ClaimNotFound as refusal:
        return refusal_page(request, refusal, status=404)
    do = follow_acts.ACTS.get(act)
    if do is None:
        return refusal_page(request, ClaimNotFound(), status=404)
    asked = Asked(
        found, request.POST, request.user.get_username(), clock.now(), desk.key_of(request)
    )
    try:
        said = do(asked)
    except Refusal as refusal:
        problems = [problem_of(refusal, f"act-{act}")]
        return _show(request, found, problems=problems, typed=request.POST.dict(), status=422)
    desk.say_next(request, said)
    return HttpResponseRedirect(f"/staff/hotline/claims/{found.case_no}/")


@staff(*frame.CALLS)
@require_POST
@desk.once
def take(request: HttpRequest, call_id: int) -> HttpResponse:
    """Take a call, take it over from a colleague, give it to one, or hand it back."""
    who, at = request.user.get_username(), clock.now()
    do = request.POST.get("do", "take")
    try:
        if do == "back":
            calls.hand_back(call_id=call_id, by=who)
        elif do == "give":
            to = request.POST.get("to", "")
            calls.give(call_id=call_id, to=to, by=who, at=at, among=colleagues(frame.CALLS))
        else:
            calls.take(call_id=call_id, who=who, at=at, over=do == "over")
    except Refusal as refusal:
        desk.say_next(request, problem_of(refusal).text, "ask")
        return HttpResponseRedirect("/staff/calls/")
    if do == "back":
        desk.say_next(request, _("The call is open to everybody again."))
        return HttpResponseRedirect("/staff/calls/")
    if do == "give":
        desk.say_next(request, _("The call is with %(who)s.") % {"who": to})
        return HttpResponseRedirect("/staff/calls/")
    return HttpResponseRedirect(f"/staff/calls/{call_id}/")


def _show(
    request: HttpRequest,
    found: CaseView,
    *,
    problems: Sequence[Problem] = (),
    typed: Mapping[str, str] = NOTHING,
    status: int = 200,
) -> HttpResponse:
    tongue, by, at = found.language, request.user.get_username(), clock.now()
    recall = frame.recall_of(found.units[0].edition_id)
    claim = claims.claim(found.case_no)
    context: dict[str, Any] = {
        "case": found,
        "tongue": tongue,
        "units": [_unit(unit, tongue) for unit in found.units],
        "spelled": spell(found.case_no, tongue),
        "known": caller.is_known(claim=claim, by=by, at=at),
        "waiting": changes.waiting(found.claim_id),
        "facts": caller.FACTS,
        "contact": _masked(found.person_id),
        "fields": CONTACT,
        "dangers": sorted(DANGEROUS),
        "calls": notices.calls_of_case(found.case_no),
        "typed": typed,
        "flight": say(recall.flight, tongue),
        "script": script.danger([unit.condition for unit in found.units], tongue),
    }
    return frame.show(
        request,
        "console/hotline/follow.html",
        context,
        recall=recall,
        problems=problems,
        status=status,
    )


def _unit(unit: Any, tongue: str) -> dict[str, Any]:
    question = next((d for d in reversed(unit.decisions) if d.kind == "asked"), None)
    return {
        "view": unit,
        "line": script.stage_line(str(unit.stage.code), tongue),
        "question": sentence(question.reason, tongue, question.facts) if question else None,
        "asked": unit.standing == "asked",
        "live": unit.standing in ("open", "asked", "approved"),
    }


def _masked(person_id: str) -> Any:
    try:
        return people.masked(person_id)
    except Refusal:
        return None
