"""Sums over the moves. A sum is always a sum: no running totals are kept."""

from __future__ import annotations

from django.db import connection
from django.db.models import Sum

from kaishu.books.models import Unit, UnitMoveRow
from kaishu.books.values import Place

# By hand: every counted move asks this, and putting it together took longer than answering it.
_HERE = "recall_id = %s AND product = %s AND pool = %s"
_UNNAMED = f"""
    SELECT (SELECT COALESCE(SUM(quantity), 0) FROM books_unit_move
            WHERE {_HERE} AND target = %s AND target_party = %s)
         - (SELECT COALESCE(SUM(quantity), 0) FROM books_unit_move
            WHERE {_HERE} AND source = %s AND source_party = %s)
         - (SELECT COUNT(*) FROM books_unit WHERE {_HERE} AND account = %s AND party = %s)
"""  # noqa: S608 (constants only)


def units_sum(recall_id: int, product: str, pool: str, place: Place) -> int:
    """Count the units of a product and pool in one place, named or not."""
    moves = UnitMoveRow.objects.filter(recall_id=recall_id, product=product, pool=pool)
    came = moves.filter(target=place.account, target_party=place.party)
    went = moves.filter(source=place.account, source_party=place.party)
    return _total(came.aggregate(total=Sum("quantity"))) - _total(
        went.aggregate(total=Sum("quantity"))
    )


def named_in(recall_id: int, product: str, pool: str, place: Place) -> int:
    """Count the named units of a product and pool in one place."""
    return Unit.objects.filter(
        recall_id=recall_id,
        product=product,
        pool=pool,
        account=place.account,
        party=place.party,
    ).count()


def unnamed_in(recall_id: int, product: str, pool: str, place: Place) -> int:
    """Count the units in one place that a move of a mere quantity may take.

    One statement, so one moment: a named unit that leaves between two sums would be counted as
    one without a name. Named units move without the lock that counted ones take.
    """
    here = (recall_id, product, pool, place.account, place.party)
    with connection.cursor() as cursor:
        cursor.execute(_UNNAMED, [*here, *here, *here])
        return int(cursor.fetchone()[0])


def _total(row: dict[str, int | None]) -> int:
    return row["total"] or 0
