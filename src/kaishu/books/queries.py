"""Read the books: balances, positions, and the entries behind them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.db.models import CharField, Count, F, Min, Q, QuerySet, Sum, Value
from django.db.models.functions import Cast, Concat

from kaishu.books import closings
from kaishu.books.models import ClosedUnits, Entry, Promise, PromiseMoveRow, Unit, UnitMoveRow
from kaishu.core.accounts import PAID, STRAY
from kaishu.core.tally import Tally, tally


def trial_balance(
    *, recall_id: int, as_of: datetime | None = None, known_at: datetime | None = None
) -> Tally:
    """Sum every move of a recall into a trial balance.

    `as_of` leaves out what happened later, `known_at` what was recorded later; both inclusive.
    One pass over each table, grouped by route in the database; what is closed is not summed again.
    """
    asked: Any = {"recall_ids": [recall_id], "as_of": as_of, "known_at": known_at}
    closing = closings.usable(known_at)
    return tally(
        (flow[1:] for flow in closings.flows_after(closing, closings.UNITS, **asked)),
        (flow[1:] for flow in closings.flows_after(closing, closings.PROMISES, **asked)),
        as_of=as_of,
        known_at=known_at,
    )


def promise_balance(
    *, recall_id: int, as_of: datetime | None = None, known_at: datetime | None = None
) -> Tally:
    """Sum the promise moves of a recall alone; the units of the balance are left out."""
    flows = closings.flows(
        closings.PROMISES, recall_ids=[recall_id], as_of=as_of, known_at=known_at
    )
    return tally((), (flow[1:] for flow in flows), as_of=as_of, known_at=known_at)


def first_day(*, recall_id: int) -> date | None:
    """Return the UTC day of a recall's first move; None without any."""
    closed = ClosedUnits.objects.filter(recall_id=recall_id, grain=closings.PLACES)
    newest = closings.usable(None)
    # The sum and the count keep planners on the move numbers, of which few are not closed.
    live = UnitMoveRow.objects.filter(id__gt=newest.unit_moves_upto if newest else 0)
    ours = live.alias(own=F("recall_id") + 0).filter(own=recall_id)
    first = ours.aggregate(at=Min("happened_at"), moves=Count("id"))["at"]
    days = [closed.aggregate(day=Min("happened_on"))["day"]]
    days.append(first.astimezone(UTC).date() if first else None)
    return min((day for day in days if day is not None), default=None)


def unit_balances(*, recall_ids: Sequence[int], as_of: datetime) -> dict[int, Tally]:
    """Sum the unit moves of several recalls in one pass; a recall without moves is left out."""
    flows: dict[int, list[Any]] = {}
    for recall_id, *flow in closings.flows(closings.UNITS, recall_ids=recall_ids, as_of=as_of):
        flows.setdefault(recall_id, []).append(flow)
    return {recall_id: tally(found, (), as_of=as_of) for recall_id, found in flows.items()}


def units_made_whole(*, recall_ids: Sequence[int]) -> dict[int, int]:
    """Count by recall the units whose remedy is paid: money arrived, code or goods delivered."""
    paid = Promise.objects.filter(recall_id__in=recall_ids, role="remedy", account=PAID)
    unit = Concat("case_no", Value("-"), Cast("unit_no", CharField()))
    counted = paid.values("recall_id").annotate(units=Count(unit, distinct=True)).order_by()
    return {row["recall_id"]: row["units"] for row in counted}


def entries_of_case(case_no: str) -> list[Entry]:
    """Return a case's entries in the order they were chained."""
    return list(
        Entry.objects.filter(chain=case_no)
        .order_by("chain_no")
        .prefetch_related("unit_moves", "promise_moves")
    )


def promises_of_case(case_no: str) -> list[Promise]:
    """Return every promise of a case, oldest first, closed ones too."""
    return list(Promise.objects.filter(case_no=case_no).order_by("id"))


def units_by_id(unit_ids: Sequence[int]) -> dict[int, Unit]:
    """Return named units by id."""
    return Unit.objects.in_bulk(list(unit_ids))


def unit_by_serial(*, recall_id: int, serial: str) -> Unit | None:
    """Return the unit of a recall that has this serial, if it has been seen."""
    return Unit.objects.filter(recall_id=recall_id, serial=serial).first()


def promises_in(*, account: str, role: str = "remedy") -> QuerySet[Promise]:
    """Return the promises that stand in an account, oldest first."""
    return Promise.objects.filter(account=account, role=role).order_by("id")


@dataclass(frozen=True, slots=True)
class Behind:
    """The moves behind a figure: those that came in and those that went out, newest first."""

    moves: QuerySet[Any]
    came: int
    went: int

    @property
    def total(self) -> int:
        """Return the figure: what came in less what went out."""
        return self.came - self.went


def units_behind(
    *,
    recall_id: int,
    accounts: Collection[str],
    product: str = "",
    party: str = "",
    strays: bool = False,
    as_of: datetime | None = None,
    known_at: datetime | None = None,
) -> Behind:
    """Return the unit moves into and out of one account or several taken together.

    A move from one of several into another is no change of theirs and is left out. `party`
    narrows a single account.
    """
    moves = UnitMoveRow.objects.filter(recall_id=recall_id)
    moves = moves.filter(pool=STRAY) if strays else moves.exclude(pool=STRAY)
    if product:
        moves = moves.filter(product=product)
    here = {"target": Q(target__in=accounts), "source": Q(source__in=accounts)}
    if party:
        here = {end: is_in & Q(**{f"{end}_party": party}) for end, is_in in here.items()}
    return _behind(_on_clocks(moves, as_of, known_at), here)


def promises_behind(
    *,
    recall_id: int,
    accounts: Collection[str],
    commodity: str,
    as_of: datetime | None = None,
    known_at: datetime | None = None,
) -> Behind:
    """Return the promise moves into and out of accounts taken together."""
    moves = PromiseMoveRow.objects.filter(recall_id=recall_id, commodity=commodity)
    here = {"target": Q(target__in=accounts), "source": Q(source__in=accounts)}
    return _behind(_on_clocks(moves, as_of, known_at), here)


def _behind(moves: QuerySet[Any], here: dict[str, Q]) -> Behind:
    moves = moves.exclude(here["target"] & here["source"])
    sums = moves.aggregate(
        came=Sum("quantity", filter=here["target"], default=0),
        went=Sum("quantity", filter=here["source"], default=0),
    )
    rows = moves.filter(here["target"] | here["source"]).select_related("entry").order_by("-id")
    return Behind(rows, **sums)


def _on_clocks(
    moves: QuerySet[Any], as_of: datetime | None, known_at: datetime | None
) -> QuerySet[Any]:
    if as_of is not None:
        moves = moves.filter(happened_at__lte=as_of)
    if known_at is not None:
        moves = moves.filter(recorded_at__lte=known_at)
    return moves
