"""Mark many kits as sent: a preview of counts, a typed confirmation, then a job."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kaishu.base import clock, desk
from kaishu.base import words as base_words
from kaishu.base.desk import Problem
from kaishu.base.roles import staff
from kaishu.core.triage import SPECIAL_KIT
from kaishu.doors.console import frame
from kaishu.doors.console.kits import chosen, words
from kaishu.returns import kit_jobs
from kaishu.returns.kit_file import LONGEST_CARRIER
from kaishu.returns.kit_list import KitLine


@staff(*frame.KITS)
@require_POST
@desk.once
def sent(request: HttpRequest) -> HttpResponse:
    """Preview what would be marked; with the right number typed, start the job."""
    found = chosen.lines(request.POST)
    posted = [line for line in found if line.kit != SPECIAL_KIT]
    if "confirm" not in request.POST:
        return _preview(request, found, posted)
    carrier = request.POST.get("carrier", "").strip()
    problems = _problems(request, posted, carrier)
    if problems:
        return _preview(request, found, posted, problems=problems)
    job = kit_jobs.start_from_lines(
        lines=posted,
        carrier=carrier,
        by=request.user.get_username(),
        at=clock.now(),
        key=desk.key_of(request),
    )
    return HttpResponseRedirect(f"/staff/jobs/{job.id}/")


def _problems(request: HttpRequest, posted: Sequence[KitLine], carrier: str) -> list[Problem]:
    problems = []
    if request.POST.get("confirm", "").strip() != str(len(posted)) or not posted:
        text = _("Type the number %(number)s to mark these kits.") % {"number": len(posted)}
        problems.append(Problem(text, "", "id-confirm"))
    if len(carrier) > LONGEST_CARRIER:
        problems.append(Problem(_("This name is too long."), "", "id-carrier"))
    return problems


def _preview(
    request: HttpRequest,
    found: Sequence[KitLine],
    posted: Sequence[KitLine],
    *,
    problems: Sequence[Problem] = (),
) -> HttpResponse:
    grouped = Counter((line.kit, line.language) for line in posted)
    context = {
        "piles": [
            (base_words.quantity(number, kit), words.language_name(tag), number)
            for (kit, tag), number in sorted(grouped.items())
        ],
        "total": len(posted),
        "pickups": len(found) - len(posted),
        "short": sum(line.state == "short" for line in posted),
        "numbers": chosen.numbers(list(posted)),
        "carrier": request.POST.get("carrier", "")[:LONGEST_CARRIER],
        "confirm": request.POST.get("confirm", "")[:12],
    }
    status = 422 if problems else 200
    return words.show(request, "sent.html", context, problems=problems, status=status)
