"""The link by which somebody sets their own password; then the sign-in goes on as usual."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from kaishu.base import clock, second_step
from kaishu.base.access import accounts, sign_ins
from kaishu.base.access.errors import InvitationOver, PasswordWeak
from kaishu.base.desk import Problem, problem_of
from kaishu.base.refusals import refusal_page
from kaishu.base.roles import open_to_all
from kaishu.doors.console.access import arriving

LONGEST = 200


@open_to_all
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest, token: str) -> HttpResponse:
    """Ask for a new password, once, and go on to the second step."""
    at = clock.now()
    try:
        user = accounts.invited(token=token, at=at)
        if request.method != "POST":
            return _ask(request, user.username)
        password = request.POST.get("password", "")[:LONGEST]
        user = accounts.start(token=token, password=password, at=at)
    except InvitationOver as refusal:
        return refusal_page(request, refusal, status=410)
    except PasswordWeak as refusal:
        return _ask(request, user.username, [problem_of(refusal, "id-password")])
    if second_step.ways(user).any:
        arriving.keep(request, user, "/staff/")
        return HttpResponseRedirect("/staff/sign-in/second-step/")
    if second_step.required(user):
        arriving.keep(request, user, "/staff/")
        return HttpResponseRedirect("/staff/sign-in/set-up/")
    sign_ins.begin(request, user, step="", at=at)
    return HttpResponseRedirect("/staff/")


def _ask(request: HttpRequest, name: str, problems: Sequence[Problem] = ()) -> HttpResponse:
    context = {"account": name, "problems": problems}
    status = 422 if problems else 200
    return render(request, "console/access/start.html", context, status=status)
