"""Scan a parcel that arrived: what was in it, and what that means for the books."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import IntegrityError, transaction

from kaishu.books import actions as books
from kaishu.books.models import Unit
from kaishu.books.values import Place
from kaishu.claims import decide, holding, queries, terms
from kaishu.claims.models import ClaimUnit
from kaishu.core.accounts import DECLARED, DEPOT, GONE, RECYCLER, STRAY, UNIT_ENDS
from kaishu.returns.errors import OutcomeUnknown, ScanKeyReused, UnitClosed
from kaishu.returns.kits import settle_kit
from kaishu.returns.models import Scan

# What a person at the bench may report; "contested" is found, not reported.
REPORTED = ("ok", "swollen", "wrong_item", "empty")
_INSPECTED = {
    "ok": "unit_ok",
    "swollen": "unit_swollen",
    "wrong_item": "wrong_item",
    "empty": "parcel_empty",
    "contested": "contested_arrived",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned:
    """The answer to a scan: `code` names the sentence, `repeated` that nothing new was posted."""

    code: str
    repeated: bool
    case_no: str
    unit_no: int
    site: str
    outcome: str
    at: datetime
    unit_id: int | None
    stray_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One parcel on the bench."""

    unit: ClaimUnit
    site: str
    outcome: str
    by: str
    at: datetime
    key: str

    def post(self, unit_id: int, kind: str) -> None:
        """Bring a books unit into this site."""
        books.move_unit(
            unit_id=unit_id,
            kind=kind,
            target=Place(DEPOT, self.site),
            key=f"scan:{self.key}",
            door="returns",
            by=self.by,
            at=self.at,
            case_no=self.unit.claim.case_no,
            unit_no=self.unit.unit_no,
            reason=self.outcome,
        )


def scan_parcel(
    *, case_no: str, unit_no: int, site: str, outcome: str, by: str, at: datetime, key: str
) -> Scanned:
    """Record a parcel opened at a depot. Scanning it again is harmless and gives the first answer.

    `outcome` is one of `REPORTED`. "ok" and "swollen" bring the owner's unit in; "wrong_item"
    takes custody of a stray and leaves the owner's unit where it was; "empty" moves nothing.
    Raises ClaimNotFound, OutcomeUnknown, ScanKeyReused, UnitClosed.
    """
    if outcome not in REPORTED:
        raise OutcomeUnknown(outcome=outcome)
    unit = queries.claim_unit(case_no=case_no, unit_no=unit_no)
    parcel = Parcel(unit=unit, site=site, outcome=outcome, by=by, at=at, key=key)
    try:
        with transaction.atomic():
            return _scan(parcel)
    except IntegrityError:
        # The same scan is being recorded by another request: its answer is ours.
        first = Scan.objects.filter(by=by, key=key).first()
        if first is None:
            raise
        return _same(first, parcel)


def _scan(parcel: Parcel) -> Scanned:
    # One bench at a time over one claim unit.
    parcel = replace(parcel, unit=decide.lock(parcel.unit.id))
    first = Scan.objects.filter(by=parcel.by, key=parcel.key).first()
    if first is not None:
        return _same(first, parcel)
    before = _here_already(parcel)
    if before is not None:
        return _answer(before, repeated=True)
    outcome = _outcome(parcel)
    unit_id, stray_id = _POSTINGS[outcome](parcel)
    scan = Scan.objects.create(
        case_no=parcel.unit.claim.case_no,
        unit_no=parcel.unit.unit_no,
        site=parcel.site,
        outcome=outcome,
        unit_id=unit_id,
        stray_id=stray_id,
        by=parcel.by,
        at=parcel.at,
        key=parcel.key,
    )
    _inspected(parcel, outcome)
    return _answer(scan, repeated=False)


def _same(first: Scan, parcel: Parcel) -> Scanned:
    said = (parcel.unit.claim.case_no, parcel.unit.unit_no, parcel.site)
    if (first.case_no, first.unit_no, first.site) != said:
        raise ScanKeyReused(key=parcel.key)
    if first.outcome not in (parcel.outcome, "contested"):
        raise ScanKeyReused(key=parcel.key)
    return _answer(first, repeated=True)


def _here_already(parcel: Parcel) -> Scan | None:
    """Return the scan that brought this unit in, while it lies here or has gone on from here."""
    if parcel.outcome not in ("ok", "swollen") or parcel.unit.unit_id is None:
        return None
    scans = Scan.objects.filter(
        case_no=parcel.unit.claim.case_no,
        unit_no=parcel.unit.unit_no,
        unit_id=parcel.unit.unit_id,
    )
    held = Unit.objects.get(id=parcel.unit.unit_id)
    # What was given up for gone has not gone on from here: it may still turn up.
    gone_on = held.account == RECYCLER or held.account in set(UNIT_ENDS) - {GONE}
    lies_here = (held.account, held.party) == (DEPOT, parcel.site)
    return scans.order_by("-id").first() if gone_on or lies_here else None


def _outcome(parcel: Parcel) -> str:
    brought = parcel.outcome in ("ok", "swollen")
    return "contested" if brought and parcel.unit.contested else parcel.outcome


def _receive(parcel: Parcel) -> tuple[int | None, int | None]:
    recall = terms.recall_of(parcel.unit.edition_id)
    unit_id = holding.tag_for_arrival(parcel.unit, recall=recall)
    place = Unit.objects.get(id=unit_id)
    if place.account in UNIT_ENDS and place.account != GONE:
        raise UnitClosed(account=place.account)
    if (place.account, place.party) != (DEPOT, parcel.site):
        parcel.post(unit_id, "parcel.received")
    _settle(parcel)
    return unit_id, None


def _keep_stray(parcel: Parcel) -> tuple[int | None, int | None]:
    """Take custody of an item that is not the owner's unit; that one stays where it was."""
    case_no, unit_no = parcel.unit.claim.case_no, parcel.unit.unit_no
    number = Scan.objects.filter(case_no=case_no, unit_no=unit_no).count() + 1
    stray = books.identify(
        recall_id=parcel.unit.recall_id,
        product="stray",
        pool=STRAY,
        place=Place(DECLARED),
        tag=f"stray {case_no}-{unit_no}-{number}",
    )
    parcel.post(stray.id, "stray.received")
    _settle(parcel)
    return None, stray.id


def _empty(parcel: Parcel) -> tuple[int | None, int | None]:
    _settle(parcel)
    return None, None


def _settle(parcel: Parcel) -> None:
    settle_kit(
        case_no=parcel.unit.claim.case_no,
        unit_no=parcel.unit.unit_no,
        key=parcel.key,
        by=parcel.by,
        at=parcel.at,
    )


def _inspected(parcel: Parcel, outcome: str) -> None:
    newest = parcel.unit.newest_decision
    decide.decide(
        claim_unit_id=parcel.unit.id,
        kind="inspected",
        reason=_INSPECTED[outcome],
        by=parcel.by,
        at=parcel.at,
        seen=newest.number if newest else None,
    )


def _answer(scan: Scan, *, repeated: bool) -> Scanned:
    return Scanned(
        code="already_scanned" if repeated else f"scan_{scan.outcome}",
        repeated=repeated,
        case_no=scan.case_no,
        unit_no=scan.unit_no,
        site=scan.site,
        outcome=scan.outcome,
        at=scan.at,
        unit_id=scan.unit_id,
        stray_id=scan.stray_id,
    )


_POSTINGS: Mapping[str, Callable[[Parcel], tuple[int | None, int | None]]] = {
    "ok": _receive,
    "swollen": _receive,
    "wrong_item": _keep_stray,
    "contested": _keep_stray,
    "empty": _empty,
}
