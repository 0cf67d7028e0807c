"""The rows behind a figure of a report: moves into and out of accounts, on two clocks."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import Case, F, Q, QuerySet, Sum, When

from kaishu.books.models import PromiseMoveRow, UnitMoveRow
from kaishu.core.accounts import DECLARED, GONE, STRAY, UNIT_ACCOUNTS
from kaishu.core.progress import DONE_AT, DoneRule


def accounts_behind(what: str, rule: DoneRule) -> frozenset[str]:
    """Return the accounts that a figure counts: target, done, gone, accounted, open, or one."""
    done = DONE_AT[rule]
    named = {
        "target": frozenset({DECLARED}),
        "done": done,
        "gone": frozenset({GONE}),
        "accounted": done | {GONE},
        "open": frozenset(UNIT_ACCOUNTS) - done - {DECLARED},
    }
    return named.get(what, frozenset({what}) & frozenset(UNIT_ACCOUNTS))


def moves_behind(
    *,
    recall_id: int,
    accounts: Collection[str],
    as_of: datetime | None,
    known_at: datetime | None,
    product: str = "",
    pool: str = "",
) -> QuerySet[UnitMoveRow]:
    """Return the moves that cross into or out of the accounts, newest first; strays left out."""
    came, went = Q(target__in=accounts), Q(source__in=accounts)
    moves = UnitMoveRow.objects.filter((came & ~went) | (went & ~came), recall_id=recall_id)
    moves = _on_clocks(moves.exclude(pool=STRAY), as_of, known_at)
    if product:
        moves = moves.filter(product=product)
    if pool:
        moves = moves.filter(pool=pool)
    return moves.select_related("entry", "unit").order_by("-happened_at", "-id")


def sum_behind(moves: QuerySet[UnitMoveRow], accounts: Collection[str]) -> int:
    """Return what the moves come to: in less out."""
    signed = Case(When(target__in=accounts, then=F("quantity")), default=-F("quantity"))
    found: int | None = moves.order_by().aggregate(total=Sum(signed))["total"]
    return found or 0


def payments_behind(
    *,
    recall_id: int,
    commodities: Collection[str],
    as_of: datetime | None,
    known_at: datetime | None,
) -> QuerySet[PromiseMoveRow]:
    """Return the moves by which money or credit reached owners, or came back, newest first."""
    moves = PromiseMoveRow.objects.filter(
        Q(target="paid") | Q(source="paid"), recall_id=recall_id, commodity__in=commodities
    )
    moves = _on_clocks(moves, as_of, known_at)
    return moves.select_related("entry").order_by("-happened_at", "-id")


def _on_clocks(
    moves: QuerySet[Any], as_of: datetime | None, known_at: datetime | None
) -> QuerySet[Any]:
    if as_of is not None:
        moves = moves.filter(happened_at__lte=as_of)
    if known_at is not None:
        moves = moves.filter(recorded_at__lte=known_at)
    return moves
