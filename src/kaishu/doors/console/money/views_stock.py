"""Replacement goods: what is in stock, receiving by serial, and the parcels that leave."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from kaishu.base import clock, desk, exports
from kaishu.base.desk import Problem, problem_of
from kaishu.base.roles import staff
from kaishu.core.errors import Refusal
from kaishu.doors.console import frame
from kaishu.doors.console.money.common import HOME, MOST, not_yours
from kaishu.payouts import actions
from kaishu.payouts import stock as goods
from kaishu.payouts.models import StockUnit
from kaishu.payouts.reasons import GOODS_BACK

WHERE = f"{HOME}stock/"
STATES = ("free", "held", "reserved", "dispatched", "delivered", "back")


@staff(*frame.GOODS, acts=frame.MONEY_STOCK)
@require_http_methods(["GET", "HEAD", "POST"])
@desk.once
def stock(request: HttpRequest) -> HttpResponseBase:
    """Show the stock and the parcels to pack; the POST checks a list of serials, or receives it."""
    if request.method != "POST":
        return _show(request)
    if not frame.may(request, frame.MONEY_STOCK):
        return not_yours(request)
    receives = request.POST.get("do") == "receive"
    try:
        read = actions.receive_stock(
            commodity=f"sku:{request.POST.get('model', '').strip()}",
            serials=request.POST.get("serials", "").split(),
            document=request.POST.get("document", ""),
            by=request.user.get_username(),
            at=clock.now(),
            dry=not receives,
        )
    except Refusal as refusal:
        return _show(request, problems=[problem_of(refusal, "id-serials")])
    if not receives:
        return _show(request, read=read)
    said = ngettext("%(number)s unit received.", "%(number)s units received.", read.units)
    desk.say_next(request, said % {"number": read.units})
    return HttpResponseRedirect(WHERE)


@staff(*frame.MONEY_STOCK)
@require_POST
@desk.once
def dispatch(request: HttpRequest) -> HttpResponseBase:
    """Record that a parcel left with one unit, was delivered, or came back."""
    key, now = request.POST.get("order", ""), clock.now()
    act = request.POST.get("do")
    try:
        if act == "left":
            actions.dispatch_goods(
                key=key,
                serial=request.POST.get("serial", ""),
                tracking=request.POST.get("tracking", ""),
                by=request.user.get_username(),
                at=now,
            )
        elif act == "delivered":
            actions.note_delivered(key=key, at=now)
        else:
            actions.note_back(key=key, reason=request.POST.get("reason", ""), at=now)
    except Refusal as refusal:
        return _show(request, problems=[problem_of(refusal, f"id-serial-{key}")])
    desk.say_next(request, _("Noted."))
    return HttpResponseRedirect(f"{WHERE}?{request.POST.get('back', '')[:60]}")


def _show(
    request: HttpRequest,
    *,
    read: goods.Received | None = None,
    problems: Sequence[Problem] = (),
) -> HttpResponseBase:
    state, commodity = request.GET.get("state", "reserved"), request.GET.get("commodity", "")
    state = state if state in STATES else "reserved"
    serials = request.GET.get("serials", "").split()
    rows = goods.units_in(state, commodity, serials)
    header = [
        _("Kind"), _("Serial"), _("Document"), _("Key"), _("Received"), _("Left"), _("Tracking"),
        _("Delivered"), _("Came back"),
    ]  # fmt: skip
    file = exports.offered(
        request,
        name="stock",
        header=header,
        rows=(
            [
                row.commodity, row.serial, row.document, row.reserved_key, row.received_at,
                row.dispatched_at, row.tracking, row.delivered_at, row.back_at,
            ]
            for row in rows.iterator(2_000)
        ),
    )  # fmt: skip
    if file:
        return file
    context = {
        "shelves": goods.shelves(),
        "units": [{"unit": row, "case_no": _case_of(row)} for row in rows[:MOST]],
        "state": state,
        "states": STATES,
        "serials": " ".join(serials),
        "read": read,
        "reasons": GOODS_BACK,
        "sees": frame.may(request, frame.PAYOUTS),
        "works": frame.may(request, frame.MONEY_STOCK),
        "typed": request.POST,
    }
    status = 409 if problems else 200
    return frame.show(
        request, "console/money/stock.html", context, problems=problems, status=status
    )


def _case_of(row: StockUnit) -> str:
    return (row.reserved_key or "").partition("-")[0]
