"""Read acts on many claims."""

from __future__ import annotations

from kaishu.claims.bulk.errors import BulkNotFound
from kaishu.claims.bulk.models import BulkAct
from kaishu.claims.models import ClaimUnit


def find(bulk_id: int) -> BulkAct:
    """Return an act. Raises BulkNotFound."""
    found = BulkAct.objects.filter(id=bulk_id).first()
    if found is None:
        raise BulkNotFound
    return found


def recent(*, limit: int = 50) -> list[BulkAct]:
    """Return the newest acts, those that wait for a second person first."""
    waiting = BulkAct.objects.filter(job_id=None, withdrawn_at=None).order_by("id")
    others = BulkAct.objects.exclude(job_id=None, withdrawn_at=None).order_by("-id")
    return [*waiting.defer("rows"), *others.defer("rows")[:limit]]


def claims_of(act: BulkAct, *, limit: int | None = None) -> list[tuple[str, int]]:
    """Return the case and unit numbers of an act's rows, in the order of their cases."""
    ids = [unit_id for unit_id, _seen in act.rows]
    found = ClaimUnit.objects.filter(id__in=ids).order_by("claim__case_no", "unit_no")
    return list(found.values_list("claim__case_no", "unit_no")[:limit])
