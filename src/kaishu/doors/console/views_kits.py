"""Return kits that are owed: pack them, and record that they left."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from kaishu.base import clock, desk
from kaishu.base.desk import Problem, problem_of
from kaishu.base.refusals import refusal_page
from kaishu.base.roles import staff
from kaishu.books.models import Promise
from kaishu.claims import case_numbers
from kaishu.claims import queries as claims
from kaishu.claims.errors import ClaimNotFound
from kaishu.claims.models import ClaimUnit
from kaishu.core.errors import Refusal
from kaishu.doors.console import frame
from kaishu.people import actions as people
from kaishu.people import queries as people_queries
from kaishu.people.contact import Contact
from kaishu.returns import actions as returns
from kaishu.returns.queries import kits_to_send

# So many kits are packed in one go; each address shown is one line in the log of looks.
TABLE = 20
LONGEST = 60


@staff(*frame.KITS)
@require_http_methods(["GET", "HEAD", "POST"])
def kits(request: HttpRequest) -> HttpResponse:
    """List the kits to send; the POST shows their addresses and logs each look."""
    return _show(request, addresses=request.method == "POST")


@staff(*frame.KITS)
@require_POST
@desk.once
def send(request: HttpRequest, case_no: str, unit_no: int) -> HttpResponse:
    """Record that one kit left."""
    tracking = request.POST.get("tracking", "").strip()
    try:
        unit = claims.claim_unit(case_no=case_no, unit_no=unit_no)
        if len(tracking) > LONGEST:
            too_long = _("This tracking number is too long.")
            problem = Problem(too_long, _("Scan or type it again."), f"id-{case_no}-{unit_no}")
            return _show(request, typed=(case_no, unit_no, tracking), problems=[problem])
        returns.send_kit(
            claim_unit_id=unit.id,
            tracking=tracking,
            by=request.user.get_username(),
            at=clock.now(),
            key=desk.key_of(request),
            kit=request.POST.get("kit", ""),
        )
    except ClaimNotFound as refusal:
        return refusal_page(request, refusal, status=404)
    except Refusal as refusal:
        return _show(request, problems=[problem_of(refusal)])
    number = f"{case_numbers.group(unit.claim.case_no)}-{unit.unit_no}"
    desk.say_next(request, _("Kit for %(number)s: sent.") % {"number": number})
    return HttpResponseRedirect("/staff/kits/")


def _show(
    request: HttpRequest,
    *,
    addresses: bool = False,
    typed: tuple[str, int, str] = ("", 0, ""),
    problems: Sequence[Problem] = (),
) -> HttpResponse:
    promises = list(kits_to_send()[:TABLE])
    units = _units(promises)
    lines = [
        _line(request, promise, units[promise.case_no, promise.unit_no], addresses, typed)
        for promise in promises
        if (promise.case_no, promise.unit_no) in units
    ]
    context = {"lines": lines, "total": kits_to_send().count(), "addresses": addresses}
    status = 422 if problems else 200
    return frame.show(request, "console/kits.html", context, problems=problems, status=status)


def _units(promises: list[Promise]) -> dict[tuple[str, int], ClaimUnit]:
    rows = ClaimUnit.objects.select_related("claim", "newest_decision").filter(
        claim__case_no__in={promise.case_no for promise in promises}
    )
    return {(row.claim.case_no, row.unit_no): row for row in rows}


def _line(
    request: HttpRequest,
    promise: Promise,
    unit: ClaimUnit,
    addresses: bool,
    typed: tuple[str, int, str],
) -> dict[str, Any]:
    person_id = unit.claim.person_id
    mine = typed[:2] == (promise.case_no, promise.unit_no)
    return {
        "promise": promise,
        "unit": unit,
        "since": unit.newest_decision.at if unit.newest_decision else unit.claim.submitted_at,
        "contact": _in_clear(request, person_id) if addresses else _masked(person_id),
        "tracking": typed[2] if mine else "",
    }


def _in_clear(request: HttpRequest, person_id: str) -> Contact | None:
    try:
        return people.reveal(
            person_id=person_id, by=request.user.get_username(), why="kit", at=clock.now()
        )
    except Refusal:
        return None


def _masked(person_id: str) -> Contact | None:
    try:
        return people_queries.masked(person_id)
    except Refusal:
        return None
