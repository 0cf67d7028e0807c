"""Webhooks of a connection: register one, exchange its secret, read what was sent, send again."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kaishu.base import clock, desk, exports
from kaishu.base.desk import problem_of
from kaishu.base.fresh import fresh_sign_in
from kaishu.base.refusals import refusal_page
from kaishu.base.roles import staff
from kaishu.connections.models import Connection, Delivery
from kaishu.connections.webhooks import subscriptions
from kaishu.core.errors import Refusal
from kaishu.doors.console import frame
from kaishu.doors.console.connections import words
from kaishu.doors.console.connections.views import HOME, of_connection, one

SHOWN = 100


@staff(*frame.CONNECTIONS)
@require_POST
@fresh_sign_in
@of_connection
def register(request: HttpRequest, row: Connection) -> HttpResponse:
    """Register an address and show its secret, once."""
    url, wanted = request.POST.get("url", "").strip(), request.POST.getlist("events")
    try:
        made, secret = subscriptions.subscribe(
            connection=row,
            url=url,
            events=wanted,
            by=request.user.get_username(),
            at=clock.now(),
        )
    except Refusal as refusal:
        return one(
            request, row, [problem_of(refusal, "id-url")], hook={"url": url, "events": wanted}
        )
    return _secret(request, row, secret, made.url)


@staff(*frame.CONNECTIONS)
@require_POST
@fresh_sign_in
@of_connection
def act(request: HttpRequest, row: Connection) -> HttpResponse:
    """Exchange a webhook's secret, send it a test, or switch it off."""
    number, at = request.POST.get("webhook", ""), clock.now()
    try:
        if request.POST.get("do") == "secret":
            secret = subscriptions.new_secret(connection=row, number=number, at=at)
            found = subscriptions.find(connection=row, number=number)
            return _secret(request, row, secret, found.url)
        if request.POST.get("do") == "test":
            subscriptions.try_out(connection=row, number=number, at=at)
            desk.say_next(request, _("A test goes out within a few seconds."))
            return HttpResponseRedirect(f"{HOME}{row.code}/sent/")
        subscriptions.end(connection=row, number=number, at=at)
    except Refusal as refusal:
        return one(request, row, [problem_of(refusal)])
    desk.say_next(request, _("Nothing is sent there any more."))
    return HttpResponseRedirect(f"{HOME}{row.code}/")


@staff(*frame.CONNECTIONS)
@require_safe
@of_connection
def sent(request: HttpRequest, row: Connection) -> HttpResponseBase:
    """List what was sent to the connection's webhooks, the newest first."""
    chosen = request.GET.get("state", "")
    rows = Delivery.objects.filter(subscription__connection=row)
    if chosen in Delivery.STATES:
        rows = rows.filter(state=chosen)
    rows = rows.select_related("event", "subscription").order_by("-id")
    header = (
        *(_("Time"), _("Event"), _("Number"), _("Web address"), _("State")),
        *(_("Tries"), _("Last answer")),
    )
    every = (_cells(_line(each)) for each in rows.prefetch_related("log").iterator(500))
    file = exports.offered(request, name="webhooks", header=header, rows=every)
    context = {
        "row": row,
        "lines": [_line(each) for each in rows.prefetch_related("log")[:SHOWN]],
        "chosen": chosen,
        "states": [(code, words.state(code)) for code in Delivery.STATES],
        "may": frame.may(request, frame.CONNECTIONS),
    }
    return file or frame.show(request, "console/connections/sent.html", context)


@staff(*frame.CONNECTIONS)
@require_POST
@desk.once
@of_connection
def again(request: HttpRequest, row: Connection) -> HttpResponse:
    """Send an event again now."""
    typed = request.POST.get("delivery", "")
    number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 18 else 0
    back = f"{HOME}{row.code}/sent/"
    try:
        subscriptions.resend(connection=row, delivery_id=number, at=clock.now())
    except Refusal as refusal:
        return refusal_page(request, refusal, status=404, href=back)
    desk.say_next(request, _("It goes out again within a few seconds."))
    return HttpResponseRedirect(back)


def _line(row: Delivery) -> dict[str, Any]:
    tries = sorted(row.log.all(), key=lambda each: each.pk)
    last = tries[-1] if tries else None
    said = (str(last.status) if last.status else words.problem(last.problem)) if last else ""
    return {
        "row": row,
        "what": words.event(row.event.kind),
        "state": words.state(row.state),
        "tries": tries,
        "said": said,
        "bad": row.state == Delivery.FAILED,
    }


def _cells(line: dict[str, Any]) -> tuple[object, ...]:
    row: Delivery = line["row"]
    return (
        *(row.event.at, line["what"], row.event.number, row.subscription.url, line["state"]),
        *(len(line["tries"]), line["said"]),
    )


def _secret(request: HttpRequest, row: Connection, secret: str, url: str) -> HttpResponse:
    context = {"row": row, "secret": secret, "what": "webhook", "url": url}
    return frame.show(request, "console/connections/secret.html", context)
