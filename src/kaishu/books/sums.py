"""Sums over the moves. A sum is always a sum: no running totals are kept."""

from __future__ import annotations

from django.db.models import Count, Max, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from kaishu.books.models import Unit, UnitMoveRow
from kaishu.books.values import Place


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
    units = Unit.objects.filter(recall_id=recall_id, product=product, pool=pool)
    named = units.filter(account=place.account, party=place.party).order_by()
    counted = named.values("recall_id").annotate(units=Count("id")).values("units")
    came = Q(target=place.account, target_party=place.party)
    went = Q(source=place.account, source_party=place.party)
    row = (
        UnitMoveRow.objects.filter(came | went, recall_id=recall_id, product=product, pool=pool)
        .annotate(standing=Coalesce(Subquery(counted), 0))
        .aggregate(
            came=Sum("quantity", filter=came, default=0),
            went=Sum("quantity", filter=went, default=0),
            named=Max("standing", default=0),
        )
    )
    return int(row["came"] - row["went"] - row["named"])


def _total(row: dict[str, int | None]) -> int:
    return row["total"] or 0
