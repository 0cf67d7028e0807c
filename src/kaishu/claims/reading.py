"""Show who reads a case now. It locks nothing: two people may read, one of them decides first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from kaishu.claims.models import Claim, Reading

# A page left open tells so every half minute; without a sign the reader is gone.
GONE = timedelta(minutes=3)
KEPT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody else who has the case open, and since when."""

    by: str
    since: datetime


def note(*, case_no: str, by: str, at: datetime) -> None:
    """Keep that somebody has a case open; a pause longer than `GONE` begins anew."""
    claim_id = Claim.objects.filter(case_no=case_no).values_list("id", flat=True).first()
    if claim_id is None:
        return
    Reading.objects.filter(seen_at__lt=at - KEPT).delete()
    mine = Reading.objects.filter(claim_id=claim_id, by=by)
    if mine.filter(seen_at__gte=at - GONE).update(seen_at=at):
        return
    Reading.objects.update_or_create(
        claim_id=claim_id, by=by, defaults={"since": at, "seen_at": at}
    )


def leave(*, case_no: str, by: str) -> None:
    """Forget that somebody has a case open: they decided and went on."""
    Reading.objects.filter(claim__case_no=case_no, by=by).delete()


def readers(*, case_no: str, but: str, at: datetime) -> tuple[Reader, ...]:
    """Return who else has a case open now, the earliest first."""
    rows = Reading.objects.filter(claim__case_no=case_no, seen_at__gte=at - GONE).exclude(by=but)
    return tuple(Reader(row.by, row.since) for row in rows.order_by("since", "id"))
