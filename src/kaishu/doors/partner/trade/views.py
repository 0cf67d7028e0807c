"""What a shop sees behind its link: one question at a time, until its shelves are empty."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kaishu.base import clock, idempotency, language, same_site
from kaishu.base.desk import Problem, problem_of
from kaishu.base.refusals import refusal_page
from kaishu.core.errors import Refusal
from kaishu.core.recall import Recall, say
from kaishu.core.sentences import sentence
from kaishu.editions import queries as editions
from kaishu.markets import zone_of
from kaishu.returns.trade import answers
from kaishu.returns.trade.errors import SiteNotFound
from kaishu.returns.trade.models import TradeSite
from kaishu.returns.trade.state import Reached

_KEY = re.compile(r"[0-9a-f]{32}")
_NUMBER = re.compile(r"\d{1,7}")
View = Callable[[HttpRequest, TradeSite], HttpResponse]


def of_site(view: View) -> Callable[..., HttpResponse]:
    """Open the site that the address names; any other address says how to get a good one."""

    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def opened(request: HttpRequest, tongue: str, token: str) -> HttpResponse:
        try:
            return view(request, answers.find_site(token))
        except SiteNotFound as refusal:
            return refusal_page(request, refusal, status=404)

    return same_site.guarded(opened)


@of_site
def site(request: HttpRequest, found: TradeSite) -> HttpResponse:
    """Ask the next question; the answer leads to the one after it.

    An answer to another question than the present one (a button pressed twice) is not taken for
    an answer to this one: an empty count would say "we have none".
    """
    ask = {
        Reached.NOT_SENT: "read",
        Reached.SENT: "read",
        Reached.ACKNOWLEDGED: "count",
        Reached.COUNTED: "finish",
        Reached.COMPLETED: "over",
    }[answers.state_of(found).reached]
    if request.method == "POST" and request.POST.get("ask") != ask:
        return _next(request)
    return {"read": _read, "count": _count, "finish": _finish, "over": _over}[ask](request, found)


@of_site
def more(request: HttpRequest, found: TradeSite) -> HttpResponse:
    """Take another count: what turned up later comes on top of what was counted."""
    return _count(request, found)


@of_site
def scan(request: HttpRequest, found: TradeSite) -> HttpResponse:
    """Take serials instead of a count, and say of each what to do with it."""
    if request.method != "POST":
        return _show(request, found, "scan", {})
    typed = request.POST.get("serials", "")
    model = request.POST.get("model", "")
    problems = []
    if _recall(found).product(model) is None:
        problems.append(Problem(_("Which model is it?"), "", "id-model"))
    if not typed.strip():
        problems.append(Problem(_("Scan or type at least one serial number."), "", "id-serials"))
    if problems:
        return _show(request, found, "scan", {"model": model, "serials": typed}, problems)
    try:
        lines = answers.scan(
            site_id=found.id,
            model=model,
            serials=typed.splitlines(),
            key=_key(request),
            at=clock.now(),
        )
    except Refusal as refusal:
        problem = problem_of(refusal, "id-serials")
        return _show(request, found, "scan", {"model": model, "serials": typed}, [problem])
    tag = language.tag()
    told = [
        {"line": line, "said": sentence(f"trade_scan_{line.code}", tag, {"where": line.where}).text}
        for line in lines
    ]
    return _show(request, found, "scan", {"model": model, "told": told})


@of_site
def sold(request: HttpRequest, found: TradeSite) -> HttpResponse:
    """Take how many were sold after the stop: it must be reported, and hiding it helps nobody."""

    def act(quantities: Mapping[str, int], at: datetime) -> None:
        answers.sold_since(
            site_id=found.id, quantities=quantities, name="", key=_key(request), at=at
        )

    return _numbers(request, found, "sold", act)


def _read(request: HttpRequest, found: TradeSite) -> HttpResponse:
    if request.method != "POST":
        return _show(request, found, "read", {})
    name = request.POST.get("name", "")
    if not name.strip():
        return _show(request, found, "read", {}, [Problem(_("Type your name."), "", "id-name")])
    answers.acknowledge(site_id=found.id, name=name, key=_key(request), at=clock.now())
    return _next(request)


def _count(request: HttpRequest, found: TradeSite) -> HttpResponse:
    def act(quantities: Mapping[str, int], at: datetime) -> None:
        answers.count(site_id=found.id, quantities=quantities, name="", key=_key(request), at=at)

    return _numbers(request, found, "count", act)


def _finish(request: HttpRequest, found: TradeSite) -> HttpResponse:
    if request.method != "POST":
        return _show(request, found, "finish", {})
    name = request.POST.get("name", "")
    if not name.strip():
        return _show(request, found, "finish", {}, [Problem(_("Type your name."), "", "id-name")])
    answers.complete(site_id=found.id, name=name, key=_key(request), at=clock.now())
    return _next(request)


def _over(request: HttpRequest, found: TradeSite) -> HttpResponse:
    return _show(request, found, "over", {})


def _numbers(
    request: HttpRequest,
    found: TradeSite,
    page: str,
    act: Callable[[Mapping[str, int], datetime], None],
) -> HttpResponse:
    """Ask for a number of each model; what was typed stays until every one is a number."""
    models = [product.model for product in _recall(found).products]
    if request.method != "POST":
        return _show(request, found, page, {})
    typed = {model: request.POST.get(f"n-{model}", "").strip() for model in models}
    problems = [
        Problem(
            _("%(model)s: type a whole number, 0 if there is none.") % {"model": model},
            "",
            f"id-n-{model}",
        )
        for model in models
        if typed[model] and not _NUMBER.fullmatch(_plain(typed[model]))
    ]
    if not any(typed.values()):
        none = Problem(
            _("Type how many you have. If you have none, type 0."), "", f"id-n-{models[0]}"
        )
        problems = [none]
    if problems:
        return _show(request, found, page, {"typed": typed}, problems)
    try:
        act({model: int(_plain(typed[model]) or 0) for model in models}, clock.now())
    except Refusal as refusal:
        return _show(request, found, page, {"typed": typed}, [problem_of(refusal)])
    return _next(request)


def _plain(typed: str) -> str:
    return "".join(str(int(sign)) if sign.isdecimal() else sign for sign in typed.replace(",", ""))


def _next(request: HttpRequest) -> HttpResponse:
    """Go on to the site's next question."""
    parts = request.path.split("/")
    return HttpResponseRedirect("/".join(parts[:4]) + "/")


def _show(
    request: HttpRequest,
    found: TradeSite,
    page: str,
    context: Mapping[str, Any],
    problems: Sequence[Problem] = (),
) -> HttpResponse:
    recall, tag = _recall(found), language.tag()
    typed = context.get("typed", {})
    frame = {
        "site": found,
        "recall": recall,
        "company": say(recall.company, tag),
        "phone": recall.phone,
        "phone_hours": say(recall.phone_hours, tag),
        "title": say(recall.title, tag),
        "hazard": say(recall.hazard, tag),
        "keep_safe": say(recall.keep_safe, tag),
        "own": "/".join(request.path.split("/")[:4]) + "/",
        "state": answers.state_of(found),
        "products": [
            {"product": each, "typed": typed.get(each.model, "")} for each in recall.products
        ],
        "name": request.POST.get("name", ""),
        "key": _key(request) if problems else idempotency.new_key(),
        "problems": problems,
    }
    status = 422 if problems else 200
    with timezone.override(zone_of([recall.market])):
        return render(request, f"partner/trade/{page}.html", {**frame, **context}, status=status)


def _recall(found: TradeSite) -> Recall:
    return editions.current_pack(found.recall_slug).recall


def _key(request: HttpRequest) -> str:
    key = request.POST.get("key", "")
    return key if _KEY.fullmatch(key) else idempotency.new_key()
