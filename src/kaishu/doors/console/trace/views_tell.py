"""Whom to tell: the partners that affected goods went to, put on a recall's list of shops."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_http_methods

from kaishu.base import clock, desk, exports
from kaishu.base.desk import Problem, problem_of
from kaishu.base.language import NAMES, TAGS
from kaishu.base.refusals import refusal_page
from kaishu.base.roles import WrongRole, staff
from kaishu.core.errors import Refusal
from kaishu.core.genealogy.answers import Held
from kaishu.core.recall import Recall
from kaishu.doors.console import frame
from kaishu.doors.console.labels import label
from kaishu.doors.console.trace import asked as asking
from kaishu.doors.console.trace.asked import Asked
from kaishu.doors.console.trace.opened import Opened, moment, show, with_trace
from kaishu.editions import queries as editions
from kaishu.returns.trade import sites
from kaishu.returns.trade.errors import SiteKnown
from kaishu.returns.trade.models import TradeSite
from kaishu.supply.to_recall.consignees import Consignee, consignees


@staff(*frame.TRACE, acts=frame.WRITE_TRACE)
@require_http_methods(["GET", "HEAD", "POST"])
@desk.once
@with_trace
def tell(request: HttpRequest, opened: Opened) -> HttpResponseBase:
    """List everybody that affected goods went to; the POST puts those ticked on a list of shops."""
    if request.method == "POST" and not frame.may(request, frame.WRITE_TRACE):
        return refusal_page(request, WrongRole(), status=403)
    asked = asking.read(request, opened)
    if not asked.codes:
        return HttpResponseRedirect(opened.base)
    given = request.POST if request.method == "POST" else request.GET
    packs = {pack.recall.slug: pack.recall for pack in editions.current_packs()}
    try:
        held = asking.follow(opened, asked).consignees()
    except Refusal as refusal:
        return refusal_page(request, refusal, status=422)
    recall = packs.get(given.get("recall", "")) or _likely(opened, packs, held)
    found = consignees(opened.network, held, recall.parties if recall else ())
    file = exports.offered(request, name="trace-consignees", header=_header(), rows=_rows(found))
    if file is not None:
        return file
    problems: list[Problem] = []
    if request.method == "POST" and recall is not None:
        added, problems = _add(request, recall, found)
        if not problems:
            text = ngettext("%(n)s shop is on the list.", "%(n)s shops are on the list.", added)
            desk.say_next(request, text % {"n": added})
            return HttpResponseRedirect("/staff/trade/?shown=not_sent")
    context = _context(opened, asked, found, recall, packs, given)
    return show(request, "console/trace/tell.html", opened, context, problems=problems)


def _likely(opened: Opened, packs: Mapping[str, Recall], held: Sequence[Held]) -> Recall | None:
    """Return the recall that names a model of what was held; else the first, if there is one."""
    items = opened.network.items.filter(code__in={each.item for each in held})
    models = set(items.exclude(model="").values_list("model", flat=True))
    named = (
        recall
        for recall in packs.values()
        if any(product.model in models for product in recall.products)
    )
    return next(named, None) or next(iter(packs.values()), None)


def _add(
    request: HttpRequest, recall: Recall, found: Sequence[Consignee]
) -> tuple[int, list[Problem]]:
    """Put the ticked partners on the recall's list; one that is there already stays as it is."""
    ticked, added, problems = request.POST.getlist("partner"), 0, []
    by, at = request.user.get_username(), clock.now()
    for each in found:
        if each.holder.code not in ticked or not each.account:
            continue
        try:
            sites.add_site(
                slug=recall.slug,
                party=each.account,
                name=each.holder.name,
                kind=each.holder.role,
                language=request.POST.get("language", ""),
                mail=request.POST.get(f"mail:{each.holder.code}", ""),
                by=by,
                at=at,
            )
            added += 1
        except SiteKnown:
            continue
        except Refusal as refusal:
            problems.append(problem_of(refusal))
    if not added and not problems:
        problems.append(Problem(_("Tick at least one that is not on the list yet.")))
    return added, problems


def _context(
    opened: Opened,
    asked: Asked,
    found: Sequence[Consignee],
    recall: Recall | None,
    packs: Mapping[str, Recall],
    given: Any,
) -> dict[str, Any]:
    slug = recall.slug if recall else ""
    listed = set(TradeSite.objects.filter(recall_slug=slug).values_list("party", "name"))
    things = opened.things([*asked.codes, *(each.holder.code for each in found)])
    lines = [
        {
            "consignee": each,
            "thing": things[each.holder.code],
            "since": moment(each.since),
            "certain": int(each.certain),
            "possible": int(each.possible),
            "listed": (each.account, each.holder.name) in listed,
            "mail": given.get(f"mail:{each.holder.code}", ""),
        }
        for each in found
    ]
    return {
        "asked": asked,
        "suspects": [things[code] for code in asked.codes],
        "trade": [line for line in lines if line["consignee"].is_trade],
        "addable": any(line["consignee"].account and not line["listed"] for line in lines),
        "others": [line for line in lines if not line["consignee"].is_trade],
        "recalls": [(code, frame.recall_name(code)) for code in packs],
        "slug": slug,
        "tongues": [(TAGS[code], name) for code, name in NAMES.items()],
        "tongue": given.get("language", ""),
        "ticked": given.getlist("partner"),
        "sent": bool(given.get("key")),
    }


def _header() -> tuple[str, ...]:
    return (
        *(_("Code"), pgettext("holder", "With"), _("Role"), _("Stock account")),
        *(pgettext("word", "certain"), pgettext("word", "possible"), pgettext("holder", "Since")),
    )


def _rows(found: Sequence[Consignee]) -> list[tuple[object, ...]]:
    return [
        (
            *(each.holder.code, each.holder.name, label("trace_role", each.holder.role)),
            *(each.account, each.certain, each.possible, moment(each.since)),
        )
        for each in found
    ]
