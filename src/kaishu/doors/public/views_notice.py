"""The public notice in the form its market asks for, and the poster for a wall."""

from __future__ import annotations

from typing import Any

import segno
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from kaishu.base import language
from kaishu.core.pack import Pack
from kaishu.core.recall import say
from kaishu.doors.public import site
from kaishu.markets import load_notice

POSTER_DRAWINGS = 4


@require_safe
@cache_control(public=True, max_age=60)
def notice(request: HttpRequest, tongue: str, slug: str) -> HttpResponse:
    """Show the notice: the market's headline and parts, in the market's order."""
    pack = site.pack_of(slug)
    return site.show(request, "public/notice.html", pack.recall, notice_of(pack, tongue))


def notice_of(pack: Pack, tongue: str) -> dict[str, Any]:
    """Return what the notice of a recall shows."""
    rules = load_notice(pack.recall.market)
    lacking = {part.code for part in rules.lacking(pack.recall)}
    return {
        "headline": say(rules.headline, language.tag()),
        "parts": [part.code for part in rules.parts if part.code not in lacking],
        "cards": [site.product_card(pack, product) for product in pack.recall.products],
        "facts": pack.recall.notice,
        "address": check_address(tongue, pack.recall.slug),
        "pack": pack,
    }


@require_safe
@cache_control(public=True, max_age=60)
def poster(request: HttpRequest, tongue: str, slug: str) -> HttpResponse:
    """Show one A4 for a wall: the danger, stop using it, and a code that opens the check."""
    pack = site.pack_of(slug)
    return site.show(request, "public/poster.html", pack.recall, poster_of(pack, tongue))


def poster_of(pack: Pack, tongue: str) -> dict[str, Any]:
    """Return what the poster of a recall shows."""
    address = check_address(tongue, pack.recall.slug)
    return {
        "headline": say(load_notice(pack.recall.market).headline, language.tag()),
        "cards": _drawings(pack),
        "models": [product.model for product in pack.recall.products],
        "address": address,
        "code": drawn_code(address),
    }


def check_address(tongue: str, slug: str) -> str:
    """Return the whole address of a recall's check, as paper names it."""
    return f"{settings.KAISHU_PUBLIC_URL.rstrip('/')}/{tongue}/r/{slug}/check/"


def drawn_code(address: str) -> SafeString:
    """Return a QR code of an address as SVG, with the quiet edge that readers need."""
    drawn = segno.make(address, error="m", micro=False).svg_inline(
        border=4, omitsize=True, svgclass=None, lineclass=None
    )
    return mark_safe(drawn)  # noqa: S308 (segno writes only lines, never the text itself)


def _drawings(pack: Pack) -> list[dict[str, object]]:
    """Return a few products with different drawings; the poster has no room for more."""
    cards: dict[str, dict[str, object]] = {}
    for product in pack.recall.products:
        cards.setdefault(product.picture, site.product_card(pack, product))
    return list(cards.values())[:POSTER_DRAWINGS]
