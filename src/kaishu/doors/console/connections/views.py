"""Connections and their tokens: who may call us, since when, until when, for what."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kaishu.base import clock, desk, exports
from kaishu.base.desk import Problem, problem_of
from kaishu.base.fresh import fresh_sign_in, is_fresh
from kaishu.base.refusals import refusal_page
from kaishu.base.roles import staff
from kaishu.connections import tokens
from kaishu.connections.errors import ConnectionUnknown
from kaishu.connections.models import Connection, Subscription, Token
from kaishu.connections.tokens import NEEDS_PARTY, ONLY_MAKER, SCOPES
from kaishu.connections.webhooks.events import EVENTS
from kaishu.core.errors import Refusal
from kaishu.doors.console import frame
from kaishu.doors.console.connections import words
from kaishu.editions import queries as editions

HOME = "/staff/connections/"
USUAL_DAYS = 365
View = Callable[..., HttpResponseBase]


def of_connection(view: View) -> View:
    """Open the connection that the address names."""

    @wraps(view)
    def opened(request: HttpRequest, code: str) -> HttpResponseBase:
        try:
            return view(request, tokens.find_connection(code))
        except ConnectionUnknown as refusal:
            return refusal_page(request, refusal, status=404, href=HOME)

    return opened


@staff(*frame.CONNECTIONS)
@require_http_methods(["GET", "HEAD", "POST"])
def connections(request: HttpRequest) -> HttpResponseBase:
    """List the connections; the POST makes a new one."""
    if request.method == "POST":
        return _make(request)
    lines = _lines()
    header = (_("Name of the connection"), _("Works for"), _("Recall"), _("Tokens"), _("Last used"))
    rows = (
        (each["row"].name, each["party"], each["recall"], each["live"], each["used"] or "")
        for each in lines
    )
    file = exports.offered(request, name="connections", header=header, rows=rows)
    return file or _list(request, lines, {}, [])


@fresh_sign_in
@desk.once
def _make(request: HttpRequest) -> HttpResponse:
    typed = request.POST
    try:
        made = tokens.make_connection(
            name=typed.get("name", ""),
            party=typed.get("party", ""),
            recall_slug=typed.get("recall", ""),
            key=desk.key_of(request),
            by=request.user.get_username(),
            at=clock.now(),
        )
    except Refusal as refusal:
        return _list(request, _lines(), typed, [problem_of(refusal, "id-name")])
    return HttpResponseRedirect(f"{HOME}{made.code}/#issue")


@staff(*frame.CONNECTIONS)
@require_safe
@of_connection
def connection(request: HttpRequest, row: Connection) -> HttpResponse:
    """Show one connection: its tokens, its webhooks."""
    return one(request, row)


@staff(*frame.CONNECTIONS)
@require_POST
@fresh_sign_in
@of_connection
def issue(request: HttpRequest, row: Connection) -> HttpResponse:
    """Make a token and show it, once. The same form again shows only that it was made."""
    wanted, typed = request.POST.getlist("scopes"), request.POST.get("days", "").strip()
    try:
        issued = tokens.issue(
            connection=row,
            scopes=wanted,
            days=int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 5 else 0,
            key=desk.key_of(request),
            by=request.user.get_username(),
            at=clock.now(),
        )
    except Refusal as refusal:
        problems = [problem_of(refusal, "id-days")]
        return one(request, row, problems, wanted=wanted, days=typed)
    if not issued.token:
        desk.say_next(request, _("This token was made a moment ago, and was shown then."))
        return HttpResponseRedirect(f"{HOME}{row.code}/")
    context = {"row": row, "secret": issued.token, "what": "token", "token": issued.row}
    return frame.show(request, "console/connections/secret.html", context)


@staff(*frame.CONNECTIONS)
@require_POST
@fresh_sign_in
@desk.once
@of_connection
def revoke(request: HttpRequest, row: Connection) -> HttpResponse:
    """End a token now."""
    typed = request.POST.get("token", "")
    number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 18 else 0
    tokens.revoke(connection=row, token_id=number, by=request.user.get_username(), at=clock.now())
    desk.say_next(request, _("This token opens nothing any more."))
    return HttpResponseRedirect(f"{HOME}{row.code}/")


def one(
    request: HttpRequest,
    row: Connection,
    problems: Sequence[Problem] = (),
    *,
    wanted: Sequence[str] = (),
    days: str = "",
    hook: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """Show a connection's page, with what was typed and what is wrong with it."""
    closed = ONLY_MAKER if row.party else NEEDS_PARTY
    hooks = Subscription.objects.filter(connection=row).order_by("-id")
    at = clock.now()
    context = {
        "row": row,
        "party": _party(row),
        "recall_title": frame.recall_name(row.recall_slug) if row.recall_slug else "",
        "tokens": [_token(each, at) for each in row.tokens.order_by("-id")],
        "scopes": [
            {"code": code, "name": words.scope(code), "on": code in wanted}
            for code in SCOPES
            if code not in closed
        ],
        "days": days or USUAL_DAYS,
        "hooks": [
            {
                "row": each,
                "events": [words.event(e) for e in each.events],
                "off": words.off(each.off_why),
            }
            for each in hooks
        ],
        "events": [
            {"code": code, "name": words.event(code), "on": code in (hook or {}).get("events", ())}
            for code in EVENTS
        ],
        "url": (hook or {}).get("url", ""),
        "may": frame.may(request, frame.CONNECTIONS),
        "fresh": is_fresh(request),
    }
    status = 422 if problems else 200
    template = "console/connections/one.html"
    return frame.show(request, template, context, problems=problems, status=status)


def _token(row: Token, at: Any) -> dict[str, Any]:
    over = row.expires_at <= at
    return {
        "row": row,
        "scopes": [words.scope(code) for code in row.scopes],
        "live": row.revoked_at is None and not over,
        "over": over and row.revoked_at is None,
    }


def _lines() -> list[dict[str, Any]]:
    at, lines = clock.now(), []
    for row in Connection.objects.prefetch_related("tokens").order_by("name", "id"):
        found = row.tokens.all()
        used = [each.last_used_at for each in found if each.last_used_at]
        lines.append(
            {
                "row": row,
                "party": _party(row),
                "recall": frame.recall_name(row.recall_slug) if row.recall_slug else _("all"),
                "live": sum(each.revoked_at is None and each.expires_at > at for each in found),
                "used": max(used, default=None),
            }
        )
    return lines


def _party(row: Connection) -> str:
    if not row.party:
        return _("the maker itself")
    recalls = [pack.recall for pack in editions.current_packs()]
    return frame.party_names(recalls).get(row.party, row.party)


def _list(
    request: HttpRequest,
    lines: Sequence[Mapping[str, Any]],
    typed: Mapping[str, Any],
    problems: Sequence[Problem],
) -> HttpResponse:
    recalls = [pack.recall for pack in editions.current_packs()]
    context = {
        "lines": lines,
        "typed": typed,
        "parties": sorted(frame.party_names(recalls).items(), key=lambda each: each[1]),
        "recalls": [(row.slug, frame.recall_name(row.slug)) for row in editions.recall_rows()],
        "may": frame.may(request, frame.CONNECTIONS),
        "fresh": is_fresh(request),
    }
    status = 422 if problems else 200
    template = "console/connections/list.html"
    return frame.show(request, template, context, problems=problems, status=status)
