"""Make the scope of a recall out of a trace: look at what changes first, then make the draft."""

from __future__ import annotations

from dataclasses import replace
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
from kaishu.editions.drafting.errors import DraftClosed, DraftMoved
from kaishu.editions.drafting.models import RecallDraft
from kaishu.markets import CODES
from kaishu.supply.to_recall import actions
from kaishu.supply.to_recall.actions import Part, Wish
from kaishu.supply.to_recall.errors import (
    DraftUnreadable,
    FormatOfDraftMissing,
    NeverNarrows,
    NothingNew,
)
from kaishu.supply.to_recall.scope import Scope, scope_of

SHOWN = 12
DRAFT = "draft-"
CONTROLS: dict[type[Refusal], str] = {
    NeverNarrows: "id-how",
    DraftMoved: "id-recall",
    DraftClosed: "id-recall",
    DraftUnreadable: "id-recall",
    FormatOfDraftMissing: "id-recall",
    NothingNew: "id-recall",
}


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
            desk.say_next(request, _done(wish, draft))
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
    problems = [problem_of(refusal, CONTROLS.get(type(refusal), ""))]
    try:
        reached = scope_of(opened.graph, opened.network, asking.follow(opened, asked))
        wish = _possible(_wish(request, opened, asked, reached))
        parts = actions.plan(graph=opened.graph, network=opened.network, wish=wish, at=clock.now())
        context = _context(opened, asked, reached, wish, parts)
    except Refusal:
        context = {"asked": asked, "none": True}
    return show(request, "console/trace/scope.html", opened, context, problems=problems)


def _done(wish: Wish, draft: RecallDraft) -> str:
    """Say what became of the draft."""
    if not wish.draft:
        return _("The draft is made. Read it, fill in what is missing, then hand it on.")
    if draft.version == wish.seen:
        return _("The draft has all of this already. Nothing was changed.")
    return _("The draft is wider now. What stood in it stays. Read it, then hand it on.")


def _wish(request: HttpRequest, opened: Opened, asked: Asked, reached: Scope) -> Wish:
    """Read the choices; before anybody chose, the models that the recall has or that are hit."""
    given = request.POST if request.method == "POST" else request.GET
    into, market, seen = (given.get(name, "") for name in ("recall", "market", "seen"))
    affected = [each.model for each in reached.models]
    if "choice" not in given and not into:
        slug = _recall_of(affected)
        into = next((f"{DRAFT}{row.id}" for row in _drafts() if slug and row.slug == slug), slug)
    draft = _draft(into)
    slug = draft.slug if draft else into
    chosen = tuple(model for model in given.getlist("model") if model in affected)
    if not chosen and "choice" not in given:
        named = _models_of(slug)
        chosen = tuple(model for model in affected if not named or model in named)
    return Wish(
        question=asked.question(opened),
        models=chosen,
        slug=slug,
        market=market if market in CODES else CODES[0],
        draft=draft.id if draft else 0,
        seen=int(seen[:9]) if seen.isdecimal() else draft.version if draft else 0,
        possible=given.get("possible", "yes") != "no",
        replaces=given.get("how", "join") == "replace",
        shops_sold=given.get("shops", "sold") != "stock",
        agreed=given.get("agreed", "") == "yes",
    )


def _possible(wish: Wish) -> Wish:
    """Return what can be shown after a refusal: a draft that is still open, as it is now."""
    if not wish.draft:
        return wish
    here = next((row for row in _drafts() if row.id == wish.draft), None)
    if here is None:
        return replace(wish, draft=0, slug=wish.slug if _models_of(wish.slug) else "")
    return replace(wish, seen=here.version, replaces=False)


def _draft(into: str) -> RecallDraft | None:
    """Return the draft that a choice names. Raises DraftNotFound."""
    number = into.removeprefix(DRAFT)
    if number == into or not number.isdecimal():
        return None
    return drafts.draft(int(number[:15]))


def _drafts() -> list[RecallDraft]:
    """Return the drafts that a trace can go into: none that waits or that an edition overtook."""
    return [row for row in drafts.drafts() if drafts.waiting_of(row) is None and _is_fresh(row)]


def _is_fresh(row: RecallDraft) -> bool:
    newest = editions.current_edition(row.slug) if row.slug else None
    return (newest.id if newest else None) == row.based_on_id


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
        "drafts": [(f"{DRAFT}{row.id}", row, _name(row)) for row in _drafts()],
        "into": f"{DRAFT}{wish.draft}" if wish.draft else wish.slug,
        "in_shops": sum(each.in_shops for each in parts),
        "shops": sum(each.shops for each in parts),
        "new_rules": sum(len(each.made.rules) for each in parts),
        "open_drafts": [
            row
            for row in drafts.drafts()
            if wish.slug and row.slug == wish.slug and row.id != wish.draft
        ],
        "shown": SHOWN,
    }


def _name(row: RecallDraft) -> str:
    """Return what a draft is called: its recall, or its own word for it while it has no name."""
    return frame.recall_name(row.slug) if _models_of(row.slug) else row.slug


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
