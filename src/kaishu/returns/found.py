"""Boxes without a label: look the serial up, else keep what was found as a stray."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from kaishu.books import actions as books
from kaishu.books.locks import hold
from kaishu.books.models import Unit
from kaishu.books.values import Place
from kaishu.claims.holding import holder_of
from kaishu.claims.models import ClaimUnit
from kaishu.claims.terms import pool_of
from kaishu.core import serials
from kaishu.core.accounts import AT_LARGE, DECLARED, DEPOT, STRAY
from kaishu.core.answer import Inspection, judge
from kaishu.core.pack import Pack
from kaishu.core.verdict import Answer
from kaishu.editions import queries as editions
from kaishu.returns.errors import LiesElsewhere, ScanKeyReused, SerialUnclear, UnitClosed
from kaishu.returns.models import Scan
from kaishu.returns.scans import TRANSFERRED, Scanned, leave_container
from kaishu.returns.workplaces import require

UNKNOWN = "unknown"
LONGEST = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What a serial names: a unit of a recall, known to the books or only to the scope."""

    recall_id: int
    product: str
    serial: str
    unit: Unit | None
    held: ClaimUnit | None


def look_up(typed: str) -> Named | None:
    """Return the one unit that a typed or scanned serial names, or None.

    A serial that names a lot names no unit. Raises SerialUnclear where several recalls know it.
    """
    if not typed.strip() or len(typed) > LONGEST:
        return None
    rows = {row.slug: row.id for row in editions.recall_rows()}
    found = [
        named
        for pack in editions.current_packs()
        if pack.recall.slug in rows
        for named in _in_recall(pack, rows[pack.recall.slug], typed)
    ]
    claimed = [named for named in found if named.held is not None]
    known = claimed or [named for named in found if named.unit is not None] or found
    if len(known) > 1:
        raise SerialUnclear(serial=typed[:40])
    return known[0] if known else None


def receive_found(
    *,
    recall_id: int,
    site: str,
    by: str,
    at: datetime,
    key: str,
    serial: str = "",
    transferred: bool = False,
) -> Scanned:
    """Take custody of a box without a claim: the unit that its serial names, else a stray.

    A repeat of the key gives the first answer. Raises LiesElsewhere, ScanKeyReused, SerialUnclear,
    UnitClosed.
    """
    require(account=by, parties=[site])
    named = look_up(serial)
    try:
        with transaction.atomic():
            hold({f"key returns {by} scan:{key}"})
            first = Scan.objects.filter(by=by, key=key).first()
            if first is not None:
                return _same(first, site)
            if named is not None:
                return _known(named, site, by=by, at=at, key=key, transferred=transferred)
            return _stray(recall_id, site, by=by, at=at, key=key)
    except IntegrityError:
        first = Scan.objects.filter(by=by, key=key).first()
        if first is None:
            raise
        return _same(first, site)


def _in_recall(pack: Pack, recall_id: int, typed: str) -> list[Named]:
    found: dict[str, Named] = {}
    for product in pack.recall.products:
        form = pack.recall.serial_format(product)
        reading = serials.read(typed, form)
        if reading.serial is None or not form.unit_unique:
            continue
        unit = Unit.objects.filter(recall_id=recall_id, serial=reading.serial).first()
        model = unit.product if unit else product.model
        if unit is None:
            verdict = judge(pack, Inspection(model=model, serial=reading.serial))
            if verdict.answer is not Answer.AFFECTED:
                continue
        found[model] = Named(
            recall_id=recall_id,
            product=model,
            serial=reading.serial,
            unit=unit,
            held=holder_of(unit.id) if unit else None,
        )
    return list(found.values())


def _known(
    named: Named, site: str, *, by: str, at: datetime, key: str, transferred: bool
) -> Scanned:
    unit = named.unit or _identify(named)
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


def _identify(named: Named) -> Unit:
    slug = next(row.slug for row in editions.recall_rows() if row.id == named.recall_id)
    recall = editions.current_pack(slug).recall
    return books.identify(
        recall_id=named.recall_id,
        product=named.product,
        pool=pool_of(recall, named.product),
        place=Place(AT_LARGE),
        serial=named.serial,
    )


def _stray(recall_id: int, site: str, *, by: str, at: datetime, key: str) -> Scanned:
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
    scan = Scan.objects.create(site=site, outcome=UNKNOWN, stray_id=stray.id, by=by, at=at, key=key)
    return _answer(scan, repeated=False)


def _same(first: Scan, site: str) -> Scanned:
    if (first.site, first.outcome) != (site, UNKNOWN):
        raise ScanKeyReused(key=first.key)
    return _answer(first, repeated=True)


def _answer(scan: Scan, *, repeated: bool) -> Scanned:
    code = "scan_found" if scan.unit_id else "scan_unknown"
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
