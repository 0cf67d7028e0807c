"""Hold a question at the gate before it is answered; most questions are not held at all.

    if (held := gatekeeper.hold(request, pack.recall, packs, pairs)) is not None:
        return held

The address decides everything: fields of the gate travel in it, no cookie is set, nothing is stored
about a person. What is held or sent on is never kept by a cache; the answer itself may be, because
whoever asks for the same address already knows the whole question.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from kaishu.base import clock, language, metrics, sealing
from kaishu.core.gate import Gate, Unit, client_address, here, subnet_of, visitor_of
from kaishu.core.gate_page import STATUS, answer_query, gate_page, read_brought
from kaishu.core.looks import looked_at
from kaishu.core.pack import Pack
from kaishu.core.recall import Recall
from kaishu.doors.public import site

SEE_OTHER = 303


def hold(
    request: HttpRequest,
    recall: Recall,
    packs: Iterable[Pack],
    pairs: Iterable[tuple[str, str]],
) -> HttpResponse | None:
    """Return the gate's page, or the way to the answer's address; None where it is answered now.

    `pairs` are the (model, serial) that the question names, as typed.
    """
    if not (address := _address(request)):
        return None
    ruling = _gate(_table()).weigh(
        looked_at(packs, pairs),
        address=address,
        visitor=_visitor(request),
        at=clock.now().timestamp(),
        brought=read_brought(request.GET.dict()),
    )
    metrics.count_gate(lane=ruling.lane.value, reason=ruling.reason)
    asked = [(name, value) for name, values in request.GET.lists() for value in values]
    response: HttpResponse
    if ruling.goes and ruling.pass_:
        response = HttpResponseRedirect(f"{request.path}?{answer_query(ruling, asked)}")
        response.status_code = SEE_OTHER
    elif ruling.goes:
        return None
    else:
        page = gate_page(ruling, recall, asked, path=request.path, tag=language.tag())
        response = site.show(request, page.template, page.recall, page.context, status=STATUS)
        response["Retry-After"] = str(ruling.seconds)
    response["Cache-Control"] = "no-store"
    return response


def charge(request: HttpRequest, model: str, serials: Iterable[str]) -> None:
    """Count the look-alikes that an answer named as looks of whoever asked."""
    units = [Unit(model, serial) for serial in serials]
    if units and (address := _address(request)):
        at = clock.now().timestamp()
        _gate(_table()).charge(units, address=address, visitor=_visitor(request), at=at)


def _address(request: HttpRequest) -> str:
    """Return who asks; empty where nobody names a network, as on this machine itself."""
    address = client_address(
        str(request.META.get("REMOTE_ADDR", "")),
        request.headers.get("X-Forwarded-For", ""),
        hops=settings.KAISHU_PROXY_HOPS,
    )
    return address if subnet_of(address) else ""


def _visitor(request: HttpRequest) -> str:
    said = request.headers
    return visitor_of(said.get("User-Agent", ""), said.get("Accept-Language", ""))


def _table() -> Path:
    return here(Path(settings.KAISHU_DATA_DIR))


@lru_cache(maxsize=4)
def _gate(path: Path) -> Gate:
    secret = settings.KAISHU_GATE_SECRET or sealing.derived("gate")[0]
    return Gate(path, secret=secret, shares=True)
