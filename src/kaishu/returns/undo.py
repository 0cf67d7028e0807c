"""Take a scan back while nothing followed it: the books run its entries backwards."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from kaishu.books import corrections
from kaishu.books.models import Entry
from kaishu.claims import decide, messages, queries
from kaishu.claims.models import ClaimUnit, Decision
from kaishu.claims.reasons import UNDONE
from kaishu.returns.errors import ScanNotUndone
from kaishu.returns.models import ContainerUnit, Scan, ScanUndone
from kaishu.returns.workplaces import require

REASON = "scan_undone"


def last_scan(*, site: str, by: str) -> Scan | None:
    """Return a person's newest scan at a site that was not taken back."""
    return Scan.objects.filter(site=site, by=by, undone=None).order_by("-id").first()


def undo_scan(*, scan_id: int, by: str, at: datetime) -> ScanUndone:
    """Take the last scan back. Twice is once; the incident that it opened stays open.

    The mail "we have your product" is called off, or corrected where it has left.

    Raises ScanNotUndone where it was not the person's last, or a decision or a container followed;
    CannotReverse where the unit has moved on.
    """
    with transaction.atomic():
        scan = Scan.objects.filter(id=scan_id, by=by).first()
        if scan is None:
            raise ScanNotUndone
        before = ScanUndone.objects.filter(scan=scan).first()
        if before is not None:
            return before
        require(account=by, parties=[scan.site])
        inspected = _inspection(scan)
        newest = last_scan(site=scan.site, by=by)
        if newest is None or newest.id != scan.id or _packed(scan):
            raise ScanNotUndone
        for entry in _entries(scan, inspected):
            corrections.reverse(
                entry_id=entry.id,
                reason=REASON,
                key=f"scan-undone:{scan.id}:{entry.id}",
                door="returns",
                by=by,
                at=at,
            )
        if inspected is not None:
            decide.decide(
                claim_unit_id=inspected.claim_unit_id,
                kind="inspected",
                reason=UNDONE,
                by=by,
                at=at,
                seen=inspected.number,
            )
            messages.take_back(inspected.claim_unit, inspected, at=at)
        return ScanUndone.objects.create(scan=scan, by=by, at=at)


def _inspection(scan: Scan) -> Decision | None:
    """Return the decision that the scan left; it must still be the newest of its claim unit."""
    if not scan.case_no or scan.unit_no is None:
        return None
    unit: ClaimUnit = queries.claim_unit(case_no=scan.case_no, unit_no=scan.unit_no)
    unit = decide.lock(unit.id)
    newest = unit.newest_decision
    if newest is None or (newest.kind, newest.by, newest.at) != ("inspected", scan.by, scan.at):
        raise ScanNotUndone
    return newest


def _packed(scan: Scan) -> bool:
    units = [each for each in (scan.unit_id, scan.stray_id) if each is not None]
    return ContainerUnit.objects.filter(unit_id__in=units).exists()


def _entries(scan: Scan, inspected: Decision | None) -> list[Entry]:
    """Return what the scan wrote into the books, newest first."""
    keys = [f"scan:{scan.key}", f"kit-back:{scan.key}"]
    own = Entry.objects.filter(door="returns", by=scan.by, key__in=keys)
    found = list(own)
    if inspected is not None:
        stem = f"decision:{scan.case_no}-{scan.unit_no}-{inspected.number}:"
        found += Entry.objects.filter(door="claims", by=scan.by, key__startswith=stem)
    return sorted(found, key=lambda entry: -entry.id)
