"""Acts around a review: the next claim, taking and giving, filters, and who reads what now."""

from __future__ import annotations

from urllib.parse import parse_qsl

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kaishu.base import clock, desk
from kaishu.base.desk import problem_of
from kaishu.base.refusals import refusal_page
from kaishu.base.roles import staff
from kaishu.claims import assignment, reading
from kaishu.claims import queries as claims
from kaishu.claims.errors import AssignedElsewhere, ClaimNotFound
from kaishu.core.errors import Refusal
from kaishu.doors.console import frame, views_case, views_queue
from kaishu.doors.console.review import chosen as choosing
from kaishu.doors.console.review import saved
from kaishu.doors.console.review.people import colleagues


@staff(*frame.DECIDE)
@require_POST
@desk.once
def next_claim(request: HttpRequest) -> HttpResponse:
    """Take the next free claim of the queue and open it."""
    chosen = choosing.of(request)
    unit = choosing.take_next(request, chosen)
    if unit is None:
        desk.say_next(request, _("Nothing more waits here for you."), "info")
        return HttpResponseRedirect(f"/staff/claims/?queue={chosen.queue}&{chosen.filter.query()}")
    return HttpResponseRedirect(f"/staff/claims/{unit.claim.case_no}/?queue={chosen.queue}")


@staff(*frame.DECIDE)
@require_POST
@desk.once
def assign(request: HttpRequest, case_no: str, unit_no: int) -> HttpResponse:
    """Take a claim, hand it to a colleague, or give it back."""
    by, at = request.user.get_username(), clock.now()
    try:
        unit = claims.claim_unit(case_no=case_no, unit_no=unit_no)
    except ClaimNotFound as refusal:
        return refusal_page(request, refusal, status=404)
    do, seen = request.POST.get("do", ""), request.POST.get("has", "")
    try:
        if do == "release":
            assignment.release(claim_unit_id=unit.id, by=by)
        elif do == "give":
            to = request.POST.get("to", "")
            if to in colleagues():
                assignment.give(claim_unit_id=unit.id, to=to, by=by, at=at, from_whom=seen)
                desk.say_next(request, _("%(name)s has this claim now.") % {"name": to})
        else:
            assignment.take(claim_unit_id=unit.id, by=by, at=at, from_whom=seen)
    except AssignedElsewhere as refusal:
        found = claims.case(case_no)
        return views_case.show(request, found, problems=[problem_of(refusal)], status=409)
    queue = choosing.of(request).queue
    return HttpResponseRedirect(f"/staff/claims/{case_no}/?queue={queue}")


@staff(*frame.CASES)
@require_POST
def here(request: HttpRequest, case_no: str) -> HttpResponse:
    """Note that this person has the case open; answer with who else has, for the page's corner."""
    by, at = request.user.get_username(), clock.now()
    reading.note(case_no=case_no, by=by, at=at)
    context = {
        "readers": reading.readers(case_no=case_no, but=by, at=at),
        "case_no": case_no,
        "said": desk.take_said(request) if request.POST.get("first") else None,
    }
    return render(request, "console/review/here.html", context)


@staff(*frame.CASES)
@require_POST
@desk.once
def save_filter(request: HttpRequest) -> HttpResponse:
    """Keep the filter that the queue page shows under a name."""
    query = saved.clean(request.POST.get("query", ""))
    name = request.POST.get("name", "")
    try:
        saved.save(
            name=name,
            query=query,
            shared=request.POST.get("shared") == "yes",
            by=request.user.get_username(),
        )
    except Refusal as refusal:
        return views_queue.show(
            request, dict(parse_qsl(query)), named=name, problems=[problem_of(refusal, "f-name")]
        )
    return HttpResponseRedirect(f"/staff/claims/?{query}")


@staff(*frame.CASES)
@require_POST
@desk.once
def forget_filter(request: HttpRequest, number: int) -> HttpResponse:
    """Delete one of the person's own filters."""
    saved.forget(number=number, by=request.user.get_username())
    return HttpResponseRedirect(f"/staff/claims/?{saved.clean(request.POST.get('query', ''))}")
