"""What a trace cannot see: units without a genealogy, unknown units, missing numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kaishu.base import exports
from kaishu.base.roles import staff
from kaishu.books.models import Unit
from kaishu.claims.models import ClaimUnit
from kaishu.core.genealogy.things import name_of
from kaishu.doors.console import frame
from kaishu.doors.console.labels import label
from kaishu.doors.console.trace import asked as asking
from kaishu.doors.console.trace.opened import Opened, Thing, show, with_trace
from kaishu.doors.console.trace.views_rows import page_of
from kaishu.editions import queries as editions
from kaishu.supply.to_recall import complete, units
from kaishu.supply.to_recall.complete import Complete

SHOWN = 24
PAGE = 100
ORIGIN, GAP = "origin", "gap"


@dataclass(frozen=True, slots=True)
class Row:
    """One unit that is missing somewhere, or the numbers between two serials.

    `why` is the figure that it belongs to: ORIGIN, GAP, a source, or a class of things.
    """

    why: str
    first: str
    last: str
    count: int = 1
    code: str = ""


@staff(*frame.TRACE)
@require_safe
@with_trace
def missing(request: HttpRequest, opened: Opened) -> HttpResponseBase:
    """Name the units of a model that no trace can reach, by where they are known from."""
    models = units.models_of(opened.network)
    asked = asking.read(request, opened)
    model, slug, why = (request.GET.get(name, "") for name in ("model", "recall", "why"))
    chosen = [model] if model in models else models
    recalls = {pack.recall.slug: pack.recall for pack in editions.current_packs()}
    reports = [
        _report(opened, each, slug or _recall_of(recalls, each), asked.codes) for each in chosen
    ]
    classes = opened.things(each.item for found in reports for each in found.unrecorded)
    file = exports.offered(
        request,
        name=f"{opened.network.slug}-missing",
        header=(_("Model"), _("Known from"), _("First serial"), _("Last serial"), _("Units")),
        rows=_cells(reports, classes, why),
    )
    if file is not None:
        return file
    said = {"lots": ",".join(asked.codes), "recall": slug}
    base = urlencode({name: value for name, value in said.items() if value})
    context: dict[str, Any] = {
        "asked": asked,
        "base": base,
        "models": models,
        "model": model,
        "slug": slug,
        "recalls": [(code, frame.recall_name(code)) for code in recalls],
    }
    if why and len(reports) == 1:
        context |= _listed(request, opened, reports[0], classes, why, base)
        return show(request, "console/trace/missing_rows.html", opened, context)
    context["reports"] = [_line(found, classes, base) for found in reports]
    page = "console/trace/missing.html"
    return show(request, page, opened, context, here="complete/", problems=asked.problems)


def _recall_of(recalls: dict[str, Any], model: str) -> str:
    """Return the recall that names a model; the one with most of its units where several do."""
    named = [(recall.product(model), code) for code, recall in recalls.items()]
    return max(((product.units, code) for product, code in named if product), default=(0, ""))[1]


def _report(opened: Opened, model: str, slug: str, suspects: Sequence[str]) -> Complete:
    row = next((row for row in editions.recall_rows() if row.slug == slug), None)
    elsewhere: dict[str, list[str]] = {}
    if row is not None:
        about = {"recall_id": row.id, "product": model}
        claimed = ClaimUnit.objects.filter(**about).exclude(serial="")
        booked = Unit.objects.filter(**about).exclude(serial="")
        elsewhere = {
            "claims": list(claimed.values_list("serial", flat=True)),
            "books": list(booked.values_list("serial", flat=True)),
        }
    return complete.complete(
        opened.graph,
        opened.network,
        model=model,
        slug=slug,
        elsewhere=elsewhere,
        suspects=suspects,
    )


def _rows(found: Complete) -> Iterator[Row]:
    """Yield every unit that is missing: one by one, and numbers between serials as ranges."""
    for code in found.without:
        yield Row(ORIGIN, name_of(code), name_of(code), code=code)
    for each in found.unrecorded:
        for code in each.codes:
            yield Row(each.item, name_of(code), name_of(code), code=code)
    for name, serials in found.unknown.items():
        for serial in serials:
            yield Row(name, serial, serial)
    for hole in found.holes:
        yield Row(GAP, hole.first, hole.last, hole.count)


def _cells(
    reports: Sequence[Complete], classes: dict[str, Thing], why: str
) -> Iterator[tuple[object, ...]]:
    for found in reports:
        for row in _rows(found):
            if why in ("", row.why):
                yield (found.model, _said(row.why, classes), row.first, row.last, row.count)


def _said(why: str, classes: dict[str, Thing]) -> str:
    """Say in words why a unit is in the list."""
    if why == ORIGIN:
        return _("the network, without origin")
    if why == GAP:
        return _("a gap between serials")
    if why in classes:
        return _("the network, without a lot of %(item)s") % {"item": classes[why].name}
    return label("trace_source", why)


def _line(found: Complete, classes: dict[str, Thing], base: str) -> dict[str, Any]:
    """Return one model's report: each figure with its first rows and the way to all of them."""
    rows: dict[str, list[Row]] = {}
    for row in _rows(found):
        rows.setdefault(row.why, []).append(row)

    def figure(why: str) -> dict[str, Any]:
        mine = rows.get(why, [])
        return {
            "units": sum(row.count for row in mine),
            "rows": mine[:SHOWN],
            "more": max(0, len(mine) - SHOWN),
            "href": f"?{urlencode({'model': found.model, 'why': why})}{'&' if base else ''}{base}",
        }

    return {
        "found": found,
        "share": f"{found.permille / 10:.1f} %",
        "whole": max(found.named, found.announced or 0),
        "origin": figure(ORIGIN),
        "classes": [
            {"name": classes[each.item].name, "ever": each.ever, **figure(each.item)}
            for each in found.unrecorded
        ],
        "unknown": [
            {"name": label("trace_source", name), **figure(name)}
            for name, serials in found.unknown.items()
            if serials
        ],
        "gap": figure(GAP),
        "whole_seen": not any(len(each) for each in rows.values()),
    }


def _listed(
    request: HttpRequest,
    opened: Opened,
    found: Complete,
    classes: dict[str, Thing],
    why: str,
    base: str,
) -> dict[str, Any]:
    """Return all rows behind one figure, a page at a time."""
    mine = [row for row in _rows(found) if row.why == why]
    page, pages = page_of(request, len(mine), PAGE)
    here = mine[(page - 1) * PAGE : page * PAGE]
    things = opened.things(row.code for row in here)
    query = f"?{urlencode({'model': found.model, 'why': why})}{'&' if base else ''}{base}"
    known = {row.why for row in _rows(found)}
    return {
        "title": _said(why, classes) if why in known else "",
        "lines": [{"row": row, "thing": things.get(row.code)} for row in here],
        "number": sum(row.count for row in mine),
        "page": page,
        "pages": pages,
        "before": f"{query}&page={page - 1}" if page > 1 else "",
        "after": f"{query}&page={page + 1}" if page < pages else "",
    }
