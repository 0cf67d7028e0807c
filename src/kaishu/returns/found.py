"""Boxes without a label: look the serial up, else keep what was found as a stray."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import IntegrityError, transaction

from kaishu.books import actions as books
from kaishu.books.locks import hold
from kaishu.books.models import Unit
from kaishu.books.values import Place
from kaishu.claims.terms import pool_of
from kaishu.core.accounts import AT_LARGE, DECLARED, DEPOT, STRAY
from kaishu.core.codes import LONGEST_CODE
from kaishu.editions import queries as editions
from kaishu.returns.errors import LiesElsewhere, ScanKeyReused, SerialUnclear, UnitClosed
from kaishu.returns.models import Scan
from kaishu.returns.scans import TRANSFERRED, Scanned, leave_container
from kaishu.returns.seen import Named, Seen, look
from kaishu.returns.workplaces import require

UNKNOWN = "unknown"
NOTHING_SEEN = Seen()


def look_up(typed: str) -> Named | None:
    """Return the one unit that a typed or scanned serial names, or None.

    A serial that names a lot names no unit. Raises SerialUnclear where several recalls know it.
    """
    if len(typed) > LONGEST_CODE:
        return None
    found = look(typed, NOTHING_SEEN).named
    return _one(tuple(named for named in found if named.serial), typed)


def receive_found(
    *,
    recall_id: int,
    site: str,
    by: str,
    at: datetime,
    key: str,
    serial: str = "",
    transferred: bool = False,
    seen: Seen = NOTHING_SEEN,
) -> Scanned:
    """Take custody of a box without a claim: the recalled unit that it holds, else a stray.

    What was seen on the unit is judged with its serial, as every other door judges. A stray that
    may be a recalled unit keeps the doubt. A repeat of the key gives the first answer. Raises
    FoundFactNeeded, LiesElsewhere, ScanKeyReused, SerialUnclear, UnitClosed.
    """
    require(account=by, parties=[site])
    looked = look(serial[:LONGEST_CODE], seen)
    named = _one(looked.named, serial)
    try:
        with transaction.atomic():
            hold({f"key returns {by} scan:{key}"})
            first = Scan.objects.filter(by=by, key=key).first()
            if first is not None:
                return _same(first, site)
            looked.need()
            if named is not None:
                return _known(named, site, by=by, at=at, key=key, transferred=transferred)
            doubt = looked.doubts[0].kept(seen) if looked.doubts else None
            return _stray(recall_id, site, by=by, at=at, key=key, doubt=doubt)
    except IntegrityError:
        first = Scan.objects.filter(by=by, key=key).first()
        if first is None:
            raise
        return _same(first, site)


def _one(found: Sequence[Named], typed: str) -> Named | None:
    """Return the one that is meant: who is claimed before who is known. Raises SerialUnclear."""
    claimed = [named for named in found if named.held is not None]
    known = claimed or [named for named in found if named.unit is not None] or list(found)
    if len(known) > 1:
        raise SerialUnclear(serial=typed[:40])
    return known[0] if known else None


def _known(
    named: Named, site: str, *, by: str, at: datetime, key: str, transferred: bool
) -> Scanned:
    unit = named.unit or _identify(named, key)
    origin = ""
    if (unit.account, unit.party) == (DEPOT, site):
        before = Scan.objects.filter(unit_id=unit.id, undone=None).order_by("-id").first()
        if before is not None:
            return _answer(before, repeated=True)
    elif unit.account == DEPOT:
        if not transferred:
            raise LiesElsewhere(site=unit.party)
        leave_container(unit.id)
        origin = unit.party
    elif unit.account != AT_LARGE:
        raise UnitClosed(account=unit.account)
    if (unit.account, unit.party) != (DEPOT, site):
        books.move_unit(
            unit_id=unit.id,
            kind="parcel.received",
            target=Place(DEPOT, site),
            key=f"scan:{key}",
            door="returns",
            by=by,
            at=at,
            reason=TRANSFERRED if origin else UNKNOWN,
        )
    scan = Scan.objects.create(
        site=site, outcome=UNKNOWN, unit_id=unit.id, from_party=origin, by=by, at=at, key=key
    )
    return _answer(scan, repeated=False)


def _identify(named: Named, key: str) -> Unit:
    """Name one of the counted units: by its serial, or by a tag where none is its own."""
    slug = next(row.slug for row in editions.recall_rows() if row.id == named.recall_id)
    recall = editions.current_pack(slug).recall
    return books.identify(
        recall_id=named.recall_id,
        product=named.product,
        pool=pool_of(recall, named.product),
        place=Place(AT_LARGE),
        **({"serial": named.serial} if named.serial else {"tag": f"found {key[:30]}"}),
    )


def _stray(
    recall_id: int, site: str, *, by: str, at: datetime, key: str, doubt: Mapping[str, str] | None
) -> Scanned:
    stray = books.identify(
        recall_id=recall_id,
        product="stray",
        pool=STRAY,
        place=Place(DECLARED),
        tag=f"found {key[:30]}",
    )
    books.move_unit(
        unit_id=stray.id,
        kind="stray.received",
        target=Place(DEPOT, site),
        key=f"scan:{key}",
        door="returns",
        by=by,
        at=at,
        reason=UNKNOWN,
    )
    scan = Scan.objects.create(
        site=site, outcome=UNKNOWN, stray_id=stray.id, by=by, at=at, key=key, doubt=doubt
    )
    return _answer(scan, repeated=False)


def _same(first: Scan, site: str) -> Scanned:
    if (first.site, first.outcome) != (site, UNKNOWN):
        raise ScanKeyReused(key=first.key)
    return _answer(first, repeated=True)


def _answer(scan: Scan, *, repeated: bool) -> Scanned:
    code = "scan_doubtful" if scan.doubt else "scan_unknown"
    if scan.unit_id:
        code = "scan_found"
    return Scanned(
        code="already_scanned" if repeated else code,
        repeated=repeated,
        case_no=scan.case_no,
        unit_no=scan.unit_no,
        site=scan.site,
        outcome=scan.outcome,
        at=scan.at,
        unit_id=scan.unit_id,
        stray_id=scan.stray_id,
        scan_id=scan.id,
        from_party=scan.from_party,
    )
