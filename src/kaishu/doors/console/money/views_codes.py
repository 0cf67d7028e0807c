"""The pool of shop credit codes: counts, loading from a file, and making one void."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from kaishu.base import clock, desk, exports
from kaishu.base.desk import Problem, problem_of
from kaishu.base.fresh import fresh_sign_in
from kaishu.base.roles import staff
from kaishu.core.errors import Refusal
from kaishu.doors.console import frame
from kaishu.doors.console.money.common import HOME, MOST, not_yours
from kaishu.payouts import actions, shop_codes
from kaishu.payouts.errors import CodeFileWrong
from kaishu.payouts.models import ShopCode
from kaishu.payouts.reasons import CODE_ENDS

WHERE = f"{HOME}codes/"
LARGEST = 1_900_000  # a page takes 2 MB: about 100,000 codes a file
STATES = ("free", "issued", "delivered", "void")


@staff(*frame.PAYOUTS, acts=frame.MONEY_PROPOSE)
@require_http_methods(["GET", "HEAD", "POST"])
def codes(request: HttpRequest) -> HttpResponseBase:
    """Show the pools and who has a code; the POST checks a file, or loads it."""
    if request.method != "POST":
        return _show(request)
    if not frame.may(request, frame.MONEY_PROPOSE):
        return not_yours(request)
    commodity = request.POST.get("commodity", "").strip()
    sent = request.FILES.get("file")
    try:
        if not commodity.startswith("coupon:") or sent is None or (sent.size or 0) > LARGEST:
            raise CodeFileWrong(line=0)
        read = shop_codes.read_codes(sent.read())
        if request.POST.get("do") != "load":
            return _show(request, read=read)
        loaded = actions.load_codes(commodity=commodity, codes=read.new, at=clock.now())
    except Refusal as refusal:
        return _show(request, problems=[problem_of(refusal, "id-file")])
    said = ngettext("%(number)s code loaded.", "%(number)s codes loaded.", loaded)
    desk.say_next(request, said % {"number": loaded})
    return HttpResponseRedirect(WHERE)


@staff(*frame.MONEY_PROPOSE)
@fresh_sign_in
@require_POST
@desk.once
def void(request: HttpRequest, code_id: int) -> HttpResponseBase:
    """Make an issued code void: its promise is owed again, and the next batch issues another."""
    try:
        actions.void_code(
            code_id=code_id,
            reason=request.POST.get("reason", ""),
            by=request.user.get_username(),
            at=clock.now(),
        )
    except Refusal as refusal:
        return _show(request, problems=[problem_of(refusal, f"id-reason-{code_id}")])
    desk.say_next(request, _("Void. Another code comes with the next batch."))
    return HttpResponseRedirect(WHERE)


def _show(
    request: HttpRequest,
    *,
    read: shop_codes.CodeFile | None = None,
    problems: Sequence[Problem] = (),
) -> HttpResponseBase:
    state, commodity = request.GET.get("state", "issued"), request.GET.get("commodity", "")
    rows = shop_codes.codes_in(state if state in STATES else "issued", commodity)
    header = [
        _("Number"),
        _("Kind"),
        _("Quantity"),
        _("Key"),
        _("Issued"),
        _("Delivered"),
        _("Void"),
    ]
    # The codes themselves are money: no list shows them.
    file = exports.offered(
        request,
        name="codes",
        header=header,
        rows=(
            [
                row.id, row.commodity, row.amount, row.issued_key, row.issued_at, row.delivered_at,
                row.void_at,
            ]
            for row in rows.iterator(2_000)
        ),
    )  # fmt: skip
    if file:
        return file
    context = {
        "pools": shop_codes.pools(),
        "codes": [{"code": row, "case_no": _case_of(row)} for row in rows[:MOST]],
        "states": STATES,
        "state": state,
        "read": read,
        "reasons": CODE_ENDS,
        "proposes": frame.may(request, frame.MONEY_PROPOSE),
        "typed": request.POST,
    }
    status = 409 if problems else 200
    return frame.show(
        request, "console/money/codes.html", context, problems=problems, status=status
    )


def _case_of(row: ShopCode) -> str:
    return (row.issued_key or "").partition("-")[0]
