"""How bad a report sounds, and how soon a person calls: from what was told, never from a guess."""

from __future__ import annotations

from enum import IntEnum

from kaishu.core.triage import Condition, triage

# Somebody hurt, or a fire, is called as soon as a hot unit: our own target, no law names one.
SOONEST = triage(Condition.HOT).call_within or 60


class Severity(IntEnum):
    """The worst that the report tells; a higher one is read first."""

    UNCLEAR = 0
    CONDITION = 1
    HEAT = 2
    FIRE = 3
    INJURY = 4


def severity(
    *, kind: str, injured: bool | None, fire: bool | None, fire_service: bool | None
) -> Severity:
    """Return the worst of what was told; `None` answers ("I do not know") add nothing."""
    if injured:
        return Severity.INJURY
    if fire or fire_service:
        return Severity.FIRE
    if kind == Condition.HOT:
        return Severity.HEAT
    return Severity.CONDITION if triage(kind).dangerous else Severity.UNCLEAR


def call_within(found: Severity, kind: str) -> int | None:
    """Return in how many minutes somebody calls at the latest; None where nobody needs to."""
    return SOONEST if found >= Severity.HEAT else triage(kind).call_within
