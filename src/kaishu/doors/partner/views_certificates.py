"""Recyclers say with a certificate that every unit of a container is gone for good."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kaishu.base import clock, desk
from kaishu.base.desk import Problem, problem_of
from kaishu.base.roles import staff
from kaishu.core.errors import Refusal
from kaishu.doors.partner import frame
from kaishu.returns import actions as returns
from kaishu.returns import queries

LONGEST = 60


@staff(*frame.CERTIFY)
@require_http_methods(["GET", "HEAD", "POST"])
@desk.once
def certificates(request: HttpRequest) -> HttpResponse:
    """List the containers that were handed over; the POST records a certificate."""
    if request.method != "POST":
        return _show(request)
    names = ("container", "certificate_no", "issued_on")
    said = {name: request.POST.get(name, "").strip() for name in names}
    issued_on = _day(said["issued_on"])
    problems = _missing(said, issued_on)
    if problems or issued_on is None:
        return _show(request, typed=said, problems=problems)
    try:
        returns.certify(
            container_id=frame.number(said["container"]),
            certificate_no=said["certificate_no"],
            issued_on=issued_on,
            by=request.user.get_username(),
            at=clock.now(),
        )
    except Refusal as refusal:
        return _show(request, typed=said, problems=[problem_of(refusal)])
    desk.say_next(request, _("The certificate is recorded. Every unit of the container is closed."))
    return HttpResponseRedirect("/depot/certificates/")


def _missing(said: Mapping[str, str], issued_on: date | None) -> list[Problem]:
    problems = []
    at = said["container"]
    if not said["certificate_no"] or len(said["certificate_no"]) > LONGEST:
        wanted = _("Type the number of the certificate, up to 60 characters.")
        problems.append(Problem(wanted, "", f"id-no-{at}"))
    if issued_on is None:
        problems.append(Problem(_("Choose the day it was issued."), "", f"id-day-{at}"))
    elif issued_on > timezone.localdate():
        problems.append(Problem(_("This day lies in the future."), "", f"id-day-{at}"))
    return problems


def _show(
    request: HttpRequest,
    *,
    typed: Mapping[str, str] | None = None,
    problems: Sequence[Problem] = (),
) -> HttpResponse:
    names = {
        party.code: party.name
        for party in frame.parties(frame.running(), "recycler", "depot", "retailer")
    }
    handed = [view for view in queries.containers() if view.handed_over_at is not None]
    lines: list[dict[str, Any]] = [
        {
            "view": view,
            "recycler": names.get(view.recycler, view.recycler),
            "site": names.get(view.site, view.site),
            "typed": typed if typed and typed["container"] == str(view.container_id) else None,
        }
        for view in handed
    ]
    context = {
        "open": [line for line in lines if not line["view"].certificate_no],
        "closed": [line for line in lines if line["view"].certificate_no],
        "today": timezone.localdate(),
    }
    return frame.show(request, "partner/certificates.html", context, problems=problems)


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None
