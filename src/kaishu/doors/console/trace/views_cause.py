"""From incidents back to the lot: which lots burnt units share, and how often others have them."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from kaishu.base.desk import problem_of
from kaishu.base.roles import staff
from kaishu.core.errors import Refusal
from kaishu.core.genealogy.causes import Cause, Causes, common_cause
from kaishu.core.genealogy.things import Kind, item_of
from kaishu.doors.console import frame
from kaishu.doors.console.trace import asked as asking
from kaishu.doors.console.trace import burnt
from kaishu.doors.console.trace.opened import Opened, Thing, show, with_trace
from kaishu.doors.console.trace.views_ask import choices
from kaishu.editions import queries as editions

MOST = 20
UNITS = (Kind.UNIT,)


@staff(*frame.TRACE)
@require_safe
@with_trace
def cause(request: HttpRequest, opened: Opened) -> HttpResponseBase:
    """Pick incidents of a recall, or type units, and weigh every lot behind them."""
    asked = asking.read(request, opened, name="units", kinds=UNITS)
    slug = request.GET.get("recall", "")
    reports = burnt.reports(opened.graph, opened.network, slug) if slug else []
    picked = _picked(request, reports)
    context: dict[str, Any] = {
        "asked": asked,
        "choices": choices(opened, asked, "units"),
        "recalls": [(row.slug, frame.recall_name(row.slug)) for row in editions.recall_rows()],
        "slug": slug,
        "reports": [(each, each.number in picked) for each in reports],
    }
    problems = list(asked.problems)
    codes = [each.code for each in reports if each.number in picked and each.code]
    codes = list(dict.fromkeys([*codes, *asked.codes]))
    if codes and not problems:
        try:
            context |= _answer(opened, common_cause(opened.graph, codes))
        except Refusal as refusal:
            problems.append(problem_of(refusal, "id-units"))
    return show(
        request, "console/trace/cause.html", opened, context, here="cause/", problems=problems
    )


def _picked(request: HttpRequest, reports: list[burnt.Report]) -> frozenset[str]:
    """Return the reports that are ticked; before anybody ticked, those that tell of danger."""
    if "picked" in request.GET:
        return frozenset(request.GET.getlist("incident"))
    return frozenset(each.number for each in reports if each.dangerous and each.code)


def _answer(opened: Opened, found: Causes) -> dict[str, Any]:
    lots = [code for cause in found.causes[:MOST] for code in cause.lots]
    codes = [*lots, *found.incidents, *found.items, *(item_of(code) for code in lots)]
    things = opened.things([*codes, *found.everywhere])
    return {
        "found": found,
        "incidents": [things[code] for code in found.incidents],
        "items": [things[code] for code in found.items],
        "lines": [_line(opened, found, each, things) for each in found.causes[:MOST]],
        "left": max(0, len(found.causes) - MOST) + found.left_out,
        "everywhere": [things[code] for code in found.everywhere][:MOST],
        "level": round(found.level * 100),
        "halved": any(each.odds.halved for each in found.causes[:MOST]),
    }


def _line(opened: Opened, found: Causes, each: Cause, things: dict[str, Thing]) -> dict[str, Any]:
    table = each.table
    return {
        "cause": each,
        "lots": [(things[code], things.get(item_of(code))) for code in each.lots],
        "words": words(found, each, things),
        "verdict": verdict(each),
        "share": percent(table.exposed, table.units),
        "follow": f"{opened.base}?{urlencode({'lots': ','.join(each.lots)})}",
        "chance": odds_in_words(each.chance),
        "corrected": odds_in_words(each.corrected),
        "wrong": share_in_words(each.discovery),
        "ratio": _round(each.odds.ratio),
        "low": _round(each.odds.low),
        "high": _round(each.odds.high),
    }


def words(found: Causes, each: Cause, things: dict[str, Thing]) -> str:
    """Say how many incident units carry a lot, and how much of the production does."""
    lot = things[each.lots[0]]
    table = each.table
    facts = {
        "ill": table.a,
        "all": len(found.incidents),
        "lot": str(lot),
        "share": percent(table.exposed, table.units),
    }
    if len(found.incidents) == 1:
        said = _("The unit with an incident carries lot %(lot)s. %(share)s of the production do.")
    elif table.a == len(found.incidents):
        said = _(
            "All %(all)s units with an incident carry lot %(lot)s. %(share)s of the production do."
        )
    else:
        said = _(
            "%(ill)s of %(all)s units with an incident carry lot %(lot)s. "
            "%(share)s of the production do."
        )
    return said % facts


def verdict(each: Cause) -> str:
    """Say whether that can be chance, and how many more incidents would decide it."""
    if each.decided:
        return _("That is hardly chance.")
    if each.more is None:
        return _("That may be chance, and no number of incidents would decide it.")
    return ngettext(
        "That may still be chance. %(more)s more incident with this lot would decide it.",
        "That may still be chance. %(more)s more incidents with this lot would decide it.",
        each.more,
    ) % {"more": each.more}


def percent(part: int, whole: int) -> str:
    """Say a share in per cent with as many digits as it needs."""
    share = part * 100 / whole if whole else 0
    return (
        f"{share:.0f} %" if share >= 10 else f"{share:.1f} %" if share >= 0.1 else f"{share:.2g} %"
    )


def odds_in_words(chance: float) -> str:
    """Write a probability: as a decimal while a person can read it, then as 1 in so many."""
    if chance >= 0.001:
        return f"{chance:.3f}"
    return _("1 in %(many)s") % {"many": f"{round(1 / chance):,}"} if chance > 1e-12 else "< 1e-12"


def share_in_words(share: float) -> str:
    """Write a share in per cent; one too small to read is said to be below what can be read."""
    return percent(round(share * 1e6), 10**6) if share >= 0.0001 else "< 0.01 %"


def _round(number: float) -> str:
    return f"{number:.0f}" if number >= 10 else f"{number:.1f}"
