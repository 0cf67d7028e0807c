"""Say when a second pair of eyes is needed: nobody takes back or judges again what they decided."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from kaishu.claims.errors import SecondLookNeeded
from kaishu.claims.models import Decision


class Decided(Protocol):
    """What a decision row and its view both say."""

    @property
    def kind(self) -> str: ...

    @property
    def by(self) -> str: ...


# Settled by a person; what undoes or repeats it is another person's.
JUDGED = ("approved", "refused")
WATCHED = (*JUDGED, "reopened")


def check(decisions: Iterable[Decision], *, kind: str, by: str) -> None:
    """Refuse to let somebody reopen, or judge on objection, what they decided themselves.

    An approval by the same person is refused too: they may have been wrong to change their mind.
    Raises SecondLookNeeded. `decisions` in their order.
    """
    past = list(decisions)
    if kind == "reopened":
        if decider(past) == by:
            raise SecondLookNeeded(by=by)
    elif kind in JUDGED and _contested_no(past) == by:
        raise SecondLookNeeded(by=by)


def decider(decisions: Iterable[Decided]) -> str | None:
    """Return who took the judgement that stands; None where nothing is judged now."""
    found = None
    for decision in decisions:
        if decision.kind in JUDGED:
            found = decision.by
        elif decision.kind in ("reopened", "withdrawn"):
            found = None
    return found


def _contested_no(decisions: list[Decision]) -> str | None:
    """Return who refused what the owner contests and nobody has judged since."""
    last_no, contested = None, False
    for decision in decisions:
        if decision.kind == "refused":
            last_no, contested = decision.by, False
        elif decision.reason == "owner_contests":
            contested = last_no is not None
    return last_no if contested else None
