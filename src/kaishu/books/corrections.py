"""Take an entry back: what is done to an entry as a whole."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from kaishu.books import errors
from kaishu.books.ledger import moves_of, write
from kaishu.books.locks import hold
from kaishu.books.models import (
    Entry,
    Promise,
    PromiseMoveRow,
    Unit,
    UnitMoveRow,
)
from kaishu.books.values import Event, Move, PromiseMove, UnitMove
from kaishu.core.accounts import REVERSED


def reverse(*, entry_id: int, reason: str, key: str, door: str, by: str, at: datetime) -> Entry:
    """Run an entry backwards while everything it moved still stands where it put it.

    Raises CannotReverse naming the later entries once something has moved on (the correction
    is then a new move), AlreadyReversed the second time.
    """
    with transaction.atomic():
        entry = Entry.objects.get(id=entry_id)
        hold({f"chain {entry.chain}", f"key {door} {by} {key}"})
        repeat = Entry.objects.filter(door=door, by=by, key=key).exists()
        if not repeat:
            _check_reversible(entry)
        return write(
            Event(
                kind=REVERSED,
                recall_id=entry.recall_id,
                key=key,
                door=door,
                by=by,
                at=at,
                happened_at=at,
                case_no=entry.case_no,
                unit_no=entry.unit_no,
                reason=reason,
                reverses=entry.id,
                moves=[_backwards(move) for move in reversed(moves_of(entry))],
            ),
            check=lambda event: None,
        )


def _check_reversible(entry: Entry) -> None:
    if entry.kind == REVERSED or Entry.objects.filter(reverses=entry).exists():
        raise errors.AlreadyReversed(entry=entry.id)
    later = sorted(_later_entries(entry))
    if later:
        raise errors.CannotReverse(entry=entry.id, later=", ".join(map(str, later)))


def _later_entries(entry: Entry) -> set[int]:
    """Find the entries that moved this entry's units or promises on from where it put them."""
    later: set[int] = set()
    for move in moves_of(entry):
        if isinstance(move, UnitMove) and move.unit is not None:
            unit = Unit.objects.get(id=move.unit)
            if (unit.account, unit.party) != (move.target.account, move.target.party):
                after = UnitMoveRow.objects.filter(unit_id=move.unit, entry_id__gt=entry.id)
                later.update(after.values_list("entry_id", flat=True))
        elif isinstance(move, PromiseMove) and move.promise is not None:
            promise = Promise.objects.get(id=move.promise)
            if promise.account != move.target:
                after_it = PromiseMoveRow.objects.filter(
                    promise_id=move.promise, entry_id__gt=entry.id
                )
                later.update(after_it.values_list("entry_id", flat=True))
    return later


def _backwards(move: Move) -> Move:
    if isinstance(move, UnitMove):
        return UnitMove(
            product=move.product,
            pool=move.pool,
            quantity=move.quantity,
            source=move.target,
            target=move.source,
            unit=move.unit,
        )
    return PromiseMove(
        commodity=move.commodity,
        quantity=move.quantity,
        source=move.target,
        target=move.source,
        promise=move.promise,
    )
