"""The administrator's pages: who has an account, what they may do, and what happened to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from kaishu.base import clock, desk, exports, second_step
from kaishu.base.access import accounts, sign_ins
from kaishu.base.access.errors import AccountName, AccountTaken, NoSuchAccount
from kaishu.base.access.models import AccountEvent, CodeApp, Passkey
from kaishu.base.desk import Problem, problem_of
from kaishu.base.fresh import fresh_sign_in, is_fresh
from kaishu.base.refusals import refusal_page
from kaishu.base.roles import Role, staff
from kaishu.core.errors import Refusal
from kaishu.doors.console import frame
from kaishu.doors.console.access import labels

EVENTS = 50
LONGEST_NAME = 40
ACTS: Mapping[str, Callable[..., None]] = {
    "disable": accounts.disable,
    "enable": accounts.enable,
    "reset": accounts.reset_second_step,
}


@staff(*frame.ACCOUNTS)
@require_http_methods(["GET", "HEAD", "POST"])
def members(request: HttpRequest) -> HttpResponseBase:
    """List the accounts; the POST invites somebody and shows their link, once."""
    if request.method != "POST":
        return _file(request) or _list(request)
    return _invite(request)


@fresh_sign_in
def _invite(request: HttpRequest) -> HttpResponse:
    name = request.POST.get("name", "").strip().lower()[: LONGEST_NAME + 1]
    wanted = request.POST.getlist("roles")
    by, at = request.user.get_username(), clock.now()
    try:
        token = accounts.invite(name=name, roles=wanted, by=by, at=at)
    except Refusal as refusal:
        about_name = isinstance(refusal, AccountName | AccountTaken)
        problem = problem_of(refusal, "id-name" if about_name else "id-roles")
        return _list(request, name=name, wanted=wanted, problems=[problem], status=422)
    return _show_link(request, name, token)


@staff(*frame.ACCOUNTS)
@require_http_methods(["GET", "HEAD", "POST"])
@fresh_sign_in
@desk.once
def member(request: HttpRequest, name: str) -> HttpResponse:
    """Show one account; the POST sets its roles."""
    try:
        user = accounts.find(name)
        if request.method == "POST":
            wanted = request.POST.getlist("roles")
            by = request.user.get_username()
            accounts.set_roles(name=name, roles=wanted, by=by, at=clock.now())
            desk.say_next(request, _("The roles are set. They count from the next page on."))
            return HttpResponseRedirect(f"/staff/access/{name}/")
    except NoSuchAccount as refusal:
        return refusal_page(request, refusal, status=404)
    except Refusal as refusal:
        problems = [problem_of(refusal, "id-roles")]
        return _one(request, user, problems=problems, status=422)
    return _one(request, user)


@staff(*frame.ACCOUNTS)
@require_POST
@fresh_sign_in
@desk.once
def act(request: HttpRequest, name: str) -> HttpResponse:
    """Disable, enable, reset the second step, or make a new link for one account."""
    do = ACTS.get(request.POST.get("do", ""))
    by, at = request.user.get_username(), clock.now()
    try:
        if do is None:
            return _show_link(request, name, accounts.new_link(name=name, by=by, at=at))
        do(name=name, by=by, at=at)
    except NoSuchAccount as refusal:
        return refusal_page(request, refusal, status=404)
    except Refusal as refusal:
        user = accounts.find(name)
        return _one(request, user, problems=[problem_of(refusal)], status=422)
    desk.say_next(request, _("Done. It is in the log below."))
    return HttpResponseRedirect(f"/staff/access/{name}/")


def _show_link(request: HttpRequest, name: str, token: str) -> HttpResponse:
    link = f"{settings.KAISHU_PUBLIC_URL}/staff/start/{token}/"
    hours = int(accounts.LINK_LASTS.total_seconds() // 3600)
    context = {"account": name, "link": link, "hours": hours}
    return frame.show(request, "console/access/link.html", context)


def _list(
    request: HttpRequest,
    *,
    name: str = "",
    wanted: Sequence[str] = (),
    problems: Sequence[Problem] = (),
    status: int = 200,
) -> HttpResponse:
    context = {
        "lines": _lines(),
        "choices": _choices(wanted),
        "typed": name,
        "may_act": frame.may(request, frame.ACCOUNTS),
        "fresh": is_fresh(request),
    }
    template = "console/access/members.html"
    return frame.show(request, template, context, problems=problems, status=status)


def _lines() -> list[dict[str, Any]]:
    with_app = set(CodeApp.objects.values_list("user_id", flat=True))
    with_passkey = set(Passkey.objects.values_list("user_id", flat=True))
    lines = []
    for user in User.objects.order_by("-is_active", "username").prefetch_related("groups"):
        codes = {group.name for group in user.groups.all()}
        mine = frozenset(role for role in Role if role.value in codes)
        has = user.pk in with_app or user.pk in with_passkey
        lines.append(
            {
                "user": user,
                "roles": labels.roles(mine),
                "toxic": _toxic(mine),
                "second_step": has,
                "lacks": second_step.required(user) and not has,
            }
        )
    return lines


def _file(request: HttpRequest) -> HttpResponseBase | None:
    header = (_("User name"), _("Roles"), _("Active"), _("Second step"), _("Last sign-in"))
    rows = (
        (
            line["user"].username,
            ", ".join(line["roles"]),
            _("yes") if line["user"].is_active else _("no"),
            _("yes") if line["second_step"] else _("no"),
            line["user"].last_login or "",
        )
        for line in _lines()
    )
    return exports.offered(request, name="accounts", header=header, rows=rows)


def _one(
    request: HttpRequest, user: User, *, problems: Sequence[Problem] = (), status: int = 200
) -> HttpResponse:
    mine = accounts.roles_named(user)
    events = AccountEvent.objects.filter(about=user.username).order_by("-at", "-id")[:EVENTS]
    context = {
        "member": user,
        "choices": _choices([role.value for role in mine]),
        "toxic": _toxic(mine),
        "ways": second_step.ways(user),
        "sign_ins": sign_ins.open_ones(user_id=user.pk, at=clock.now()).count(),
        "events": [{"row": row, "what": labels.word("event", row.what)} for row in events],
        "may_act": frame.may(request, frame.ACCOUNTS) and user != request.user,
        "own": user == request.user,
    }
    template = "console/access/member.html"
    return frame.show(request, template, context, problems=problems, status=status)


def _choices(wanted: Sequence[str]) -> list[dict[str, Any]]:
    return [
        {
            "code": role.value,
            "name": labels.word("role", role.value),
            "does": labels.word("does", role.value),
            "on": role.value in wanted,
        }
        for role in Role
    ]


def _toxic(mine: frozenset[Role]) -> list[str]:
    return [" + ".join(labels.roles(pair)) for pair in accounts.toxic(mine)]
