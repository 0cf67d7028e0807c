"""What every public page needs: the recall by its slug, and the frame around the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation

from kaishu.base import language
from kaishu.core import pack as packs
from kaishu.core.pack import Pack, PackMissing
from kaishu.core.recall import Product, Recall, say
from kaishu.editions.place import packs_folder
from kaishu.markets import zone_of


def running() -> list[Pack]:
    """Return the current edition of every recall, newest announcement first."""
    found = packs.all_current(packs_folder())
    return sorted(found, key=lambda pack: (pack.recall.announced, pack.recall.slug), reverse=True)


def pack_of(slug: str) -> Pack:
    """Return a recall's current edition, or answer 404."""
    try:
        return packs.current(packs_folder(), slug)
    except PackMissing:
        raise Http404(slug) from None


def show(
    request: HttpRequest,
    template: str,
    recall: Recall | None,
    context: Mapping[str, Any],
    *,
    status: int = 200,
) -> HttpResponse:
    """Render a page in the frame of its recall, with times on the clock of its market."""
    frame = frame_of(recall) if recall else {}
    with timezone.override(zone_of([recall.market] if recall else [])):
        return render(request, template, {**frame, **context}, status=status)


def frame_of(recall: Recall) -> dict[str, Any]:
    """Return what the header and footer say of a recall."""
    tag = language.tag()
    return {
        "recall": recall,
        "company": say(recall.company, tag),
        "phone": recall.phone,
        "phone_hours": say(recall.phone_hours, tag),
        "notice_url": recall.notice_url,
        "home": f"/{translation.get_language()}/r/{recall.slug}/",
    }


def picture_url(pack: Pack, name: str) -> str:
    """Return the address of an edition's drawing; it never changes, so it is kept for a year."""
    return f"/pictures/{pack.ref.digest}/{name}" if name else ""


def product_card(pack: Pack, product: Product) -> dict[str, Any]:
    """Return what a page shows of one product: its texts and the addresses of its drawings."""
    return {
        "product": product,
        "model": product.model,
        "name": product.name,
        "picture": picture_url(pack, product.picture),
        "model_picture": picture_url(pack, product.model_picture),
        "serial_picture": picture_url(pack, product.serial_picture),
    }
