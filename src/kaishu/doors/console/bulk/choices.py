"""Which claims and which act a form names: boxes of a list, a whole filtered queue, a preview."""

from __future__ import annotations

from urllib.parse import parse_qsl

from django.http import HttpRequest

from kaishu.claims.bulk.plan import ACTS, MOST
from kaishu.doors.console import queues
from kaishu.doors.console.labels import label
from kaishu.doors.console.review import filters
from kaishu.doors.console.review.chosen import Chosen


def acts() -> tuple[tuple[str, str], ...]:
    """Return each act with its reason as one choice of a list: "ask:proof_needed" and its words."""
    return tuple(
        (f"{act}:{reason}", f"{label('bulk', act)}: {label('reason', reason)}")
        for act, (_kind, reasons) in ACTS.items()
        for reason in reasons
    )


def act_of(request: HttpRequest) -> tuple[str, str]:
    """Return the act and the reason of a form."""
    act, _colon, reason = request.POST.get("act", "").partition(":")
    return act, reason


def units_of(request: HttpRequest) -> list[int]:
    """Return the ids of the claim units that a form names; one more than is allowed at most."""
    if request.POST.get("scope") == "all":
        given = dict(parse_qsl(request.POST.get("query", "")))
        name = request.POST.get("queue", "")
        if name not in queues.NAMES:
            return []
        picked = Chosen(name, filters.read(given), request.user.get_username())
        found = queues.ordered(name, narrow=picked.narrow).values_list("id", flat=True)
        return list(found[: MOST + 1])
    typed = [*request.POST.getlist("unit"), *request.POST.get("units", "").split(",")]
    named = dict.fromkeys(int(n) for n in typed if n.isascii() and n.isdigit() and len(n) < 19)
    return list(named)[: MOST + 1]
