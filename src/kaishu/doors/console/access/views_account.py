"""A person's own account: the second step, the password, and where they are signed in."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kaishu.base import clock, desk, second_step
from kaishu.base.access import accounts, log, recovery, sign_ins
from kaishu.base.access.errors import LastStep
from kaishu.base.access.models import CodeApp, Passkey, SignIn
from kaishu.base.desk import Problem, problem_of
from kaishu.base.fresh import fresh_sign_in
from kaishu.base.roles import Role, staff
from kaishu.core.errors import Refusal
from kaishu.doors.console import frame
from kaishu.doors.console.access import labels, setting_up

HOME = "/staff/account/"
LONGEST = 200


@staff(*Role, own=True)
@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """Show one's own second steps, sign-ins and roles."""
    return _show(request)


@staff(*Role, own=True)
@require_http_methods(["GET", "HEAD", "POST"])
@fresh_sign_in
def add_step(request: HttpRequest) -> HttpResponse:
    """Set up another second step, or a first one of one's own will."""
    user, problems = _me(request), []
    if request.method == "POST":
        try:
            done = setting_up.take(request, user, clock.now())
        except Refusal as refusal:
            problems = [problem_of(refusal, setting_up.control(request))]
        else:
            sign_ins.prove(request, step=done.step, at=clock.now())
            if done.codes:
                return _codes(request, done.codes)
            desk.say_next(request, _("The second step is added. Other sign-ins have ended."))
            return HttpResponseRedirect(HOME)
    context = setting_up.form(request, user)
    status = 422 if problems else 200
    template = "console/access/add_step.html"
    return frame.show(request, template, context, problems=problems, status=status)


@staff(*Role, own=True)
@require_POST
@fresh_sign_in
@desk.once
def remove_step(request: HttpRequest) -> HttpResponse:
    """Remove the app or one passkey; the last one stays where a role needs it."""
    try:
        _remove(request, _me(request))
    except Refusal as refusal:
        return _show(request, problems=[problem_of(refusal)], status=422)
    desk.say_next(request, _("Removed. Other sign-ins have ended."))
    return HttpResponseRedirect(HOME)


@staff(*Role, own=True)
@require_POST
@fresh_sign_in
def new_codes(request: HttpRequest) -> HttpResponse:
    """Make ten new recovery codes; the old ones open nothing any more."""
    user, at = _me(request), clock.now()
    codes = recovery.make(user=user, at=at)
    log.write(what="recovery_codes_made", about=user.username, by=user.username, at=at)
    return _codes(request, codes)


@staff(*Role, own=True)
@require_POST
@fresh_sign_in
def password(request: HttpRequest) -> HttpResponse:
    """Set a new password; this sign-in goes on, every other one ends."""
    user, at = _me(request), clock.now()
    row = sign_ins.current(request, at)
    try:
        accounts.change_password(
            user=user,
            password=request.POST.get("password", "")[:LONGEST],
            at=at,
            here=row.pk if row else None,
        )
    except Refusal as refusal:
        return _show(request, problems=[problem_of(refusal, "id-password")], status=422)
    update_session_auth_hash(request, user)  # and a new session key
    desk.say_next(request, _("Your new password is set. Other sign-ins have ended."))
    return HttpResponseRedirect(HOME)


@staff(*Role, own=True)
@require_POST
def end_others(request: HttpRequest) -> HttpResponse:
    """End every sign-in of one's own but this one."""
    user, at = _me(request), clock.now()
    row = sign_ins.current(request, at)
    ended = sign_ins.end_all(user_id=user.pk, why="by_owner", at=at, but=row.pk if row else None)
    if ended:
        name = user.username
        log.write(what="sign_ins_ended", about=name, by=name, at=at, ended=ended)
    desk.say_next(request, _("Your other sign-ins have ended."))
    return HttpResponseRedirect(HOME)


@transaction.atomic
def _remove(request: HttpRequest, user: User) -> None:
    at = clock.now()
    which = request.POST.get("which", "")
    if which == "app":
        gone, _rows = CodeApp.objects.filter(user=user).delete()
        what = "code_app_removed"
    else:
        number = int(which) if which.isascii() and which.isdigit() and len(which) < 18 else 0
        gone, _rows = Passkey.objects.filter(user=user, pk=number).delete()
        what = "passkey_removed"
    if second_step.required(user) and not second_step.ways(user).any:
        raise LastStep
    if gone:
        log.write(what=what, about=user.username, by=user.username, at=at)
        row = sign_ins.current(request, at)
        sign_ins.end_all(user_id=user.pk, why="second_step", at=at, but=row.pk if row else None)


def _codes(request: HttpRequest, codes: Sequence[str]) -> HttpResponse:
    return frame.show(request, "console/access/own_codes.html", {"codes": codes, "back": HOME})


def _show(
    request: HttpRequest, *, problems: Sequence[Problem] = (), status: int = 200
) -> HttpResponse:
    user, at = _me(request), clock.now()
    here = sign_ins.current(request, at)
    context = {
        "ways": second_step.ways(user),
        "required": second_step.required(user),
        "passkeys": Passkey.objects.filter(user=user).order_by("added_at"),
        "roles": labels.roles(accounts.roles_named(user)),
        "sign_ins": [_sign_in(row, here) for row in sign_ins.open_ones(user_id=user.pk, at=at)],
    }
    template = "console/access/account.html"
    return frame.show(request, template, context, problems=problems, status=status)


def _sign_in(row: SignIn, here: SignIn | None) -> dict[str, object]:
    return {
        "row": row,
        "step": labels.word("step", row.step),
        "here": here is not None and here.pk == row.pk,
    }


def _me(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
