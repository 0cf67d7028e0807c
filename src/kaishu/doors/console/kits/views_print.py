"""What goes to the printer: the letters as one PDF, and the pick list as a page and a PDF."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kaishu.base import clock
from kaishu.base.desk import Problem
from kaishu.base.roles import staff
from kaishu.core.errors import Refusal
from kaishu.doors.console import frame
from kaishu.doors.console.kits import chosen, words
from kaishu.people import actions as people
from kaishu.people import queries as people_queries
from kaishu.returns import kit_letters
from kaishu.returns.kit_letters import Addressed
from kaishu.returns.kit_list import SHORT, KitLine

# A letter is 30 ms of work and a page process has one thread: this is a second and a half.
MOST_LETTERS = 50
MOST_PICKED = 1000


@staff(*frame.KITS)
@require_POST
def letters(request: HttpRequest) -> HttpResponse:
    """Print the letters of the chosen kits as one PDF; each address is written to the log."""
    found = [line for line in chosen.lines(request.POST) if line.state != SHORT][:MOST_LETTERS]
    at, by = clock.now(), request.user.get_username()
    parcels = [parcel for line in found if (parcel := _addressed(line, by=by, at=at))]
    if not parcels:
        return _nothing(request)
    return _pdf(kit_letters.letters(parcels, at=at), f"kit-letters-{at:%Y%m%d-%H%M}.pdf")


@staff(*frame.KITS)
@require_POST
def pick(request: HttpRequest) -> HttpResponse:
    """Show what to take from the shelf, by market, kind and language; `as=pdf` to print it."""
    found = [line for line in chosen.lines(request.POST) if line.state != SHORT][:MOST_PICKED]
    if not found:
        return _nothing(request)
    at = clock.now()
    # Only whether a name must be written by hand leaves this door: no address is shown.
    contacts = people_queries.contacts(line.unit.claim.person_id for line in found)
    if request.POST.get("as") == "pdf":
        return _pdf(kit_letters.pick_list(found, contacts, at=at), f"pick-{at:%Y%m%d-%H%M}.pdf")
    context = {
        "piles": kit_letters.pick_groups(found, contacts, at=at),
        "numbers": chosen.numbers(found),
        "total": len(found),
    }
    return words.show(request, "pick.html", context)


def _addressed(line: KitLine, *, by: str, at: datetime) -> Addressed | None:
    try:
        contact = people.reveal(
            person_id=line.unit.claim.person_id,
            by=by,
            why="kit",
            at=at,
        )
    except Refusal:
        return None
    return Addressed(line, contact)


def _nothing(request: HttpRequest, problems: Sequence[Problem] = ()) -> HttpResponse:
    none = Problem(_("None of these kits can leave now."), _("Choose kits that are on the shelf."))
    return words.show(request, "nothing.html", {}, problems=problems or [none], status=422)


def _pdf(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response
