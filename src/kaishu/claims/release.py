"""Let a claim unit go of a books unit that turned out not to be its own."""

from __future__ import annotations

from datetime import datetime

from kaishu.books import corrections
from kaishu.books.errors import AlreadyReversed, CannotReverse
from kaishu.books.models import Unit
from kaishu.claims.errors import UnitMovedOn
from kaishu.claims.models import ClaimUnit


def let_go(row: ClaimUnit, *, number: int, by: str, at: datetime) -> int:
    """Take back that this claim holds its books unit, which is at large again; return its id.

    Raises UnitMovedOn where it has moved on since: then a count at the depot puts it right.
    """
    unit = Unit.objects.get(id=row.unit_id or 0)
    if row.holder_entry_id is None:
        raise UnitMovedOn(product=unit.product, account=unit.account)
    try:
        corrections.reverse(
            entry_id=row.holder_entry_id,
            reason="misread",
            key=f"let-go-{number}:{row.claim.case_no}-{row.unit_no}",
            door="claims",
            by=by,
            at=at,
        )
    except (CannotReverse, AlreadyReversed) as stays:
        raise UnitMovedOn(product=unit.product, account=unit.account) from stays
    row.unit_id, row.holder_entry_id = None, None
    return unit.id
