"""Take in whatever lies on the bench: a label, a serial, or a box that says nothing.

The depot's page and the API both come through here, so that a scanner and a warehouse's own
software record the same parcel the same way.
"""

from __future__ import annotations

from datetime import datetime

from kaishu.core.errors import Refusal
from kaishu.editions import queries as editions
from kaishu.returns.errors import NotYourSite
from kaishu.returns.found import look_up, receive_found
from kaishu.returns.labels import LabelUnreadable, LabelWithoutUnit, LabelWrong, read_label
from kaishu.returns.scans import Scanned, scan_parcel

UNKNOWN, SEVERAL = "unknown", "several"
SITE_ROLES = ("depot", "retailer")


class SerialWithoutClaim(Refusal):
    """This unit is in the recall, and nobody has claimed it."""

    code = "serial_without_claim"


def take_in(
    *,
    typed: str,
    outcome: str,
    site: str,
    by: str,
    at: datetime,
    key: str,
    transferred: bool = False,
) -> Scanned:
    """Record what a code names. `outcome` is one of `scans.REPORTED`, "several" or "unknown".

    Raises the refusals of reading a label, of `scan_parcel` and of `receive_found`, and
    SerialWithoutClaim for a unit that only an "unknown" scan may take in.
    """
    if outcome == UNKNOWN:
        return _found(typed, site, by=by, at=at, key=key, transferred=transferred)
    case_no, unit_no = _unit_of(typed)
    return scan_parcel(
        case_no=case_no,
        unit_no=unit_no,
        outcome="ok" if outcome == SEVERAL else outcome,
        site=site,
        by=by,
        at=at,
        key=key,
        transferred=transferred,
    )


def _found(typed: str, site: str, *, by: str, at: datetime, key: str, transferred: bool) -> Scanned:
    """Take custody of a box without a label; a label in the box says whose it is after all."""
    try:
        case_no, unit_no = read_label(typed)
    except (LabelUnreadable, LabelWithoutUnit, LabelWrong):
        named = look_up(typed)
        if named is None or named.held is None:
            return receive_found(
                recall_id=_recall_at(site),
                serial=typed,
                site=site,
                by=by,
                at=at,
                key=key,
                transferred=transferred,
            )
        case_no, unit_no = named.held.claim.case_no, named.held.unit_no
    return scan_parcel(
        case_no=case_no,
        unit_no=unit_no,
        outcome="ok",
        site=site,
        by=by,
        at=at,
        key=key,
        transferred=transferred,
    )


def _unit_of(typed: str) -> tuple[str, int]:
    """Return the claim unit that a label's code or the serial of a claimed unit names."""
    try:
        return read_label(typed)
    except LabelUnreadable:
        named = look_up(typed)
        if named is None:
            raise
        if named.held is None:
            raise SerialWithoutClaim from None
        return named.held.claim.case_no, named.held.unit_no


def _recall_at(site: str) -> int:
    """Return the recall that keeps a stray of this site. Raises NotYourSite where none has it."""
    rows = {row.slug: row.id for row in editions.recall_rows()}
    here = [
        rows[pack.recall.slug]
        for pack in editions.current_packs()
        if pack.recall.slug in rows
        and any(each.code == site and each.role in SITE_ROLES for each in pack.recall.parties)
    ]
    if not here:
        raise NotYourSite(site=site)
    return here[-1]
