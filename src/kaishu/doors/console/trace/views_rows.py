"""The rows behind a figure of a trace: each thing, how sure, since when, where it is now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlencode

import numpy as np
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from kaishu.base import exports
from kaishu.base.desk import problem_of
from kaishu.base.roles import staff
from kaishu.core.errors import Refusal
from kaishu.core.genealogy.blast_where import Where, Whereabouts
from kaishu.core.genealogy.forward import Forward
from kaishu.core.genealogy.things import Kind, item_of
from kaishu.doors.console import frame
from kaishu.doors.console.labels import label
from kaishu.doors.console.trace import asked as asking
from kaishu.doors.console.trace.asked import Asked
from kaishu.doors.console.trace.opened import Opened, moment, show, with_trace

PAGE = 100
AT_ONCE = 2_000
LEVELS = {"certain": 2, "possible": 1}
NARROWED = ("item", "kind", "level", "party", "place", "lost", "which")
WHICH = ("ended", "was")


@staff(*frame.TRACE)
@require_safe
@with_trace
def rows(request: HttpRequest, opened: Opened) -> HttpResponseBase:
    """List what a trace reaches, narrowed to the figure that was clicked."""
    asked = asking.read(request, opened)
    context: dict[str, Any] = {"asked": asked, "lines": [], "number": 0, "narrowed": []}
    if not asked.codes:
        return show(request, "console/trace/rows.html", opened, context, problems=asked.problems)
    try:
        found = asking.follow(opened, asked)
    except Refusal as refusal:
        problems = [problem_of(refusal)]
        return show(request, "console/trace/rows.html", opened, context, problems=problems)
    given = {name: request.GET.get(name, "") for name in NARROWED}
    nodes = _narrowed(opened, found, given)
    file = exports.offered(
        request,
        name=f"{opened.network.slug}-trace",
        header=_header(),
        rows=_cells(opened, found, nodes),
    )
    if file is not None:
        return file
    page, pages = page_of(request, len(nodes), PAGE)
    start = (page - 1) * PAGE
    base = f"?{asked.query}&{urlencode({name: each for name, each in given.items() if each})}"
    context |= {
        "lines": list(_lines(opened, asked, found, nodes[start : start + PAGE])),
        "number": len(nodes),
        "narrowed": _said(opened, given),
        "page": page,
        "pages": pages,
        "before": f"{base}&page={page - 1}" if page > 1 else "",
        "after": f"{base}&page={page + 1}" if page < pages else "",
    }
    return show(request, "console/trace/rows.html", opened, context)


def page_of(request: HttpRequest, number: int, size: int) -> tuple[int, int]:
    """Return which page of a list is asked for, and how many there are."""
    pages = max(1, -(-number // size))
    typed = request.GET.get("page", "")
    return min(max(1, int(typed) if typed.isdecimal() else 1), pages), pages


def _narrowed(opened: Opened, found: Forward, given: dict[str, str]) -> Any:
    """Return the numbers of the things that a figure counts."""
    if given["which"] in WHICH:
        return found.ended() if given["which"] == "ended" else found.was()
    graph, keep = opened.graph, np.ones(len(found.nodes), np.bool_)
    if kind := given["kind"].upper():
        keep &= graph.kinds(found.nodes) == (Kind[kind] if kind in Kind.__members__ else 0)
    if given["level"] in LEVELS:
        keep &= found.levels == LEVELS[given["level"]]
    nodes = found.nodes[keep]
    if item := given["item"]:
        nodes = nodes[[item_of(code) == item for code in graph.codes(nodes)]]
    if given["party"] or given["place"] or given["lost"]:
        wanted = tuple(
            -1 if not given[name] else graph.number(given[name]) for name in ("party", "place")
        )
        where = Whereabouts(graph).of(nodes.tolist())
        nodes = nodes[[(one.party, one.place) == wanted and not one.over for one in where]]
    return nodes


def _lines(opened: Opened, asked: Asked, found: Forward, nodes: Any) -> Iterator[dict[str, Any]]:
    """Yield the rows of one page, with links to each thing and to what proves its place here."""
    graph = opened.graph
    codes = graph.codes(nodes)
    where = list(Whereabouts(graph).of([int(node) for node in nodes]))
    holders = graph.codes([n for one in where for n in (one.party, one.place, one.box) if n >= 0])
    things = opened.things([*codes, *holders, *(item_of(code) for code in codes)])
    for code, node, one in zip(codes, nodes, where, strict=True):
        place = _place(found, int(node))
        yield {
            "thing": things[code],
            "item": things.get(item_of(code)),
            "level": int(found.levels[place]) if place is not None else 0,
            "since": moment(int(found.since[place])) if place is not None else None,
            "holder": things.get(_code(opened, one.party) or _code(opened, one.place)),
            "box": things.get(_code(opened, one.box)),
            "there": moment(one.at) if one.known else None,
            "over": one.over,
            "path": f"{opened.base}path/?{asked.query}&{urlencode({'code': code})}",
        }


def _cells(opened: Opened, found: Forward, nodes: Any) -> Iterator[tuple[object, ...]]:
    """Yield the rows of a file: every one of them, some at a time."""
    asker = Whereabouts(opened.graph)
    for start in range(0, len(nodes), AT_ONCE):
        part = nodes[start : start + AT_ONCE]
        codes = opened.graph.codes(part)
        where = list(asker.of([int(node) for node in part]))
        holders = opened.things(
            code for one in where for code in (_code(opened, one.party), _code(opened, one.place))
        )
        items = opened.things(item_of(code) for code in codes)
        for code, node, one in zip(codes, part, where, strict=True):
            yield _cell(opened, found, code, int(node), one, holders, items)


def _cell(
    opened: Opened,
    found: Forward,
    code: str,
    node: int,
    one: Where,
    holders: dict[str, Any],
    items: dict[str, Any],
) -> tuple[object, ...]:
    place, item = _place(found, node), items.get(item_of(code))
    party, site = (_code(opened, number) for number in (one.party, one.place))
    level = int(found.levels[place]) if place is not None else 0
    return (
        *(
            code,
            opened.things([code])[code].name,
            item.name if item else "",
            item.brand if item else "",
        ),
        *(item.model if item else "", label("trace_level", level)),
        moment(int(found.since[place])) if place is not None else None,
        *(holders[party].name if party else "", holders[site].name if site else ""),
        *(moment(one.at) if one.known else None, _code(opened, one.box)),
    )


def _header() -> Sequence[str]:
    return (
        *(_("Code"), _("Number or serial"), _("Item"), _("Brand"), _("Model"), _("How sure")),
        *(_("Affected since"), pgettext("holder", "With"), _("At"), _("There since"), _("In")),
    )


def _place(found: Forward, node: int) -> int | None:
    """Return where a node stands in an answer, or None where it carries nothing now."""
    at = int(np.searchsorted(found.nodes, node))
    return at if at < len(found.nodes) and int(found.nodes[at]) == node else None


def _code(opened: Opened, number: int) -> str:
    return opened.graph.code(number) if number >= 0 else ""


def _said(opened: Opened, given: dict[str, str]) -> list[str]:
    """Say in words what the list was narrowed to."""
    said = []
    if given["which"] in WHICH:
        said.append(label("trace_which", given["which"]))
    if given["kind"]:
        said.append(label("trace_kind", given["kind"]))
    if given["level"]:
        said.append(label("trace_level", LEVELS.get(given["level"], 0)))
    known = [code for code in (given["item"], given["party"], given["place"]) if code[:1] == "/"]
    said += [thing.name for thing in opened.things(_sound(known)).values()]
    if given["lost"]:
        said.append(_("not known where"))
    return said


def _sound(codes: Sequence[str]) -> list[str]:
    """Leave out what no link of ours says: it is typed into the address."""
    from kaishu.core.genealogy.things import kind_of

    sound = []
    for code in codes:
        try:
            kind_of(code)
        except ValueError:
            continue
        sound.append(code)
    return sound
