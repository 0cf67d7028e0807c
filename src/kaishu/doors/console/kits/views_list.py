"""Return kits that are owed: who gets one now, who waits and until when, and that one left."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kaishu.base import clock, desk, exports
from kaishu.base import words as base_words
from kaishu.base.desk import Problem, problem_of
from kaishu.base.refusals import refusal_page
from kaishu.base.roles import staff
from kaishu.claims import case_numbers
from kaishu.claims import queries as claims
from kaishu.claims.errors import ClaimNotFound
from kaishu.core.errors import Refusal
from kaishu.doors.console import frame
from kaishu.doors.console.kits import chosen, words
from kaishu.doors.console.kits.views_print import MOST_LETTERS
from kaishu.people import actions as people
from kaishu.people import queries as people_queries
from kaishu.people.contact import Contact, mask
from kaishu.returns import actions as returns
from kaishu.returns.kit_file import LONGEST_CARRIER, LONGEST_TRACKING
from kaishu.returns.kit_list import KitLine, counts
from kaishu.returns.kit_stock import stock

# So many addresses are shown in one go; each is one line in the log of looks.
PAGE = 20


@staff(*frame.SEE_KITS)
@require_safe
def kits(request: HttpRequest) -> HttpResponseBase:
    """List the kits to send; `?as=csv|xlsx` gives the whole filtered list."""
    found = chosen.lines(request.GET)
    header = (
        _("Reference"),
        _("Kit"),
        _("Model"),
        _("Serial"),
        _("Language"),
        _("State"),
        _("Approved"),
        _("Can leave"),
    )
    file = exports.offered(request, name="kits", header=header, rows=_file_rows(found))
    return file or _show(request, found)


@staff(*frame.KITS)
@require_POST
def addresses(request: HttpRequest) -> HttpResponse:
    """Show the addresses of one page of the list, and log each look."""
    return _show(request, chosen.lines(request.POST), in_clear=True)


@staff(*frame.KITS)
@require_POST
@desk.once
def send(request: HttpRequest, case_no: str, unit_no: int) -> HttpResponse:
    """Record that one kit left."""
    tracking = request.POST.get("tracking", "").strip()
    carrier = request.POST.get("carrier", "").strip()
    typed = (case_no, unit_no, tracking)
    try:
        unit = claims.claim_unit(case_no=case_no, unit_no=unit_no)
        if len(tracking) > LONGEST_TRACKING or len(carrier) > LONGEST_CARRIER:
            too_long = _("This tracking number is too long.")
            problem = Problem(too_long, _("Scan or type it again."), f"id-{case_no}-{unit_no}")
            return _show(request, chosen.lines(request.GET), typed=typed, problems=[problem])
        returns.send_kit(
            claim_unit_id=unit.id,
            tracking=tracking,
            carrier=carrier,
            by=request.user.get_username(),
            at=clock.now(),
            key=desk.key_of(request),
            kit=request.POST.get("kit", ""),
        )
    except ClaimNotFound as refusal:
        return refusal_page(request, refusal, status=404)
    except Refusal as refusal:
        return _show(request, chosen.lines(request.GET), problems=[problem_of(refusal)])
    number = f"{case_numbers.group(unit.claim.case_no)}-{unit.unit_no}"
    desk.say_next(request, _("Kit for %(number)s: sent.") % {"number": number})
    return HttpResponseRedirect("/staff/kits/" + chosen.query(chosen.kept(request.GET)))


def _show(
    request: HttpRequest,
    found: list[KitLine],
    *,
    in_clear: bool = False,
    typed: tuple[str, int, str] = ("", 0, ""),
    problems: Sequence[Problem] = (),
) -> HttpResponse:
    asked = request.POST if in_clear else request.GET
    begin = _begin(asked.get("from", ""), len(found))
    page = found[begin : begin + PAGE]
    contacts = {} if in_clear else people_queries.contacts(_people(page))
    lines = [_line(request, line, contacts, in_clear=in_clear, typed=typed) for line in page]
    filters = chosen.kept(asked)
    context = {
        "lines": lines,
        "total": len(found),
        "most": MOST_LETTERS if len(found) > MOST_LETTERS else 0,
        "counts": [(words.word(state), number) for state, number in counts(found).items()],
        "addresses": in_clear,
        "filters": filters,
        "query": chosen.query(filters),
        "from": begin,
        "before": max(begin - PAGE, 0) if begin else None,
        "next": begin + PAGE if begin + PAGE < len(found) else None,
        "stock": [row for row in stock() if row.kept],
        **_choices(),
    }
    return words.show(
        request, "kits.html", context, problems=problems, status=422 if problems else 200
    )


def _begin(asked: str, total: int) -> int:
    begin = int(asked) if asked.isdecimal() and len(asked) < 9 else 0
    return begin if begin < total else 0


def _choices() -> dict[str, Any]:
    return {
        "recalls": [(row.slug, frame.recall_name(row.slug)) for row in chosen.recalls()],
        "kinds": [(row.kit, base_words.quantity(1, row.kit)) for row in _kinds()],
        "languages": words.languages(),
        "states": [(state, words.word(state)) for state in ("ready", "short", "pickup")],
    }


def _kinds() -> list[Any]:
    return list({row.kit: row for row in stock()}.values())


def _people(page: Sequence[KitLine]) -> list[str]:
    return [line.unit.claim.person_id for line in page]


def _line(
    request: HttpRequest,
    line: KitLine,
    contacts: Any,
    *,
    in_clear: bool,
    typed: tuple[str, int, str],
) -> dict[str, Any]:
    person_id = line.unit.claim.person_id
    contact = contacts.get(person_id)
    return {
        "line": line,
        "state": words.word(line.state),
        "language": words.language_name(line.language),
        "contact": _in_clear(request, person_id) if in_clear else contact and mask(contact),
        "tracking": typed[2] if typed[:2] == (line.case_no, line.unit_no) else "",
    }


def _in_clear(request: HttpRequest, person_id: str) -> Contact | None:
    try:
        return people.reveal(
            person_id=person_id, by=request.user.get_username(), why="kit", at=clock.now()
        )
    except Refusal:
        return None


def _file_rows(found: Sequence[KitLine]) -> Iterator[tuple[object, ...]]:
    for line in found:
        yield (
            f"{case_numbers.group(line.case_no)}-{line.unit_no}",
            line.kit,
            line.unit.product,
            line.unit.serial or line.unit.serial_typed,
            line.language,
            words.word(line.state),
            line.approved_at,
            line.ready_on,
        )
