"""The first page of traceability: the networks, and what each of them knows."""

from __future__ import annotations

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from kaishu.base.roles import staff
from kaishu.doors.console import frame
from kaishu.supply.models import Network


@staff(*frame.TRACE)
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """List the networks with the kinds of things and the partners that each of them names."""
    lines = Network.objects.annotate(
        things=Count("items", distinct=True), parties=Count("partners", distinct=True)
    )
    return frame.show(request, "console/trace/home.html", {"lines": lines})
