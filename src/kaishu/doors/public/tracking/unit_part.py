"""What the claim's page shows of one unit: where it stands, who acts, by when, what may be done."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from kaishu.base import language, words
from kaishu.claims import owner
from kaishu.claims.views import UnitView
from kaishu.core.accounts import PAID, SENT, UNIT_ENDS, WAIVED
from kaishu.core.sentences import Sentence, sentence
from kaishu.core.stage import StageCode, Step
from kaishu.core.triage import SPECIAL_KIT, Route, triage
from kaishu.doors.public.tracking import act, asked, dates
from kaishu.doors.public.tracking.next_step import headline, next_step
from kaishu.doors.public.tracking.seat import Seat, recall_of, remedy_of
from kaishu.doors.public.tracking.views_danger import is_at_home
from kaishu.doors.public.tracking.views_photo import TAKES_PHOTOS
from kaishu.doors.public.tracking.views_unit import REOPENS, may_withdraw

_TONES = {
    StageCode.QUESTION: "ask",
    StageCode.REFUSED: "ask",
    StageCode.PARCEL_LOST: "ask",
    StageCode.DONE: "ok",
}
# Stages whose cause is a decision that the owner must be able to read.
_WITH_REASON = {StageCode.QUESTION: "asked", StageCode.REFUSED: "refused"}
_CHECKING = (StageCode.IN_REVIEW, StageCode.CONTESTED)
_SETTLED = (PAID, WAIVED)
_ENDED = (StageCode.DONE, StageCode.REFUSED, StageCode.WITHDRAWN)


def unit_part(seat: Seat, unit: UnitView) -> dict[str, Any]:
    """Return everything the page shows of a unit."""
    recall, remedy = recall_of(unit), remedy_of(unit)
    special = is_special(unit)
    until = dates.promised(
        unit, recall=recall, remedy=remedy, filed=seat.case.submitted_at, at=seat.at
    )
    said = next_step(unit.stage, remedy, promised=until, special=special, phone=seat.recall.phone)
    return {
        "view": unit,
        "name": act.product_name(unit),
        "remedy": remedy,
        "tone": "ask" if said.late else _TONES.get(unit.stage.code, "info"),
        "headline": headline(unit.stage.code, special=special),
        "next": said,
        "until": until,
        "special": special,
        "dangerous": triage(unit.condition).dangerous and is_at_home(unit),
        "danger": sentence(f"triage_{unit.condition}", language.tag()),
        "owed": [p for p in unit.promises if p.role == "remedy" or p.account not in _SETTLED],
        "reason": _reason(unit),
        "steps": [_step_line(step, special) for step in _steps(unit)],
        "queue": _queue(seat, unit),
        "first": _first_act(unit),
        "acts": _acts(unit),
    }


def is_special(unit: UnitView) -> bool:
    """Say whether this unit is fetched and never posted: by its kit, else by its condition."""
    kits = [promise.commodity for promise in unit.promises if promise.role == "kit"]
    if kits:
        return SPECIAL_KIT in kits
    return triage(unit.condition).route is Route.SPECIAL


def has_receipt(unit: UnitView) -> bool:
    """Say whether something came to its end that a receipt can name."""
    paid = any(p.role == "remedy" and p.account == PAID for p in unit.promises)
    return unit.stage.code is StageCode.DONE or paid or unit.account in UNIT_ENDS


def _reason(unit: UnitView) -> Sentence | None:
    kind = _WITH_REASON.get(unit.stage.code)
    decision = next((d for d in reversed(unit.decisions) if d.kind == kind), None)
    return sentence(decision.reason, language.tag(), decision.facts) if decision else None


def _steps(unit: UnitView) -> tuple[Step, ...]:
    """Return the steps; the one that a claim ended at is marked as stopped."""
    if unit.stage.code not in (StageCode.REFUSED, StageCode.WITHDRAWN):
        return unit.steps
    place = unit.stage.position
    return tuple(
        replace(step, state="stopped") if number == place else step
        for number, step in enumerate(unit.steps)
    )


def _step_line(step: Step, special: bool) -> dict[str, Any]:
    word = (_special_steps().get(step.code) if special else None) or words.word(f"step.{step.code}")
    return {"word": word, "state": step.state, "at": step.at}


def _special_steps() -> dict[str, str]:
    return {
        "kit_sent": _("We order a carrier for dangerous goods"),
        "posted": _("The carrier fetches the product from you"),
    }


def _queue(seat: Seat, unit: UnitView) -> int | None:
    if unit.stage.code not in _CHECKING:
        return None
    return owner.queue_place(case_no=seat.case.case_no, unit_no=unit.unit_no)


def _first_act(unit: UnitView) -> dict[str, str] | None:
    """Return the one act that the owner is waited for, as a button."""
    code = unit.stage.code
    if code is StageCode.QUESTION:
        question = asked.of(unit)
        photo = question is not None and question.photo
        return {"path": "answer/photo/" if photo else "answer/", "word": _("Answer the question")}
    if code is StageCode.REFUSED:
        return {"path": "contest/", "word": _("Ask for a second look")}
    if _shop_credit(unit):
        return {"path": "code/", "word": _("Open my shop credit")}
    return None


def _shop_credit(unit: UnitView) -> bool:
    """Say whether a code was issued; it can be opened again after it was delivered."""
    return any(
        promise.commodity.startswith("coupon:") and promise.account in (SENT, PAID)
        for promise in unit.promises
    )


def _acts(unit: UnitView) -> list[dict[str, str]]:
    """Return the other things that may be done, as quiet links."""
    code = unit.stage.code
    found = []
    if code is StageCode.WITHDRAWN:
        found.append(("contest/", _("Take this claim up again")))
    if code in TAKES_PHOTOS and code not in REOPENS:
        found.append(("photo/", _("Add a photo")))
    offered = recall_of(unit).remedies_for(unit.product)
    if code not in _ENDED and code is not StageCode.REMEDY_SENT and len(offered) > 1:
        found.append(("remedy/", _("Change what I receive")))
    if is_at_home(unit):
        found.append(("danger/", _("It is swollen, hot, leaking or wet")))
    if may_withdraw(unit):
        found.append(("withdraw/", _("Take this claim back")))
    place = f"{unit.unit_no}/"
    lines = [{"path": f"{place}{path}", "word": word} for path, word in found]
    if has_receipt(unit):
        lines.append({"path": f"receipt/{place}", "word": _("Receipt")})
    return lines
