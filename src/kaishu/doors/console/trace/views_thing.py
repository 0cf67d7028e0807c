"""One thing: everything that happened to it, what it came from, what it went into."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from kaishu.base import exports
from kaishu.base.desk import problem_of
from kaishu.base.refusals import refusal_page
from kaishu.base.roles import staff
from kaishu.core.errors import Refusal
from kaishu.core.genealogy.answers import Step
from kaishu.core.genealogy.backward import Backward, backward
from kaishu.core.genealogy.blast_where import Whereabouts
from kaishu.core.genealogy.errors import ThingUnknown
from kaishu.core.genealogy.things import Kind, item_of
from kaishu.doors.console import frame
from kaishu.doors.console.labels import label
from kaishu.doors.console.trace import asked as asking
from kaishu.doors.console.trace.opened import Opened, moment, show, with_trace
from kaishu.doors.console.trace.views_ask import choices
from kaishu.doors.console.trace.views_rows import page_of
from kaishu.supply.questions import history
from kaishu.supply.questions.history import Happened
from kaishu.supply.questions.records import Recorded, recorded

PAGE = 50
MOST = 500
ANYTHING = (Kind.LOT, Kind.UNIT, Kind.BOX)


@staff(*frame.TRACE)
@require_safe
@with_trace
def thing(request: HttpRequest, opened: Opened) -> HttpResponseBase:
    """Show one thing's acts in order, in and out."""
    code = request.GET.get("code", "")
    node = opened.graph.number(code)
    if node is None:
        return refusal_page(request, ThingUnknown(code=code[:200]), status=404)
    number = history.count(opened.graph, node)
    page, pages = page_of(request, number, PAGE)
    acts = history.history(opened.graph, node, start=(page - 1) * PAGE, most=PAGE)
    things = opened.things([code, item_of(code), *(each for act in acts for each in _codes(act))])
    told = recorded(opened.network, (act.key for act in acts))
    (where,) = Whereabouts(opened.graph).of([node])
    now = [opened.graph.code(n) if n >= 0 else "" for n in (where.party, where.place, where.box)]
    around = opened.things(now)
    base = "?" + urlencode({"code": code})
    context = {
        "thing": things[code],
        "item": things.get(item_of(code)),
        "lines": [_line(act, things) | {"told": told.get(act.key)} for act in acts],
        "number": number,
        "page": page,
        "pages": pages,
        "before": f"{base}&page={page - 1}" if page > 1 else "",
        "after": f"{base}&page={page + 1}" if page < pages else "",
        "holder": around.get(now[0]) or around.get(now[1]),
        "box": around.get(now[2]),
        "there": moment(where.at) if where.known else None,
        "over": where.over,
        "is_suspectable": opened.graph.kind(node) in (Kind.LOT, Kind.UNIT),
    }
    return show(request, "console/trace/thing.html", opened, context, here="thing/")


@staff(*frame.TRACE)
@require_safe
@with_trace
def path(request: HttpRequest, opened: Opened) -> HttpResponseBase:
    """Show step by step why one thing is in the answer."""
    asked = asking.read(request, opened)
    code = request.GET.get("code", "")
    if not asked.codes or opened.graph.number(code) is None:
        return refusal_page(request, ThingUnknown(code=code[:200]), status=404)
    try:
        found = asking.follow(opened, asked)
        steps, level = found.path(code), found.level(code)
    except Refusal as refusal:
        return refusal_page(request, refusal, status=404)
    things = opened.things([code, *(each for step in steps for each in (step.source, step.target))])
    told = recorded(opened.network, (step.act_key for step in steps))
    cells = (_proved(number, step, told) for number, step in enumerate(steps, start=1))
    file = exports.offered(request, name="trace-proof", header=_proof_header(), rows=cells)
    context = {
        "asked": asked,
        "thing": things[code],
        "level": level,
        "lines": _steps(opened, steps, things),
    }
    return file or show(request, "console/trace/path.html", opened, context, here="path/")


@staff(*frame.TRACE)
@require_safe
@with_trace
def back(request: HttpRequest, opened: Opened) -> HttpResponseBase:
    """Take a unit or a lot, and say what went into it, level by level."""
    asked = asking.read(request, opened, name="unit", kinds=ANYTHING)
    context: dict[str, Any] = {"asked": asked, "choices": choices(opened, asked, "unit")}
    problems = list(asked.problems)
    if asked.codes:
        try:
            context |= _behind(opened, asked.codes[0], request.GET.get("of", ""))
            context["others"] = len(asked.codes) - 1
        except Refusal as refusal:
            problems.append(problem_of(refusal, "id-unit"))
    return show(
        request, "console/trace/back.html", opened, context, here="back/", problems=problems
    )


def _behind(opened: Opened, code: str, part: str) -> dict[str, Any]:
    found = backward(opened.graph, code)
    lots, units = (opened.graph.codes(nodes[:MOST]) for nodes in (found.lots, found.units))
    boxes = opened.graph.codes(found.boxes[:MOST])
    steps = _proof(found, part)
    named = [code, *lots, *units, *boxes, *(item_of(each) for each in (*lots, *units))]
    things = opened.things(
        [*named, *(each for step in steps for each in (step.source, step.target))]
    )
    groups: dict[str, list[Any]] = {}
    for each in (*lots, *units):
        item = things.get(item_of(each))
        groups.setdefault(item.name if item else "", []).append(things[each])
    return {
        "thing": things[code],
        "inside": sorted(groups.items()),
        "lot_count": len(found.lots),
        "unit_count": len(found.units),
        "boxes": [things[each] for each in boxes],
        "steps": _steps(opened, steps, things),
        "part": things.get(part),
    }


def _proof(found: Backward, part: str) -> tuple[Step, ...]:
    return found.path(part) if part else ()


def _proof_header() -> tuple[str, ...]:
    return (
        *(_("Step"), _("When"), pgettext("trace", "Act"), _("From"), _("Into"), _("Quantity")),
        *(_("How sure"), _("Record"), _("Recorded by")),
    )


def _proved(number: int, step: Step, told: Mapping[str, Recorded]) -> tuple[object, ...]:
    by = told[step.act_key].by if step.act_key in told else ""
    return (
        *(number, moment(step.at), label("trace_did", int(step.did)), step.source, step.target),
        *(step.quantity, label("trace_level", step.level), step.act_key, by),
    )


def _steps(opened: Opened, steps: tuple[Step, ...], things: dict[str, Any]) -> list[dict[str, Any]]:
    told = recorded(opened.network, (step.act_key for step in steps))
    return [_step(step, things, told.get(step.act_key)) for step in steps]


def _step(step: Step, things: dict[str, Any], told: Recorded | None) -> dict[str, Any]:
    return {
        "step": step,
        "told": told,
        "at": moment(step.at),
        "did": int(step.did),
        "source": things[step.source],
        "target": things[step.target],
        "quantity": _plain(step.quantity),
    }


def _line(act: Happened, things: dict[str, Any]) -> dict[str, Any]:
    """Return one act as a row: what went in, what came out, each with its quantity."""
    sides = [
        [(things[each.code], _plain(each.quantity)) for each in side]
        for side in (act.inputs, act.outputs)
    ]
    return {
        "act": act,
        "at": moment(act.at),
        "did": int(act.did),
        "inputs": sides[0],
        "outputs": sides[1],
        "more_in": act.input_count - len(act.inputs),
        "more_out": act.output_count - len(act.outputs),
        "party": things.get(act.party),
        "place": things.get(act.place),
    }


def _codes(act: Happened) -> list[str]:
    sides = [each.code for each in (*act.inputs, *act.outputs)]
    return [*sides, act.party, act.place]


def _plain(quantity: float | None) -> int | float | None:
    return int(quantity) if quantity is not None and quantity == int(quantity) else quantity
