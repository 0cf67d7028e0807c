"""What the address of a flight page says, read step by step: which question is open, what is wrong.

All facts stand in the address, so that an answer can be kept, sent on and printed. Nothing is
stored, and nobody is named.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from urllib.parse import urlencode

from django.http import QueryDict

from kaishu.core.answer import find_product
from kaishu.core.energy import read_energy
from kaishu.core.pack import Pack
from kaishu.core.travel import CONDITIONS, MARKS, ROUTES, UNITS, Journey, Permission, may_fly
from kaishu.doors.public import typed
from kaishu.markets import travel_rules

OTHER = "other"
UNKNOWN = "unknown"
# The fields of the address that answer each question, in the order in which they are asked.
STEPS: Mapping[str, tuple[str, ...]] = {
    "route": ("route",),
    "on": ("on",),
    "model": ("model",),
    "unit": ("unit",),
    "mark": ("mark",),
    "energy": ("energy", "wh", "mah", "volts"),
    "condition": ("condition",),
}
_CLOSED = {"route": ROUTES, "unit": UNITS, "mark": MARKS, "condition": CONDITIONS}
_LONGEST = 120


@dataclass(frozen=True, slots=True)
class Flight:
    """The facts of one address. `open` is the question to ask now, empty when all is known.

    `wrong` is the code or name of what is wrong with the open question's answer, `field` the
    control it is about. `found` holds the recalls that have the model.
    """

    said: Mapping[str, str]
    journey: Journey
    found: tuple[Pack, ...]
    open: str = ""
    wrong: str = ""
    field: str = ""

    def query(self, *without: str) -> str:
        """Return the address again without the answers to some questions."""
        dropped = {field for step in without for field in STEPS[step]}
        return urlencode({k: v for k, v in self.said.items() if v and k not in dropped})

    def answered(self) -> tuple[str, ...]:
        """Return the questions that the address answers, in their order."""
        return tuple(step for step in STEPS if self._is_answered(step))

    def _is_answered(self, step: str) -> bool:
        return step != self.open and any(self.said.get(field) for field in STEPS[step])


def read_flight(query: QueryDict, packs: list[Pack], today: date) -> Flight:
    """Read the facts in the order of the questions and stop at the first one still needed."""
    fields = ("recall", *(field for step in STEPS.values() for field in step))
    said = {field: query.get(field, "").strip()[:_LONGEST] for field in fields}
    asked = query.get("asked", "")
    model = said["model"]
    found = tuple(p for p in packs if model and find_product(p.recall, model) is not None)
    # Until a question is answered it counts as the best that it could be: an answer that is "no"
    # even so needs no more questions.
    journey = Journey(
        route="",
        on=today,
        model=model,
        unit="not_affected",
        mark="clear",
        wh=Decimal(1),
        condition="intact",
    )
    for step in STEPS:
        if step not in _needed(journey, bool(found)):
            continue
        wrong, field, journey = _take(step, said, journey, bool(found))
        if wrong:
            given = any(said[each] for each in STEPS[step])
            shown = wrong if given or asked == step else ""
            return Flight(said, journey, found, step, shown, field)
        if journey.route and _is_settled(journey):
            break
    return Flight(said, journey, found)


def _needed(journey: Journey, recalled: bool) -> tuple[str, ...]:
    """Return the questions that matter: the mark within China, the unit of a recalled model."""
    skipped = {
        step for step, asked in (("unit", recalled), ("mark", _is_china(journey))) if not asked
    }
    return tuple(step for step in STEPS if step not in skipped)


def _is_china(journey: Journey) -> bool:
    return journey.route == "cn_domestic"


def _is_settled(journey: Journey) -> bool:
    return may_fly(journey, travel_rules()).answer is Permission.NO


def _take(
    step: str, said: Mapping[str, str], journey: Journey, recalled: bool
) -> tuple[str, str, Journey]:
    """Return what is wrong, the control it is about, and the journey with this answer in it."""
    if step == "on":
        return _take_date(said["on"], journey)
    if step == "model":
        return ("" if said["model"] else "choose"), "model", replace(journey, recalled=recalled)
    if step == "energy":
        return _take_energy(said, journey)
    value = said[step]
    if value not in _CLOSED[step]:
        return "choose", step, journey
    if step == "route":
        return "", step, replace(journey, route=value)
    if step == "unit":
        return "", step, replace(journey, unit=value)
    if step == "mark":
        return "", step, replace(journey, mark=value)
    return "", step, replace(journey, condition=value)


def _take_date(value: str, journey: Journey) -> tuple[str, str, Journey]:
    """Take the day as typed; one not known yet leaves the rules of today.

    So does a day that is over, which is a slip (last year's number): nobody flies in the past, and
    its rules may be milder.
    """
    if value == UNKNOWN:
        return "", "on", journey
    try:
        return "", "on", replace(journey, on=max(typed.read_date(value), journey.on))
    except typed.Unreadable:
        return ("date" if value else "date_empty"), "on", journey


def _take_energy(said: Mapping[str, str], journey: Journey) -> tuple[str, str, Journey]:
    if said["energy"] == "none":
        return "", "wh", replace(journey, wh=None)
    energy = read_energy(said["wh"], said["mah"], said["volts"])
    return energy.problem or "", energy.field, replace(journey, wh=energy.wh)
