"""Decide about one unit, then go on to the next one that waits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kaishu.base import clock, desk
from kaishu.base.desk import Problem, problem_of
from kaishu.base.refusals import refusal_page
from kaishu.base.roles import staff
from kaishu.claims import actions, case_numbers, reading
from kaishu.claims import queries as claims
from kaishu.claims.errors import ClaimNotFound, DecisionConflict, ReasonUnknown
from kaishu.claims.known import inspection_again
from kaishu.claims.reasons import Standing
from kaishu.claims.views import CaseView, UnitBrief
from kaishu.core.answer import judge
from kaishu.core.errors import Refusal
from kaishu.doors.console import amounts, case_page, frame, views_case
from kaishu.doors.console.case_page import Typed
from kaishu.doors.console.labels import label
from kaishu.doors.console.review import chosen
from kaishu.editions import queries as editions

# After these the same person goes on with the same case.
_STAY = frozenset({"answered", "remedy_changed", "reopened", "condition_settled"})
_FIELDS = case_page.TYPED


class _Unreadable(Exception):
    """An amount was typed that cannot be read; the argument is the field."""


@dataclass(frozen=True, slots=True)
class _Place:
    """The unit that a form is about, among the units of its case."""

    unit: UnitBrief
    units: tuple[UnitBrief, ...]

    def case(self) -> CaseView:
        """Read the whole case, for a page that shows it again."""
        return claims.case(self.unit.case_no)


@staff(*frame.DECIDE)
@require_POST
@desk.once
def decide(request: HttpRequest, case_no: str, unit_no: int) -> HttpResponse:
    """Record a decision; nothing that was typed is lost when it is refused."""
    place = _find(case_no, unit_no)
    if place is None:
        return refusal_page(request, ClaimNotFound(), status=404)
    typed = Typed(unit_no, {name: request.POST.get(name, "").strip() for name in _FIELDS})
    if request.POST.get("do") == "try":
        return _try(request, place, typed)
    try:
        if typed.fields["kind"] == "inspected":  # only a scan at a depot says so
            raise ReasonUnknown()
        settled = _settled(place.unit, typed)
        if _not_read_yet(request, settled):
            return _read_first(request, place, typed)
        actions.decide(
            claim_unit_id=place.unit.claim_unit_id,
            by=request.user.get_username(),
            at=clock.now(),
            seen=_seen(request),
            **settled,
        )
    except DecisionConflict:
        return _conflict(request, case_no, unit_no)
    except _Unreadable as unreadable:
        return views_case.show(
            request, place.case(), typed=typed, problems=[_no_amount(unreadable)], status=422
        )
    except Refusal as refusal:
        return views_case.show(
            request, place.case(), typed=typed, problems=[problem_of(refusal)], status=422
        )
    return _go_on(request, place, typed.fields["kind"])


@staff(*frame.DECIDE)
@require_POST
@desk.once
def holder(request: HttpRequest, case_no: str, unit_no: int) -> HttpResponse:
    """Give a contested unit to this claim; the claim that held it is contested from now on."""
    place = _find(case_no, unit_no)
    if place is None:
        return refusal_page(request, ClaimNotFound(), status=404)
    try:
        actions.hand_over_holder(
            claim_unit_id=place.unit.claim_unit_id,
            by=request.user.get_username(),
            at=clock.now(),
            seen=_seen(request),
        )
    except DecisionConflict:
        return _conflict(request, case_no, unit_no)
    except Refusal as refusal:
        return views_case.show(request, place.case(), problems=[problem_of(refusal)], status=422)
    desk.say_next(request, _("This claim has the unit now. Decide about it next."))
    return HttpResponseRedirect(f"/staff/claims/{place.unit.case_no}/")


def _find(case_no: str, unit_no: int) -> _Place | None:
    units = claims.briefs(case_no)
    unit = next((unit for unit in units if unit.unit_no == unit_no), None)
    return _Place(unit, units) if unit else None


def _seen(request: HttpRequest) -> int | None:
    seen = request.POST.get("seen", "")
    return int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 6 else None


def _settled(unit: UnitBrief, typed: Typed) -> dict[str, Any]:
    """Return what was settled with the decision: only what differs from what stands already."""
    said = typed.fields
    recall = frame.recall_of(unit.edition_id)
    remedy = recall.remedy(said["remedy"] or unit.remedy)
    currency = amounts.currency_of(remedy.commodity) if remedy else ""
    facts: dict[str, Any] = {"kind": said["kind"], "reason": said["reason"]}
    for name in ("order_amount", "amount"):
        if said[name]:
            read = amounts.read(said[name], currency or recall.currency)
            if read is None:
                raise _Unreadable(name)
            facts[name] = read
    if facts.get("order_amount") == case_page.settled_amount(unit):
        facts.pop("order_amount", None)
    if said["kind"] == "condition_settled":
        return facts | {"condition": said["condition"]}
    now = {"serial": unit.serial, "remedy": unit.remedy, "product": unit.product}
    return facts | {name: said[name] for name in now if said[name] and said[name] != now[name]}


def _not_read_yet(request: HttpRequest, settled: dict[str, Any]) -> bool:
    """Say whether the sentence above the button named another amount than the one typed."""
    amount = settled.get("amount", settled.get("order_amount"))
    return amount is not None and request.POST.get("shown", "") != str(amount)


def _read_first(request: HttpRequest, place: _Place, typed: Typed) -> HttpResponse:
    """Show the sentence with the new amount; the next press of the button means it."""
    new = Problem(_("The amount is new. Nothing is saved yet."), _("Read it, then press again."))
    return views_case.show(request, place.case(), typed=typed, problems=[new])


def _try(request: HttpRequest, place: _Place, typed: Typed) -> HttpResponse:
    """Judge a serial as the reviewer read it, without saving anything."""
    unit = place.unit
    pack = editions.pack_of(unit.edition_id)
    verdict = judge(
        pack,
        inspection_again(
            unit.verdict_facts,
            model=typed.fields["product"] or unit.product,
            serial=typed.fields["serial"],
            colour=unit.colour,
            bought_on=unit.bought_on,
            market=pack.recall.market,
        ),
    )
    return views_case.show(request, place.case(), typed=Typed(typed.unit_no, typed.fields, verdict))


def _conflict(request: HttpRequest, case_no: str, unit_no: int) -> HttpResponse:
    """Say what somebody else decided meanwhile; nothing of ours was saved."""
    now = _find(case_no, unit_no)
    newest = now.unit.decisions[-1] if now and now.unit.decisions else None
    kept = {name: request.POST.get(name, "").strip() for name in _FIELDS}
    typed = [(name, value) for name, value in kept.items() if value and name != "kind"]
    context = {
        "case_no": case_no,
        "unit_no": unit_no,
        "newest": newest,
        "kind": kept["kind"],
        "typed": [(label("field", name), _said_by_hand(name, value)) for name, value in typed],
        "again": typed,
        "queue": chosen.of(request).queue,
    }
    return frame.show(request, "console/conflict.html", context, status=409)


def _said_by_hand(name: str, value: str) -> str:
    return label("reason", value) if name == "reason" else value


def _no_amount(unreadable: _Unreadable) -> Problem:
    field = str(unreadable)
    return Problem(_("This amount cannot be read."), _("Write only the number."), f"id-{field}")


def _waits(unit: UnitBrief) -> bool:
    return unit.standing is Standing.OPEN


def _go_on(request: HttpRequest, place: _Place, kind: str) -> HttpResponse:
    number = f"{case_numbers.group(place.unit.case_no)}-{place.unit.unit_no}"
    done = {"number": number, "decision": label("decision", kind)}
    desk.say_next(request, _("%(number)s: %(decision)s.") % done)
    if kind in _STAY:
        return HttpResponseRedirect(f"/staff/claims/{place.unit.case_no}/")
    still_open = next(
        (unit for unit in place.units if _waits(unit) and unit.unit_no != place.unit.unit_no),
        None,
    )
    picked = chosen.of(request)
    name = picked.queue
    reading.leave(case_no=place.unit.case_no, by=picked.by)
    if still_open is not None:
        where = f"{place.unit.case_no}/?queue={name}#unit-{still_open.unit_no}"
        return HttpResponseRedirect(f"/staff/claims/{where}")
    following = chosen.take_next(request, picked, but_not=place.unit.claim_unit_id)
    if following is None:
        return HttpResponseRedirect(f"/staff/claims/?queue={name}")
    return HttpResponseRedirect(f"/staff/claims/{following.claim.case_no}/?queue={name}")
