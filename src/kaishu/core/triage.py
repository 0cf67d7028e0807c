"""How a battery is now, and what follows: what to say first, which way back is lawful, how soon.

A unit of a recalled lot is "defective for safety reasons" and travels by ground only (UN special
provision 376). One that is swollen, hot, leaking or wet may react on the way and must not go by
post; one whose state is not known counts as such until a person has decided.
Source: ADR 2025 SP 376, P908 and P911; https://lithium.batteriestransport.org/21/
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Condition(StrEnum):
    """How an owner says the unit is."""

    INTACT = "intact"
    SWOLLEN = "swollen"
    HOT = "hot"
    LEAKING = "leaking"
    WET = "wet"
    UNKNOWN = "unknown"


class Route(StrEnum):
    """The way back that a unit may take."""

    POST = "post"
    SPECIAL = "special"


@dataclass(frozen=True, slots=True)
class Triage:
    """What follows from a condition.

    `dangerous` opens an incident. `call_within` is when a person calls the owner at the latest,
    in minutes of the clock, and None where nobody needs to: our own target, no law names one.
    """

    condition: Condition
    dangerous: bool
    route: Route
    call_within: int | None


_HOUR = 60
_TRIAGE: Mapping[Condition, Triage] = {
    each.condition: each
    for each in (
        Triage(Condition.INTACT, False, Route.POST, None),
        Triage(Condition.SWOLLEN, True, Route.SPECIAL, 4 * _HOUR),
        Triage(Condition.HOT, True, Route.SPECIAL, _HOUR),
        Triage(Condition.LEAKING, True, Route.SPECIAL, 4 * _HOUR),
        Triage(Condition.WET, True, Route.SPECIAL, 24 * _HOUR),
        Triage(Condition.UNKNOWN, False, Route.SPECIAL, 24 * _HOUR),
    )
}

# The return kit of a unit that must not be posted: a carrier for dangerous goods fetches it.
SPECIAL_KIT = "kit:pickup"


def triage(condition: str) -> Triage:
    """Return what follows from a condition; a word that is not one counts as unknown."""
    try:
        return _TRIAGE[Condition(condition)]
    except ValueError:
        return _TRIAGE[Condition.UNKNOWN]


def kit_for(kit: str, condition: str) -> str:
    """Return the kit that a unit in this condition gets where its remedy names `kit`."""
    if not kit or triage(condition).route is Route.POST:
        return kit
    return SPECIAL_KIT
