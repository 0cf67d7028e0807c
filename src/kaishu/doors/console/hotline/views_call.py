"""File a claim for a caller on one page: what is typed is kept, judged and read back at once."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kaishu.base import clock, desk, language
from kaishu.base.desk import problem_of
from kaishu.base.refusals import refusal_page
from kaishu.base.roles import staff
from kaishu.claims import queries as claims
from kaishu.claims.actions import submit_claim
from kaishu.claims.errors import ClaimNotFound
from kaishu.core.errors import Refusal
from kaishu.doors.console import frame
from kaishu.doors.console.hotline import call_form, call_page, drafts, script
from kaishu.doors.console.hotline.call_form import Said
from kaishu.doors.console.hotline.drafts import OpenDraft
from kaishu.people import queries as people


@staff(*frame.CALLS, auditor=False)
@require_safe
def hotline(request: HttpRequest) -> HttpResponse:
    """List the calls that this operator began and has not sent."""
    mine = drafts.mine(by=request.user.get_username())
    context = {"drafts": mine, "recalls": [pack.recall for pack in call_page.packs().values()]}
    return frame.show(request, "console/hotline/hotline.html", context)


@staff(*frame.CALLS, auditor=False)
@require_safe
def new(request: HttpRequest) -> HttpResponse:
    """Open an empty call under an address of its own, so that a reload finds it again."""
    return HttpResponseRedirect(f"/staff/hotline/{uuid.uuid4()}/")


@staff(*frame.CALLS, auditor=False)
@require_http_methods(["GET", "HEAD", "POST"])
@desk.once
def call(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """Show a call; keep, check, extend, throw away or send what stands in it."""
    by = request.user.get_username()
    if request.method != "POST":
        draft = drafts.find(draft_id, by=by)
        return _sent(draft) if draft.case_nos else call_page.show(request, draft)
    do = request.POST.get("do", "check")
    if do == "drop":
        drafts.drop(draft_id, by=by)
        desk.say_next(request, _("The call was thrown away."))
        return HttpResponseRedirect("/staff/hotline/")
    said = call_form.filled_in(call_form.said_of(request.POST))
    if do == "add" and int(said["units"]) < call_form.MOST_UNITS:
        said["units"] = str(int(said["units"]) + 1)
    draft = drafts.keep(draft_id, said, by=by, at=clock.now())
    if draft.case_nos:
        return _sent(draft)
    return _send(request, draft) if do == "send" else call_page.show(request, draft)


@staff(*frame.CALLS, auditor=False)
@require_POST
def keep(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """Keep what stands in the form after each pause, and answer with what follows from it."""
    by = request.user.get_username()
    before = drafts.find(draft_id, by=by)
    said = call_form.filled_in(call_form.said_of(request.POST))
    draft = drafts.keep(draft_id, said, by=by, at=clock.now())
    response = call_page.parts(request, draft, before.said)
    response["Cache-Control"] = "no-store"
    return response


@staff(*frame.CALLS, auditor=False)
@require_safe
def sent(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """Show what to read out once the claim is sent: the reference first."""
    draft = drafts.find(draft_id, by=request.user.get_username())
    if not draft.case_nos:
        return HttpResponseRedirect(f"/staff/hotline/{draft_id}/")
    try:
        cases = [claims.case(case_no) for case_no in draft.case_nos]
        contact = people.contact(cases[0].person_id)
    except ClaimNotFound as refusal:
        return refusal_page(request, refusal, status=404)
    except Refusal as refusal:
        return refusal_page(request, refusal, status=410)
    tongue = cases[0].language
    conditions = [unit.condition for case in cases for unit in case.units]
    context = {
        "cases": cases,
        "tongue": tongue,
        "mailed": bool(contact.email),
        "script": script.after(
            draft.case_nos, mailed=bool(contact.email), conditions=conditions, tongue=tongue
        ),
        "unread": any(not unit.serial for case in cases for unit in case.units),
    }
    return frame.show(request, "console/hotline/sent.html", context)


@staff(*frame.CALLS)
@require_safe
def sheet(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the script of a recall in three languages, to be printed before it is needed."""
    pack = call_page.packs().get(slug)
    if pack is None:
        return refusal_page(request, ClaimNotFound(), status=404)
    tongues = [(tag, name, script.sheet(pack, tag)) for tag, name in call_page.tongues()]
    rules = script.rules(pack, language.tag())
    context = {"pack": pack, "tongues": tongues, "rules": rules}
    return frame.show(request, "console/hotline/sheet.html", context, recall=pack.recall)


def _send(request: HttpRequest, draft: OpenDraft) -> HttpResponse:
    known = call_page.packs()
    found = call_form.problems(draft.said, known)
    if found:
        return call_page.show(request, draft, problems=found, status=422)
    by, at = request.user.get_username(), clock.now()

    def submit(said: Said) -> tuple[str, ...]:
        facts = call_form.claims_of(said, known)
        return tuple(
            submit_claim(
                facts=each, key=f"{draft.id.hex}:{number}", door="console", by=by, at=at
            ).case_no
            for number, each in enumerate(facts, 1)
        )

    try:
        drafts.send(draft.id, submit, by=by, at=at)
    except Refusal as refusal:
        return call_page.show(request, draft, problems=[problem_of(refusal)], status=422)
    return _sent(draft)


def _sent(draft: OpenDraft) -> HttpResponse:
    return HttpResponseRedirect(f"/staff/hotline/{draft.id}/sent/")
