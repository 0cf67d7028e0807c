"""Read acts on many claims."""

from __future__ import annotations

from kaishu.claims.bulk.errors import BulkNotFound
from kaishu.claims.bulk.models import BulkAct


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
