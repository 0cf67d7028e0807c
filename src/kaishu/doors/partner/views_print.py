"""What is printed for a container: its label with a code, and the hand-over sheet on one A4."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import zxingcpp
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_safe

from kaishu.base.refusals import refusal_page
from kaishu.base.roles import staff
from kaishu.doors.partner import frame
from kaishu.doors.partner.views_containers import find, names_of, papers_for
from kaishu.returns import limits
from kaishu.returns.errors import ContainerNotFound
from kaishu.returns.hand_overs import signer_of
from kaishu.returns.models import Container

_SVG = re.compile(r'<path d="([MmHhVvZz0-9. -]+)"')
_SIZE = re.compile(r'<svg width="(\d+)"')


@staff(*frame.PAPERS, *frame.SCAN)
@require_safe
def label_page(request: HttpRequest, number: str) -> HttpResponse:
    """Show the label to stick on a container."""
    return _page(request, number, "partner/container_label.html")


@staff(*frame.PAPERS, *frame.SCAN)
@require_safe
def sheet_page(request: HttpRequest, number: str) -> HttpResponse:
    """Show the hand-over sheet: what, how many, under which seal, and who signed."""
    return _page(request, number, "partner/container_sheet.html")


def qr(text: str) -> SafeString:
    """Draw a code as inline SVG, in the ink of the page."""
    made = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode)
    svg = zxingcpp.write_barcode_to_svg(made)
    size, path = _SIZE.search(svg), _SVG.search(svg)
    assert size is not None and path is not None
    return mark_safe(  # noqa: S308 (digits and path letters only, matched above)
        f'<svg viewBox="0 0 {size[1]} {size[1]}" aria-hidden="true" shape-rendering="crispEdges">'
        f'<path d="{path[1]}" fill="#000"/></svg>'
    )


def _page(request: HttpRequest, number: str, template: str) -> HttpResponse:
    row = find(number)
    if row is None or not papers_for(request, row):
        return refusal_page(request, ContainerNotFound(number=number), status=404)
    recalls = frame.running()
    names = names_of(recalls)
    offered = row.hand_overs.filter(withdrawn_at=None).first()
    context: dict[str, Any] = {
        "container": row,
        "site_name": names.get(row.site, row.site),
        "recycler_name": names.get(row.recycler, row.recycler),
        "title": next((each.title for each in recalls if each.row.id == row.recall_id), ""),
        "qr": qr(row.number),
        "models": _models(row),
        "total": sum(count for _, count in _models(row)),
        "energy": limits.energy(limits.recall_of(row.recall_id), _models(row)),
        "kilograms": f"{row.net_g / 1000:g}" if row.net_g is not None else "",
        "offered": offered,
        "signer": signer_of(offered) if offered else "",
    }
    return frame.show(request, template, context)


def _models(row: Container) -> list[tuple[str, int]]:
    counted: Counter[str] = Counter()
    for product, quantity in row.lines.values_list("product", "quantity"):
        counted[product] += quantity
    return sorted(counted.items())
