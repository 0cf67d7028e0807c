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
from kaishu.claims import notes
from kaishu.claims import queries as claims
from kaishu.claims.errors import ClaimNotFound, FileErased
from kaishu.claims.facts import CONDITIONS
from kaishu.claims.models import Evidence
from kaishu.claims.views import CaseView
from kaishu.core.errors import Refusal
from kaishu.doors.console import case_page, frame, queues
from kaishu.doors.console.case_page import Typed
from kaishu.people import actions as people
from kaishu.people import queries as people_queries
from kaishu.people.contact import Contact
from kaishu.people.queries import Look

# Why somebody may look at an owner's details; the code goes into the log.
WHY = ("owner_called", "call_owner", "check_evidence")
# What a browser may draw by itself; anything else is handed over as a file.
PICTURES = frozenset({"image/jpeg", "image/png", "image/webp"})


@staff(*frame.CASES)
@require_safe
def case(request: HttpRequest, case_no: str) -> HttpResponse:
    """Show a claim with its units, its history, and what may be decided."""
    try:
        found = claims.case(case_no)
    except ClaimNotFound as refusal:
        return refusal_page(request, refusal, status=404)
    return show(request, found)


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
    picture = row.media_type in PICTURES
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
    units = [case_page.unit_part(found, unit, typed or Typed()) for unit in found.units]
    names = frame.party_names(recalls)
    unit_ids = [unit.claim_unit_id for unit in found.units]
    queue = request.POST.get("queue") or request.GET.get("queue", "")
    context: dict[str, Any] = {
        "case": found,
        "units": units,
        "history": case_page.history(found, entries_of_case(found.case_no), names),
        "contact": details or _masked(found.person_id),
        "in_clear": details is not None,
        "notes": notes.read(unit_ids) if details is not None else (),
        "notes_kept": notes.how_many(unit_ids),
        "why": WHY,
        "queue": queue if queue in queues.NAMES else "to_review",
        "decides": frame.may(request, frame.DECIDE),
        "reveals": frame.may(request, frame.REVEAL),
        "sees_files": frame.may(request, frame.EVIDENCE),
        "pictures": PICTURES,
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


def _looks(request: HttpRequest, person_id: str) -> tuple[Look, ...] | None:
    """Return who looked at the owner's details and files, for those who watch over it."""
    return people_queries.looks(person_id) if frame.may(request, frame.LOOKS) else None


def _masked(person_id: str) -> Contact | None:
    try:
        return people_queries.masked(person_id)
    except Refusal:
        return None
