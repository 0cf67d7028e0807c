"""What every public page needs: the recall by its slug, and the frame around the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation

from kaishu.base import language
from kaishu.core import pack as packs
from kaishu.core.frame import frame_of, picture_url, product_card
from kaishu.core.pack import Pack, PackMissing
from kaishu.core.recall import Recall
from kaishu.editions.place import packs_folder
from kaishu.markets import zone_of

__all__ = ["pack_of", "picture_url", "product_card", "running", "show"]


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
    code = translation.get_language() or "en"
    frame = frame_of(recall, tag=language.tag(), code=code) if recall else {}
    with timezone.override(zone_of([recall.market] if recall else [])):
        return render(request, template, {**frame, **context}, status=status)
