"""Corrective actions: cause, action, who, by when, done, and whether it worked. Append-only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from django.db import transaction

from kaishu.core.text import whole
from kaishu.reports.errors import ActionIncomplete, ActionNotFound, ActionStepWrong
from kaishu.reports.models import CorrectiveAction, CorrectiveStep

LONGEST, LONGEST_OWNER = 400, 80


class Stand(StrEnum):
    """How far a corrective action has come. Only a checked effect ends it."""

    OPEN = "open"
    DONE = "done"
    EFFECTIVE = "effective"
    NOT_EFFECTIVE = "not_effective"


# The world's first clock is 14 hours ahead of UTC: a day that has begun anywhere may be named.
EARLIEST_CLOCK = timedelta(hours=14)

# Which step may follow which stand. A check without effect opens the action again.
MAY_FOLLOW = {
    Stand.OPEN: ("due_moved", "done"),
    Stand.DONE: ("effective", "not_effective"),
    Stand.NOT_EFFECTIVE: ("due_moved", "done"),
    Stand.EFFECTIVE: (),
}


@dataclass(frozen=True, slots=True)
class Corrective:
    """A corrective action as it stood at a moment. `due` is the newest date."""

    row: CorrectiveAction
    due: date
    done_on: date | None
    stand: Stand
    steps: tuple[CorrectiveStep, ...]

    @property
    def may(self) -> tuple[str, ...]:
        """Name the steps that may follow."""
        return MAY_FOLLOW[self.stand]

    @property
    def waits(self) -> bool:
        """Say whether something is still to be done about it."""
        return self.stand is not Stand.EFFECTIVE


def correctives(slug: str, *, known_at: datetime | None = None) -> tuple[Corrective, ...]:
    """Return a recall's corrective actions, the oldest first, as they stood at a moment."""
    rows = CorrectiveAction.objects.filter(recall_slug=slug).prefetch_related("steps")
    if known_at is not None:
        rows = rows.filter(at__lte=known_at)
    return tuple(_stood(row, known_at) for row in rows)


def open_action(
    *,
    recall_slug: str,
    cause: str,
    action: str,
    owner: str,
    due_on: date | None,
    key: str,
    by: str,
    at: datetime,
) -> CorrectiveAction:
    """Write down a corrective action; a repeat returns the first.

    Raises ActionIncomplete, TextTooLong.
    """
    said = (("cause", cause), ("action", action))
    words = {name: whole(text, longest=LONGEST) for name, text in said}
    owner = whole(owner, longest=LONGEST_OWNER)
    if not all(words.values()) or not owner or due_on is None:
        raise ActionIncomplete
    made, _ = CorrectiveAction.objects.get_or_create(
        key=key,
        defaults={
            **words,
            "recall_slug": recall_slug,
            "owner": owner,
            "due_on": due_on,
            "by": by,
            "at": at,
        },
    )
    return made


def add_step(
    *,
    recall_slug: str,
    action_id: int,
    what: str,
    day: date | None,
    note: str,
    by: str,
    at: datetime,
) -> CorrectiveStep:
    """Write down what became of it. Raises ActionNotFound, ActionStepWrong, ActionIncomplete."""
    with transaction.atomic():
        rows = CorrectiveAction.objects.select_for_update()
        row = rows.filter(id=action_id, recall_slug=recall_slug).first()
        if row is None:
            raise ActionNotFound
        if what not in _stood(row, None).may:
            raise ActionStepWrong
        if day is None or (what != "due_moved" and day > (at + EARLIEST_CLOCK).date()):
            raise ActionIncomplete
        return CorrectiveStep.objects.create(
            action=row, what=what, day=day, note=whole(note, longest=LONGEST), by=by, at=at
        )


def _stood(row: CorrectiveAction, known_at: datetime | None) -> Corrective:
    steps: Sequence[CorrectiveStep] = [
        step for step in row.steps.all() if known_at is None or step.at <= known_at
    ]
    due, done_on, stand = row.due_on, None, Stand.OPEN
    for step in steps:
        if step.what == "due_moved":
            due = step.day or due
        else:
            stand = Stand(step.what)
            done_on = step.day if step.what == "done" else done_on
    return Corrective(row, due, done_on, stand, tuple(steps))
