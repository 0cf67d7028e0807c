"""Make the scope of a recall out of a trace: look at what changes first, then make the draft."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kaishu.base import clock, desk
from kaishu.base.desk import problem_of
from kaishu.base.refusals import refusal_page
from kaishu.base.roles import WrongRole, staff
from kaishu.core.errors import Refusal
from kaishu.doors.console import frame
from kaishu.doors.console.trace import asked as asking
from kaishu.doors.console.trace.asked import Asked
from kaishu.doors.console.trace.opened import Opened, show, with_trace
from kaishu.editions import queries as editions
from kaishu.editions.drafting import queries as drafts
from kaishu.markets import CODES
from kaishu.supply.to_recall import actions
from kaishu.supply.to_recall.actions import Part, Wish
from kaishu.supply.to_recall.scope import Scope, scope_of

SHOWN = 12


@staff(*frame.TRACE, acts=frame.WRITE_TRACE)
@require_http_methods(["GET", "HEAD", "POST"])
@desk.once
@with_trace
def scope(request: HttpRequest, opened: Opened) -> HttpResponseBase:
    """Show what a draft would take in and what it would change; the POST makes it."""
    if request.method == "POST" and not frame.may(request, frame.WRITE_TRACE):
        return refusal_page(request, WrongRole(), status=403)
    asked = asking.read(request, opened)
    if not asked.codes:
        return HttpResponseRedirect(f"{opened.base}?{urlencode({'lots': asked.text})}")
    at = clock.now()
    try:
        reached = scope_of(opened.graph, opened.network, asking.follow(opened, asked))
        wish = _wish(request, opened, asked, reached)
        if request.method == "POST":
            draft = actions.make_draft(
                graph=opened.graph,
                network=opened.network,
                wish=wish,
                by=request.user.get_username(),
                at=at,
            )
            said = _("The draft is made. Read it, fill in what is missing, then hand it on.")
            desk.say_next(request, said)
            return HttpResponseRedirect(f"/staff/recalls/drafts/{draft.id}/")
        parts = actions.plan(graph=opened.graph, network=opened.network, wish=wish, at=at)
    except Refusal as refusal:
        return _refused(request, opened, asked, refusal)
    context = _context(opened, asked, reached, wish, parts)
    return show(request, "console/trace/scope.html", opened, context)


def _refused(
    request: HttpRequest, opened: Opened, asked: Asked, refusal: Refusal
) -> HttpResponseBase:
    """Show the page again with the refusal, as far as it can be shown without an answer to it."""
    problems = [problem_of(refusal)]
    try:
        reached = scope_of(opened.graph, opened.network, asking.follow(opened, asked))
        wish = _wish(request, opened, asked, reached)
        parts = actions.plan(graph=opened.graph, network=opened.network, wish=wish, at=clock.now())
        context = _context(opened, asked, reached, wish, parts)
    except Refusal:
        context = {"asked": asked, "none": True}
    return show(request, "console/trace/scope.html", opened, context, problems=problems)


def _wish(request: HttpRequest, opened: Opened, asked: Asked, reached: Scope) -> Wish:
    """Read the choices; before anybody chose, the models that the recall has or that are hit."""
    given = request.POST if request.method == "POST" else request.GET
    slug, market = given.get("recall", ""), given.get("market", "")
    affected = [each.model for each in reached.models]
    if "choice" not in given and not slug:
        slug = _recall_of(affected)
    chosen = tuple(model for model in given.getlist("model") if model in affected)
    if not chosen and "choice" not in given:
        named = _models_of(slug)
        chosen = tuple(model for model in affected if not named or model in named)
    return Wish(
        question=asked.question(opened),
        models=chosen,
        slug=slug,
        market=market if market in CODES else CODES[0],
        possible=given.get("possible", "yes") != "no",
        replaces=given.get("how", "join") == "replace",
        shops_sold=given.get("shops", "sold") != "stock",
        agreed=given.get("agreed", "") == "yes",
    )


def _recall_of(models: list[str]) -> str:
    """Return the recall that names one of these models already; empty where none does."""
    for pack in editions.current_packs():
        if any(product.model in models for product in pack.recall.products):
            return pack.recall.slug
    return ""


def _models_of(slug: str) -> frozenset[str]:
    for pack in editions.current_packs():
        if pack.recall.slug == slug:
            return frozenset(product.model for product in pack.recall.products)
    return frozenset()


def _context(
    opened: Opened, asked: Asked, reached: Scope, wish: Wish, parts: list[Part]
) -> dict[str, Any]:
    things = opened.things([*asked.codes, *(each.item for each in reached.outside)])
    return {
        "asked": asked,
        **opened.unseen(asked.codes, asking.follow(opened, asked).nodes),
        "suspects": [things[code] for code in asked.codes],
        "wish": wish,
        "recalls": [
            (pack.recall.slug, frame.recall_name(pack.recall.slug))
            for pack in editions.current_packs()
        ],
        "markets": CODES,
        "models": [{"scope": each, "chosen": each.model in wish.models} for each in reached.models],
        "outside": [(things[each.item], each) for each in reached.outside],
        "parts": [_part(each) for each in parts],
        "takes_out": [each.change for each in parts if each.change.takes_out],
        "open_drafts": [
            draft for draft in drafts.drafts() if wish.slug and draft.slug == wish.slug
        ],
        "shown": SHOWN,
    }


def _part(part: Part) -> dict[str, Any]:
    """Return what one model gets, with the first serials of each kind of change."""
    return {
        "part": part,
        "rules": part.made.rules,
        "units": part.made.units,
        "population": sorted(part.population.items()),
        "total": sum(part.population.values()),
        "added": part.change.added[:SHOWN],
        "added_more": max(0, len(part.change.added) - SHOWN),
        "removed": part.change.removed[:SHOWN],
        "removed_more": max(0, len(part.change.removed) - SHOWN),
        "unfit": part.made.unfit[:SHOWN],
    }
