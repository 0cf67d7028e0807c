"""The affected part of a network as a picture: on the page, as a file, and as a table below."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from kaishu.base.desk import problem_of
from kaishu.base.roles import staff
from kaishu.core.errors import Refusal
from kaishu.core.genealogy.picture import place
from kaishu.core.genealogy.picture_fold import fold
from kaishu.core.genealogy.picture_scene import scene_of
from kaishu.core.genealogy.picture_values import Node
from kaishu.doors.console import frame
from kaishu.doors.console.trace import asked as asking
from kaishu.doors.console.trace.asked import Asked
from kaishu.doors.console.trace.opened import Opened, show, with_trace
from kaishu.doors.console.trace.picture_shown import Shown, shown
from kaishu.supply.models import Item

MOST_OPENED = 8
TEMPLATE = "console/trace/picture.html"


@staff(*frame.TRACE)
@require_safe
@with_trace
def picture(request: HttpRequest, opened: Opened) -> HttpResponseBase:
    """Draw what a question reaches; each fold opens by its link."""
    asked = asking.read(request, opened)
    context: dict[str, Any] = {"asked": asked}
    problems = list(asked.problems)
    if asked.codes:
        try:
            drawn = _draw(request, opened, asked)
        except Refusal as refusal:
            problems.append(problem_of(refusal, "id-lots"))
        else:
            chosen = _opened(request)
            context |= {
                "drawn": drawn,
                "unfolded": bool(chosen),
                "folded": f"?{asked.query}",
                "file": f"{opened.base}picture.svg?{_query(asked, chosen, _skip(request))}",
            }
    return show(request, TEMPLATE, opened, context, problems=problems)


@staff(*frame.TRACE)
@require_safe
@with_trace
def picture_file(request: HttpRequest, opened: Opened) -> HttpResponseBase:
    """Send the picture as an SVG file that stands alone; links in it lead back to the pages."""
    asked = asking.read(request, opened)
    if not asked.codes:
        return show(request, TEMPLATE, opened, {"asked": asked}, problems=asked.problems)
    try:
        drawn = _draw(request, opened, asked, site=request.build_absolute_uri("/").rstrip("/"))
    except Refusal as refusal:
        problems = [problem_of(refusal, "id-lots")]
        return show(request, TEMPLATE, opened, {"asked": asked}, problems=problems)
    context = {"drawn": drawn, "alone": True, "network": opened.network}
    svg = render_to_string("console/trace/picture_svg.html", context, request)
    name = f"{opened.network.slug}-trace.svg"
    return HttpResponse(
        svg.strip(),
        content_type="image/svg+xml; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _draw(request: HttpRequest, opened: Opened, asked: Asked, *, site: str = "") -> Shown:
    chosen = _opened(request)
    kinds = dict(Item.objects.filter(network=opened.network).values_list("code", "kind"))
    scene = scene_of(opened.graph, asking.follow(opened, asked), asked.codes, kinds=kinds)
    folded = fold(scene, opened=chosen, skip=_skip(request))

    def href(node: Node) -> str:
        open_next = [code for code in chosen if code != node.opens][1 - MOST_OPENED :]
        skip = node.after if node.opens in chosen and node.after else 0
        return f"{site}{opened.base}picture/?{_query(asked, [*open_next, node.opens], skip)}"

    return shown(place(folded), opened, href=href, site=site)


def _opened(request: HttpRequest) -> list[str]:
    return [code for code in request.GET.getlist("open") if len(code) <= 200][:MOST_OPENED]


def _skip(request: HttpRequest) -> int:
    typed = request.GET.get("skip", "")
    return int(typed) if typed.isdecimal() and len(typed) < 9 else 0


def _query(asked: Asked, chosen: list[str], skip: int) -> str:
    more = [*(("open", code) for code in chosen), *([("skip", str(skip))] if skip else [])]
    return f"{asked.query}&{urlencode(more)}" if more else asked.query
