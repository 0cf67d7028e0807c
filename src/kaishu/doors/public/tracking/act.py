"""One act of an owner: a page with one question, and what follows when it is answered.

Every act goes the same way, so that none forgets a step: typed answers are read, the action runs,
a refusal is said on the page with everything typed still there, a success goes back to the claim.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse

from kaishu.base import language
from kaishu.claims.errors import DecisionConflict, DecisionNotOpen
from kaishu.claims.views import UnitView
from kaishu.core.errors import Refusal
from kaishu.core.recall import say
from kaishu.core.sentences import sentence
from kaishu.doors.public.problems import Problem
from kaishu.doors.public.tracking import next_step
from kaishu.doors.public.tracking.forms import Question
from kaishu.doors.public.tracking.seat import Seat, recall_of

_KEY = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """How the page of an act reads. `tone` "danger" marks what an owner gives up by it."""

    question: str
    button: str
    lede: tuple[str, ...] = ()
    tone: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)


def typed_form(request: HttpRequest, make: Callable[..., Question]) -> Question:
    """Return the form as it stands: empty, judged, or with its answers kept but not judged yet."""
    if request.method != "POST":
        return make()
    if request.POST.get("do") == "language":
        names = make().fields
        return make(initial={name: request.POST.get(name, "") for name in names})
    return make(data=request.POST)


def is_answer(request: HttpRequest) -> bool:
    """Say whether the act was asked for, rather than the page in another language."""
    return request.method == "POST" and request.POST.get("do") != "language"


def seen_of(request: HttpRequest) -> int | None:
    """Return the newest decision that the answered page showed; None where there was none."""
    number = request.POST.get("seen", "")
    return int(number) if number.isascii() and number.isdigit() and len(number) < 6 else None


def key_of(request: HttpRequest) -> str:
    """Return what makes a page sent twice one act: the key it was shown with."""
    key = request.POST.get("key", "")
    return key if _KEY.fullmatch(key) else uuid.uuid4().hex


def page(
    seat: Seat,
    act: Act,
    form: Question,
    *,
    unit: UnitView | None = None,
    problems: list[Problem] | None = None,
    action: str = "",
    status: int = 200,
) -> HttpResponse:
    """Show the page of an act."""
    context: dict[str, Any] = {
        "act": act,
        "form": form,
        "fields": [f for f in form if f.name != "remedy"],
        "key": seat.request.POST.get("key") or uuid.uuid4().hex,
        "action": action or seat.request.path,
        "problems": problems or [],
        "keep_form": "act",
        **act.more,
    }
    if unit is not None:
        context |= {"unit": unit, "name": product_name(unit), "seen": _seen(seat, unit)}
    return seat.show("act.html", context, status=422 if problems else status)


def _seen(seat: Seat, unit: UnitView) -> object:
    """Return what the page showed: a page that comes back with a mistake has not been read anew."""
    posted = seat.request.POST.get("seen")
    return (unit.newest or "") if posted is None else posted


def product_name(unit: UnitView) -> str:
    """Name a unit's product in the language in force."""
    product = recall_of(unit).product(unit.product)
    return say(product.name, language.tag()) if product else unit.product


def settle(
    seat: Seat,
    unit: UnitView,
    do: Callable[[], object],
    *,
    done: str,
    again: Callable[[list[Problem]], HttpResponse],
) -> HttpResponse:
    """Run an action on a unit and go back to the claim; `again` shows the page with a refusal."""
    try:
        do()
    except (DecisionConflict, DecisionNotOpen):
        return changed(seat, unit)
    except Refusal as refusal:
        return again([problem_of(refusal)])
    return seat.back(done=done, unit_no=unit.unit_no)


def problem_of(refusal: Refusal) -> Problem:
    """Return a refusal as a line of the summary."""
    found = sentence(refusal.code, language.tag(), refusal.facts)
    return Problem("", found.text, found.next)


def changed(seat: Seat, unit: UnitView) -> HttpResponse:
    """Say that the claim has moved on since the page was opened, and where it stands now."""
    kind = unit.decisions[-1] if unit.decisions else None
    said = sentence(kind.reason, language.tag(), kind.facts) if kind else None
    context = {
        "unit": unit,
        "name": product_name(unit),
        "headline": next_step.headline(unit.stage.code),
        "at": kind.at if kind else None,
        "reason": said,
    }
    return seat.show("changed.html", context, status=409)
