"""One case on one page, its evidence files, and a look at the owner's details."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST, require_safe

from kaishu.base import clock
from kaishu.base.desk import Problem, problem_of
from kaishu.base.refusals import refusal_page
from kaishu.base.roles import staff
from kaishu.base.storage import FileDamaged, FileGone, evidence_store
from kaishu.books.queries import entries_of_case
from kaishu.claims import notes, reading
from kaishu.claims import queries as claims
from kaishu.claims.errors import ClaimNotFound, FileErased
from kaishu.claims.facts import CONDITIONS
from kaishu.claims.models import ClaimUnit, Evidence
from kaishu.claims.views import CaseView
from kaishu.core.errors import Refusal
from kaishu.doors.console import case_page, frame
from kaishu.doors.console.case_page import Typed
from kaishu.doors.console.review import chosen
from kaishu.doors.console.review.people import colleagues
from kaishu.people import actions as people
from kaishu.people import queries as people_queries
from kaishu.people.contact import Contact
from kaishu.people.queries import Look

# Why somebody may look at an owner's details; the code goes into the log.
WHY = ("owner_called", "call_owner", "check_evidence")


@staff(*frame.CASES)
@require_safe
def case(request: HttpRequest, case_no: str) -> HttpResponse:
    """Show a claim with its units, its history, and what may be decided."""
    try:
        found = claims.case(case_no)
    except ClaimNotFound as refusal:
        return refusal_page(request, refusal, status=404)
    if is_prefetch(request):
        return show(request, found)
    reading.note(case_no=case_no, by=request.user.get_username(), at=clock.now())
    return show(request, found, typed=_typed_before(request))


def _typed_before(request: HttpRequest) -> Typed | None:
    """Return what a reviewer had chosen before somebody was faster; the address carries it."""
    unit_no = request.GET.get("unit", "")
    if not (unit_no.isascii() and unit_no.isdigit() and len(unit_no) < 4):
        return None
    return Typed(int(unit_no), {name: request.GET.get(name, "") for name in case_page.TYPED})


def is_prefetch(request: HttpRequest) -> bool:
    """Say whether the browser asks ahead of its person, who may never come."""
    return request.headers.get("Sec-Purpose", "").startswith("prefetch")


@staff(*frame.REVEAL)
@require_POST
def contact(request: HttpRequest, case_no: str) -> HttpResponse:
    """Show the owner's details once, and log who looked and why."""
    why = request.POST.get("why", "")
    try:
        found = claims.case(case_no)
        details = people.reveal(
            person_id=found.person_id,
            by=request.user.get_username(),
            why=why if why in WHY else "",
            at=clock.now(),
        )
    except ClaimNotFound as refusal:
        return refusal_page(request, refusal, status=404)
    except Refusal as refusal:
        return show(request, found, problems=[problem_of(refusal, "id-why")], status=422)
    return show(request, found, details=details)


@staff(*frame.EVIDENCE)
@require_safe
def evidence(request: HttpRequest, evidence_id: int) -> HttpResponse:
    """Serve a stored file where nothing in it can run or be kept, and log who opened it."""
    row = Evidence.objects.select_related("claim", "erased").filter(id=evidence_id).first()
    try:
        if row is None:
            raise FileGone(name=evidence_id)
        if hasattr(row, "erased"):
            raise FileErased(name=evidence_id)
        data = evidence_store().get(row.name)
    except FileErased as refusal:
        return refusal_page(request, refusal, status=410)
    except (FileGone, FileDamaged) as refusal:
        return refusal_page(request, refusal, status=404)
    people.log_file_look(
        person_id=row.claim.person_id,
        evidence_id=row.id,
        by=request.user.get_username(),
        at=clock.now(),
    )
    picture = row.media_type in case_page.PICTURES
    response = HttpResponse(
        data, content_type=row.media_type if picture else "application/octet-stream"
    )
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store"
    kind = row.media_type.rpartition("/")[2]
    shown = "inline" if picture else "attachment"
    response["Content-Disposition"] = f'{shown}; filename="evidence-{evidence_id}.{kind}"'
    return response


def show(
    request: HttpRequest,
    found: CaseView,
    *,
    typed: Typed | None = None,
    details: Contact | None = None,
    problems: Sequence[Problem] = (),
    status: int = 200,
) -> HttpResponse:
    """Render the page of a case; `details` in clear only after they were logged."""
    recalls = case_page.recalls_of(found)
    me = request.user.get_username()
    units = [case_page.unit_part(found, unit, typed or Typed(), by=me) for unit in found.units]
    names = frame.party_names(recalls)
    unit_ids = [unit.claim_unit_id for unit in found.units]
    picked = chosen.of(request)
    context: dict[str, Any] = {
        "case": found,
        "units": units,
        "history": case_page.history(found, entries_of_case(found.case_no), names),
        "contact": details or _masked(found.person_id),
        "in_clear": details is not None,
        "notes": notes.read(unit_ids) if details is not None else (),
        "notes_kept": notes.how_many(unit_ids),
        "why": WHY,
        "queue": picked.queue,
        "following": _following(request, picked, found),
        "readers": reading.readers(case_no=found.case_no, but=me, at=clock.now()),
        "assigned": _assigned(unit_ids),
        "colleagues": colleagues(),
        "me": me,
        "ahead": is_prefetch(request),
        "decides": frame.may(request, frame.DECIDE),
        "reveals": frame.may(request, frame.REVEAL),
        "sees_files": frame.may(request, frame.EVIDENCE),
        "pictures": case_page.PICTURES,
        "conditions": CONDITIONS,
        "looks": _looks(request, found.person_id),
        "has_files": bool(found.evidence or any(unit.evidence for unit in found.units)),
    }
    return frame.show(
        request,
        "console/case.html",
        context,
        recall=recalls[0],
        problems=problems,
        status=status,
    )


def _following(request: HttpRequest, picked: chosen.Chosen, found: CaseView) -> str:
    """Return the page that most likely comes after this one; nothing is taken by asking."""
    if not frame.may(request, frame.DECIDE):
        return ""
    unit = chosen.peek(picked, but_not=found.units[0].claim_unit_id)
    if unit is None or unit.claim_id == found.claim_id:
        return ""
    return f"/staff/claims/{unit.claim.case_no}/?queue={picked.queue}"


def _assigned(unit_ids: Sequence[int]) -> dict[int, str]:
    rows = ClaimUnit.objects.filter(id__in=unit_ids)
    return dict(rows.values_list("unit_no", "assigned_to"))


def _looks(request: HttpRequest, person_id: str) -> tuple[Look, ...] | None:
    """Return who looked at the owner's details and files, for those who watch over it."""
    return people_queries.looks(person_id) if frame.may(request, frame.LOOKS) else None


def _masked(person_id: str) -> Contact | None:
    try:
        return people_queries.masked(person_id)
    except Refusal:
        return None
