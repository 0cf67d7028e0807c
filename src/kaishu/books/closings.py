"""Sum the moves of long books once: a balance of a million moves then takes milliseconds.

A closing holds the sums, by day and month and route, of every move up to a number below which
nothing can appear any more. Moves are append-only, so these sums can never go stale; they are no
running totals that each writer must keep. Everything younger is summed from the moves
themselves. Closings may be thrown away at any time (`forget`), are made again by `close`, and
`audit` compares each one with its moves. Short books never have any.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Max, Min

from kaishu.books import locks
from kaishu.books.models import (
    ClosedPromises,
    ClosedUnits,
    Closing,
    PromiseMoveRow,
    UnitMoveRow,
)

AFTER = 20_000  # moves that a balance may well sum from scratch: about 10 ms
STRETCH = 50_000  # moves of a kind in one closing; what was known when is then never far off
# The grains hold the same moves thrice: by day, by month, and by day without the parties. A sum
# reads the one with the fewest rows that still tells what is asked.
DAY, MONTH, PLACES = "d", "m", "p"
PATIENCE = 2.0  # seconds to wait for writers that were at it when the closing began

UNIT_ROUTE = ("product", "pool", "source", "source_party", "target", "target_party")
PROMISE_ROUTE = ("commodity", "source", "target")


@dataclass(frozen=True, slots=True)
class Kind:
    """One sort of moves: its tables and what is grouped."""

    moves: str
    lines: str
    route: tuple[str, ...]
    upto: str


UNITS = Kind("books_unit_move", "books_closed_units", UNIT_ROUTE, "unit_moves_upto")
PROMISES = Kind("books_promise_move", "books_closed_promises", PROMISE_ROUTE, "promise_moves_upto")
KINDS = (UNITS, PROMISES)


def flows(
    kind: Kind,
    *,
    recall_ids: Sequence[int],
    as_of: datetime | None = None,
    known_at: datetime | None = None,
    by_day: bool = False,
    route: Sequence[str] | None = None,
) -> Iterator[tuple[Any, ...]]:
    """Yield (recall_id, [day,] *route, quantity): the sums of all moves on both clocks.

    A route may come more than once; whoever reads adds up. `as_of` and `known_at` are inclusive.
    With `by_day` each row says on which UTC day it happened. `route` names fewer columns of the
    kind's route, where the rest does not matter.
    """
    if recall_ids:
        closing = usable(known_at)
        yield from flows_after(
            closing,
            kind,
            recall_ids=recall_ids,
            as_of=as_of,
            known_at=known_at,
            by_day=by_day,
            route=route,
        )


def flows_after(
    closing: Closing | None,
    kind: Kind,
    *,
    recall_ids: Sequence[int],
    as_of: datetime | None,
    known_at: datetime | None,
    by_day: bool = False,
    route: Sequence[str] | None = None,
) -> Iterator[tuple[Any, ...]]:
    """Yield what `flows` does, where the last usable closing was already asked for."""
    columns = ("recall_id", *(("happened_on",) if by_day else ()), *(route or kind.route))
    if closing is not None:
        yield from _closed(kind, closing, columns, recall_ids, as_of)
    yield from _live(kind, closing, columns, recall_ids, as_of, known_at)


def usable(known_at: datetime | None) -> Closing | None:
    """Return the last closing all of whose moves were known at the moment."""
    closings = Closing.objects.order_by("-number")
    if known_at is not None:
        closings = closings.filter(last_recorded_at__lte=known_at)
    return closings.first()


def _closed(
    kind: Kind,
    closing: Closing,
    columns: Sequence[str],
    recall_ids: Sequence[int],
    as_of: datetime | None,
) -> Iterator[tuple[Any, ...]]:
    """Sum whole months, then the whole days of the last month, then the moves of its last day."""
    ours, values = _recalls(recall_ids)
    ours += " AND closing_id <= %s"
    values.append(closing.pk)
    daily = _daily_grain(kind, columns)
    if as_of is None or closing.last_happened_at <= as_of:
        yield from _summed(kind.lines, columns, f"{ours} AND grain = %s", [*values, daily or MONTH])
        return
    day = as_of.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    days = f"{ours} AND grain = %s AND happened_on < %s"
    if daily:
        yield from _summed(kind.lines, columns, days, [*values, daily, _date(day)])
    else:
        month = _date(day.replace(day=1))
        yield from _summed(kind.lines, columns, days, [*values, MONTH, month])
        since = f"{days} AND happened_on >= %s"
        yield from _summed(kind.lines, columns, since, [*values, DAY, _date(day), month])
    ours, values = _recalls(recall_ids, plain=False)
    ours += " AND happened_at >= %s AND happened_at <= %s AND id <= %s"
    values += [_moment(day), _moment(as_of), getattr(closing, kind.upto)]
    yield from _summed(kind.moves, columns, ours, values)


def _daily_grain(kind: Kind, columns: Sequence[str]) -> str:
    """Return the daily grain that tells these columns; "" where months will do."""
    if kind is UNITS and not any(column.endswith("_party") for column in columns):
        return PLACES
    return DAY if "happened_on" in columns else ""


def _live(
    kind: Kind,
    closing: Closing | None,
    columns: Sequence[str],
    recall_ids: Sequence[int],
    as_of: datetime | None,
    known_at: datetime | None,
) -> Iterator[tuple[Any, ...]]:
    """Sum the moves that no usable closing holds, without a look at those recorded too late."""
    for after, upto in _open_stretches(kind, closing, known_at):
        where, values = _recalls(recall_ids, plain=not after)
        for bound, number in ((">", after), ("<=", upto)):
            if number:
                where += f" AND id {bound} %s"
                values.append(number)
        for column, moment in (("happened_at", as_of), ("recorded_at", known_at)):
            if moment is not None:
                where += f" AND {column} <= %s"
                values.append(_moment(moment))
        # The numbers are the narrow condition; SQLite would rather walk a whole index in order.
        by_number = " NOT INDEXED" if after and connection.vendor == "sqlite" else ""
        yield from _summed(f"{kind.moves}{by_number}", columns, where, values)


def _open_stretches(
    kind: Kind, closing: Closing | None, known_at: datetime | None
) -> list[tuple[int, int]]:
    """Return the stretches of move numbers (after, up to; 0 = no bound) to be summed one by one.

    With a moment of knowledge, a later closing whose first move was recorded after it is skipped.
    """
    after = getattr(closing, kind.upto) if closing else 0
    found: list[tuple[int, int]] = []
    if known_at is not None:
        later = Closing.objects.filter(number__gt=closing.number if closing else 0)
        for each in later.order_by("number"):
            upto = getattr(each, kind.upto)
            if each.first_recorded_at is None or each.first_recorded_at <= known_at:
                found.append((after, upto))
            after = upto
    return [*found, (after, 0)]


def _recalls(recall_ids: Sequence[int], *, plain: bool = True) -> tuple[str, list[Any]]:
    """Return the condition on the recall; not plain, the planner takes another index for it."""
    marks = ", ".join(["%s"] * len(recall_ids))
    return f"{'' if plain else '+'}recall_id IN ({marks})", list(recall_ids)


def _moment(moment: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(moment)


def _date(moment: datetime) -> Any:
    return connection.ops.adapt_datefield_value(moment.date())


def _summed(
    table: str, columns: Sequence[str], where: str, values: Sequence[Any]
) -> Iterator[tuple[Any, ...]]:
    of_lines = table in {kind.lines for kind in KINDS}
    names = [_day() if each == "happened_on" and not of_lines else each for each in columns]
    named = ", ".join(names)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {named}, SUM(quantity) FROM {table} WHERE {where} GROUP BY {named}",  # noqa: S608 (our own names)
            values,
        )
        for *keys, quantity in cursor.fetchall():
            yield (*(str(key) if hasattr(key, "isoformat") else key for key in keys), int(quantity))


def _day() -> str:
    """Return the SQL of the UTC day on which a move happened."""
    if connection.vendor == "sqlite":
        return "substr(happened_at, 1, 10)"
    return "(happened_at AT TIME ZONE 'UTC')::date"


def _month() -> str:
    """Return the SQL of the first day of a line's month."""
    if connection.vendor == "sqlite":
        return "substr(happened_on, 1, 8) || '01'"
    return "date_trunc('month', happened_on)::date"


def close(*, at: datetime, after: int = AFTER) -> dict[str, int]:
    """Make the next closing if so many move numbers were given since the last; returns them.

    Writers are never held up. Where one that was at it when we began does not end in time, the
    next round tries again; of two workers that close the same stretch, one does.
    """
    last = Closing.objects.order_by("-number").first()
    upto = _settled_numbers(last, after)
    if upto is None:
        return {"closed": 0}
    closed = 0
    with contextlib.suppress(IntegrityError):
        while last is None or any(getattr(last, name) < upto[name] for name in upto):
            last, moves = _write(last, upto, at)
            closed += moves
    return {"closed": closed}


def forget() -> None:
    """Throw every closing away: sums come from the moves alone until the next `close`."""
    with transaction.atomic():
        ClosedUnits.objects.all().delete()
        ClosedPromises.objects.all().delete()
        Closing.objects.all().delete()


def _settled_numbers(last: Closing | None, after: int) -> dict[str, int] | None:
    """Return the highest move numbers below which no move can still appear, or None."""
    with transaction.atomic():  # on SQLite this waits for the writer, of whom there is one
        upto = {
            UNITS.upto: UnitMoveRow.objects.aggregate(top=Max("id"))["top"] or 0,
            PROMISES.upto: PromiseMoveRow.objects.aggregate(top=Max("id"))["top"] or 0,
        }
        before = {name: getattr(last, name) if last else 0 for name in upto}
        if sum(upto.values()) - sum(before.values()) < after:
            return None
        writers = locks.writers()
    return upto if locks.all_ended(writers, patience=PATIENCE) else None


def _write(last: Closing | None, upto: dict[str, int], at: datetime) -> tuple[Closing, int]:
    """Write the next closing, of a stretch at most; returns it and how many numbers it holds."""
    before = {name: getattr(last, name) if last else 0 for name in upto}
    new = {name: number - before[name] for name, number in upto.items()}
    steps = -(-max(new.values()) // STRETCH)  # equal shares, so that both kinds keep one pace
    upto = {name: before[name] - (-new[name] // steps) for name in upto}
    with transaction.atomic():
        clocks = _last_clocks(before, upto, last, at)
        closing = Closing.objects.create(
            number=last.number + 1 if last else 1, made_at=at, **clocks, **upto
        )
        for kind in KINDS:
            _write_lines(kind, closing.pk, before[kind.upto], upto[kind.upto])
    return closing, sum(upto.values()) - sum(before.values())


def _write_lines(kind: Kind, closing_id: int, after: int, upto: int) -> None:
    """Sum a stretch of moves by day, and the days by month, inside the database."""
    named = ", ".join(("recall_id", *kind.route))
    into = f"INSERT INTO {kind.lines} (closing_id, grain, happened_on, {named}, quantity)"
    with connection.cursor() as cursor:
        cursor.execute(
            f"{into} SELECT %s, %s, {_day()}, {named}, SUM(quantity) FROM {kind.moves} "  # noqa: S608 (our own names)
            f"WHERE id > %s AND id <= %s GROUP BY {_day()}, {named}",
            [closing_id, DAY, after, upto],
        )
        cursor.execute(
            f"{into} SELECT %s, %s, {_month()}, {named}, SUM(quantity) FROM {kind.lines} "  # noqa: S608 (our own names)
            f"WHERE closing_id = %s AND grain = %s GROUP BY {_month()}, {named}",
            [closing_id, MONTH, closing_id, DAY],
        )
        if kind is UNITS:
            told = named.replace("source_party", "''").replace("target_party", "''")
            cursor.execute(
                f"{into} SELECT %s, %s, happened_on, {told}, SUM(quantity) FROM {kind.lines} "  # noqa: S608 (our own names)
                "WHERE closing_id = %s AND grain = %s "
                "GROUP BY happened_on, recall_id, product, pool, source, target",
                [closing_id, PLACES, closing_id, DAY],
            )


def _last_clocks(
    before: dict[str, int], upto: dict[str, int], last: Closing | None, at: datetime
) -> dict[str, datetime]:
    """Return the latest moment on each clock of all closed so far, and the first recorded now."""
    clocks = {}
    firsts: list[datetime] = []
    for name, column in (("last_happened_at", "happened_at"), ("last_recorded_at", "recorded_at")):
        found = [getattr(last, name)] if last else []
        for kind, model in ((UNITS, UnitMoveRow), (PROMISES, PromiseMoveRow)):
            rows = model._default_manager.filter(id__gt=before[kind.upto], id__lte=upto[kind.upto])
            ends = rows.aggregate(top=Max(column), first=Min(column))
            found += [ends["top"]] if ends["top"] else []
            if column == "recorded_at" and ends["first"]:
                firsts.append(ends["first"])
        clocks[name] = max(found, default=at)
    return {**clocks, "first_recorded_at": min(firsts, default=at)}


def differing() -> Iterator[tuple[int, str]]:
    """Yield (closing number, table) wherever closed sums are not what their moves say."""
    before = {kind.upto: 0 for kind in KINDS}
    for closing in Closing.objects.order_by("number"):
        for kind in KINDS:
            if _lines_of(kind, closing) != _moves_of(kind, closing, before[kind.upto]):
                yield closing.number, kind.lines
        before = {kind.upto: getattr(closing, kind.upto) for kind in KINDS}


def _lines_of(kind: Kind, closing: Closing) -> set[tuple[Any, ...]]:
    """Return a closing's days; the other grains must be their sums, else nothing is returned."""
    of_grain = {
        grain: list(
            _summed(
                kind.lines, _by_day(kind), "closing_id = %s AND grain = %s", [closing.pk, grain]
            )
        )
        for grain in (DAY, MONTH, PLACES)
    }
    months, places = Counter[tuple[Any, ...]](), Counter[tuple[Any, ...]]()
    for recall_id, day, *route, quantity in of_grain[DAY]:
        months[recall_id, f"{day[:8]}01", *route] += quantity
        if kind is UNITS:
            product, pool, source, _, target, _ = route
            places[recall_id, day, product, pool, source, "", target, ""] += quantity
    told = [
        {key[:-1]: key[-1] for key in of_grain[grain]} == sums
        for grain, sums in ((MONTH, months), (PLACES, places))
    ]
    return set(of_grain[DAY]) if all(told) else set()


def _moves_of(kind: Kind, closing: Closing, before: int) -> set[tuple[Any, ...]]:
    stretch = [before, getattr(closing, kind.upto)]
    return set(_summed(kind.moves, _by_day(kind), "id > %s AND id <= %s", stretch))


def _by_day(kind: Kind) -> tuple[str, ...]:
    return ("recall_id", "happened_on", *kind.route)
