"""The signed receipt of a unit: what came to its end, from the books, without a name or address."""

from __future__ import annotations

from datetime import UTC, date, datetime, tzinfo
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import translation

from kaishu.claims.views import CaseView, EntryView, UnitView
from kaishu.core import receipts
from kaishu.core.accounts import DISPOSED, MADE_SAFE, PAID, REPAIRED
from kaishu.core.receipts import Proven, Receipt
from kaishu.doors.public.tracking.seat import recall_of
from kaishu.markets import zone_of

# The account a unit ended in -> the kind of entry that put it there. A unit that is "gone" was
# never in anybody's hands: nothing is signed for it.
_ENDED_BY = {
    DISPOSED: "disposal.certified",
    REPAIRED: "repair.done",
    MADE_SAFE: "safe.done",
}
_PAID_BY = "payout.settled"


def receipt_of(case: CaseView, unit: UnitView) -> Receipt | None:
    """Return what can be signed for a unit now; None while nothing has come to its end."""
    recall = recall_of(unit)
    zone = zone_of([recall.market]) or UTC
    found = []
    ended = _last(case, unit, _ENDED_BY.get(unit.account or "", ""))
    if ended:
        found.append((unit.account or "", ended))
    remedies = [p.account for p in unit.promises if p.role == "remedy"]
    paid = _last(case, unit, _PAID_BY) if PAID in remedies else None
    if paid:
        found.append((PAID, paid))
    if not found:
        return None
    return receipts.receipt(
        issuer=urlsplit(settings.KAISHU_PUBLIC_URL).netloc,
        recall=recall.slug,
        product=unit.product,
        serial=unit.serial,
        reference=f"{case.case_no}-{unit.unit_no}",
        proven=tuple(
            Proven(what=what, on=_day(entry.happened_at, zone), entry=entry.digest)
            for what, entry in found
        ),
    )


def verify_address(code: str) -> str:
    """Return the address that a camera opens: the page that checks this code."""
    return f"{settings.KAISHU_PUBLIC_URL}/{translation.get_language()}/verify/?code={code}"


def _last(case: CaseView, unit: UnitView, kind: str) -> EntryView | None:
    entries = [e for e in case.entries if e.unit_no == unit.unit_no and e.kind == kind]
    return entries[-1] if entries else None


def _day(moment: datetime, zone: tzinfo) -> date:
    return moment.astimezone(zone).date()
