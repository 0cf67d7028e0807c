"""May this battery fly, and by which rule?

Rules are dated data (markets/travel.toml); this reads them for one journey. Two ideas keep it safe.
Whatever is not known counts as the worst that it could be, and the answer says what to look for.
And every rule in force speaks: the strictest word is the answer.

A recalled model is refused within China whatever the serial says, for the rule there is by model.
An affected unit is defective for safety reasons and flies nowhere (UN special provision 376).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import IntEnum

from kaishu.core.recall import Text

ROUTES = ("cn_domestic", "jp", "international")
UNITS = ("affected", "not_affected", "unknown")
MARKS = ("clear", "unclear", "none", "unknown")
CONDITIONS = ("intact", "swollen", "damaged", "leaking", "wet", "hot", "unknown")
# What a rule may forbid. Each is a reason; each has a sentence `fly_<word>`.
BARS = (
    "recalled_model",
    "recalled_unit",
    "unit_not_checked",
    "mark_none",
    "mark_unclear",
    "mark_unknown",
    "swollen",
    "damaged",
    "leaking",
    "wet",
    "hot",
    "condition_unknown",
    "energy_unmarked",
)
CARRY = (
    "hand_baggage",
    "two_with_approval",
    "no_charging",
    "ask_number",
    "ask_charging",
)


class Permission(IntEnum):
    """What a person may do; the larger the number, the stricter."""

    YES = 0
    ASK_AIRLINE = 1
    NO = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule of the air: where and when it holds, what it forbids, how much energy it allows.

    `bars` are words of BARS. Up to `free_wh` anybody may carry, up to `asked_wh` the airline
    decides, above is forbidden; both None where the rule says nothing of energy. `until` is the
    first day on which it no longer holds; an `older` rule held before its `from_date` too, but we
    did not see since when.
    """

    id: str
    routes: frozenset[str]
    from_date: date
    until: date | None
    name: Text
    source: str
    bars: frozenset[str] = frozenset()
    free_wh: Decimal | None = None
    asked_wh: Decimal | None = None
    carry: tuple[str, ...] = ()
    older: bool = False

    def holds(self, route: str, on: date) -> bool:
        """Tell whether the rule is in force on this route and day."""
        return (
            route in self.routes
            and self.from_date <= on
            and (self.until is None or on < self.until)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """What a person says of the flight and the battery. `wh` is None where nothing says it.

    `recalled` is about the model, `unit` about this very piece.
    """

    route: str
    on: date
    model: str = ""
    recalled: bool = False
    unit: str = "unknown"
    mark: str = "unknown"
    wh: Decimal | None = None
    condition: str = "unknown"


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that speaks for or against: the code of its sentence, its facts and its rule."""

    code: str
    answer: Permission
    rule: Rule | None = None
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TravelAnswer:
    """The answer, its reasons with the deciding ones first, and how to carry it if it may fly."""

    answer: Permission
    reasons: tuple[Reason, ...]
    wh: Decimal | None
    carry: tuple[str, ...]


def may_fly(journey: Journey, rules: Iterable[Rule]) -> TravelAnswer:
    """Permission by every rule in force on the route and day; the strictest reason decides."""
    in_force = [rule for rule in rules if rule.holds(journey.route, journey.on)]
    found = [reason for rule in in_force for reason in _reasons(journey, rule)]
    if not any(rule.free_wh is not None for rule in in_force):
        found.append(Reason("fly_no_rule", Permission.ASK_AIRLINE))
    if journey.recalled:
        # Whoever looks at the battery at an airport sees its model, not its serial.
        found.append(Reason("fly_same_model", Permission.ASK_AIRLINE))
    answer = max(reason.answer for reason in found)
    deciding = {reason.code: reason for reason in reversed(found) if reason.answer is answer}
    others = {reason.code: reason for reason in reversed(found) if reason.answer is not answer}
    if answer is Permission.NO:
        others = {code: each for code, each in others.items() if each.answer is Permission.NO}
    ordered = (*reversed(deciding.values()), *reversed(others.values()))
    carry = dict.fromkeys(word for rule in in_force for word in rule.carry)
    return TravelAnswer(
        answer, ordered, journey.wh, () if answer is Permission.NO else tuple(carry)
    )


def _reasons(journey: Journey, rule: Rule) -> Iterator[Reason]:
    """Yield what one rule in force says of a journey."""
    for word in _words(journey):
        if word in rule.bars:
            yield Reason(f"fly_{word}", Permission.NO, rule)
    if "mark_none" in rule.bars and journey.mark == "clear":
        yield Reason("fly_mark_clear", Permission.YES, rule)
    if rule.free_wh is None or rule.asked_wh is None:
        return
    facts = {"free": _plain(rule.free_wh), "limit": _plain(rule.asked_wh)}
    if journey.wh is None:
        if "energy_unmarked" not in rule.bars:
            yield Reason("fly_energy_unknown", Permission.ASK_AIRLINE, rule, facts)
        return
    facts["wh"] = _plain(journey.wh)
    if journey.wh <= rule.free_wh:
        yield Reason("fly_energy_free", Permission.YES, rule, facts)
    elif journey.wh <= rule.asked_wh:
        yield Reason("fly_energy_needs_approval", Permission.ASK_AIRLINE, rule, facts)
    else:
        yield Reason("fly_energy_too_high", Permission.NO, rule, facts)


def _words(journey: Journey) -> Iterator[str]:
    """Yield every word of BARS that holds of a journey; what is not known is a word of its own."""
    if journey.recalled:
        yield "recalled_model"
    if journey.unit == "affected":
        yield "recalled_unit"
    elif journey.recalled and journey.unit != "not_affected":
        yield "unit_not_checked"
    if journey.mark != "clear":
        yield f"mark_{journey.mark if journey.mark in MARKS else 'unknown'}"
    if journey.condition != "intact":
        known = journey.condition in CONDITIONS and journey.condition != "unknown"
        yield journey.condition if known else "condition_unknown"
    if journey.wh is None:
        yield "energy_unmarked"


def _plain(amount: Decimal) -> str:
    """Write watt-hours as on a label: 37, 38.5, 160.01."""
    text = format(amount, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
