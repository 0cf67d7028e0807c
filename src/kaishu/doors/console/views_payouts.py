"""What is due, the batches that pay it, and the second person who says yes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from kaishu.base import clock, desk, words
from kaishu.base.desk import Problem, problem_of
from kaishu.base.refusals import refusal_page
from kaishu.base.roles import Role, WrongRole, staff
from kaishu.core.errors import Refusal
from kaishu.doors.console import frame
from kaishu.payouts import actions, queries, worker
from kaishu.payouts.errors import BatchNotFound
from kaishu.payouts.models import READY, Instruction
from kaishu.payouts.queries import BatchView

_PROPOSE = (Role.FINANCE,)
_APPROVE = (Role.APPROVER,)
_WITHDRAW = (Role.FINANCE, Role.APPROVER)


@staff(*frame.PAYOUTS)
@require_http_methods(["GET", "HEAD", "POST"])
@desk.once
def payouts(request: HttpRequest) -> HttpResponse:
    """Show what is due and the batches; the POST puts what is due into a new batch."""
    if request.method != "POST":
        return _list(request)
    if not frame.may(request, _PROPOSE):
        return _not_yours(request)
    try:
        made = actions.propose_batch(by=request.user.get_username(), at=clock.now())
    except Refusal as refusal:
        return _list(request, problems=[problem_of(refusal)])
    desk.say_next(request, _("The batch is made. Nothing is paid before another person approves."))
    return HttpResponseRedirect(f"/staff/payouts/{made.id}/")


@staff(*frame.PAYOUTS)
@require_http_methods(["GET", "HEAD", "POST"])
@desk.once
def batch(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Show a batch in words; the POST approves or withdraws it."""
    try:
        found = queries.batch(batch_id)
    except BatchNotFound as refusal:
        return refusal_page(request, refusal, status=404)
    if request.method != "POST":
        return _batch(request, found)
    act = request.POST.get("do")
    if act not in ("approve", "withdraw"):
        return _batch(request, found)
    approving = act == "approve"
    if not frame.may(request, _APPROVE if approving else _WITHDRAW):
        return _not_yours(request)
    me, now = request.user.get_username(), clock.now()
    try:
        if approving:
            digest = request.POST.get("digest", "") or "-"  # never approved unread
            actions.approve_batch(batch_id=batch_id, by=me, at=now, digest=digest)
        else:
            actions.withdraw_batch(batch_id=batch_id, by=me, at=now)
    except Refusal as refusal:
        return _batch(request, queries.batch(batch_id), problems=[problem_of(refusal)])
    desk.say_next(
        request, _("Approved. The sender pays it next.") if approving else _("Withdrawn.")
    )
    return HttpResponseRedirect(f"/staff/payouts/{batch_id}/")


@staff(*_WITHDRAW)
@require_POST
@desk.once
def run(request: HttpRequest) -> HttpResponse:
    """Run the sender once, in the demo only; elsewhere the worker does it."""
    if settings.KAISHU_MODE == "demo":
        worker.run_once(at=clock.now())
        desk.say_next(request, _("The sender ran once."))
    return HttpResponseRedirect("/staff/payouts/")


def _list(request: HttpRequest, *, problems: Sequence[Problem] = ()) -> HttpResponse:
    lines = queries.due()
    totals: Counter[str] = Counter()
    people: dict[str, set[str]] = {}
    for line in lines:
        totals[line.commodity] += line.quantity
        people.setdefault(line.commodity, set()).add(line.payee)
    context = {
        "due": [
            {"commodity": name, "total": totals[name], "people": len(people[name])}
            for name in sorted(totals)
        ],
        "says": _says(totals, len({line.payee for line in lines})) if lines else "",
        "lines": lines,
        "batches": queries.batches(),
        "attention": queries.attention(),
        "proposes": frame.may(request, _PROPOSE),
        "demo": settings.KAISHU_MODE == "demo" and frame.may(request, _WITHDRAW),
    }
    status = 409 if problems else 200
    return frame.show(request, "console/payouts.html", context, problems=problems, status=status)


def _batch(
    request: HttpRequest, found: BatchView, *, problems: Sequence[Problem] = ()
) -> HttpResponse:
    me = request.user.get_username()
    approves = frame.may(request, _APPROVE)
    context = {
        "batch": found,
        "says": _says(found.totals, len({line.payee for line in found.lines})),
        "changes": _changes(found),
        "mine": found.maker == me,
        "approves": approves and found.maker != me and found.state == "proposed",
        "approver_role": approves,
        "withdraws": frame.may(request, _WITHDRAW) and bool(found.states.get(READY)),
        "demo": settings.KAISHU_MODE == "demo" and frame.may(request, _WITHDRAW),
    }
    status = 409 if problems else 200
    return frame.show(request, "console/batch.html", context, problems=problems, status=status)


def _says(totals: Mapping[str, int], people: int) -> str:
    """Say a payment in one sentence."""
    amounts = " + ".join(words.quantity(totals[name], name) for name in sorted(totals))
    said = ngettext("%(amounts)s to %(people)s person", "%(amounts)s to %(people)s people", people)
    return said % {"amounts": amounts, "people": people}


def _changes(found: BatchView) -> dict[str, Any]:
    """Compare a batch with the one before it: what an approver should stop at."""
    before = next(
        (
            each
            for each in queries.batches(limit=500)
            if each.batch_id < found.batch_id and each.state != "withdrawn"
        ),
        None,
    )
    paid_before = set(
        Instruction.objects.filter(
            batch_id__lt=found.batch_id, payee__in={line.payee for line in found.lines}
        ).values_list("payee", flat=True)
    )
    names = sorted({*found.totals, *(before.totals if before else {})})
    return {
        "before": before,
        "totals": [
            {
                "commodity": name,
                "now": found.totals.get(name, 0),
                "then": before.totals.get(name, 0) if before else 0,
            }
            for name in names
        ],
        "again": [line for line in found.lines if line.attempt > 1],
        "known_payees": len(paid_before),
        "largest": max(found.lines, key=lambda line: line.quantity, default=None),
    }


def _not_yours(request: HttpRequest) -> HttpResponse:
    return refusal_page(request, WrongRole(), status=403)
