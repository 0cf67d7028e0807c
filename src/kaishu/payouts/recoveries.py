"""Paid to the wrong person, and the money is back: the promise is undone as if it had not been.

One person says which order it was, why, and which document shows the money; another agrees. The
promise goes from paid to cost, so nothing is owed for it any more: whoever should have had it is
decided anew on the claim.
"""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from kaishu.books import actions as books
from kaishu.core.accounts import COST
from kaishu.core.text import whole
from kaishu.payouts.errors import (
    ActDecided,
    ActNotFound,
    DocumentMissing,
    NotRecoverable,
    ReasonMissing,
    SelfApproval,
)
from kaishu.payouts.models import RETURNED, SETTLED, Instruction, Recovery
from kaishu.payouts.money_models import RECOVERY_REASONS
from kaishu.payouts.sending import advance

LONGEST_DOCUMENT = 80


def propose_recovery(*, order: str, reason: str, document: str, by: str, at: datetime) -> Recovery:
    """Say that what order `order` paid is back; it counts once another person agrees.

    `document` names the bank's receipt. Raises NotRecoverable where the order did not settle,
    ReasonMissing, DocumentMissing, TextTooLong, ActDecided where it was said before.
    """
    line = Instruction.objects.filter(key=order.strip(), state=SETTLED).first()
    if line is None:
        raise NotRecoverable(key=order.strip()[:60])
    if reason not in RECOVERY_REASONS:
        raise ReasonMissing(number=line.id)
    document = whole(document, longest=LONGEST_DOCUMENT)
    if not document:
        raise DocumentMissing
    try:
        with transaction.atomic():
            return Recovery.objects.create(
                instruction=line, reason=reason, document=document, maker=by, made_at=at
            )
    except IntegrityError as known:
        raise ActDecided(number=line.id) from known


def approve_recovery(*, recovery_id: int, by: str, at: datetime) -> None:
    """Agree that the money is back; the books undo the payment in the same transaction.

    Raises SelfApproval, ActDecided, ActNotFound, NotRecoverable.
    """
    with transaction.atomic():
        row = Recovery.objects.select_related("instruction").filter(id=recovery_id).first()
        if row is None:
            raise ActNotFound(number=recovery_id)
        if row.maker == by:
            raise SelfApproval(number=recovery_id)
        # proposed -> agreed, only while nobody decided
        if not _open(recovery_id).update(approver=by, approved_at=at):
            raise ActDecided(number=recovery_id)
        line = row.instruction
        # settled -> returned: it has not left any more, as far as the population is counted
        if not advance(line, (SETTLED,), RETURNED, reason=row.reason):
            raise NotRecoverable(key=line.key)
        books.move_promise(
            promise_id=line.promise_id,
            kind="payout.recovered",
            target=COST,
            key=f"{line.key}:recovered",
            door="payouts",
            by=by,
            at=at,
            reason=row.reason,
        )


def withdraw_recovery(*, recovery_id: int, by: str, at: datetime) -> None:
    """Take a proposal back, or refuse it. Raises ActDecided."""
    if not _open(recovery_id).update(withdrawn_by=by, withdrawn_at=at):
        raise ActDecided(number=recovery_id)


def _open(recovery_id: int) -> QuerySet[Recovery]:
    return Recovery.objects.filter(id=recovery_id, approver=None, withdrawn_at=None)
