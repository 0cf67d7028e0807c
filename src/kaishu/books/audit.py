"""Derive everything again from the rows, and name what does not hold.

The checks are ordered as evidence is: first that no entry was touched (digests, chains, daily
roots), then that every entry was legal, then that the cached positions are what the moves say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.db.models import Count

from kaishu.books import closings
from kaishu.books.errors import PlaceWrong, QuantityWrong
from kaishu.books.ledger import as_promise_move, as_unit_move, entry_digest
from kaishu.books.models import (
    Entry,
    Promise,
    PromiseMoveRow,
    Unit,
    UnitMoveRow,
)
from kaishu.books.queries import trial_balance
from kaishu.books.roots import differences
from kaishu.books.sums import units_sum
from kaishu.books.values import Place, UnitMove
from kaishu.core.accounts import (
    COST,
    MAY_GO_NEGATIVE,
    REVERSED,
    promise_route_is_open,
    unit_route_is_open,
)

CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: a stable code, where it is, and what was expected there."""

    code: str
    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.code} at {self.where}: {self.what}"


def audit(progress: Callable[[int], None] = lambda entries: None) -> Iterator[Finding]:
    """Yield every finding in the books, worst evidence first; nothing means they hold."""
    yield from _chains_and_routes(progress)
    yield from _roots()
    yield from _orphans()
    yield from _unit_positions()
    yield from _promise_positions()
    yield from _named_within_counted()
    yield from _balances()
    yield from _closings()


def _chains_and_routes(progress: Callable[[int], None]) -> Iterator[Finding]:
    chain, last_no, last_digest, seen = "", 0, "", 0
    for entry, moves in _entries_with_moves():
        if entry.chain != chain:
            chain, last_no, last_digest = entry.chain, 0, ""
        where = f"entry {entry.id} ({entry.chain} no. {entry.chain_no})"
        if entry.chain_no != last_no + 1:
            yield Finding("chain_gap", where, f"no. {last_no + 1} should come here")
        elif entry.previous != last_digest:
            yield Finding("chain_broken", where, "it does not follow the entry before it")
        yield from _one_entry(entry, moves, where)
        last_no, last_digest = entry.chain_no, entry.digest
        seen += 1
        if seen % CHUNK == 0:
            progress(CHUNK)
    progress(seen % CHUNK)


def _one_entry(entry: Entry, moves: list[Any], where: str) -> Iterator[Finding]:
    try:
        values = [
            as_unit_move(row) if isinstance(row, UnitMoveRow) else as_promise_move(row)
            for row in moves
        ]
    except (PlaceWrong, QuantityWrong) as wrong:
        yield Finding("move_impossible", where, str(wrong))
        return
    if entry_digest(entry, values) != entry.digest:
        yield Finding("entry_altered", where, "its digest does not match what it says")
    for row in moves:
        if (row.happened_at, row.recorded_at, row.recall_id) != (
            entry.happened_at,
            entry.recorded_at,
            entry.recall_id,
        ):
            yield Finding("move_misdated", where, "a move's clocks or recall are not the entry's")
    if not values:
        yield Finding("entry_empty", where, "it moves nothing")
    if entry.kind == REVERSED:
        return
    for move in values:
        if isinstance(move, UnitMove):
            source, target = move.source.account, move.target.account
            is_open = unit_route_is_open(entry.kind, source, target)
        else:
            source, target = move.source, move.target
            is_open = promise_route_is_open(entry.kind, source, target)
        if not is_open:
            yield Finding("route_closed", where, f"{entry.kind} may not go {source} to {target}")


def _entries_with_moves() -> Iterator[tuple[Entry, list[Any]]]:
    entries = Entry.objects.order_by("chain", "chain_no").iterator(chunk_size=CHUNK)
    for _, numbered in groupby(enumerate(entries), key=lambda pair: pair[0] // CHUNK):
        chunk = [entry for _, entry in numbered]
        rows: dict[int, list[Any]] = {entry.id: [] for entry in chunk}
        for model in (UnitMoveRow, PromiseMoveRow):
            for row in model._default_manager.filter(entry_id__in=rows).order_by("id"):
                rows[row.entry_id].append(row)
        for entry in chunk:
            yield entry, rows[entry.id]


def _roots() -> Iterator[Finding]:
    for found in differences():
        yield Finding(found.code, f"day {found.day}", found.what)


def _orphans() -> Iterator[Finding]:
    for model in (UnitMoveRow, PromiseMoveRow):
        orphans = model._default_manager.exclude(entry_id__in=Entry.objects.values("id"))
        for row in orphans[:100]:
            yield Finding("move_orphaned", f"{model.__name__} {row.pk}", "its entry is gone")


def _unit_positions() -> Iterator[Finding]:
    named = (
        UnitMoveRow.objects.filter(unit__isnull=False)
        .order_by("unit_id", "id")
        .values_list("unit_id", "id", "source", "source_party", "target", "target_party")
    )
    stands = {
        unit_id: (account, party)
        for unit_id, account, party in Unit.objects.values_list("id", "account", "party")
    }
    for unit_id, moves in groupby(named.iterator(chunk_size=CHUNK), key=lambda row: row[0]):
        place: tuple[str, str] | None = None
        for _, move_id, source, source_party, target, target_party in moves:
            if place is not None and place != (source, source_party):
                yield Finding(
                    "unit_jumped",
                    f"move {move_id}",
                    f"unit {unit_id} was at {place[0]}",
                )
            place = (target, target_party)
        found = stands.get(unit_id)
        if found != place and place is not None:
            yield Finding(
                "unit_misplaced",
                f"unit {unit_id}",
                f"moves say {place[0]}, it stands at {found[0] if found else 'nowhere'}",
            )


def _promise_positions() -> Iterator[Finding]:
    named = (
        PromiseMoveRow.objects.filter(promise__isnull=False)
        .order_by("promise_id", "id")
        .values_list("promise_id", "id", "source", "target", "commodity", "quantity")
    )
    stands = {promise.id: promise for promise in Promise.objects.all()}
    moved = set()
    for promise_id, moves in groupby(named.iterator(chunk_size=CHUNK), key=lambda row: row[0]):
        moved.add(promise_id)
        promise, account = stands.get(promise_id), COST
        for _, move_id, source, target, commodity, quantity in moves:
            if source != account:
                yield Finding(
                    "promise_jumped",
                    f"move {move_id}",
                    f"promise {promise_id} was at {account}",
                )
            if promise and (commodity, quantity) != (
                promise.commodity,
                promise.quantity,
            ):
                yield Finding("promise_altered", f"promise {promise_id}", "not what was awarded")
            account = target
        if promise is None or promise.account != account:
            found = promise.account if promise else "nowhere"
            yield Finding(
                "promise_misplaced",
                f"promise {promise_id}",
                f"moves say {account}, it stands at {found}",
            )
    for promise_id in sorted(stands.keys() - moved):
        yield Finding("promise_unawarded", f"promise {promise_id}", "no entry ever awarded it")


def _named_within_counted() -> Iterator[Finding]:
    groups = (
        Unit.objects.exclude(account__in=MAY_GO_NEGATIVE)
        .values_list("recall_id", "product", "pool", "account", "party")
        .annotate(named=Count("id"))
        .order_by("recall_id", "product", "pool", "account", "party")
    )
    for recall_id, product, pool, account, party, named in groups:
        where = f"recall {recall_id} {product} {account} {party}".strip()
        try:
            place = Place(account, party)
        except PlaceWrong as wrong:
            yield Finding("unit_misplaced", where, str(wrong))
            continue
        counted = units_sum(recall_id, product, pool, place)
        if named > counted:
            yield Finding(
                "more_named_than_counted",
                where,
                f"{named} named units, {counted} counted",
            )


def _balances() -> Iterator[Finding]:
    recalls = Entry.objects.order_by("recall_id").values_list("recall_id", flat=True).distinct()
    for recall_id in recalls:
        for line in trial_balance(recall_id=recall_id).impossible():
            yield Finding("below_zero", f"recall {recall_id}", str(line))


def _closings() -> Iterator[Finding]:
    for number, table in closings.differing():
        yield Finding("closing_differs", f"closing {number}", f"{table} is not what the moves say")
