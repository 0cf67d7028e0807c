"""What came back because of the owner's details: it waits until somebody noted the correction."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from kaishu.payouts.errors import NothingToCorrect
from kaishu.payouts.models import BOUNCED, RETURNED, Instruction
from kaishu.payouts.reasons import OWNER_CORRECTS


def waiting() -> QuerySet[Instruction]:
    """Return the orders that came back and whose owners have not put it right yet."""
    return Instruction.objects.filter(
        state__in=(BOUNCED, RETURNED), reason__in=OWNER_CORRECTS, corrected_at=None
    ).order_by("id")


def note_corrected(*, instruction_id: int, by: str, at: datetime) -> None:
    """Note that the owner's details are right now, so that the promise is due again.

    Raises NothingToCorrect.
    """
    # waiting -> corrected, once
    if not waiting().filter(id=instruction_id).update(corrected_by=by, corrected_at=at):
        raise NothingToCorrect(number=instruction_id)
