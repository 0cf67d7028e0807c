"""Everything that may be written into the books. Each act is one transaction, or joins one.

`key` names the act within (`door`, `by`): the same key with the same act returns the first
answer, with another act it is refused. Every refusal leaves the books untouched.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from kaishu.books import errors, ledger
from kaishu.books.ledger import write
from kaishu.books.locks import hold
from kaishu.books.models import Entry, Promise, Unit
from kaishu.books.naming import bind_serial, identify
from kaishu.books.sums import named_in, unnamed_in
from kaishu.books.values import Event, Move, Place, PromiseMove, UnitMove, chain_name
from kaishu.core.accounts import AT_LARGE, COST, OWED
from kaishu.core.remedy import Award

__all__ = [
    "award_promises",
    "bind_serial",
    "change_promises",
    "hold_chains",
    "identify",
    "move_promise",
    "move_unit",
    "post",
    "stocktake",
]


def post(
    *,
    kind: str,
    moves: Sequence[Move],
    recall_id: int,
    key: str,
    door: str,
    by: str,
    at: datetime,
    happened_at: datetime | None = None,
    case_no: str = "",
    unit_no: int | None = None,
    reason: str = "",
) -> Entry:
    """Record one event of any kind with its moves. `happened_at` defaults to `at`."""
    return write(
        Event(
            kind=kind,
            recall_id=recall_id,
            key=key,
            door=door,
            by=by,
            at=at,
            happened_at=happened_at or at,
            case_no=case_no,
            unit_no=unit_no,
            reason=reason,
            moves=tuple(moves),
        )
    )


def hold_chains(*, recall_id: int, case_nos: Iterable[str]) -> None:
    """Lock several chains at once, before an act that posts to one after the other.

    Taken one by one, two such acts could wait for each other in a circle. "" is the recall's own.
    """
    chains = (chain_name(recall_id=recall_id, case_no=case_no) for case_no in case_nos)
    hold({f"chain {chain}" for chain in chains})


def move_unit(
    *,
    unit_id: int,
    kind: str,
    target: Place,
    key: str,
    door: str,
    by: str,
    at: datetime,
    source: Place | None = None,
    happened_at: datetime | None = None,
    case_no: str = "",
    unit_no: int | None = None,
    reason: str = "",
    known: Unit | None = None,
) -> Entry:
    """Move a named unit from `source` (default: where it stands) to `target`.

    A repeat finds its first entry by the key, though the unit has left the source since. `known`
    is the unit as the caller has just read it; the move itself asks whether it still stands so.
    Raises UnitMoved where somebody else was first, RouteClosed where no such route exists.
    """
    unit = known or Unit.objects.get(id=unit_id)
    start = source or Place(unit.account, unit.party)
    event = Event(
        kind=kind,
        recall_id=unit.recall_id,
        key=key,
        door=door,
        by=by,
        at=at,
        happened_at=happened_at or at,
        case_no=case_no,
        unit_no=unit_no,
        reason=reason,
        moves=(_unit_move(unit, start, target),),
    )

    def again(first: Entry) -> Event:
        row = first.unit_moves.filter(unit_id=unit_id).first()
        since = Place(row.source, row.source_party) if row else start
        return replace(event, moves=(_unit_move(unit, since, target),))

    return write(event, again=again if source is None else None)


def award_promises(
    *,
    recall_id: int,
    case_no: str,
    unit_no: int,
    awards: Sequence[Award],
    terms: str,
    edition_id: int,
    key: str,
    door: str,
    by: str,
    at: datetime,
    reason: str = "",
) -> Entry:
    """Promise somebody something: one `promise.awarded` entry, one Promise row per award."""
    event = Event(
        kind="promise.awarded",
        recall_id=recall_id,
        key=key,
        door=door,
        by=by,
        at=at,
        happened_at=at,
        case_no=case_no,
        unit_no=unit_no,
        reason=reason,
    )
    with ledger.joining():
        hold(ledger.lock_names(event))
        first, head = ledger.before(event)
        if first is not None:
            return _same_award(first, (recall_id, case_no, unit_no), awards)
        promises = _make(recall_id, case_no, unit_no, awards, terms, edition_id)
        moves = tuple(_opening(promise) for promise in promises)
        return ledger.record(replace(event, moves=moves), head)


def change_promises(
    *,
    promise_ids: Sequence[int],
    awards: Sequence[Award],
    terms: str,
    key: str,
    door: str,
    by: str,
    at: datetime,
    reason: str = "",
) -> Entry:
    """Close promises still owed and open others in their place, in one `promise.changed` entry.

    A partial refund is this: the old promise whole back to cost, new ones that sum to the new
    amount. Raises PromiseMoved where one of them has left.
    """
    with transaction.atomic():
        hold({f"key {door} {by} {key}"})
        old = list(Promise.objects.filter(id__in=promise_ids).order_by("id"))
        example = old[0]
        whose = (example.recall_id, example.case_no, example.unit_no)
        first = Entry.objects.filter(door=door, by=by, key=key).first()
        if first is not None:
            return _same_award(first, whose, awards)
        new = _make(
            example.recall_id,
            example.case_no,
            example.unit_no,
            awards,
            terms,
            example.edition_id,
        )
        return post(
            kind="promise.changed",
            moves=[
                *(_move(promise, OWED, COST) for promise in old),
                *(_opening(promise) for promise in new),
            ],
            recall_id=example.recall_id,
            key=key,
            door=door,
            by=by,
            at=at,
            case_no=example.case_no,
            unit_no=example.unit_no,
            reason=reason,
        )


def move_promise(
    *,
    promise_id: int,
    kind: str,
    target: str,
    key: str,
    door: str,
    by: str,
    at: datetime,
    happened_at: datetime | None = None,
    reason: str = "",
) -> Entry:
    """Move a promise whole from where it stands to `target`. Raises PromiseMoved, RouteClosed."""
    promise = Promise.objects.get(id=promise_id)
    event = Event(
        kind=kind,
        recall_id=promise.recall_id,
        key=key,
        door=door,
        by=by,
        at=at,
        happened_at=happened_at or at,
        case_no=promise.case_no,
        unit_no=promise.unit_no,
        reason=reason,
        moves=(_move(promise, promise.account, target),),
    )

    def again(first: Entry) -> Event:
        row = first.promise_moves.filter(promise_id=promise_id).first()
        since = row.source if row else promise.account
        return replace(event, moves=(_move(promise, since, target),))

    return write(event, again=again)


def stocktake(
    *,
    recall_id: int,
    product: str,
    pool: str,
    place: Place,
    counted: int,
    key: str,
    door: str,
    by: str,
    at: datetime,
    missing: Sequence[int] = (),
    reason: str = "counted",
) -> Entry | None:
    """Post what a physical count found, and name the difference; None where it ties out.

    `counted` is everything found, named units too; `missing` are the ids of named units that
    were not there. Units short go to at_large (still dangerous); units over come from there.
    """
    with transaction.atomic():
        hold_chains(recall_id=recall_id, case_nos=("",))  # in the order of every counted move
        hold({f"key {door} {by} {key}", f"place {recall_id} {product} {pool} {place}"})
        first = Entry.objects.filter(door=door, by=by, key=key).first()
        if first is not None:
            return first
        unnamed = unnamed_in(recall_id, product, pool, place)
        named = named_in(recall_id, product, pool, place)
        over = counted - (unnamed + named - len(missing))
        if unnamed + over < 0:
            raise errors.TooLittle(place=place, there=unnamed, wanted=-over)
        kind = "stocktake.over" if over > 0 and not missing else "stocktake.short"
        moves = _stocktake_moves(product, pool, place, over, missing)
        if not moves:
            return None
        if over > 0 and missing:
            raise errors.QuantityWrong(quantity=over)
        return post(
            kind=kind,
            moves=moves,
            recall_id=recall_id,
            key=key,
            door=door,
            by=by,
            at=at,
            reason=reason,
        )


def _stocktake_moves(
    product: str, pool: str, place: Place, over: int, missing: Sequence[int]
) -> list[Move]:
    at_large = Place(AT_LARGE)
    moves: list[Move] = [
        UnitMove(
            product=product,
            pool=pool,
            quantity=1,
            source=place,
            target=at_large,
            unit=unit,
        )
        for unit in missing
    ]
    if over:
        source, target = (at_large, place) if over > 0 else (place, at_large)
        moves.append(
            UnitMove(
                product=product,
                pool=pool,
                quantity=abs(over),
                source=source,
                target=target,
            )
        )
    return moves


def _unit_move(unit: Unit, source: Place, target: Place) -> UnitMove:
    return UnitMove(
        product=unit.product,
        pool=unit.pool,
        quantity=1,
        source=source,
        target=target,
        unit=unit.id,
    )


def _same_award(first: Entry, whose: tuple[int, str, int], awards: Sequence[Award]) -> Entry:
    made = [
        (move.commodity, move.quantity)
        for move in first.promise_moves.filter(source=COST).order_by("id")
    ]
    wanted = [(award.commodity, award.quantity) for award in awards]
    if (first.recall_id, first.case_no, first.unit_no) != whose or made != wanted:
        raise errors.KeyReused(key=first.key)
    return first


def _make(
    recall_id: int,
    case_no: str,
    unit_no: int,
    awards: Sequence[Award],
    terms: str,
    edition_id: int,
) -> list[Promise]:
    # born in cost: the entry's own compare-and-set brings each to owed
    new = [
        Promise(
            recall_id=recall_id,
            case_no=case_no,
            unit_no=unit_no,
            role=award.role,
            terms=terms,
            edition_id=edition_id,
            commodity=award.commodity,
            quantity=award.quantity,
            account=COST,
        )
        for award in awards
    ]
    return Promise.objects.bulk_create(new)


def _opening(promise: Promise) -> PromiseMove:
    return _move(promise, COST, OWED)


def _move(promise: Promise, source: str, target: str) -> PromiseMove:
    return PromiseMove(
        commodity=promise.commodity,
        quantity=promise.quantity,
        source=source,
        target=target,
        promise=promise.id,
    )
