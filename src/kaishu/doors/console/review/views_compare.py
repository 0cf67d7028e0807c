"""Two claims on one unit, side by side, with the files of both and the decision between them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from kaishu.base.refusals import refusal_page
from kaishu.base.roles import staff
from kaishu.claims import queries as claims
from kaishu.claims.errors import ClaimNotFound
from kaishu.claims.views import CaseView, UnitView
from kaishu.doors.console import case_page, frame
from kaishu.doors.console.case_page import Typed
from kaishu.doors.console.review import chosen, signals

MOST = 3


@staff(*frame.CASES)
@require_safe
def compare(request: HttpRequest, case_no: str, unit_no: int) -> HttpResponse:
    """Show a unit's claim beside the others that mean the same unit, the holder first."""
    try:
        case = claims.case(case_no)
    except ClaimNotFound as refusal:
        return refusal_page(request, refusal, status=404)
    unit = case.unit(unit_no)
    if unit is None:
        return refusal_page(request, ClaimNotFound(), status=404)
    sides = [(case, unit), *_others(case, unit)]
    context = {
        "case": case,
        "unit_no": unit_no,
        "sides": [_side(case, unit) for case, unit in _holder_first(sides)],
        "queue": chosen.of(request).queue,
        "decides": frame.may(request, frame.DECIDE),
        "sees_files": frame.may(request, frame.EVIDENCE),
        "pictures": case_page.PICTURES,
    }
    recall = frame.recall_of(unit.edition_id)
    return frame.show(request, "console/review/compare.html", context, recall=recall)


def _others(case: CaseView, unit: UnitView) -> list[tuple[CaseView, UnitView]]:
    """Return the claims that mean the same unit: by the books, or by the serial."""
    found = []
    for other in signals.others(unit):
        claim = other["claim"]
        if not {"unit", "serial"} & set(claim.reasons):
            continue
        there = claims.case(claim.case_no)
        view = there.unit(claim.unit_no)
        if view is not None:
            found.append((there, view))
    return found[: MOST - 1]


def _holder_first(sides: list[tuple[CaseView, UnitView]]) -> list[tuple[CaseView, UnitView]]:
    return sorted(sides, key=lambda side: (side[1].contested, side[0].submitted_at))


def _side(case: CaseView, unit: UnitView) -> dict[str, object]:
    part = case_page.unit_part(case, unit, Typed())
    files = (*unit.evidence, *case.evidence)
    return {"case": case, "unit": part, "files": files}
