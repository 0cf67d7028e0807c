"""The page of a claim whose owner's details were deleted: what that means, and who still helps."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from kaishu.claims import queries
from kaishu.doors.public import site
from kaishu.editions import queries as editions


def erased(request: HttpRequest, case_no: str) -> HttpResponse:
    """Say that the details are gone, that the claim stays counted, and what the owner can do."""
    case = queries.case(case_no)
    recall = editions.pack_for(editions.edition(case.units[0].edition_id)).recall
    return site.show(request, "public/tracking/erased.html", recall, {"case": case}, status=410)
