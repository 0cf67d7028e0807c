"""What a site's answers come to, what it owes next and by when: one pure reading."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from kaishu.returns.trade.models import (
    ACKNOWLEDGED,
    COMPLETED,
    COUNTED,
    NONE_HERE,
    SOLD_SINCE,
    TradeAnswer,
    TradeSite,
)

# House targets since 2026-11-22, counted from when the link was sent: no law seen names a number.
DUE = {
    ACKNOWLEDGED: timedelta(days=2),
    COUNTED: timedelta(days=5),
    COMPLETED: timedelta(days=14),
}


class Reached(StrEnum):
    """How far a site is."""

    NOT_SENT = "not_sent"
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    COUNTED = "counted"
    COMPLETED = "completed"


@dataclass(frozen=True, slots=True)
class SiteState:
    """How far a site is, what it owes next and by when, and what it counted so far."""

    reached: Reached
    next_step: str
    due_at: datetime | None
    put_aside: int
    sold_since: int
    closed: bool = False

    @property
    def shown(self) -> str:
        """Return the word for how far it is: "closed" where nobody waits for it."""
        return "closed" if self.closed else self.reached.value

    def overdue(self, at: datetime) -> bool:
        """Say whether what it owes next is late."""
        return self.due_at is not None and self.due_at <= at


def state(site: TradeSite, answers: Iterable[TradeAnswer]) -> SiteState:
    """Return what the answers come to."""
    steps, aside, sold = set(), 0, 0
    for answer in answers:
        steps.add(answer.step)
        aside += answer.quantity if answer.step == COUNTED else 0
        sold += answer.quantity if answer.step == SOLD_SINCE else 0
    counted = bool(steps & {COUNTED, NONE_HERE})
    closed = site.closed_at is not None
    if COMPLETED in steps:
        return SiteState(Reached.COMPLETED, "", None, aside, sold, closed)
    reached, owes = Reached.NOT_SENT, ACKNOWLEDGED
    if counted:
        reached, owes = Reached.COUNTED, COMPLETED
    elif ACKNOWLEDGED in steps:
        reached, owes = Reached.ACKNOWLEDGED, COUNTED
    elif site.sent_at is not None:
        reached = Reached.SENT
    due_at = site.sent_at + DUE[owes] if site.sent_at else None
    if closed:
        owes, due_at = "", None
    return SiteState(reached, owes, due_at, aside, sold, closed)
