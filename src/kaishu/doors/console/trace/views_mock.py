"""Mock recalls: run one, see all that were ever run, hand the record to an auditor."""

from __future__ import annotations

import time
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kaishu.base import desk, language
from kaishu.base.clock import now
from kaishu.base.desk import Problem
from kaishu.base.idempotency import new_key
from kaishu.base.refusals import refusal_page
from kaishu.base.roles import staff
from kaishu.core.genealogy.things import Kind, name_of
from kaishu.doors.console import frame
from kaishu.doors.console.trace import asked as asking
from kaishu.doors.console.trace.opened import Opened, show, with_trace
from kaishu.supply.mock import queries, record
from kaishu.supply.mock.actions import run_mock
from kaishu.supply.mock.errors import MockUnknown
from kaishu.supply.mock.models import MockRecall

HERE = "mock/"
LISTED = 50


@staff(*frame.TRACE)
@require_safe
@with_trace
def mocks(request: HttpRequest, opened: Opened) -> HttpResponseBase:
    """List every mock recall of a network, the newest first, with a form to run another."""
    return _list(request, opened, [])


@staff(*frame.WRITE_TRACE)
@require_POST
@desk.once
@with_trace
def run(request: HttpRequest, opened: Opened) -> HttpResponseBase:
    """Run one: of the lot that was typed, or of one that is drawn."""
    asked = asking.read(request, opened, name="lot", kinds=(Kind.LOT,))
    problems = list(asked.problems)
    if len(asked.codes) > 1:
        problems.append(Problem(_("Name one lot only."), "", "id-lot"))
    if problems:
        return _list(request, opened, problems, typed=asked.text)
    made: list[MockRecall] = []

    def act() -> str:
        made.append(
            run_mock(
                slug=opened.network.slug,
                lot=asked.codes[0] if asked.codes else "",
                by=request.user.get_username(),
                at=now(),
                clock=time.monotonic,
            )
        )
        return _("The mock recall is done and its record is kept.")

    def again(found: list[Problem]) -> HttpResponseBase:
        return _list(request, opened, found, typed=asked.text)

    response = desk.carry_out(request, act, again=again, to=opened.base + HERE, about="id-lot")
    if made:
        response["Location"] = f"{opened.base}{HERE}{made[0].pk}/"
    return response


@staff(*frame.TRACE)
@require_safe
@with_trace
def mock(request: HttpRequest, opened: Opened, number: int) -> HttpResponseBase:
    """Show one record whole."""
    try:
        row = queries.mock(opened.network, number)
    except MockUnknown as refusal:
        return refusal_page(request, refusal, status=404)
    twice = [
        {
            "thing": each["code"],
            "name": name_of(each["code"]),
            "why": record.why_twice(each["why"]),
            "other": each["other"],
        }
        for each in row.duplicate_units[:LISTED]
    ]
    lost = opened.things(row.lost_units[:LISTED])
    context: dict[str, Any] = {
        **_line(row),
        "lost": list(lost.values()),
        "more_lost": row.lost - len(lost),
        "twice": twice,
        "more_twice": row.duplicates - len(twice),
        "holders": row.holders[:LISTED],
        "more_holders": row.holder_count - len(row.holders[:LISTED]),
        "thing": opened.things([row.lot])[row.lot],
    }
    if row.unseen is not None:
        context["unseen"] = {**row.unseen, "waiting": row.waiting}
    return show(request, "console/trace/mock_one.html", opened, context)


@staff(*frame.TRACE)
@require_safe
@with_trace
def mock_paper(request: HttpRequest, opened: Opened, number: int) -> HttpResponseBase:
    """Send the record as a PDF in the language in force."""
    try:
        row = queries.mock(opened.network, number)
    except MockUnknown as refusal:
        return refusal_page(request, refusal, status=404)
    name = f"{opened.network.slug}-mock-recall-{row.pk}.pdf"
    return HttpResponse(
        record.pdf(row, language=language.tag()),
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _list(
    request: HttpRequest, opened: Opened, problems: list[Problem], *, typed: str = ""
) -> HttpResponseBase:
    context = {
        "lines": [_line(row) for row in queries.mocks(opened.network)],
        "typed": typed,
        "key": new_key(),
    }
    return show(request, "console/trace/mock.html", opened, context, here=HERE, problems=problems)


def _line(row: MockRecall) -> dict[str, Any]:
    return {
        "row": row,
        "lot": name_of(row.lot),
        "share": record.located_share(row),
        "seconds": record.seconds(row),
        "chosen": record.chosen(row),
        "goal": record.goal(row),
    }
