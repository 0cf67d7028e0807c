"""Who may say what was made and ended, under which company prefixes."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kaishu.base import clock, desk
from kaishu.base.desk import Problem
from kaishu.base.roles import staff
from kaishu.doors.console import frame
from kaishu.doors.console.trace.opened import Place, show, with_network
from kaishu.supply.capture import speaking
from kaishu.supply.models import Partner

HERE = "speakers/"
STEPS = 50
OFFERED = 200


@staff(*frame.TRACE)
@require_safe
@with_network
def speakers(request: HttpRequest, place: Place) -> HttpResponseBase:
    """List who may speak for what, what changed and why, with the forms to change it."""
    return _page(request, place, [])


@staff(*frame.WRITE_TRACE)
@require_POST
@desk.once
@with_network
def let(request: HttpRequest, place: Place) -> HttpResponseBase:
    """Let a party speak for some prefixes, instead of those before."""
    party = request.POST.get("party", "").strip()
    return desk.carry_out(
        request,
        lambda: speaking.let_speak(
            network=place.network,
            party=party,
            prefixes=request.POST.get("prefixes", "").split(),
            reason=request.POST.get("reason", ""),
            by=request.user.get_username(),
            at=clock.now(),
        ),
        again=lambda found: _page(request, place, found),
        to=place.base + HERE,
        said=_("%(party)s may speak for these from now on.") % {"party": party},
        about="id-prefixes",
    )


@staff(*frame.WRITE_TRACE)
@require_POST
@desk.once
@with_network
def end(request: HttpRequest, place: Place) -> HttpResponseBase:
    """Let a party speak for nothing any more."""
    party = request.POST.get("ended", "")
    return desk.carry_out(
        request,
        lambda: speaking.end_speaking(
            network=place.network,
            party=party,
            reason=request.POST.get("why", ""),
            by=request.user.get_username(),
            at=clock.now(),
        ),
        again=lambda found: _page(request, place, found),
        to=place.base + HERE,
        said=_("%(party)s may speak for nothing any more. What it said stays.") % {"party": party},
        about="id-why",
    )


def _page(request: HttpRequest, place: Place, problems: list[Problem]) -> HttpResponseBase:
    known = Partner.objects.filter(network=place.network).exclude(party="").order_by("party")
    context: dict[str, Any] = {
        "speakers": speaking.speakers(place.network),
        "steps": speaking.steps(place.network, STEPS),
        "parties": known.values_list("party", "name")[:OFFERED],
        "typed": {
            name: request.POST.get(name, "")
            for name in ("party", "prefixes", "reason", "ended", "why")
        },
    }
    template = "console/trace/speakers.html"
    return show(request, template, place, context, here=HERE, problems=problems)
