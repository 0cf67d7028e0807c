"""What waits for a second opinion, where two differ, and how often they agree."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, F, OuterRef, QuerySet

from kaishu.claims.bulk.models import BulkAct
from kaishu.claims.models import Decision
from kaishu.claims.opinions.errors import OpinionNotYours, OpinionTaken, OpinionUnknown
from kaishu.claims.opinions.models import SecondOpinion


def waiting(*, by: str) -> QuerySet[SecondOpinion]:
    """Return what waits and this person may judge, the oldest first: nothing they decided on."""
    own = Decision.objects.filter(claim_unit=OuterRef("claim_unit"), by=by)
    drawn = SecondOpinion.objects.filter(answered_at=None).exclude(first_by=by)
    drawn = drawn.exclude(Exists(own)).exclude(claim_unit_id__in=agreed_to(drawn, by=by))
    return drawn.order_by("drawn_at", "id")


def agreed_to(rows: QuerySet[SecondOpinion], *, by: str) -> set[int]:
    """Return the claim units of these that somebody let another decide, in an act on many claims.

    Without their word nothing was decided: they are no second pair of eyes either.
    """
    units = dict(rows.values_list("claim_unit_id", "first_by"))
    acts = BulkAct.objects.filter(
        approver=by, job_id__isnull=False, maker__in=set(units.values())
    ).values_list("rows", flat=True)
    return {unit for rows in acts.iterator() for unit, _seen in rows if unit in units}


def to_judge(*, opinion_id: int, by: str) -> SecondOpinion:
    """Return one that waits. Raises OpinionUnknown, OpinionTaken, OpinionNotYours."""
    rows = SecondOpinion.objects.select_related("claim_unit__claim")
    row = rows.filter(id=opinion_id).first()
    if row is None:
        raise OpinionUnknown()
    if row.answered_at is not None:
        raise OpinionTaken()
    if not waiting(by=by).filter(id=row.id).exists():
        raise OpinionNotYours()
    return row


def differing() -> QuerySet[SecondOpinion]:
    """Return where two differ and nobody said yet who was right, the oldest first."""
    rows = SecondOpinion.objects.filter(answered_at__isnull=False, settled_at=None)
    rows = rows.exclude(answer=F("first")).exclude(answer="passed")
    return rows.select_related("claim_unit__claim", "decision").order_by("answered_at", "id")


def given(*, recall_id: int, as_of: datetime) -> QuerySet[SecondOpinion]:
    """Return the answers of a recall that count, given up to a moment, the newest first."""
    rows = SecondOpinion.objects.filter(recall_id=recall_id, answered_at__lte=as_of)
    rows = rows.exclude(answer="passed").select_related("claim_unit__claim")
    return rows.order_by("-answered_at", "-id")
