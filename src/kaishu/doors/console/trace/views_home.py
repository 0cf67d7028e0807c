"""The first page of traceability: the networks, and what each of them knows."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from kaishu.base.roles import staff
from kaishu.doors.console import frame
from kaishu.supply.mock.models import MockRecall
from kaishu.supply.models import Network
from kaishu.supply.network import queries


@staff(*frame.TRACE)
@require_safe
def home(request: HttpRequest) -> HttpResponseBase:
    """List the networks with what their graphs hold and when each was last rehearsed."""
    lines = [_line(network) for network in queries.networks()]
    return frame.show(request, "console/trace/home.html", {"lines": lines})


def _line(network: Network) -> dict[str, Any]:
    mock = MockRecall.objects.filter(network=network).order_by("-id").first()
    return {
        "network": network,
        "graph": queries.newest_graph(network),
        "mock": mock,
    }
