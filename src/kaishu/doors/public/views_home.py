"""The first pages: which recalls run, what one recall is about, and the small print."""

from __future__ import annotations

from datetime import UTC
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from kaishu.base import language
from kaishu.core import pack as packs
from kaishu.core.answer import find_product
from kaishu.core.pack import PackMissing
from kaishu.doors.public import figures, site
from kaishu.doors.public.feeds import structured
from kaishu.doors.public.problems import Problem
from kaishu.editions.place import packs_folder
from kaishu.markets import zone_of

_PICTURE_TYPES = {".svg": "image/svg+xml", ".png": "image/png", ".webp": "image/webp"}


@require_safe
def root(request: HttpRequest) -> HttpResponse:
    """Send a person on to the pages in their language."""
    return HttpResponseRedirect(f"/{translation.get_language()}/")


@require_safe
@cache_control(public=True, max_age=60)
def home(request: HttpRequest, tongue: str) -> HttpResponse:
    """List the running recalls, each with a drawing, its models and its numbers so far."""
    return site.show(request, "public/home.html", None, {"recalls": _recalls()})


@require_safe
@cache_control(public=True, max_age=60)
def anywhere(request: HttpRequest, tongue: str) -> HttpResponse:
    """Look for a model in every running recall and go on to the check of the one that has it.

    The answer then names every other recall that has it too. No database.
    """
    model = request.GET.get("model", "").strip()
    found = [pack for pack in site.running() if find_product(pack.recall, model)] if model else []
    if found:
        given = {"model": model, "serial": request.GET.get("serial", "").strip()}
        query = urlencode({name: value for name, value in given.items() if value})
        return HttpResponseRedirect(f"/{tongue}/r/{found[0].recall.slug}/check/?{query}")
    if model:
        problem = Problem(
            "id-model", _("No recall here has this model. Compare it with the label.")
        )
    else:
        problem = Problem("id-model", _("Type the model that is printed on your product."))
    asked = "model" in request.GET
    context = {"typed": model[:80], "problems": [problem] if asked else [], "recalls": _models()}
    return site.show(request, "public/anywhere.html", None, context)


@require_safe
@cache_control(public=True, max_age=60)
def recall(request: HttpRequest, tongue: str, slug: str) -> HttpResponse:
    """Say what the recall is about and what to do first."""
    pack = site.pack_of(slug)
    cards = [site.product_card(pack, product) for product in pack.recall.products]
    context = {
        "cards": cards,
        "pack": pack,
        "so_far": figures.so_far(slug),
        "structured": structured.data_block(pack, language.tag()),
    }
    return site.show(request, "public/recall.html", pack.recall, context)


@require_safe
def picture(request: HttpRequest, digest: str, name: str) -> HttpResponse:
    """Serve a drawing of an edition; the digest in its address means that it never changes."""
    media_type = _PICTURE_TYPES.get(name[name.rfind(".") :], "")
    try:
        if not media_type:
            raise PackMissing(what=name)
        data = packs.open_pack(packs_folder(), digest).picture(name).read_bytes()
    except PackMissing:
        raise Http404(name) from None
    response = HttpResponse(data, content_type=media_type)
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    # A drawing may carry its own styles, and nothing else.
    response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return response


@require_safe
@cache_control(public=True, max_age=3600)
def accessibility(request: HttpRequest, tongue: str) -> HttpResponse:
    """Say how the pages can be used without a mouse, a good eye or a script."""
    return site.show(request, "public/accessibility.html", None, {})


def _recalls() -> list[dict[str, object]]:
    numbers = figures.all_so_far()
    return [
        {
            "recall": pack.recall,
            "cards": [site.product_card(pack, p) for p in pack.recall.products],
            "so_far": numbers.get(pack.recall.slug),
            "zone": zone_of([pack.recall.market]) or UTC,
        }
        for pack in site.running()
    ]


def _models() -> list[dict[str, object]]:
    return [{"recall": pack.recall} for pack in site.running()]
