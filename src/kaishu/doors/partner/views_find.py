"""The box at the top of the depot's pages: where a unit or a container is. No personal data."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_safe

from kaishu.base.desk import problem_of
from kaishu.base.roles import staff
from kaishu.core.errors import Refusal
from kaishu.doors.partner import frame
from kaishu.doors.partner.labels import label
from kaishu.doors.partner.views_containers import find as container_of
from kaishu.doors.partner.views_containers import names_of, sees
from kaishu.returns.locating import locate

LONGEST = 60


@staff(*frame.STOCK)
@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """Open the container of this number, or say where the unit of this label or serial lies."""
    typed = request.GET.get("q", "").strip()[:LONGEST]
    box = container_of(typed) if typed else None
    if box is not None and sees(request, box):
        return HttpResponseRedirect(f"/depot/containers/{box.number}/")
    problems = []
    found = None
    try:
        found = locate(typed) if typed else None
    except Refusal as refusal:
        problems = [problem_of(refusal, "id-find")]
    inside = container_of(found.container) if found and found.container else None
    names = names_of(frame.running())
    context = {
        "typed": typed,
        "found": found,
        "opens": inside is not None and sees(request, inside),
        "place": names.get(found.party, "") if found else "",
        "scans": [
            {
                "scan": each,
                "site": names.get(each.site, each.site),
                "name": label("outcome", each.outcome),
                "undone": hasattr(each, "undone"),
            }
            for each in (found.scans if found else ())
        ],
    }
    return frame.show(request, "partner/find.html", context, problems=problems)
