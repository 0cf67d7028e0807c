"""Results that fitted nothing: one person says what to make of each, another agrees.

To post moves the promise as the result (corrected by the people) says; to dismiss leaves the
books alone. The result itself stays as the provider reported it.
"""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, QuerySet

from kaishu.core.text import whole
from kaishu.payouts.errors import (
    ActDecided,
    ActNotFound,
    ReasonMissing,
    ResultNotFitting,
    SelfApproval,
)
from kaishu.payouts.models import Instruction, ProviderEvent, ResultAct
from kaishu.payouts.providers.base import Result
from kaishu.payouts.results import move

LONGEST_REASON = 200

POST, DISMISS = "post", "dismiss"
KINDS = ("settled", "bounced", "returned")


def unmatched(*, settled: bool = False) -> QuerySet[ProviderEvent]:
    """Return the results that fitted nothing, newest first; with `settled` those dealt with too."""
    rows = ProviderEvent.objects.filter(matched=False).order_by("-id")
    if settled:
        return rows
    done = ResultAct.objects.filter(event=OuterRef("id"), approver__isnull=False)
    return rows.exclude(Exists(done))


def order_of(event: ProviderEvent) -> Instruction | None:
    """Return the order that a result names, if it is one of ours."""
    return Instruction.objects.filter(key=event.key, provider=event.provider).first()


def propose_act(
    *, event_id: int, act: str, why: str, by: str, at: datetime, key: str = "", kind: str = ""
) -> ResultAct:
    """Propose to post a result to the order `key` as `kind`, or to dismiss it; with a reason.

    Raises ReasonMissing, ActNotFound, ResultNotFitting, ActDecided.
    """
    why = why.strip()
    if not why:
        raise ReasonMissing(number=event_id)
    event = ProviderEvent.objects.filter(id=event_id, matched=False).first()
    if event is None:
        raise ActNotFound(number=event_id)
    line = None
    if act == POST:
        line = Instruction.objects.filter(key=key.strip(), provider=event.provider).first()
        if line is None or kind not in KINDS:
            raise ResultNotFitting(key=key.strip())
    elif act != DISMISS:
        raise ResultNotFitting(key=key)
    try:
        with transaction.atomic():
            return ResultAct.objects.create(
                event=event,
                act=act,
                kind=kind if line else "",
                instruction=line,
                why=whole(why, longest=LONGEST_REASON),
                maker=by,
                made_at=at,
            )
    except IntegrityError as known:
        raise ActDecided(number=event_id) from known


def approve_act(*, act_id: int, by: str, at: datetime) -> None:
    """Agree to what another person made of a result; a posting moves the promise in one piece.

    Raises SelfApproval, ActDecided, ActNotFound, ResultNotFitting.
    """
    with transaction.atomic():
        row = ResultAct.objects.select_related("event", "instruction").filter(id=act_id).first()
        if row is None:
            raise ActNotFound(number=act_id)
        if row.maker == by:
            raise SelfApproval(number=act_id)
        # proposed -> agreed, only while nobody decided
        open_one = ResultAct.objects.filter(id=act_id, approver=None, withdrawn_at=None)
        if not open_one.update(approver=by, approved_at=at):
            raise ActDecided(number=act_id)
        if row.instruction is None:
            return
        result = Result(
            number=row.event.number,
            key=row.instruction.key,
            kind=row.kind,
            ref=row.event.ref,
            happened_at=row.event.happened_at,
            reason=row.event.reason,
        )
        if not move(row.instruction, result, at=at, by=by):
            raise ResultNotFitting(key=row.instruction.key)


def withdraw_act(*, act_id: int, by: str, at: datetime) -> None:
    """Take a proposal back, or refuse it; the result is open again. Raises ActDecided."""
    open_one = ResultAct.objects.filter(id=act_id, approver=None, withdrawn_at=None)
    if not open_one.update(withdrawn_by=by, withdrawn_at=at):
        raise ActDecided(number=act_id)
