"""The check: which model, which serial, then one answer. No database, no session, no name asked.

What it asks and says is made in `core.check_page`, for the edge server too; here it is only shown.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from kaishu.base import language
from kaishu.core.check_page import CheckPage, check_page
from kaishu.core.pack import Pack
from kaishu.doors.public import gatekeeper, kept, site


@require_safe
def check(request: HttpRequest, tongue: str, slug: str) -> HttpResponse:
    """Show the next question of the check, or its answer, once the gate lets it through."""
    pack, running = site.pack_of(slug), site.running()
    asked = [(request.GET.get("model", ""), request.GET.get("serial", ""))]
    if (held := gatekeeper.hold(request, pack.recall, [pack, *running], asked)) is not None:
        return held
    return _answered(request, tongue, pack, running)


@cache_control(public=True, max_age=60)
def _answered(request: HttpRequest, tongue: str, pack: Pack, running: list[Pack]) -> HttpResponse:
    if (plain := kept.answer(request, pack, running, _page)) is not None:
        return plain
    return kept.question(request, pack, lambda: _shown(request, tongue, pack, running))


def _shown(request: HttpRequest, tongue: str, pack: Pack, running: list[Pack]) -> HttpResponse:
    page = check_page(
        pack,
        running,
        request.GET.dict(),
        tag=language.tag(),
        code=tongue,
        at=timezone.now(),
    )
    answer = page.context.get("answer")
    if answer is not None:
        gatekeeper.charge(request, answer.model, page.context["alike"])
    return _page(request, page)


def _page(request: HttpRequest, page: CheckPage) -> HttpResponse:
    return site.show(request, page.template, page.recall, page.context)
