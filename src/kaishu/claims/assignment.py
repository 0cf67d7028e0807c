"""Who looks at which claim unit: take it, give it away, release it, or be handed the next one.

An assignment is no decision and no right: whoever read the newest state may decide. It keeps two
people from reading the same claim at the same time.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from kaishu.claims.errors import AssignedElsewhere, ClaimNotFound
from kaishu.claims.models import ClaimUnit
from kaishu.claims.reasons import Standing

# Who was handed a claim and went home does not keep it from the others.
HOLD = timedelta(hours=2)
UNDECIDED = (Standing.OPEN, Standing.ASKED)
# Somebody else is next after these: the owner, or nobody.
_ENDS = frozenset({"approved", "refused", "asked", "withdrawn"})
TRIES = 8
Narrow = Callable[[QuerySet[ClaimUnit]], QuerySet[ClaimUnit]]


def take(*, claim_unit_id: int, by: str, at: datetime, from_whom: str | None = "") -> None:
    """Take a claim unit until it is released. Raises AssignedElsewhere naming who has it.

    `from_whom` is who had it on the page that was read; None takes it from anybody.
    """
    give(claim_unit_id=claim_unit_id, to=by, by=by, at=at, from_whom=from_whom)


def give(
    *, claim_unit_id: int, to: str, by: str, at: datetime, from_whom: str | None = None
) -> None:
    """Hand a claim unit to a colleague. Raises AssignedElsewhere where another has it by now."""
    with transaction.atomic():
        release_ended(at=at)
        rows = ClaimUnit.objects.filter(id=claim_unit_id)
        mine = Q(assigned_to="") | Q(assigned_to__in=[by, to])
        if from_whom is not None:
            rows = rows.filter(mine | Q(assigned_to=from_whom))
        if rows.update(assigned_to=to, held_until=None):
            return
        found = ClaimUnit.objects.filter(id=claim_unit_id).first()
        if found is None:
            raise ClaimNotFound()
        raise AssignedElsewhere(by=found.assigned_to)


def release(*, claim_unit_id: int, by: str) -> bool:
    """Give a claim unit back to everybody; says whether it was this person's."""
    mine = ClaimUnit.objects.filter(id=claim_unit_id, assigned_to=by)
    return bool(mine.update(assigned_to="", held_until=None))


def release_ended(*, at: datetime) -> int:
    """Free what "next claim" handed out and nobody finished in time."""
    ended = ClaimUnit.objects.filter(held_until__lt=at)
    return ended.update(assigned_to="", held_until=None)


def take_next(
    *, by: str, at: datetime, narrow: Narrow | None = None, but_not: int = 0
) -> ClaimUnit | None:
    """Take the most urgent, then oldest, free claim unit that waits; None where none does.

    Two people who ask at the same moment never get the same one: the row changes hands by
    compare-and-set, and on PostgreSQL neither waits for the other. What the person holds from an
    earlier "next" comes first. `narrow` is the filter of the person's queue.
    """
    with transaction.atomic():
        release_ended(at=at)
        waiting = ClaimUnit.objects.filter(standing=Standing.OPEN).exclude(id=but_not)
        waiting = narrow(waiting) if narrow else waiting.filter(contested__in=[False])
        waiting = waiting.select_related("claim")
        order = ("urgency", "waits_since", "id")
        mine = _of(waiting, by).order_by(*order).first()
        if mine is not None:
            return mine
        free = _unlocked(waiting.filter(assigned_to="")).order_by(*order)
        for _ in range(TRIES):
            found = free.first()
            if found is None:
                return None
            taken = ClaimUnit.objects.filter(id=found.id, assigned_to="").update(
                assigned_to=by, held_until=at + HOLD
            )
            if taken:
                return found
    return None


def peek(*, by: str, narrow: Narrow | None = None, but_not: int = 0) -> ClaimUnit | None:
    """Return what `take_next` would most likely give, without taking it: for a prefetch."""
    waiting = ClaimUnit.objects.filter(standing=Standing.OPEN).exclude(id=but_not)
    waiting = narrow(waiting) if narrow else waiting.filter(contested__in=[False])
    order = ("urgency", "waits_since", "id")
    mine = _of(waiting, by).order_by(*order).first()
    return mine or waiting.filter(assigned_to="").order_by(*order).first()


def freed_by(unit: ClaimUnit, kind: str) -> dict[str, str | None]:
    """Return what frees a claim unit whose decision leaves nothing to do for whoever has it.

    Whoever decides saves it with the decision.
    """
    ends = kind in _ENDS and unit.assigned_to
    return {"assigned_to": "", "held_until": None} if ends else {}


def _of(rows: QuerySet[ClaimUnit], by: str) -> QuerySet[ClaimUnit]:
    # The exclusion is what lets SQLite use the index of those few that somebody has.
    return rows.exclude(assigned_to="").filter(assigned_to=by)


def _unlocked(rows: QuerySet[ClaimUnit]) -> QuerySet[ClaimUnit]:
    if connection.features.has_select_for_update_skip_locked:
        return rows.select_for_update(of=("self",), skip_locked=True)
    return rows
