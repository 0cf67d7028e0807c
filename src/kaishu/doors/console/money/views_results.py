"""Results that fitted nothing: what the provider said, and what two people make of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kaishu.base import clock, desk, exports
from kaishu.base.desk import Problem
from kaishu.base.fresh import fresh_sign_in
from kaishu.base.roles import staff
from kaishu.doors.console import frame
from kaishu.doors.console.labels import label
from kaishu.doors.console.money.common import HOME, MOST, settle
from kaishu.payouts import actions, result_acts
from kaishu.payouts.errors import ActNotFound
from kaishu.payouts.models import ProviderEvent

WHERE = f"{HOME}results/"


@staff(*frame.PAYOUTS)
@require_safe
def results(request: HttpRequest) -> HttpResponseBase:
    """List results that fitted nothing; with `state=all` also those that were dealt with."""
    return _list(request)


@staff(*frame.MONEY_PROPOSE)
@require_POST
@desk.once
def propose(request: HttpRequest, event_id: int) -> HttpResponseBase:
    """Propose what to make of one result."""
    do = partial(
        actions.propose_act,
        event_id=event_id,
        act=request.POST.get("act", ""),
        kind=request.POST.get("kind", ""),
        key=request.POST.get("order", ""),
        why=request.POST.get("why", ""),
        by=request.user.get_username(),
        at=clock.now(),
    )
    return desk.carry_out(
        request,
        do,
        again=lambda problems: _list(request, problems=problems, failed=event_id),
        said=_("Proposed. Another person has to agree."),
        to=WHERE,
        about=f"id-why-{event_id}",
        missing=(ActNotFound,),
    )


@staff(*frame.MONEY_WITHDRAW)
@fresh_sign_in
@require_POST
@desk.once
def decide(request: HttpRequest, act_id: int) -> HttpResponseBase:
    """Agree to what another person made of a result, or take it back."""
    return settle(
        request,
        agree=partial(actions.approve_act, act_id=act_id),
        take_back=partial(actions.withdraw_act, act_id=act_id),
        agreed=_("Agreed. The result is dealt with."),
        again=lambda problems: _list(request, problems=problems),
        to=WHERE,
    )


def _list(
    request: HttpRequest, *, problems: Sequence[Problem] = (), failed: int | None = None
) -> HttpResponseBase:
    everything = request.GET.get("state") == "all"
    rows = result_acts.unmatched(settled=everything).prefetch_related("acts__instruction")
    header = [
        _("Provider"), _("Number"), _("Key"), _("Result"), _("Quantity"), _("Why it waits"),
        _("Happened"), _("Received"),
    ]  # fmt: skip
    file = exports.offered(
        request,
        name="results",
        header=header,
        rows=(
            [
                row.provider, row.number, row.key, label("state", row.kind), row.amount,
                label("outcome", row.outcome), row.happened_at, row.received_at,
            ]
            for row in rows
        ),
    )  # fmt: skip
    if file:
        return file
    typed: Mapping[str, str] = request.POST.dict()
    events = [_shown(row, typed if row.id == failed else {}) for row in rows[:MOST]]
    context = {
        "events": events,
        "everything": everything,
        "kinds": result_acts.KINDS,
        "me": request.user.get_username(),
        "proposes": frame.may(request, frame.MONEY_PROPOSE),
        "agrees": frame.may(request, frame.MONEY_APPROVE),
        "withdraws": frame.may(request, frame.MONEY_WITHDRAW),
    }
    status = 409 if problems else 200
    return frame.show(
        request, "console/money/results.html", context, problems=problems, status=status
    )


def _shown(row: ProviderEvent, typed: Mapping[str, str]) -> dict[str, Any]:
    """Return a result with its order, what was proposed for it, and what its form shows."""
    order = result_acts.order_of(row)
    form = {"act": "post", "order": order.key if order else "", "kind": row.kind, "why": ""}
    return {
        "event": row,
        "order": order,
        "act": next((act for act in row.acts.all() if act.withdrawn_at is None), None),
        "form": form | dict(typed),
    }
