"""The first pages: which recalls run, what one recall is about, and the small print."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import translation
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from kaishu.core import pack as packs
from kaishu.core.pack import PackMissing
from kaishu.doors.public import site

_PICTURE_TYPES = {".svg": "image/svg+xml", ".png": "image/png", ".webp": "image/webp"}


@require_safe
def root(request: HttpRequest) -> HttpResponse:
    """Send a person on to the pages in their language."""
    return HttpResponseRedirect(f"/{translation.get_language()}/")


@require_safe
@cache_control(public=True, max_age=60)
def home(request: HttpRequest, tongue: str) -> HttpResponse:
    """List the running recalls, each with a drawing and its models."""
    recalls = [
        {"recall": pack.recall, "cards": [site.product_card(pack, p) for p in pack.recall.products]}
        for pack in site.running()
    ]
    return site.show(request, "public/home.html", None, {"recalls": recalls})


@require_safe
@cache_control(public=True, max_age=60)
def recall(request: HttpRequest, tongue: str, slug: str) -> HttpResponse:
    """Say what the recall is about and what to do first."""
    pack = site.pack_of(slug)
    cards = [site.product_card(pack, product) for product in pack.recall.products]
    return site.show(request, "public/recall.html", pack.recall, {"cards": cards, "pack": pack})


@require_safe
def picture(request: HttpRequest, digest: str, name: str) -> HttpResponse:
    """Serve a drawing of an edition; the digest in its address means that it never changes."""
    media_type = _PICTURE_TYPES.get(name[name.rfind(".") :], "")
    try:
        if not media_type:
            raise PackMissing(what=name)
        data = packs.open_pack(site.packs_folder(), digest).picture(name).read_bytes()
    except PackMissing:
        raise Http404(name) from None
    response = HttpResponse(data, content_type=media_type)
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    # A drawing may carry its own styles, and nothing else.
    response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return response


@require_safe
@cache_control(public=True, max_age=3600)
def privacy(request: HttpRequest, tongue: str) -> HttpResponse:
    """Say what we keep of a person, why, and how to have it deleted."""
    return site.show(request, "public/privacy.html", None, {})


@require_safe
@cache_control(public=True, max_age=3600)
def accessibility(request: HttpRequest, tongue: str) -> HttpResponse:
    """Say how the pages can be used without a mouse, a good eye or a script."""
    return site.show(request, "public/accessibility.html", None, {})
