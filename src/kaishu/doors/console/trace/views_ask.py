"""Ask forward: from suspect lots and units to everything that may carry what is wrong with them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from kaishu.base.desk import problem_of
from kaishu.base.roles import staff
from kaishu.core.errors import Refusal
from kaishu.core.genealogy.answers import Held, Total
from kaishu.core.genealogy.forward import Forward
from kaishu.core.genealogy.things import Kind
from kaishu.doors.console import frame
from kaishu.doors.console.trace import asked as asking
from kaishu.doors.console.trace.asked import Asked
from kaishu.doors.console.trace.opened import Opened, moment, show, with_trace

MOST_HOLDERS = 40
MOST_NAMED = 12


@staff(*frame.TRACE)
@require_safe
@with_trace
def ask(request: HttpRequest, opened: Opened) -> HttpResponseBase:
    """Take a question and answer it on the same page: what, whose, where, and how sure."""
    asked = asking.read(request, opened)
    context: dict[str, Any] = {"asked": asked, "choices": choices(opened, asked, "lots")}
    problems = list(asked.problems)
    if asked.codes:
        try:
            context |= answer(opened, asked, asking.follow(opened, asked))
        except Refusal as refusal:
            problems.append(problem_of(refusal, "id-lots"))
    return show(request, "console/trace/ask.html", opened, context, problems=problems)


def choices(opened: Opened, asked: Asked, name: str) -> list[dict[str, Any]]:
    """Return, for each word that names several things, the question with one of them in it."""
    lines = []
    for each in asked.unclear:
        named = opened.things(each.may_be)
        options = [
            {
                "thing": named[code],
                "href": "?"
                + urlencode({name: asked.text.replace(each.typed, code), **_window(asked)}),
            }
            for code in each.may_be
        ]
        if options:
            lines.append({"typed": each.typed, "options": options})
    return lines


def answer(opened: Opened, asked: Asked, found: Forward) -> dict[str, Any]:
    """Return what a page says of a forward trace; each figure with the address of its rows."""
    totals = found.totals()
    holders, ever = found.holders(), found.consignees()
    codes = {each.item for each in totals} | {each.item for each in (*holders, *ever)}
    things = opened.things([*codes, *asked.codes, *_parties(holders), *_parties(ever)])
    units = [each for each in totals if each.kind is Kind.UNIT]
    return {
        "found": found,
        "suspects": [things[code] for code in asked.codes][:MOST_NAMED],
        "suspect_count": len(asked.codes),
        "certain": int(sum(each.certain for each in units)),
        "possible": int(sum(each.possible for each in units)),
        "totals": [_total(opened, asked, each, things) for each in totals],
        "brands": _brands(units, things),
        "holders": _holders(opened, asked, holders, things, "now"),
        "ever": _holders(opened, asked, ever, things, "ever"),
        "lost": _lost(opened, asked, holders, things),
        "ended": len(found.ended()),
        "was": len(found.was()),
        "rows": f"{opened.base}rows/?{asked.query}",
        "cycles": opened.graph.facts.cycles,
        **opened.unseen(asked.codes, found.nodes),
    }


def _total(opened: Opened, asked: Asked, each: Total, things: dict[str, Any]) -> dict[str, Any]:
    rows = f"{opened.base}rows/?{asked.query}&" + urlencode(
        {"item": each.item, "kind": each.kind.name.lower()}
    )
    return {
        "total": each,
        "item": things.get(each.item),
        "unit": each.kind is Kind.UNIT,
        "kind": each.kind.name.lower(),
        "certain": _pieces(each.certain),
        "possible": _pieces(each.possible),
        "rows": rows,
    }


def _brands(units: Sequence[Total], things: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the affected units by brand; items without a brand are named as such."""
    sums: dict[str, list[float]] = defaultdict(lambda: [0, 0])
    for each in units:
        item = things.get(each.item)
        if item is not None and (item.brand or item.model):
            sums[item.brand][0] += each.certain
            sums[item.brand][1] += each.possible
    return [
        {"brand": brand, "certain": int(pair[0]), "possible": int(pair[1])}
        for brand, pair in sorted(sums.items(), key=lambda each: -sum(each[1]))
    ]


def _holders(
    opened: Opened, asked: Asked, held: Iterable[Held], things: dict[str, Any], when: str
) -> dict[str, Any]:
    """Return who has how much of what, the most first; the rest is behind a link to all rows."""
    known = [each for each in held if each.party or each.place]
    ordered = sorted(known, key=lambda each: (-(each.certain + each.possible), each.party))
    lines = [
        {
            "party": things.get(each.party) or things.get(each.place),
            "place": things.get(each.place) if each.party else None,
            "item": things.get(each.item),
            "certain": _pieces(each.certain),
            "possible": _pieces(each.possible),
            "since": moment(each.since),
            "unsaid": each.unsaid,
            "rows": f"{opened.base}rows/?{asked.query}&"
            + urlencode({"item": each.item, "party": each.party, "place": each.place})
            if when == "now"
            else "",
        }
        for each in ordered[:MOST_HOLDERS]
    ]
    return {"lines": lines, "more": max(0, len(ordered) - MOST_HOLDERS), "count": len(ordered)}


def _lost(
    opened: Opened, asked: Asked, held: Iterable[Held], things: dict[str, Any]
) -> list[dict[str, Any]]:
    """Return what is with nobody known, by item."""
    return [
        {
            "item": things.get(each.item),
            "certain": _pieces(each.certain),
            "possible": _pieces(each.possible),
            "unsaid": each.unsaid,
            "rows": f"{opened.base}rows/?{asked.query}&{urlencode({'item': each.item, 'lost': 1})}",
        }
        for each in held
        if not each.party and not each.place
    ]


def _parties(held: Iterable[Held]) -> list[str]:
    return [code for each in held for code in (each.party, each.place) if code]


def _pieces(much: float) -> int | float:
    """Return a quantity as a whole number where it is one."""
    return int(much) if much == int(much) else round(much, 3)


def _window(asked: Asked) -> dict[str, str]:
    said = {"since": asked.since_text, "until": asked.until_text}
    return {name: value for name, value in said.items() if value}
