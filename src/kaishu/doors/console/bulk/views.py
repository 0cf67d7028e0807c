"""One act on many claims: what it would do, in numbers and words, before anybody can do it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kaishu.base import clock, desk, exports, idempotency, jobs, language
from kaishu.base.desk import Problem, problem_of
from kaishu.base.fresh import fresh_sign_in
from kaishu.base.refusals import refusal_page
from kaishu.base.roles import staff
from kaishu.claims.bulk import actions, queries
from kaishu.claims.bulk.errors import BulkNotFound, BulkNotTyped
from kaishu.claims.bulk.models import BulkAct
from kaishu.claims.bulk.plan import ACTS, Plan
from kaishu.core.errors import Refusal
from kaishu.core.sentences import sentence
from kaishu.doors.console import frame
from kaishu.doors.console.bulk import choices

SAMPLE = 20  # lines of a preview that are shown as examples
SHOWN = 200  # claims of an act that are named on its page; its file has all


@staff(*frame.CASES)
@require_safe
def acts(request: HttpRequest) -> HttpResponse:
    """List the acts: those that wait for a second person first."""
    context = {"rows": queries.recent(), "me": request.user.get_username()}
    return frame.show(request, "console/bulk/acts.html", context)


@staff(*frame.DECIDE)
@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """Show what the act would do to the chosen claims; nothing happens yet."""
    return _preview(request)


@staff(*frame.DECIDE)
@require_POST
@desk.once
def confirm(request: HttpRequest) -> HttpResponse:
    """Keep the act as it was shown, confirmed by typing its number of claims."""
    try:
        act, reason = choices.act_of(request)
        made = actions.propose(
            unit_ids=choices.units_of(request),
            act=act,
            reason=reason,
            shown=request.POST.get("shown", ""),
            typed=request.POST.get("typed", ""),
            key=desk.key_of(request),
            by=request.user.get_username(),
            at=clock.now(),
        )
    except Refusal as refusal:
        return _preview(request, refusal)
    if made.job_id is not None:
        return HttpResponseRedirect(f"/staff/jobs/{made.job_id}/")
    desk.say_next(request, _("Proposed. Another person approves it on this page."))
    return HttpResponseRedirect(f"/staff/bulk/{made.id}/")


@staff(*frame.CASES)
@require_safe
def act(request: HttpRequest, bulk_id: int) -> HttpResponseBase:
    """Show one act: who, what, how many, how much, which claims, and how far it is."""
    try:
        row = queries.find(bulk_id)
        header = (_("Case"), _("Unit"))
        file = exports.offered(
            request, name=f"bulk-{row.id}", header=header, rows=queries.claims_of(row)
        )
        return file or _show(request, row)
    except BulkNotFound as refusal:
        return refusal_page(request, refusal, status=404)


@staff(*frame.APPROVE_BULK)
@fresh_sign_in
@require_POST
@desk.once
def approve(request: HttpRequest, bulk_id: int) -> HttpResponse:
    """Approve what somebody else proposed, and start it."""

    def do(by: str, at: datetime) -> BulkAct:
        shown, typed = request.POST.get("shown", ""), request.POST.get("typed", "")
        return actions.approve(bulk_id=bulk_id, shown=shown, typed=typed, by=by, at=at)

    return _do(request, bulk_id, do, "job_id")


@staff(*frame.DECIDE)
@require_POST
@desk.once
def withdraw(request: HttpRequest, bulk_id: int) -> HttpResponse:
    """Take back an act that has not started."""
    return _do(request, bulk_id, lambda by, at: actions.withdraw(bulk_id=bulk_id, by=by, at=at), "")


@staff(*frame.APPROVE_BULK)
@require_POST
@desk.once
def undo(request: HttpRequest, bulk_id: int) -> HttpResponse:
    """Open again what the act decided, as far as nothing has left."""

    def do(by: str, at: datetime) -> BulkAct:
        typed = request.POST.get("typed", "")
        return actions.undo(bulk_id=bulk_id, typed=typed, by=by, at=at)

    return _do(request, bulk_id, do, "undo_job_id")


def _do(
    request: HttpRequest, bulk_id: int, do: Callable[[str, datetime], BulkAct], job: str
) -> HttpResponse:
    try:
        made = do(request.user.get_username(), clock.now())
    except BulkNotFound as refusal:
        return refusal_page(request, refusal, status=404)
    except Refusal as refusal:
        return _show(request, queries.find(bulk_id), [problem_of(refusal, "id-typed")])
    if job:
        return HttpResponseRedirect(f"/staff/jobs/{getattr(made, job)}/")
    desk.say_next(request, _("Taken back. Nothing was done."))
    return HttpResponseRedirect(f"/staff/bulk/{bulk_id}/")


def _preview(request: HttpRequest, wrong: Refusal | None = None) -> HttpResponse:
    chosen = choices.units_of(request)
    act, reason = choices.act_of(request)
    problems = [] if wrong is None else [_problem(wrong)]
    try:
        plan: Plan | None = actions.preview(
            unit_ids=chosen,
            act=act,
            reason=reason,
            by=request.user.get_username(),
        )
    except Refusal as refusal:
        plan, problems = None, problems or [problem_of(refusal)]
    context: dict[str, Any] = {
        "plan": plan,
        "units": ",".join(str(number) for number in chosen),
        "typed": request.POST.get("typed", ""),
        "key": desk.key_of(request) if wrong is not None else idempotency.new_key(),
    }
    if plan is not None:
        context |= {
            "kind": ACTS[plan.act][0],
            "count": len(plan.done),
            "totals": sorted(plan.totals.items()),
            "sample": plan.done[:SAMPLE],
            "left_out": [(_why(code), number) for code, number in plan.left_out.items()],
        }
    status = 422 if problems else 200
    return frame.show(
        request, "console/bulk/preview.html", context, problems=problems, status=status
    )


def _show(request: HttpRequest, row: BulkAct, problems: Sequence[Problem] = ()) -> HttpResponse:
    mine = row.maker == request.user.get_username()
    approves = frame.may(request, frame.APPROVE_BULK)
    job = jobs.job_view(row.job_id) if row.job_id else None
    waits = row.job_id is None and row.withdrawn_at is None
    over = job is not None and job.state in ("done", "stopped")
    context = {
        "row": row,
        "kind": ACTS[row.act][0],
        "totals": sorted(row.totals.items()),
        "lines": queries.claims_of(row, limit=SHOWN),
        "job": job,
        "mine": mine,
        "waits": waits,
        "may_approve": waits and approves and not mine,
        "may_withdraw": waits and frame.may(request, frame.DECIDE),
        "may_undo": over and row.undo_job_id is None and approves and not mine,
        "typed": request.POST.get("typed", ""),
    }
    status = 422 if problems else 200
    return frame.show(request, "console/bulk/act.html", context, problems=problems, status=status)


def _problem(refusal: Refusal) -> Problem:
    return problem_of(refusal, "id-typed" if isinstance(refusal, BulkNotTyped) else "")


def _why(code: str) -> str:
    return sentence(code, language.tag()).text
