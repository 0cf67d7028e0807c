"""Retail stock by count: quarantined in the shop's back room, then on to the recycler."""

from __future__ import annotations

from datetime import datetime

from kaishu.books import actions as books
from kaishu.books.models import Entry
from kaishu.books.values import Place, UnitMove
from kaishu.core.accounts import DEPOT, RECYCLER, UNSOLD
from kaishu.returns.workplaces import require


def quarantine_stock(
    *,
    recall_id: int,
    product: str,
    shop: str,
    quantity: int,
    by: str,
    at: datetime,
    key: str,
    pool: str = "retailer",
) -> Entry:
    """Take counted stock off a shop's shelves. Raises TooLittle where the shop has fewer."""
    return _move(
        "stock.quarantined",
        (Place(UNSOLD, shop), Place(DEPOT, shop)),
        (recall_id, product, pool, quantity),
        (by, at, key),
    )


def ship_stock(
    *,
    recall_id: int,
    product: str,
    shop: str,
    recycler: str,
    quantity: int,
    by: str,
    at: datetime,
    key: str,
    pool: str = "retailer",
) -> Entry:
    """Hand quarantined stock to a recycler, by count. Raises TooLittle."""
    return _move(
        "custody.handed_over",
        (Place(DEPOT, shop), Place(RECYCLER, recycler)),
        (recall_id, product, pool, quantity),
        (by, at, key),
    )


def _move(
    kind: str,
    places: tuple[Place, Place],
    goods: tuple[int, str, str, int],
    who: tuple[str, datetime, str],
) -> Entry:
    recall_id, product, pool, quantity = goods
    by, at, key = who
    require(account=by, parties=[places[0].party])
    move = UnitMove(
        product=product, pool=pool, quantity=quantity, source=places[0], target=places[1]
    )
    return books.post(
        kind=kind,
        moves=(move,),
        recall_id=recall_id,
        key=f"{kind}:{key}",
        door="returns",
        by=by,
        at=at,
    )
