"""Money that came back after it was paid: one person enters it, another agrees."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from kaishu.base import clock, desk, exports
from kaishu.base.desk import Problem
from kaishu.base.fresh import fresh_sign_in
from kaishu.base.roles import staff
from kaishu.doors.console import amounts, frame
from kaishu.doors.console.labels import label
from kaishu.doors.console.money.common import HOME, MOST, not_yours, settle
from kaishu.payouts import actions
from kaishu.payouts.models import Recovery
from kaishu.payouts.money_models import RECOVERY_REASONS

WHERE = f"{HOME}recoveries/"


@staff(*frame.PAYOUTS, acts=frame.MONEY_PROPOSE)
@require_http_methods(["GET", "HEAD", "POST"])
@desk.once
def recoveries(request: HttpRequest) -> HttpResponseBase:
    """List what came back, and enter one; `order` names the payment."""
    if request.method != "POST":
        return _list(request)
    if not frame.may(request, frame.MONEY_PROPOSE):
        return not_yours(request)
    do = partial(
        actions.propose_recovery,
        order=request.POST.get("order", ""),
        reason=request.POST.get("reason", ""),
        document=request.POST.get("document", ""),
        by=request.user.get_username(),
        at=clock.now(),
    )
    return desk.carry_out(
        request,
        do,
        again=lambda problems: _list(request, problems=problems),
        said=_("Entered. It counts once another person agrees."),
        to=WHERE,
        about="id-order",
    )


@staff(*frame.MONEY_WITHDRAW)
@fresh_sign_in
@require_POST
@desk.once
def decide(request: HttpRequest, recovery_id: int) -> HttpResponseBase:
    """Agree that the money is back, or take the proposal back."""
    return settle(
        request,
        agree=partial(actions.approve_recovery, recovery_id=recovery_id),
        take_back=partial(actions.withdraw_recovery, recovery_id=recovery_id),
        agreed=_("Agreed. Nothing is owed for it any more; the claim can be decided anew."),
        again=lambda problems: _list(request, problems=problems),
        to=WHERE,
    )


def _list(request: HttpRequest, *, problems: Sequence[Problem] = ()) -> HttpResponseBase:
    rows = Recovery.objects.select_related("instruction").order_by("-id")
    header = [
        _("Case"), _("Unit"), _("Key"), _("Kind"), _("Quantity"), _("Reason"), _("Document"),
        _("Entered by"), _("Entered"), _("Agreed by"), _("Agreed"), _("Taken back"),
    ]  # fmt: skip
    file = exports.offered(
        request,
        name="money-back",
        header=header,
        rows=(_cells(row) for row in rows.iterator(2_000)),
    )
    if file:
        return file
    context = {
        "rows": rows[:MOST],
        "reasons": RECOVERY_REASONS,
        "order": request.POST.get("order") or request.GET.get("order", "")[:60],
        "me": request.user.get_username(),
        "proposes": frame.may(request, frame.MONEY_PROPOSE),
        "agrees": frame.may(request, frame.MONEY_APPROVE),
        "withdraws": frame.may(request, frame.MONEY_WITHDRAW),
        "typed": request.POST,
    }
    status = 409 if problems else 200
    return frame.show(
        request, "console/money/recoveries.html", context, problems=problems, status=status
    )


def _cells(row: Recovery) -> list[object]:
    line = row.instruction
    return [
        line.case_no, line.unit_no, line.key, line.commodity,
        amounts.cell(line.quantity, line.commodity), label("reason", row.reason), row.document,
        row.maker, row.made_at, row.approver, row.approved_at, row.withdrawn_at,
    ]  # fmt: skip
