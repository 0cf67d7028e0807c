"""The check: which model, which serial, then one answer. No database, no session, no name asked.

What it asks and says is made in `core.check_page`, for the edge server too; here it is only shown.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from kaishu.base import language
from kaishu.core.check_page import check_page
from kaishu.doors.public import site


@require_safe
@cache_control(public=True, max_age=60)
def check(request: HttpRequest, tongue: str, slug: str) -> HttpResponse:
    """Show the next question of the check, or its answer."""
    page = check_page(
        site.pack_of(slug),
        site.running(),
        request.GET.dict(),
        tag=language.tag(),
        code=tongue,
        at=timezone.now(),
    )
    return site.show(request, page.template, page.recall, page.context)
