"""What a trace cannot see: units without a genealogy, unknown units, missing numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kaishu.base import exports
from kaishu.base.roles import staff
from kaishu.books.models import Unit
from kaishu.claims.models import ClaimUnit
from kaishu.doors.console import frame
from kaishu.doors.console.labels import label
from kaishu.doors.console.trace.opened import Opened, show, with_trace
from kaishu.editions import queries as editions
from kaishu.supply.to_recall import complete, units
from kaishu.supply.to_recall.complete import Complete

SHOWN = 60


@staff(*frame.TRACE)
@require_safe
@with_trace
def missing(request: HttpRequest, opened: Opened) -> HttpResponseBase:
    """Name the units of a model that no trace can reach, by where they are known from."""
    models = units.models_of(opened.network)
    asked, slug = request.GET.get("model", ""), request.GET.get("recall", "")
    chosen = [asked] if asked in models else models
    recalls = {pack.recall.slug: pack.recall for pack in editions.current_packs()}
    reports = [_report(opened, model, slug or _recall_of(recalls, model)) for model in chosen]
    header = (_("Model"), _("Known from"), _("First serial"), _("Last serial"), _("Units"))
    rows = (row for found in reports for row in _rows(found))
    file = exports.offered(request, name="trace-missing", header=header, rows=rows)
    context: dict[str, Any] = {
        "models": models,
        "model": asked,
        "slug": slug,
        "recalls": [(code, frame.recall_name(code)) for code in recalls],
        "reports": [_line(found) for found in reports],
        "shown": SHOWN,
    }
    return file or show(request, "console/trace/missing.html", opened, context, here="complete/")


def _recall_of(recalls: dict[str, Any], model: str) -> str:
    """Return the recall that names a model; the one with most of its units where several do."""
    named = [(recall.product(model), code) for code, recall in recalls.items()]
    return max(((product.units, code) for product, code in named if product), default=(0, ""))[1]


def _report(opened: Opened, model: str, slug: str) -> Complete:
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
        opened.graph, opened.network, model=model, slug=slug, elsewhere=elsewhere
    )


def _line(found: Complete) -> dict[str, Any]:
    return {
        "found": found,
        "share": f"{found.permille / 10:.1f} %",
        "whole": max(found.named, found.announced or 0),
        "without": found.without[:SHOWN],
        "without_more": max(0, len(found.without) - SHOWN),
        "unknown": [
            (label("trace_source", name), len(serials), serials[:SHOWN], len(serials) - SHOWN)
            for name, serials in found.unknown.items()
            if serials
        ],
        "holes": found.holes[:SHOWN],
        "hole_count": len(found.holes),
        "hole_units": sum(hole.count for hole in found.holes),
    }


def _rows(found: Complete) -> Iterator[tuple[object, ...]]:
    """Yield every unit that is missing: one by one, and numbers between serials as ranges."""
    for serial in found.without:
        yield (found.model, _("the network, without origin"), serial, serial, 1)
    for name, serials in found.unknown.items():
        for serial in serials:
            yield (found.model, label("trace_source", name), serial, serial, 1)
    for hole in found.holes:
        yield (found.model, _("a gap between serials"), hole.first, hole.last, hole.count)
