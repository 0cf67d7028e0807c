"""Take in whatever lies on the bench: a label, a serial, or a box that says nothing.

The depot's page and the API both come through here, so that a scanner and a warehouse's own
software record the same parcel the same way.
"""

from __future__ import annotations

from datetime import datetime

from kaishu.core.codes import LONGEST_CODE
from kaishu.core.errors import Refusal
from kaishu.core.recall import Recall
from kaishu.editions import queries as editions
from kaishu.returns.errors import FoundFactNeeded, NotYourSite
from kaishu.returns.found import NOTHING_SEEN, look_up, receive_found
from kaishu.returns.labels import LabelUnreadable, LabelWithoutUnit, LabelWrong, read_label
from kaishu.returns.scans import Scanned, scan_parcel
from kaishu.returns.seen import Seen, look

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
    seen: Seen = NOTHING_SEEN,
    asks_model: bool = False,
) -> Scanned:
    """Record what a code names. `outcome` is one of `scans.REPORTED`, "several" or "unknown".

    `seen` is what stands on a unit without a claim; `asks_model` for a bench that can answer which
    model it is where no code says so. Raises the refusals of reading a label, of `scan_parcel` and
    of `receive_found`, and SerialWithoutClaim for a unit that only an "unknown" scan may take in.
    """
    if outcome == UNKNOWN:
        if asks_model and not typed.strip() and not seen.model:
            raise FoundFactNeeded(fact="model", models=" / ".join(_models_at(site)))
        return _found(typed, site, by=by, at=at, key=key, transferred=transferred, seen=seen)
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


def _found(
    typed: str, site: str, *, by: str, at: datetime, key: str, transferred: bool, seen: Seen
) -> Scanned:
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
                seen=seen,
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
            look(typed[:LONGEST_CODE], NOTHING_SEEN).need()
            raise
        if named.held is None:
            raise SerialWithoutClaim from None
        return named.held.claim.case_no, named.held.unit_no


def _recall_at(site: str) -> int:
    """Return the recall that keeps a stray of this site. Raises NotYourSite where none has it."""
    here = _recalls_at(site)
    if not here:
        raise NotYourSite(site=site)
    return here[-1][0]


def _models_at(site: str) -> list[str]:
    return list(
        dict.fromkeys(each.model for _id, recall in _recalls_at(site) for each in recall.products)
    )


def _recalls_at(site: str) -> list[tuple[int, Recall]]:
    rows = {row.slug: row.id for row in editions.recall_rows()}
    return [
        (rows[pack.recall.slug], pack.recall)
        for pack in editions.current_packs()
        if pack.recall.slug in rows
        and any(each.code == site and each.role in SITE_ROLES for each in pack.recall.parties)
    ]
