"""What is due and why, what is not and why not, and the batch that one makes of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kaishu.base import clock, desk, exports
from kaishu.base.desk import Problem, problem_of
from kaishu.base.roles import staff
from kaishu.core.errors import Refusal
from kaishu.doors.console import amounts, frame
from kaishu.doors.console.labels import label
from kaishu.doors.console.money.common import (
    AGES,
    HOME,
    MOST,
    Asked,
    asked,
    names,
    not_yours,
    number,
    quantity,
    recalls,
    says,
    unreadable,
)
from kaishu.payouts import actions, queries
from kaishu.payouts.due import DUE, WAITING, Owed


@staff(*frame.PAYOUTS, acts=frame.MONEY_PROPOSE)
@require_http_methods(["GET", "HEAD", "POST"])
@desk.once
def due(request: HttpRequest) -> HttpResponseBase:
    """List what is owed by recall, commodity, age and reason; the POST makes a batch of it."""
    if request.method != "POST":
        return _list(request)
    if not frame.may(request, frame.MONEY_PROPOSE):
        return not_yours(request)
    choice = asked(request)
    most_typed = request.POST.get("most", "").strip()
    most = quantity(most_typed, choice.commodity) if most_typed else None
    if most_typed and most is None:
        return _list(request, problems=[Problem(unreadable(), "", "id-most")])
    try:
        made = actions.propose_batch(
            by=request.user.get_username(),
            at=clock.now(),
            recall_id=choice.recall_id,
            commodity=choice.commodity,
            before=choice.before(),
            limit=number(request.POST.get("limit", "")) or 500,
            most=most,
        )
    except Refusal as refusal:
        return _list(request, problems=[problem_of(refusal)])
    desk.say_next(request, _("The batch is made. Nothing is paid before another person approves."))
    return HttpResponseRedirect(f"{HOME}{made.id}/")


def _list(request: HttpRequest, *, problems: Sequence[Problem] = ()) -> HttpResponseBase:
    choice = asked(request)
    reasons = (
        (choice.why,) if choice.why in (*DUE, *WAITING) else () if choice.why == "all" else DUE
    )
    header = [
        _("Case"), _("Unit"), _("Recall"), _("Kind"), _("Quantity"), _("Remedy"), _("Since"),
        _("Why"),
    ]  # fmt: skip
    file = exports.offered(
        request,
        name="due",
        header=header,
        rows=(_row(line) for line in _found(choice, reasons, None)),
    )
    if file:
        return file
    lines = list(_found(choice, reasons, MOST + 1))
    groups = [
        group
        for group in queries.groups(recall_id=choice.recall_id)
        if not choice.commodity or group.commodity == choice.commodity
    ]
    context = {
        "choice": choice,
        "recalls": recalls(),
        "names": names(),
        "commodities": sorted({group.commodity for group in groups} | {choice.commodity} - {""}),
        "ages": AGES,
        "reasons": (*DUE, *WAITING),
        "counts": [{"group": group, "href": _href(choice, group)} for group in groups],
        "lines": lines[:MOST],
        "more": len(lines) > MOST,
        "form": _form(request, choice, reasons),
        "proposes": frame.may(request, frame.MONEY_PROPOSE),
        "typed": request.POST,
    }
    status = 409 if problems else 200
    return frame.show(request, "console/money/due.html", context, problems=problems, status=status)


def _found(choice: Asked, reasons: Sequence[str], limit: int | None) -> Any:
    return queries.listed(
        recall_id=choice.recall_id,
        commodity=choice.commodity,
        before=choice.before(),
        why=reasons,
        limit=limit,
    )


def _form(request: HttpRequest, choice: Asked, reasons: Sequence[str]) -> dict[str, Any] | None:
    """Return the sentence above the button; a batch is of one recall and one commodity."""
    may = frame.may(request, frame.MONEY_PROPOSE) and set(reasons) <= set(DUE)
    if not may or choice.recall_id is None or not choice.commodity:
        return None
    lines = list(_found(choice, DUE, 500))
    if not lines:
        return None
    total = sum(line.quantity for line in lines)
    return {
        "says": says({choice.commodity: total}, len({line.payee for line in lines})),
        "count": len(lines),
    }


def _href(choice: Asked, group: Any) -> str:
    query = Asked(recall_id=group.recall_id, commodity=group.commodity, days=choice.days)
    return f"{HOME}due/?{query.query(why=group.why)}"


def _row(line: Owed) -> list[object]:
    called = names()
    return [
        line.case_no,
        line.unit_no,
        called.get(line.recall_id, line.recall_id),
        line.commodity,
        amounts.cell(line.quantity, line.commodity),
        line.terms,
        line.since,
        label("due", line.why),
    ]
