"""Write one event: the only place where entries and moves are inserted and positions change.

In this order, all inside the caller's transaction: locks in one sorted order, the answer to a
repeat, the rules, the compare-and-set of every named unit and promise, the rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import reduce
from operator import or_

from django.db import connection, transaction
from django.db.models import Q

from kaishu.books import errors
from kaishu.books.locks import hold
from kaishu.books.models import Entry, Promise, PromiseMoveRow, Unit, UnitMoveRow
from kaishu.books.sums import unnamed_in
from kaishu.books.values import Event, Place, PromiseMove, UnitMove
from kaishu.core.accounts import (
    COST,
    MAY_GO_NEGATIVE,
    PROMISE_ROUTES,
    UNIT_ROUTES,
    promise_route_is_open,
    unit_route_is_open,
)
from kaishu.core.canonical import digest

# By hand: every entry asks this, and putting it together took five times as long as answering it.
_BEFORE = """
    SELECT * FROM books_entry WHERE (door = %s AND "by" = %s AND key = %s)
    OR id = (SELECT id FROM books_entry WHERE chain = %s ORDER BY chain_no DESC LIMIT 1)
"""
Check = Callable[[Event], None]
Again = Callable[[Entry], Event]


def entry_digest(entry: Entry, moves: Iterable[UnitMove | PromiseMove]) -> str:
    """Return the digest of an entry: everything it says, its moves, and what came before it."""
    return digest(
        {
            "kind": entry.kind,
            "recall": entry.recall_id,
            "who": [entry.door, entry.by, entry.key],
            "happened_at": entry.happened_at,
            "recorded_at": entry.recorded_at,
            "case": [entry.case_no, entry.unit_no],
            "reason": entry.reason,
            "reverses": entry.reverses_id,
            "chain": [entry.chain, entry.chain_no, entry.previous],
            "moves": list(moves),
        }
    )


def check_routes(event: Event) -> None:
    """Refuse an event whose kind is unknown, that moves nothing, or leaves the routes."""
    if event.kind not in UNIT_ROUTES and event.kind not in PROMISE_ROUTES:
        raise errors.KindUnknown(kind=event.kind)
    for move in event.moves:
        if isinstance(move, UnitMove):
            source, target = move.source.account, move.target.account
            is_open = unit_route_is_open(event.kind, source, target) and move.source != move.target
        else:
            source, target = move.source, move.target
            is_open = promise_route_is_open(event.kind, source, target)
        if not is_open:
            raise errors.RouteClosed(kind=event.kind, source=source, target=target)


def write(event: Event, *, check: Check = check_routes, again: Again | None = None) -> Entry:
    """Record an event, or return the entry that recorded it before.

    An event that starts where things stand now is another one when it is repeated: `again` says
    what the first entry would have been asked as.
    """
    with joining() if len(event.moves) < 2 else transaction.atomic():
        hold(lock_names(event))
        first, head = before(event)
        if first is not None:
            return _repeat(first, digest((again(first) if again else event).request()))
        return record(event, head, check=check)


def joining() -> AbstractContextManager[object]:
    """Join the caller's transaction, or begin one.

    For acts that write nothing before their last question: whoever goes on after their refusal
    finds nothing half done, and a savepoint would cost two statements more.
    """
    return nullcontext() if connection.in_atomic_block else transaction.atomic()


def before(event: Event) -> tuple[Entry | None, Entry | None]:
    """Return the entry that recorded this event's key, and the newest of its chain.

    One statement for both; under the event's locks neither can change until the transaction ends.
    """
    first = head = None
    for entry in Entry.objects.raw(_BEFORE, [event.door, event.by, event.key, event.chain]):
        if (entry.door, entry.by, entry.key) == (event.door, event.by, event.key):
            first = entry
        if entry.chain == event.chain and (head is None or entry.chain_no > head.chain_no):
            head = entry
    return first, head


def record(event: Event, head: Entry | None, *, check: Check = check_routes) -> Entry:
    """Write an event that is new, after `head`, under the locks that the caller holds."""
    if not event.moves:
        raise errors.NothingMoves(kind=event.kind)
    check(event)
    _take_all(event)
    return _insert(event, digest(event.request()), head)


def _repeat(first: Entry, request_hash: str) -> Entry:
    if first.request_hash != request_hash:
        raise errors.KeyReused(key=first.key)
    return first


def lock_names(event: Event) -> set[str]:
    """Name what an event needs for itself: its chain, its key, and each place it counts in."""
    names = {f"chain {event.chain}", f"key {event.door} {event.by} {event.key}"}
    names.update(
        f"place {event.recall_id} {move.product} {move.pool} {move.source}"
        for move in event.moves
        if isinstance(move, UnitMove)
        and move.unit is None
        and move.source.account not in MAY_GO_NEGATIVE
    )
    return names


def _take_all(event: Event) -> None:
    opened: dict[str, list[PromiseMove]] = {}
    for move in event.moves:
        if isinstance(move, PromiseMove) and move.promise is not None and move.source == COST:
            opened.setdefault(move.target, []).append(move)
        else:
            _take(event, move)
    for target, moves in opened.items():
        _open_promises(event, moves, target)


def _open_promises(event: Event, moves: Sequence[PromiseMove], target: str) -> None:
    # account cost -> target, each only while it still stands at cost; all of them in one statement
    each = (Q(id=m.promise, commodity=m.commodity, quantity=m.quantity) for m in moves)
    standing = Promise.objects.filter(reduce(or_, each), recall_id=event.recall_id, account=COST)
    if standing.update(account=target) != len(moves):
        numbers = ", ".join(str(move.promise) for move in moves)
        raise errors.PromiseMoved(promise=numbers, source=COST, target=target)


def _take(event: Event, move: UnitMove | PromiseMove) -> None:
    if isinstance(move, UnitMove):
        if move.unit is not None:
            _move_named(event, move, move.unit)
        elif move.source.account not in MAY_GO_NEGATIVE:
            _take_counted(event, move)
    elif move.promise is not None:
        _move_promise(event, move, move.promise)
    elif move.source != COST:
        raise errors.PromiseMoved(commodity=move.commodity, source=move.source)


def _move_named(event: Event, move: UnitMove, unit_id: int) -> None:
    # account source -> target, only while it still stands at source
    moved = Unit.objects.filter(
        id=unit_id,
        recall_id=event.recall_id,
        product=move.product,
        pool=move.pool,
        account=move.source.account,
        party=move.source.party,
    ).update(account=move.target.account, party=move.target.party)
    if not moved:
        raise errors.UnitMoved(unit=unit_id, source=move.source, target=move.target)


def _take_counted(event: Event, move: UnitMove) -> None:
    there = unnamed_in(event.recall_id, move.product, move.pool, move.source)
    if there < move.quantity:
        raise errors.TooLittle(place=move.source, there=there, wanted=move.quantity)


def _move_promise(event: Event, move: PromiseMove, promise_id: int) -> None:
    # account source -> target, only while it still stands at source
    moved = Promise.objects.filter(
        id=promise_id,
        recall_id=event.recall_id,
        commodity=move.commodity,
        quantity=move.quantity,
        account=move.source,
    ).update(account=move.target)
    if not moved:
        raise errors.PromiseMoved(promise=promise_id, source=move.source, target=move.target)


def _insert(event: Event, request_hash: str, head: Entry | None) -> Entry:
    entry = Entry(
        kind=event.kind,
        recall_id=event.recall_id,
        door=event.door,
        by=event.by,
        key=event.key,
        request_hash=request_hash,
        happened_at=event.happened_at,
        recorded_at=event.at,
        case_no=event.case_no,
        unit_no=event.unit_no,
        reason=event.reason,
        reverses_id=event.reverses,
        chain=event.chain,
        chain_no=head.chain_no + 1 if head else 1,
        previous=head.digest if head else "",
    )
    entry.digest = entry_digest(entry, event.moves)
    entry.save(force_insert=True)
    UnitMoveRow.objects.bulk_create(
        _unit_row(entry, move) for move in event.moves if isinstance(move, UnitMove)
    )
    PromiseMoveRow.objects.bulk_create(
        _promise_row(entry, move) for move in event.moves if isinstance(move, PromiseMove)
    )
    return entry


def _unit_row(entry: Entry, move: UnitMove) -> UnitMoveRow:
    return UnitMoveRow(
        entry=entry,
        happened_at=entry.happened_at,
        recorded_at=entry.recorded_at,
        recall_id=entry.recall_id,
        product=move.product,
        pool=move.pool,
        quantity=move.quantity,
        source=move.source.account,
        source_party=move.source.party,
        target=move.target.account,
        target_party=move.target.party,
        unit_id=move.unit,
    )


def _promise_row(entry: Entry, move: PromiseMove) -> PromiseMoveRow:
    return PromiseMoveRow(
        entry=entry,
        happened_at=entry.happened_at,
        recorded_at=entry.recorded_at,
        recall_id=entry.recall_id,
        commodity=move.commodity,
        quantity=move.quantity,
        source=move.source,
        target=move.target,
        promise_id=move.promise,
    )


def moves_of(entry: Entry) -> list[UnitMove | PromiseMove]:
    """Read an entry's moves back as values, in the order they were written."""
    units: list[UnitMove | PromiseMove] = [
        as_unit_move(row) for row in entry.unit_moves.order_by("id")
    ]
    return units + [as_promise_move(row) for row in entry.promise_moves.order_by("id")]


def as_unit_move(row: UnitMoveRow) -> UnitMove:
    """Turn a row back into the move it records."""
    return UnitMove(
        product=row.product,
        pool=row.pool,
        quantity=row.quantity,
        source=Place(row.source, row.source_party),
        target=Place(row.target, row.target_party),
        unit=row.unit_id,
    )


def as_promise_move(row: PromiseMoveRow) -> PromiseMove:
    """Turn a row back into the move it records."""
    return PromiseMove(
        commodity=row.commodity,
        quantity=row.quantity,
        source=row.source,
        target=row.target,
        promise=row.promise_id,
    )
