"""The first page for each role, and the queues of claims."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kaishu.base import language
from kaishu.base.desk import Problem
from kaishu.base.roles import Role, staff
from kaishu.claims import case_numbers
from kaishu.core.recall import say
from kaishu.doors.console import frame, queues
from kaishu.doors.console.labels import label
from kaishu.editions import queries as editions

_FIRST = (
    ((Role.REVIEWER, Role.MANAGER), "/staff/claims/?queue=to_review"),
    ((Role.FINANCE, Role.APPROVER), "/staff/payouts/"),
    (frame.CASES, "/staff/claims/?queue=to_review"),
    (frame.DEPOT, "/depot/"),
    (frame.CERTIFICATES, "/depot/certificates/"),
    (frame.ACCOUNTS, "/staff/access/"),
)


@staff(*Role)
@require_safe
def landing(request: HttpRequest) -> HttpResponse:
    """Send a person on to the first page that their role may see."""
    for roles, first in _FIRST:
        if frame.may(request, roles):
            return HttpResponseRedirect(first)
    rows = editions.recall_rows()
    if rows and frame.may(request, frame.PROGRESS):
        return HttpResponseRedirect(f"/staff/recalls/{rows[0].slug}/progress/")
    return frame.show(request, "console/nothing.html", {})


@staff(*frame.CASES)
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """List a queue, or what a search finds; a whole case number opens its case."""
    typed = request.GET.get("search", "").strip()
    if typed and case_numbers.check(typed) is not None:
        found = queues.search(typed)
        if found:
            return HttpResponseRedirect(f"/staff/claims/{found[0].case_no}/")
    name = request.GET.get("queue", "to_review")
    name = name if name in queues.NAMES else "to_review"
    offset = _number(request.GET.get("from", ""))
    rows = queues.search(typed) if typed else queues.page(name, offset=offset)
    context = {
        "queue": name,
        "title": _("Search") if typed else label("queue", name),
        "typed": typed,
        "rows": [{"row": row, "remedy": _remedy(row)} for row in rows],
        "next": offset + queues.PAGE if len(rows) == queues.PAGE and not typed else None,
        "before": max(0, offset - queues.PAGE) if offset else None,
    }
    return frame.show(request, "console/queue.html", context, problems=_problems(typed, rows))


def _problems(typed: str, rows: list[queues.Row]) -> list[Problem]:
    digits = "".join(sign for sign in typed if sign.isdigit())
    if rows or len(digits) != case_numbers.LENGTH or len(digits) < len(typed.replace(" ", "")) - 2:
        return []
    wrong = _("No case has this number: its check digits do not fit.")
    return [Problem(wrong, _("Read it again, digit by digit."), "id-search")]


def _remedy(row: queues.Row) -> str:
    remedy = frame.recall_of(row.edition_id).remedy(row.remedy)
    return say(remedy.title, language.tag()) if remedy else row.remedy


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0
