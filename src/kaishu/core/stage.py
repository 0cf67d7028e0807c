"""What people see of a claim: computed from decisions and accounts, never stored.

A stage says how far the unit has come, who acts next, and which of six steps that is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from kaishu.core import accounts
from kaishu.core.remedy import is_collected


class Actor(StrEnum):
    """Who has to do something before the claim can go on."""

    OWNER = "owner"
    US = "us"
    CARRIER = "carrier"
    NOBODY = "nobody"


class StageCode(StrEnum):
    """Every stage a claim unit can be seen in."""

    IN_REVIEW = "in_review"
    CONTESTED = "contested"
    QUESTION = "question"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    KIT_DUE = "kit_due"
    KIT_SENT = "kit_sent"
    PARCEL_ON_WAY = "parcel_on_way"
    PARCEL_LOST = "parcel_lost"
    COLLECTED = "collected"
    REMEDY_SENT = "remedy_sent"
    DONE = "done"


STEPS = ("filed", "approved", "kit_sent", "posted", "collected", "made_whole")

_SEEN: Mapping[StageCode, tuple[Actor, int]] = {
    StageCode.IN_REVIEW: (Actor.US, 1),
    StageCode.CONTESTED: (Actor.US, 1),
    StageCode.QUESTION: (Actor.OWNER, 1),
    StageCode.REFUSED: (Actor.NOBODY, 1),
    StageCode.WITHDRAWN: (Actor.NOBODY, 1),
    StageCode.KIT_DUE: (Actor.US, 2),
    StageCode.KIT_SENT: (Actor.OWNER, 3),
    StageCode.PARCEL_ON_WAY: (Actor.CARRIER, 4),
    StageCode.PARCEL_LOST: (Actor.US, 4),
    StageCode.COLLECTED: (Actor.US, 5),
    StageCode.REMEDY_SENT: (Actor.CARRIER, 5),
    StageCode.DONE: (Actor.NOBODY, 6),
}


@dataclass(frozen=True, slots=True)
class DecisionFact:
    """One decision: its kind and reason code."""

    kind: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PromiseFact:
    """One promise as the books have it: role "remedy" or "kit", its commodity and account."""

    role: str
    commodity: str
    account: str


@dataclass(frozen=True, slots=True)
class Stage:
    """How far a claim unit has come; `position` counts the finished steps of `STEPS`."""

    code: StageCode
    waiting_on: Actor
    position: int


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the journey an owner reads: state is "done", "now" or "next"."""

    code: str
    state: str
    at: datetime | None


def stage(
    decisions: Sequence[DecisionFact],
    unit_account: str | None,
    promises: Sequence[PromiseFact],
    *,
    contested: bool = False,
) -> Stage:
    """Return the stage of one claim unit. Total: every combination has an answer."""
    code = _code(decisions, unit_account, promises, contested=contested)
    waiting_on, position = _SEEN[code]
    return Stage(code, waiting_on, position)


# The entry kind (or decision) whose time dates a step.
STEP_EVENTS: Mapping[str, tuple[str, ...]] = {
    "filed": ("filed",),
    "approved": ("promise.awarded",),
    "kit_sent": ("kit.sent",),
    "posted": ("parcel.sent",),
    "collected": ("parcel.received", "safe.done", "repair.done"),
    "made_whole": ("payout.settled",),
}


def journey(seen: Stage, events: Mapping[str, datetime]) -> tuple[Step, ...]:
    """Return the six steps with their dates; `events` maps an event to when it last happened."""
    steps = []
    for number, code in enumerate(STEPS):
        at = max((events[e] for e in STEP_EVENTS[code] if e in events), default=None)
        if number < seen.position:
            state = "done"
        elif number == seen.position and seen.waiting_on is not Actor.NOBODY:
            state = "now"
        else:
            state, at = "next", None
        steps.append(Step(code, state, at if state == "done" else None))
    return tuple(steps)


def _code(
    decisions: Sequence[DecisionFact],
    unit_account: str | None,
    promises: Sequence[PromiseFact],
    *,
    contested: bool,
) -> StageCode:
    remedies = [promise.account for promise in promises if promise.role == "remedy"]
    open_remedies = [account for account in remedies if account != accounts.COST]
    if not open_remedies or all(account == accounts.WAIVED for account in open_remedies):
        return _before_promise(decisions, contested=contested)
    if all(account in accounts.PROMISE_ENDS for account in open_remedies):
        return StageCode.DONE
    if accounts.SENT in open_remedies:
        return StageCode.REMEDY_SENT
    return _on_the_way(decisions, unit_account, promises)


def _before_promise(decisions: Sequence[DecisionFact], *, contested: bool) -> StageCode:
    last = next((d.kind for d in reversed(decisions) if d.kind in _BEFORE), None)
    seen = _BEFORE[last] if last is not None else StageCode.IN_REVIEW
    return StageCode.CONTESTED if contested and seen is StageCode.IN_REVIEW else seen


_BEFORE: Mapping[str, StageCode] = {
    "asked": StageCode.QUESTION,
    "answered": StageCode.IN_REVIEW,
    "refused": StageCode.REFUSED,
    "withdrawn": StageCode.WITHDRAWN,
    "reopened": StageCode.IN_REVIEW,
}


def _on_the_way(
    decisions: Sequence[DecisionFact],
    unit_account: str | None,
    promises: Sequence[PromiseFact],
) -> StageCode:
    inspected = any(decision.kind == "inspected" for decision in decisions)
    if is_collected(unit_account, inspected=inspected):
        return StageCode.COLLECTED
    if unit_account == accounts.TRANSIT:
        return StageCode.PARCEL_ON_WAY
    kits = [promise.account for promise in promises if promise.role == "kit"]
    kit_left = any(account in (accounts.SENT, accounts.PAID) for account in kits)
    if unit_account == accounts.AT_LARGE and kit_left:
        return StageCode.PARCEL_LOST
    if kit_left or accounts.OWED not in kits:
        return StageCode.KIT_SENT
    return StageCode.KIT_DUE
