"""Recalls whose payouts stand still: why, since when, and the two people who let them go on."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from kaishu.base import clock, desk
from kaishu.base.desk import Problem
from kaishu.base.fresh import fresh_sign_in
from kaishu.base.roles import staff
from kaishu.doors.console import frame
from kaishu.doors.console.money.common import HOME, MOST, asked, names, not_yours, number, recalls
from kaishu.payouts import actions
from kaishu.payouts.errors import ActNotFound
from kaishu.payouts.models import Pause


@staff(*frame.PAYOUTS, acts=frame.MONEY_PAUSE)
@require_http_methods(["GET", "HEAD", "POST"])
@desk.once
def pauses(request: HttpRequest) -> HttpResponseBase:
    """List pauses, and let a recall's payouts stand still: one person is enough for that."""
    if request.method != "POST":
        return _list(request)
    if not frame.may(request, frame.MONEY_PAUSE):
        return not_yours(request)
    recall_id = asked(request).recall_id

    def do() -> None:
        if recall_id not in names():
            raise ActNotFound(number=recall_id)
        actions.pause(
            recall_id=recall_id or 0,
            note=request.POST.get("note", ""),
            by=request.user.get_username(),
            at=clock.now(),
        )

    return desk.carry_out(
        request,
        do,
        again=lambda problems: _list(request, problems=problems),
        said=_("Payouts of this recall stand still. Checks and claims go on."),
        to=f"{HOME}pauses/",
        about="id-note",
    )


@staff(*frame.MONEY_PAUSE)
@fresh_sign_in
@require_POST
@desk.once
def go_on(request: HttpRequest, pause_id: int) -> HttpResponseBase:
    """Propose that payouts go on, or agree to what another person proposed."""
    me, now = request.user.get_username(), clock.now()
    agrees = request.POST.get("do") == "agree"

    def do() -> None:
        if agrees:
            actions.agree_resume(pause_id=pause_id, by=me, at=now)
            return
        actions.propose_resume(
            pause_id=pause_id,
            reason=request.POST.get("reason", ""),
            ceiling=number(request.POST.get("ceiling", "")),
            by=me,
            at=now,
        )

    return desk.carry_out(
        request,
        do,
        again=lambda problems: _list(request, problems=problems, failed=pause_id),
        said=_("Payouts go on.") if agrees else _("Proposed. Another person has to agree."),
        to=f"{HOME}pauses/",
        about=f"id-reason-{pause_id}",
        missing=(ActNotFound,),
    )


def _list(
    request: HttpRequest, *, problems: Sequence[Problem] = (), failed: int | None = None
) -> HttpResponse:
    context = {
        "pauses": Pause.objects.order_by("ended_at", "-id")[:MOST],
        "names": names(),
        "recalls": recalls(),
        "me": request.user.get_username(),
        "may_pause": frame.may(request, frame.MONEY_PAUSE),
        "choice": asked(request),
        "typed": request.POST,
        "failed": failed,
    }
    status = 409 if problems else 200
    return frame.show(
        request, "console/money/pauses.html", context, problems=problems, status=status
    )
