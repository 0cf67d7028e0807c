"""The second signature: the recycler's person by own account, a driver by a one-time code."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kaishu.base import clock, desk
from kaishu.base.desk import Problem, problem_of
from kaishu.base.refusals import refusal_page
from kaishu.base.roles import open_to_all, staff
from kaishu.core.errors import Refusal
from kaishu.core.text import TextTooLong
from kaishu.doors.partner import frame
from kaishu.doors.partner.views_containers import find, names_of
from kaishu.returns import actions as returns
from kaishu.returns import numbers, queries, workplaces
from kaishu.returns.errors import (
    ContainerNotFound,
    HandOverNameNeeded,
    SealDiffers,
    SealNotRead,
)
from kaishu.returns.models import Container, HandOver


@staff(*frame.TAKE)
@require_http_methods(["GET", "HEAD"])
def take_list(request: HttpRequest) -> HttpResponse:
    """List the containers that depots have signed away to the person's recycler."""
    own = workplaces.parties_of(request.user.get_username())
    names = names_of(frame.running())
    views = [
        view
        for recycler in sorted(own)
        for view in queries.containers(recycler=recycler)
        if view.state == "given"
    ]
    lines = [{"view": view, "site": names.get(view.site, view.site)} for view in views]
    return frame.show(request, "partner/take_list.html", {"lines": lines, "tied": bool(own)})


@staff(*frame.TAKE)
@require_http_methods(["GET", "HEAD", "POST"])
@desk.once
def take_one(request: HttpRequest, number: str) -> HttpResponse:
    """Show what the depot signed; the POST signs for the recycler."""
    row = find(number)
    if row is None or row.recycler not in workplaces.parties_of(request.user.get_username()):
        return refusal_page(request, ContainerNotFound(number=number), status=404)
    offered = _open_offer(row)
    if request.method != "POST" or offered is None:
        return _show(request, row, offered)
    signature = returns.Signature(how="account", by=request.user.get_username())
    try:
        _take(request, row, signature)
    except Refusal as refusal:
        return _show(request, row, offered, problems=[_problem(refusal)])
    desk.say_next(request, _("Signed. The units are in your custody now."))
    return HttpResponseRedirect("/depot/take/")


@open_to_all
@require_http_methods(["GET", "HEAD", "POST"])
def sign(request: HttpRequest) -> HttpResponse:
    """Let a driver without an account sign, with the code on the depot's screen.

    Without the code the page tells nothing; with it, no more than what is on the paper.
    """
    typed = {name: request.POST.get(name, "").strip() for name in ("number", "code", "name")}
    typed["number"] = typed["number"] or request.GET.get("number", "")[:40]
    if request.method != "POST":
        return _sign_page(request, typed)
    number = numbers.tidy(typed["number"])
    try:
        offered = returns.open_by_code(number=number, code=typed["code"], at=clock.now())
    except Refusal as refusal:
        return _sign_page(request, typed, problems=[problem_of(refusal, "id-code")])
    row = offered.container
    if request.POST.get("do") != "sign":
        return _sign_page(request, typed, row=row, offered=offered)
    try:
        _take(request, row, returns.Signature(how="code", by="", name=typed["name"]))
    except Refusal as refusal:
        problems = [_problem(refusal)]
        return _sign_page(request, typed, row=row, offered=offered, problems=problems)
    return frame.show(request, "partner/signed.html", {"container": row, "counted": _counted(row)})


def _take(request: HttpRequest, row: Container, signature: returns.Signature) -> None:
    returns.take(
        container_id=row.id,
        counted=frame.number(request.POST.get("counted", "")),
        missing=[frame.row_id(line) for line in request.POST.getlist("missing")],
        seal_no=request.POST.get("seal", ""),
        signature=signature,
        at=clock.now(),
    )


def _problem(refusal: Refusal) -> Problem:
    field = "counted"
    if isinstance(refusal, SealNotRead | SealDiffers):
        field = "seal"
    elif isinstance(refusal, HandOverNameNeeded | TextTooLong):
        field = "name"
    return problem_of(refusal, f"id-{field}")


def _open_offer(row: Container) -> HandOver | None:
    return row.hand_overs.filter(withdrawn_at=None).first()


def _counted(row: Container) -> int:
    return row.hand_overs.filter(withdrawn_at=None).values_list("counted", flat=True)[0] or 0


def _facts(request: HttpRequest, row: Container, offered: HandOver | None) -> dict[str, Any]:
    names = names_of(frame.running())
    chosen = request.POST.getlist("missing")
    return {
        "container": row,
        "offered": offered,
        "site_name": names.get(row.site, row.site),
        "recycler_name": names.get(row.recycler, row.recycler),
        "lines": [
            {"line": line, "missing": str(line.id) in chosen} for line in row.lines.order_by("id")
        ],
        "counted": request.POST.get("counted", ""),
        "seal": request.POST.get("seal", ""),
    }


def _show(
    request: HttpRequest,
    row: Container,
    offered: HandOver | None,
    *,
    problems: Sequence[Problem] = (),
) -> HttpResponse:
    context = _facts(request, row, offered)
    return frame.show(request, "partner/take_one.html", context, problems=problems)


def _sign_page(
    request: HttpRequest,
    typed: dict[str, str],
    *,
    row: Container | None = None,
    offered: HandOver | None = None,
    problems: Sequence[Problem] = (),
) -> HttpResponse:
    context: dict[str, Any] = {"typed": typed}
    if row is not None:
        context |= _facts(request, row, offered)
    return frame.show(request, "partner/sign.html", context, problems=problems)
