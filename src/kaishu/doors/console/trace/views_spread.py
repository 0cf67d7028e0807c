"""How far it may reach: lots made next to a suspect one, and every brand that has its parts."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from kaishu.base.desk import problem_of
from kaishu.base.roles import staff
from kaishu.core.errors import Refusal
from kaishu.core.genealogy.blast import Blast, Count, Goods, Seat, blast
from kaishu.core.genealogy.neighbours import WhatIf, what_if
from kaishu.doors.console import frame
from kaishu.doors.console.trace import asked as asking
from kaishu.doors.console.trace.asked import Asked
from kaishu.doors.console.trace.opened import Opened, moment, show, with_trace
from kaishu.doors.console.trace.views_ask import choices
from kaishu.supply.models import Item, Partner

HOUR = 3600
DEFAULT_EACH_SIDE, MOST_EACH_SIDE = 2, 30
LONGEST = 5  # digits


@staff(*frame.TRACE)
@require_safe
@with_trace
def neighbours(request: HttpRequest, opened: Opened) -> HttpResponseBase:
    """Say how many more units the lots made shortly before and after would add."""
    asked = asking.read(request, opened)
    side, hours = (_number(request, name) for name in ("side", "hours"))
    if not side and not hours:
        side = DEFAULT_EACH_SIDE
    context: dict[str, Any] = {
        "asked": asked,
        "choices": choices(opened, asked, "lots"),
        "side": "" if hours else min(side, MOST_EACH_SIDE),
        "hours": hours or "",
    }
    problems = list(asked.problems)
    if asked.codes:
        try:
            found = what_if(
                opened.graph,
                asked.codes,
                seconds=hours * HOUR if hours else None,
                each_side=min(side, MOST_EACH_SIDE),
                since=asked.since,
                until=asked.until,
            )
            context |= _neighbours(opened, asked, found) | _unseen(opened, asked)
        except Refusal as refusal:
            problems.append(problem_of(refusal, "id-lots"))
    return show(
        request,
        "console/trace/neighbours.html",
        opened,
        context,
        here="what-if/",
        problems=problems,
    )


@staff(*frame.TRACE)
@require_safe
@with_trace
def brands(request: HttpRequest, opened: Opened) -> HttpResponseBase:
    """Sum what suspects reach by brand, model, country and party."""
    asked = asking.read(request, opened)
    context: dict[str, Any] = {"asked": asked, "choices": choices(opened, asked, "lots")}
    problems = list(asked.problems)
    if asked.codes:
        try:
            context |= _brands(opened, _blast(opened, asked)) | _unseen(opened, asked)
        except Refusal as refusal:
            problems.append(problem_of(refusal, "id-lots"))
    return show(
        request, "console/trace/brands.html", opened, context, here="brands/", problems=problems
    )


def _number(request: HttpRequest, name: str) -> int:
    typed = request.GET.get(name, "").strip()
    return int(typed) if typed.isdecimal() and len(typed) <= LONGEST else 0


def _unseen(opened: Opened, asked: Asked) -> dict[str, Any]:
    return opened.unseen(asked.codes, asking.follow(opened, asked).nodes)


def _neighbours(opened: Opened, asked: Asked, found: WhatIf) -> dict[str, Any]:
    near = [each.lot for each in found.added]
    things = opened.things(
        [*asked.codes, *(lot.code for lot in near), *(lot.suspect for lot in near)]
    )
    together = ",".join([*asked.codes, *(lot.code for lot in near)])
    return {
        "found": found,
        "suspects": [things[code] for code in found.suspects],
        "lines": [
            {
                "added": each,
                "lot": things[each.lot.code],
                "suspect": things[each.lot.suspect],
                "at": moment(each.lot.made_at),
                "hours": round(each.lot.apart / HOUR, 1),
                "follow": f"{opened.base}?"
                + urlencode({"lots": ",".join([*asked.codes, each.lot.code])}),
            }
            for each in found.added
        ],
        "together": f"{opened.base}?{urlencode({'lots': together})}",
    }


def _blast(opened: Opened, asked: Asked) -> Blast:
    items = Item.objects.filter(network=opened.network).exclude(model="", brand="")
    partners = Partner.objects.filter(network=opened.network)
    return blast(
        opened.graph,
        asked.codes,
        goods={item.code: Goods(item.brand, item.model or item.name) for item in items},
        seats={row.code: Seat(row.country, row.belongs_to) for row in partners},
        since=asked.since,
        until=asked.until,
    )


def _brands(opened: Opened, found: Blast) -> dict[str, Any]:
    parties = found.parties()
    codes = [code for code, _count in (*parties, *found.undescribed) if code]
    things = opened.things([*codes, *(each.suspect for each in found.shared)])
    return {
        "found": found,
        "brands": [(brand, _count(count)) for brand, count in found.brands()],
        "models": [(goods, _count(count)) for goods, count in found.models],
        "countries": [(country, _count(count)) for country, count in found.countries()],
        "parties": [(things.get(code), _count(count)) for code, count in parties],
        "shared": [
            (things[each.suspect], [(brand, _count(count)) for brand, count in each.brands])
            for each in found.shared
        ],
        "undescribed": [(things[code], _count(count)) for code, count in found.undescribed],
    }


def _count(count: Count) -> dict[str, Any]:
    return {"certain": int(count.certain), "possible": int(count.possible)}
