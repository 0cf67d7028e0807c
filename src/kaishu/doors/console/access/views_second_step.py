"""After the password: the second step, or setting one up the first time; and asking again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from kaishu.base import clock, limiter, second_step
from kaishu.base.access import sign_ins
from kaishu.base.access.errors import PasswordWrong, TooManyCodes
from kaishu.base.desk import Problem, problem_of
from kaishu.base.roles import Role, open_to_all, staff
from kaishu.core.errors import Refusal
from kaishu.doors.console import frame
from kaishu.doors.console.access import arriving, proof, setting_up

SIGN_IN = "/staff/sign-in/"
AGAIN_TRIES = "staff_again"


@open_to_all
@require_http_methods(["GET", "HEAD", "POST"])
def second(request: HttpRequest) -> HttpResponse:
    """Ask for the second step of whoever's password fitted, and sign them in."""
    found = arriving.who(request)
    if found is None or not second_step.ways(found.user).any:
        return HttpResponseRedirect(SIGN_IN)
    if request.method != "POST":
        return _ask(request, found.user)
    at = clock.now()
    try:
        step = proof.check(request, found.user, at)
    except Refusal as refusal:
        return _ask(request, found.user, [problem_of(refusal, "id-code")], status=_status(refusal))
    sign_ins.begin(request, found.user, step=step, at=at)
    return HttpResponseRedirect(arriving.own_page(request, found.back))


@open_to_all
@require_http_methods(["GET", "HEAD", "POST"])
def first_time(request: HttpRequest) -> HttpResponse:
    """Let somebody whose role needs a second step set one up before anything else opens."""
    found = arriving.who(request)
    if found is None or second_step.ways(found.user).any:
        return HttpResponseRedirect(SIGN_IN)
    if request.method != "POST":
        return _set_up(request, found.user)
    at = clock.now()
    try:
        done = setting_up.take(request, found.user, at)
    except Refusal as refusal:
        problems = [problem_of(refusal, setting_up.control(request))]
        return _set_up(request, found.user, problems, status=_status(refusal))
    sign_ins.begin(request, found.user, step=done.step, at=at)
    context = {"codes": done.codes, "back": arriving.own_page(request, found.back)}
    return render(request, "console/access/codes.html", context)


@staff(*Role, own=True)
@require_http_methods(["GET", "HEAD", "POST"])
def again(request: HttpRequest) -> HttpResponse:
    """Ask once more who sits there: the second step, or the password where there is none."""
    fields = request.POST if request.method == "POST" else request.GET
    back = arriving.own_page(request, fields.get("next", ""))
    if request.method != "POST":
        return _ask_again(request, back)
    assert isinstance(request.user, User)
    at = clock.now()
    try:
        step = _proof_again(request, request.user, at=at)
    except Refusal as refusal:
        problems = [problem_of(refusal, "id-code")]
        return _ask_again(request, back, problems, status=_status(refusal))
    sign_ins.prove(request, step=step, at=at)
    return HttpResponseRedirect(back)


def _proof_again(request: HttpRequest, user: User, *, at: Any) -> str:
    if second_step.ways(user).any:
        return proof.check(request, user, at)
    subject, most = str(user.pk), second_step.MOST_TRIES
    if not limiter.allow(
        name=AGAIN_TRIES, subject=subject, limit=most, seconds=second_step.PAUSE, at=at
    ):
        left = limiter.wait(name=AGAIN_TRIES, subject=subject, limit=most, at=at)
        raise TooManyCodes(minutes=max(1, -(-left // 60)))
    if not user.check_password(request.POST.get("password", "")):
        raise PasswordWrong
    limiter.forget(name=AGAIN_TRIES, subject=subject)
    return ""


def _ask(
    request: HttpRequest, user: User, problems: Sequence[Problem] = (), *, status: int = 200
) -> HttpResponse:
    context = {**proof.form(request, user), "problems": problems}
    return render(request, "console/access/second_step.html", context, status=status)


def _set_up(
    request: HttpRequest, user: User, problems: Sequence[Problem] = (), *, status: int = 200
) -> HttpResponse:
    context = {**setting_up.form(request, user), "problems": problems}
    return render(request, "console/access/first_time.html", context, status=status)


def _ask_again(
    request: HttpRequest, back: str, problems: Sequence[Problem] = (), *, status: int = 200
) -> HttpResponse:
    assert isinstance(request.user, User)
    context = {**proof.form(request, request.user), "back": back}
    template = "console/access/again.html"
    return frame.show(request, template, context, problems=problems, status=status)


def _status(refusal: Refusal) -> int:
    return 429 if isinstance(refusal, TooManyCodes) else 422
