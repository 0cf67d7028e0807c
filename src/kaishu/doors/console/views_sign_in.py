"""Sign in with a name and a password, and sign out again."""

from __future__ import annotations

from datetime import datetime

from django.contrib import auth
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from kaishu.base import limiter, metrics, second_step
from kaishu.base.access import sign_ins
from kaishu.base.desk import Problem
from kaishu.base.roles import open_to_all
from kaishu.doors.console.access import arriving

# Ten wrong passwords, then a pause: sixty guesses an hour, and a typo costs nobody the day.
TRIES = "staff_sign_in"
MOST_TRIES = 10
PAUSE = 600


@open_to_all
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for name and password; a wrong pair does not say which of the two was wrong."""
    fields = request.POST if request.method == "POST" else request.GET
    back = arriving.own_page(request, fields.get(REDIRECT_FIELD_NAME, ""))
    if request.method != "POST":
        if request.user.is_authenticated:
            return HttpResponseRedirect(back)
        return _ask(request, back, "", [])
    name = request.POST.get("username", "")
    account, at = name.strip().casefold(), timezone.now()
    if not limiter.allow(name=TRIES, subject=account, limit=MOST_TRIES, seconds=PAUSE, at=at):
        metrics.count_sign_in(metrics.PAUSED)
        left = limiter.wait(name=TRIES, subject=account, limit=MOST_TRIES, at=at)
        return _ask(request, back, name, [_pause(left)], status=429)
    user = auth.authenticate(request, username=name, password=request.POST.get("password", ""))
    if user is None:
        metrics.count_sign_in(metrics.WRONG)
        wrong = Problem(
            _("This name and password do not go together."),
            _("Type both again. If you forgot the password, ask an administrator."),
            "id-username",
        )
        return _ask(request, back, name, [wrong])
    limiter.forget(name=TRIES, subject=account)
    return _go_on(request, user, back, at)


def _go_on(request: HttpRequest, user: User, back: str, at: datetime) -> HttpResponse:
    """Sign in whoever needs no second step; lead the others to it, or to setting one up."""
    if second_step.ways(user).any:
        arriving.keep(request, user, back)
        return HttpResponseRedirect("/staff/sign-in/second-step/")
    if second_step.required(user):
        arriving.keep(request, user, back)
        return HttpResponseRedirect("/staff/sign-in/set-up/")
    sign_ins.begin(request, user, step="", at=at)
    return HttpResponseRedirect(back)


@open_to_all
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    sign_ins.end(request, why="signed_out", at=timezone.now())
    return HttpResponseRedirect("/staff/sign-in/")


def _pause(seconds: int) -> Problem:
    """Say how long to wait, the same for a name that exists and one that does not."""
    minutes = max(1, -(-seconds // 60))
    return Problem(
        _("The password was wrong too often for this name."),
        ngettext(
            "Wait %(minutes)s minute, then try again. If you forgot the password, ask an "
            "administrator.",
            "Wait %(minutes)s minutes, then try again. If you forgot the password, ask an "
            "administrator.",
            minutes,
        )
        % {"minutes": minutes},
        "id-password",
    )


def _ask(
    request: HttpRequest, back: str, name: str, problems: list[Problem], *, status: int = 422
) -> HttpResponse:
    context = {"back": back, "name": name, "problems": problems}
    return render(request, "console/sign_in.html", context, status=status if problems else 200)
