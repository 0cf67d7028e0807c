"""What carriers tell of parcels before they arrive, and strays that go back to whom they belong."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from kaishu.books import actions as books
from kaishu.books.models import Entry, Unit
from kaishu.books.values import Place
from kaishu.claims import decide, queries
from kaishu.claims.models import ClaimUnit
from kaishu.claims.reasons import Standing
from kaishu.core.accounts import AT_LARGE, DEPOT, OWED, OWNER, RELEASED, STRAY, TRANSIT, WAIVED
from kaishu.returns.errors import ParcelNotOnWay, StrayInDoubt, StrayNotHere
from kaishu.returns.kits import kit_promise
from kaishu.returns.models import Scan


def parcel_sent(
    *,
    case_no: str,
    unit_no: int,
    carrier: str,
    by: str,
    at: datetime,
    key: str,
    happened_at: datetime | None = None,
) -> Entry:
    """Record that a carrier took the owner's parcel.

    Raises ParcelNotOnWay without a known unit, UnitMoved where it has left the owner already:
    carriers report late, and a unit that lies in a depot must not seem to be on its way.
    """
    row, unit = _known(case_no, unit_no)
    return books.move_unit(
        unit_id=unit.id,
        kind="parcel.sent",
        source=Place(OWNER),
        target=Place(TRANSIT, carrier),
        key=f"parcel-sent:{key}",
        door="returns",
        by=by,
        at=at,
        happened_at=happened_at,
        case_no=row.claim.case_no,
        unit_no=row.unit_no,
    )


def parcel_returned(*, case_no: str, unit_no: int, by: str, at: datetime, key: str) -> Entry:
    """Record that the carrier brought the parcel back to the owner, who needs a kit again.

    Who took the claim back, or was refused, is owed no kit.
    """
    with transaction.atomic():
        claimed = decide.lock(queries.claim_unit(case_no=case_no, unit_no=unit_no).id)
        entry = _end_transit(case_no, unit_no, "parcel.returned", Place(OWNER), by, at, key)
        waived = kit_promise(entry.case_no, unit_no, WAIVED)
        if waived is not None and decide.standing_of(claimed) is Standing.APPROVED:
            books.move_promise(
                promise_id=waived.id,
                kind="promise.reopened",
                target=OWED,
                key=f"kit-again:{key}",
                door="returns",
                by=by,
                at=at,
            )
        return entry


def lose_parcel(*, case_no: str, unit_no: int, by: str, at: datetime, key: str) -> Entry:
    """Record a parcel as lost: its unit is at large again, still dangerous, not closed."""
    return _end_transit(case_no, unit_no, "parcel.lost", Place(AT_LARGE), by, at, key)


def release_stray(*, unit_id: int, reason: str, by: str, at: datetime, key: str) -> Entry:
    """Hand a stray back to whom it belongs. Raises StrayNotHere for anything else.

    Raises StrayInDoubt for one that may be a recalled unit: it stays in our hands.

    `reason` is a code such as "returned_to_owner".
    """
    stray = Unit.objects.filter(id=unit_id, pool=STRAY).first()
    if stray is None or stray.account not in (DEPOT, TRANSIT, RELEASED):
        raise StrayNotHere(unit=unit_id)
    if Scan.objects.filter(stray_id=unit_id, doubt__isnull=False).exists():
        raise StrayInDoubt(unit=unit_id)
    return books.move_unit(
        unit_id=unit_id,
        kind="stray.released",
        target=Place(RELEASED),
        key=f"stray-released:{key}",
        door="returns",
        by=by,
        at=at,
        reason=reason,
    )


def _end_transit(
    case_no: str, unit_no: int, kind: str, target: Place, by: str, at: datetime, key: str
) -> Entry:
    row, unit = _known(case_no, unit_no)
    if unit.account not in (TRANSIT, target.account):
        raise ParcelNotOnWay(case_no=case_no, unit_no=unit_no)
    return books.move_unit(
        unit_id=unit.id,
        kind=kind,
        target=target,
        key=f"{kind}:{key}",
        door="returns",
        by=by,
        at=at,
        case_no=row.claim.case_no,
        unit_no=row.unit_no,
    )


def _known(case_no: str, unit_no: int) -> tuple[ClaimUnit, Unit]:
    row = queries.claim_unit(case_no=case_no, unit_no=unit_no)
    if row.unit_id is None or row.contested:
        raise ParcelNotOnWay(case_no=case_no, unit_no=unit_no)
    return row, Unit.objects.get(id=row.unit_id)
