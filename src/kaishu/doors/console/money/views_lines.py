"""The rows behind the figures of the money pages: orders to providers, and promises."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kaishu.base import clock, desk, exports
from kaishu.base.desk import problem_of
from kaishu.base.roles import staff
from kaishu.books.models import Promise
from kaishu.core.accounts import OWED, PAID, SENT
from kaishu.core.errors import Refusal
from kaishu.doors.console import amounts, frame
from kaishu.doors.console.labels import label
from kaishu.doors.console.money.common import HOME, MOST, asked, names, recalls
from kaishu.payouts import actions, queries
from kaishu.payouts.models import STATES

WAITS = "correct"


@staff(*frame.PAYOUTS)
@require_safe
def lines(request: HttpRequest) -> HttpResponseBase:
    """List orders by recall, commodity, state or batch; they sum to the figure one came from."""
    choice, called = asked(request), names()
    rows = queries.orders(
        recall_id=choice.recall_id,
        commodity=choice.commodity,
        state=choice.state if choice.state in STATES else "",
        batch_id=choice.batch,
        correct=choice.state == WAITS,
    )
    header = [
        _("Batch"), _("Case"), _("Unit"), _("Recall"), _("Kind"), _("Quantity"), _("State"),
        _("Key"), _("Provider's reference"), _("Reason"),
    ]  # fmt: skip
    file = exports.offered(
        request,
        name="payouts",
        header=header,
        rows=(
            [
                row.batch_id, row.case_no, row.unit_no, called.get(row.recall_id, ""),
                row.commodity, amounts.cell(row.quantity, row.commodity), label("state", row.state),
                row.key, row.provider_ref,
                label("reason", row.reason) if row.reason else "",
            ]
            for row in rows.iterator(2_000)
        ),
    )  # fmt: skip
    if file:
        return file
    context = {
        "choice": choice,
        "recalls": recalls(),
        "states": STATES,
        "waits": WAITS,
        "totals": queries.sums(rows),
        "lines": queries.line_views(rows[:MOST]),
        "count": rows.count(),
        "most": MOST,
        "proposes": frame.may(request, frame.MONEY_PROPOSE),
        "corrects": frame.may(request, frame.MONEY_CORRECT),
    }
    return frame.show(request, "console/money/lines.html", context)


@staff(*frame.MONEY_CORRECT)
@require_POST
@desk.once
def corrected(request: HttpRequest, line_id: int) -> HttpResponse:
    """Note that an owner put right what a payout came back for: it is due again."""
    try:
        actions.note_corrected(
            instruction_id=line_id, by=request.user.get_username(), at=clock.now()
        )
    except Refusal as refusal:
        desk.say_next(request, problem_of(refusal).text, "ask")
    else:
        desk.say_next(request, _("Noted. It is due again and comes with the next batch."))
    return HttpResponseRedirect(f"{HOME}lines/?state={WAITS}")


@staff(*frame.PAYOUTS)
@require_safe
def promises(request: HttpRequest) -> HttpResponseBase:
    """List promises by recall, commodity and account: the rows behind owed, sent and paid."""
    choice, called = asked(request), names()
    accounts = (choice.state,) if choice.state in (OWED, SENT, PAID) else (OWED, SENT, PAID)
    rows = Promise.objects.filter(role="remedy", account__in=accounts).order_by("id")
    if choice.recall_id is not None:
        rows = rows.filter(recall_id=choice.recall_id)
    if choice.commodity:
        rows = rows.filter(commodity=choice.commodity)
    header = [
        _("Case"), _("Unit"), _("Recall"), _("Kind"), _("Quantity"), _("Remedy"), _("Stands at"),
    ]  # fmt: skip
    file = exports.offered(
        request, name="promises", header=header, rows=_promise_rows(rows, called)
    )
    context = {
        "choice": choice,
        "recalls": recalls(),
        "accounts": (OWED, SENT, PAID),
        "totals": queries.sums(rows),
        "count": rows.count(),
        "promises": rows[:MOST],
        "most": MOST,
    }
    return file or frame.show(request, "console/money/promises.html", context)


def _promise_rows(rows: Any, called: dict[int, str]) -> Any:
    for row in rows.iterator(2_000):
        yield [
            row.case_no, row.unit_no, called.get(row.recall_id, ""), row.commodity,
            amounts.cell(row.quantity, row.commodity),
            row.terms, row.account,
        ]  # fmt: skip
