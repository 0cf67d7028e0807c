"""Receipts of funds and the rules of payment: one person enters, another agrees."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from kaishu.base import clock, desk, exports
from kaishu.base.desk import Problem
from kaishu.base.fresh import fresh_sign_in
from kaishu.base.roles import staff
from kaishu.doors.console import amounts, frame
from kaishu.doors.console.labels import label
from kaishu.doors.console.money.common import (
    HOME,
    MOST,
    asked,
    names,
    not_yours,
    number,
    quantity,
    recalls,
    settle,
    unreadable,
)
from kaishu.payouts import actions, queries
from kaishu.payouts import rules as pay_rules
from kaishu.payouts.models import Fund, PayRule
from kaishu.payouts.money_models import GIVEN_BACK, RECEIVED


@staff(*frame.PAYOUTS, acts=frame.MONEY_PROPOSE)
@require_http_methods(["GET", "HEAD", "POST"])
@desk.once
def funds(request: HttpRequest) -> HttpResponseBase:
    """List receipts, and enter one."""
    if request.method != "POST":
        return _funds(request)
    if not frame.may(request, frame.MONEY_PROPOSE):
        return not_yours(request)
    choice = asked(request)
    amount = quantity(request.POST.get("amount", ""), choice.commodity)
    if amount is None:
        return _funds(request, problems=[Problem(unreadable(), "", "id-amount")])
    do = partial(
        actions.propose_fund,
        recall_id=choice.recall_id or 0,
        commodity=choice.commodity,
        quantity=amount,
        document=request.POST.get("document", ""),
        by=request.user.get_username(),
        at=clock.now(),
        kind=request.POST.get("kind", RECEIVED),
    )
    return desk.carry_out(
        request,
        do,
        again=lambda problems: _funds(request, problems=problems),
        said=_("Entered. It counts once another person agrees."),
        to=f"{HOME}funds/",
        about="id-document",
    )


@staff(*frame.MONEY_WITHDRAW)
@fresh_sign_in
@require_POST
@desk.once
def decide(request: HttpRequest, fund_id: int) -> HttpResponseBase:
    """Agree to a receipt, or take it back."""
    return settle(
        request,
        agree=partial(actions.approve_fund, fund_id=fund_id),
        take_back=partial(actions.withdraw_fund, fund_id=fund_id),
        agreed=_("Agreed. It counts from now on."),
        again=lambda problems: _funds(request, problems=problems),
        to=f"{HOME}funds/",
    )


@staff(*frame.PAYOUTS, acts=frame.MONEY_PROPOSE)
@require_http_methods(["GET", "HEAD", "POST"])
@desk.once
def rules(request: HttpRequest) -> HttpResponseBase:
    """List the rules of payment, and propose one."""
    if request.method != "POST":
        return _rules(request)
    if not frame.may(request, frame.MONEY_PROPOSE):
        return not_yours(request)
    choice, limits = asked(request), {}
    for name in ("received_above", "flag_above"):
        typed = request.POST.get(name, "").strip()
        limits[name] = quantity(typed, choice.commodity) if typed else None
        if typed and limits[name] is None:
            return _rules(request, problems=[Problem(unreadable(), "", f"id-{name}")])
    sample = number(request.POST.get("sample", ""))
    do = partial(
        actions.propose_rule,
        recall_id=choice.recall_id or 0,
        commodity=choice.commodity,
        sample_permille=-1 if sample is None else sample,
        by=request.user.get_username(),
        at=clock.now(),
        **limits,
    )
    return desk.carry_out(
        request,
        do,
        again=lambda problems: _rules(request, problems=problems),
        said=_("Proposed. It holds once another person agrees."),
        to=f"{HOME}rules/",
        about="id-sample",
    )


@staff(*frame.MONEY_WITHDRAW)
@fresh_sign_in
@require_POST
@desk.once
def decide_rule(request: HttpRequest, rule_id: int) -> HttpResponseBase:
    """Agree to a rule, or take it back."""
    return settle(
        request,
        agree=partial(actions.approve_rule, rule_id=rule_id),
        take_back=partial(actions.withdraw_rule, rule_id=rule_id),
        agreed=_("Agreed. It holds from now on."),
        again=lambda problems: _rules(request, problems=problems),
        to=f"{HOME}rules/",
    )


def _funds(request: HttpRequest, *, problems: Sequence[Problem] = ()) -> HttpResponseBase:
    choice, called = asked(request), names()
    rows = Fund.objects.order_by("-id")
    if choice.recall_id is not None and request.method != "POST":
        rows = rows.filter(recall_id=choice.recall_id)
    if choice.commodity and request.method != "POST":
        rows = rows.filter(commodity=choice.commodity)
    header = [
        _("Document"), _("Recall"), _("Kind"), _("Quantity"), _("Direction"), _("Entered by"),
        _("Entered"), _("Agreed by"), _("Agreed"), _("Taken back"),
    ]  # fmt: skip
    file = exports.offered(
        request,
        name="funds",
        header=header,
        rows=(
            [
                row.document, called.get(row.recall_id, ""), row.commodity,
                amounts.cell(row.quantity, row.commodity), label("fund", row.kind),
                row.maker, row.made_at, row.approver, row.approved_at, row.withdrawn_at,
            ]
            for row in rows
        ),
    )  # fmt: skip
    if file:
        return file
    context = {
        "choice": choice,
        "recalls": recalls(),
        "names": called,
        "commodities": queries.commodities(),
        "kinds": (RECEIVED, GIVEN_BACK),
        "funds": rows[:MOST],
        **_who(request),
    }
    status = 409 if problems else 200
    return frame.show(
        request, "console/money/funds.html", context, problems=problems, status=status
    )


def _rules(request: HttpRequest, *, problems: Sequence[Problem] = ()) -> HttpResponse:
    context = {
        "choice": asked(request),
        "recalls": recalls(),
        "names": names(),
        "commodities": queries.commodities(),
        "rules": PayRule.objects.order_by("-id")[:MOST],
        "house": pay_rules.house_rule(),
        **_who(request),
    }
    status = 409 if problems else 200
    return frame.show(
        request, "console/money/rules.html", context, problems=problems, status=status
    )


def _who(request: HttpRequest) -> dict[str, object]:
    return {
        "me": request.user.get_username(),
        "proposes": frame.may(request, frame.MONEY_PROPOSE),
        "agrees": frame.may(request, frame.MONEY_APPROVE),
        "withdraws": frame.may(request, frame.MONEY_WITHDRAW),
        "typed": request.POST,
    }
