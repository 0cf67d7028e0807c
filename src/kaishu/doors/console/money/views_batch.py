"""One batch: its lines, how it differs from the last, and the second person's yes in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from kaishu.base import clock, desk, exports
from kaishu.base.desk import Problem, problem_of
from kaishu.base.fresh import fresh_sign_in
from kaishu.base.refusals import refusal_page
from kaishu.base.roles import staff
from kaishu.core.errors import Refusal
from kaishu.doors.console import amounts, frame
from kaishu.doors.console.labels import label
from kaishu.doors.console.money.common import HOME, names, not_yours, quantity, says, unreadable
from kaishu.payouts import actions, compare, files, funds, pauses, queries
from kaishu.payouts.errors import BatchNotFound
from kaishu.payouts.models import READY
from kaishu.payouts.queries import BatchView
from kaishu.payouts.reasons import BATCH_ENDS


@staff(*frame.PAYOUTS, acts=frame.MONEY_WITHDRAW)
@require_http_methods(["GET", "HEAD", "POST"])
@desk.once
def batch(request: HttpRequest, batch_id: int) -> HttpResponseBase:
    """Show a batch; the POST takes it back, with a reason."""
    try:
        found = queries.batch(batch_id)
    except BatchNotFound as refusal:
        return refusal_page(request, refusal, status=404)
    if request.method != "POST":
        return _export(request, found) or _show(request, found, "console/money/batch.html")
    if request.POST.get("do") != "withdraw":
        return _show(request, found, "console/money/batch.html")
    if not frame.may(request, frame.MONEY_WITHDRAW):
        return not_yours(request)
    try:
        actions.withdraw_batch(
            batch_id=batch_id,
            by=request.user.get_username(),
            at=clock.now(),
            reason=request.POST.get("reason", ""),
            note=request.POST.get("note", ""),
        )
    except Refusal as refusal:
        problems = [problem_of(refusal, "id-reason")]
        found = queries.batch(batch_id)
        return _show(request, found, "console/money/batch.html", problems=problems)
    desk.say_next(request, _("Taken back. What had not left is due again."))
    return HttpResponseRedirect(f"{HOME}{batch_id}/")


@staff(*frame.MONEY_APPROVE)
@fresh_sign_in
@require_http_methods(["GET", "HEAD", "POST"])
@desk.once
def approve(request: HttpRequest, batch_id: int) -> HttpResponseBase:
    """Say in words what leaves the company; the POST is the second person's yes."""
    try:
        found = queries.batch(batch_id)
    except BatchNotFound as refusal:
        return refusal_page(request, refusal, status=404)
    if request.method != "POST":
        return _show(request, found, "console/money/approve.html")
    typed = _typed(request, found)
    if None in typed.values():
        problems = [Problem(unreadable(), "", "id-total-1")]
        return _show(request, found, "console/money/approve.html", problems=problems)
    try:
        actions.approve_batch(
            batch_id=batch_id,
            by=request.user.get_username(),
            at=clock.now(),
            digest=request.POST.get("digest", "") or "-",  # never approved unread
            typed={name: total for name, total in typed.items() if total is not None},
        )
    except Refusal as refusal:
        problems = [problem_of(refusal, "id-total-1")]
        found = queries.batch(batch_id)
        return _show(request, found, "console/money/approve.html", problems=problems)
    desk.say_next(request, _("Approved. The sender pays it next."))
    return HttpResponseRedirect(f"{HOME}{batch_id}/")


@staff(*frame.MONEY_PROPOSE)
@require_POST
def file(request: HttpRequest, batch_id: int, provider: str) -> HttpResponse:
    """Give out an approved batch's file, byte for byte as the first time, and write it down."""
    try:
        made, body = files.download(
            batch_id=batch_id, provider=provider, by=request.user.get_username(), at=clock.now()
        )
    except Refusal as refusal:
        return refusal_page(request, refusal, status=404)
    response = HttpResponse(body, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{made.number}.csv"'
    response["Cache-Control"] = "no-store"
    return response


def _show(
    request: HttpRequest,
    found: BatchView,
    template: str,
    *,
    problems: Sequence[Problem] = (),
) -> HttpResponse:
    me = request.user.get_username()
    differs = compare.difference(found.batch_id)
    role = frame.may(request, frame.MONEY_APPROVE)
    context = {
        "batch": found,
        "recall_name": names().get(found.recall_id or 0, ""),
        "says": says(found.totals, differs.people),
        "differs": differs,
        "marks": _marks(differs),
        "today": _today(found),
        "funds": _funds(found),
        "paused": _paused(found),
        "mine": found.maker == me,
        "approver_role": role,
        "approves": role and found.maker != me and found.state == "proposed",
        "withdraws": frame.may(request, frame.MONEY_WITHDRAW) and bool(found.states.get(READY)),
        "reasons": BATCH_ENDS,
        "providers": sorted({line.provider for line in found.lines}),
        "files": frame.may(request, frame.MONEY_PROPOSE) and found.state == "approved",
        "made": queries.files_of(found.batch_id),
        "totals": _totals(request, found),
        "typed": request.POST,
        "demo": settings.KAISHU_MODE == "demo" and frame.may(request, frame.MONEY_WITHDRAW),
    }
    status = 409 if problems else 200
    return frame.show(request, template, context, problems=problems, status=status)


def _totals(request: HttpRequest, found: BatchView) -> list[tuple[str, str]]:
    """Return each commodity of the batch with what was typed as its total, in one fixed order."""
    return [
        (name, request.POST.get(f"total-{place}", ""))
        for place, name in enumerate(sorted(found.totals), start=1)
    ]


def _typed(request: HttpRequest, found: BatchView) -> dict[str, int | None]:
    return {name: quantity(typed, name) for name, typed in _totals(request, found)}


def _today(found: BatchView) -> Mapping[str, int]:
    """Return what leaves the company today with this batch, by commodity."""
    midnight = timezone.localtime(clock.now()).replace(hour=0, minute=0, second=0, microsecond=0)
    since = max(midnight, clock.now() - timedelta(days=1))
    others = compare.leaving_on(since=since, besides=found.batch_id)
    return {name: total + others.get(name, 0) for name, total in found.totals.items()}


def _funds(found: BatchView) -> list[funds.Figures]:
    """Return the funds of every recall and commodity that the batch draws on."""
    wanted = sorted({(line.recall_id, line.commodity) for line in found.lines})
    return [funds.figure(recall_id=recall, commodity=commodity) for recall, commodity in wanted]


def _paused(found: BatchView) -> list[str]:
    """Return the names of the batch's recalls whose payouts stand still."""
    still = pauses.paused_recalls() & {line.recall_id for line in found.lines}
    called = names()
    return [called.get(recall, str(recall)) for recall in sorted(still)]


def _marks(differs: compare.Difference) -> list[dict[str, Any]]:
    """Return what an approver should stop at: the name of each mark and its lines."""
    found = (
        ("new_payees", differs.new_payees),
        ("above", differs.above),
        ("again", differs.again),
        ("twice", differs.twice),
        ("biggest", differs.biggest),
    )
    return [{"name": name, "ids": ids, "count": len(ids)} for name, ids in found]


def _export(request: HttpRequest, found: BatchView) -> HttpResponseBase | None:
    header = [
        _("Key"), _("Case"), _("Unit"), _("Kind"), _("Quantity"), _("State"), _("Attempt"),
        _("Provider's reference"), _("Reason"),
    ]  # fmt: skip
    rows = (
        [
            line.key, line.case_no, line.unit_no, line.commodity,
            amounts.cell(line.quantity, line.commodity),
            label("state", line.state), line.tried, line.provider_ref,
            label("reason", line.reason) if line.reason else "",
        ]
        for line in found.lines
    )  # fmt: skip
    return exports.offered(request, name=f"batch-{found.batch_id}", header=header, rows=rows)
