"""Give a second opinion without seeing the first; say who was right where two differ."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kaishu.base import clock, desk, exports
from kaishu.base.desk import Problem
from kaishu.base.refusals import refusal_page
from kaishu.base.roles import staff
from kaishu.claims import queries as claims
from kaishu.claims.opinions import actions, queries
from kaishu.claims.opinions.errors import OpinionUnknown
from kaishu.claims.opinions.models import OUTCOMES, SecondOpinion
from kaishu.core.errors import Refusal
from kaishu.doors.console import case_page, frame
from kaishu.doors.console.labels import label

HOME = "/staff/opinions/"


@staff(*frame.OPINIONS)
@require_safe
def opinions(request: HttpRequest) -> HttpResponseBase:
    """Say how many claims wait for this person's opinion, and list where two people differ."""
    return _list(request)


@staff(*frame.OPINIONS)
@require_http_methods(["GET", "HEAD", "POST"])
@desk.once
def opinion(request: HttpRequest, opinion_id: int) -> HttpResponseBase:
    """Show a claim as it was sent, without number, owner or decision; the POST judges it."""
    by = request.user.get_username()
    try:
        row = queries.to_judge(opinion_id=opinion_id, by=by)
    except Refusal as refusal:
        if request.method != "POST":
            status = 404 if isinstance(refusal, OpinionUnknown) else 409
            return refusal_page(request, refusal, status=status, href=HOME)
        row = None
    if request.method != "POST" and row is not None:
        return _show(request, row)
    chosen, _colon, reason = request.POST.get("choice", "").partition(":")
    do = partial(
        actions.answer,
        opinion_id=opinion_id,
        answer=chosen,
        reason=reason,
        by=by,
        at=clock.now(),
    )
    return desk.carry_out(
        request,
        do,
        again=lambda problems: _show(request, row, problems) if row else _list(request, problems),
        said=_("Kept. Nobody sees it on the claim."),
        to=HOME,
        about="id-choice",
    )


@staff(*frame.SETTLE_OPINIONS)
@require_POST
@desk.once
def settle(request: HttpRequest, opinion_id: int) -> HttpResponseBase:
    """Keep which of two different answers is right."""
    do = partial(
        actions.settle,
        opinion_id=opinion_id,
        outcome=request.POST.get("outcome", ""),
        by=request.user.get_username(),
        at=clock.now(),
    )
    return desk.carry_out(
        request,
        do,
        again=lambda problems: _list(request, problems),
        said=_("Settled. Where the decision was wrong, open the claim again."),
        to=HOME,
    )


def _list(request: HttpRequest, problems: Sequence[Problem] = ()) -> HttpResponseBase:
    rows = queries.differing() if frame.may(request, frame.READ_OPINIONS) else ()
    file = exports.offered(
        request,
        name="second-opinions",
        header=(_("Case"), _("When"), _("First"), _("Then")),
        rows=((each.claim_unit.claim.case_no, each.answered_at, *_two(each)) for each in rows),
    )
    if file is not None:
        return file
    by = request.user.get_username()
    judges = frame.may(request, frame.OPINIONS)
    mine = queries.waiting(by=by) if judges else SecondOpinion.objects.none()
    context = {
        "judges": judges,
        "waiting": mine.count(),
        "next": mine.first(),
        "reads": frame.may(request, frame.READ_OPINIONS),
        "lines": [_line(each, by) for each in rows],
        "settles": frame.may(request, frame.SETTLE_OPINIONS),
        "outcomes": [(code, label("opinion", code)) for code in OUTCOMES],
    }
    status = 409 if problems else 200
    return frame.show(
        request, "console/opinions/list.html", context, problems=problems, status=status
    )


def _line(row: SecondOpinion, by: str) -> dict[str, Any]:
    first, then = _two(row)
    return {
        "row": row,
        "case_no": row.claim_unit.claim.case_no,
        "unit_no": row.claim_unit.unit_no,
        "first": first,
        "then": then,
        "own": by in (row.first_by, row.by),
    }


def _two(row: SecondOpinion) -> tuple[str, str]:
    first = f"{label('decision', row.first)} ({label('reason', row.decision.reason)})"
    then = f"{label('decision', row.answer)} ({label('reason', row.reason)})"
    return f"{first} · {row.first_by}", f"{then} · {row.by}"


def _show(
    request: HttpRequest, row: SecondOpinion, problems: Sequence[Problem] = ()
) -> HttpResponse:
    unit = row.claim_unit
    case = claims.case(unit.claim.case_no)
    view = next(each for each in case.units if each.unit_no == unit.unit_no)
    context = {
        "opinion": row,
        "part": case_page.blind_part(case, view),
        "proof_code": case.proof_code,
        "files": [
            each
            for each in (*view.evidence, *case.evidence)
            if row.newest_file is None or each.evidence_id <= row.newest_file
        ],
        "pictures": case_page.PICTURES,
        "answers": [
            (label("opinion", answer), [(f"{answer}:{each}", label("reason", each)) for each in of])
            for answer, of in actions.ANSWER_REASONS.items()
            if answer != "passed"
        ],
        "judges": frame.may(request, frame.OPINIONS),
        "chosen": request.POST.get("choice", ""),
    }
    recall = frame.recall_of(unit.edition_id)
    return frame.show(
        request,
        "console/opinions/one.html",
        context,
        recall=recall,
        problems=problems,
        status=422 if problems else 200,
    )
