"""Scan a parcel that arrived: what was in it, and what that means for the books."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from kaishu.books import actions as books
from kaishu.books.models import Unit
from kaishu.books.values import Place
from kaishu.claims import decide, holding, terms
from kaishu.claims.models import ClaimUnit
from kaishu.core.accounts import DECLARED, DEPOT, GONE, RECYCLER, STRAY, UNIT_ENDS
from kaishu.core.triage import triage
from kaishu.incidents import actions as incidents
from kaishu.returns.errors import (
    LiesElsewhere,
    OutcomeUnknown,
    ScanKeyReused,
    UnitClosed,
    UnitSealed,
)
from kaishu.returns.kits import settle_kit
from kaishu.returns.models import ContainerUnit, Scan
from kaishu.returns.workplaces import require

# What a person at the bench may report; "contested" is found, not reported.
BROUGHT = ("ok", "swollen", "hot", "leaking")
REPORTED = (*BROUGHT, "wrong_item", "empty")
TRANSFERRED = "transferred"
_INSPECTED = {
    "ok": "unit_ok",
    "swollen": "unit_swollen",
    "hot": "unit_hot",
    "leaking": "unit_leaking",
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
    unit_no: int | None
    site: str
    outcome: str
    at: datetime
    unit_id: int | None
    stray_id: int | None
    scan_id: int = 0
    from_party: str = ""
    incident: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One parcel on the bench: the claim unit, locked, and the books' unit as it was found."""

    unit: ClaimUnit
    held: Unit | None
    site: str
    outcome: str
    by: str
    at: datetime
    key: str
    transferred: bool = False

    def post(self, unit: Unit, kind: str, reason: str = "") -> None:
        """Bring a books unit into this site."""
        books.move_unit(
            unit_id=unit.id,
            known=unit,
            kind=kind,
            target=Place(DEPOT, self.site),
            key=f"scan:{self.key}",
            door="returns",
            by=self.by,
            at=self.at,
            case_no=self.unit.claim.case_no,
            unit_no=self.unit.unit_no,
            reason=reason or self.outcome,
        )


def scan_parcel(
    *,
    case_no: str,
    unit_no: int,
    site: str,
    outcome: str,
    by: str,
    at: datetime,
    key: str,
    transferred: bool = False,
) -> Scanned:
    """Record a parcel opened at a depot. Scanning it again is harmless and gives the first answer.

    `outcome` is one of `REPORTED`. `BROUGHT` ones bring the owner's unit in, the dangerous among
    them open an incident; "wrong_item" takes custody of a stray and leaves the owner's unit where
    it was; "empty" moves nothing. `transferred` says that a unit of another depot was brought here.
    Raises ClaimNotFound, LiesElsewhere, NotYourSite, OutcomeUnknown, ScanKeyReused, UnitClosed,
    UnitSealed.
    """
    if outcome not in REPORTED:
        raise OutcomeUnknown(outcome=outcome)
    require(account=by, parties=[site])
    try:
        with transaction.atomic():
            # One bench at a time over one claim unit.
            unit = decide.lock_by_label(case_no=case_no, unit_no=unit_no)
            held = Unit.objects.get(id=unit.unit_id) if unit.unit_id is not None else None
            parcel = Parcel(
                unit=unit,
                held=held,
                site=site,
                outcome=outcome,
                by=by,
                at=at,
                key=key,
                transferred=transferred,
            )
            return _scan(parcel)
    except IntegrityError:
        # The same scan is being recorded by another request: its answer is ours.
        first = Scan.objects.filter(by=by, key=key).first()
        if first is None:
            raise
        return _same(first, parcel)


def _scan(parcel: Parcel) -> Scanned:
    first = Scan.objects.filter(by=parcel.by, key=parcel.key).first()
    if first is not None:
        return _same(first, parcel)
    before = _here_already(parcel)
    if before is not None:
        return _answer(before, repeated=True)
    outcome = _outcome(parcel)
    origin = _origin(parcel) if outcome in BROUGHT else ""
    unit_id, stray_id = _POSTINGS[outcome](parcel)
    scan = Scan.objects.create(
        from_party=origin,
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
    return _answer(scan, repeated=False, incident=_report(parcel, scan))


def _same(first: Scan, parcel: Parcel) -> Scanned:
    said = (parcel.unit.claim.case_no, parcel.unit.unit_no, parcel.site)
    if (first.case_no, first.unit_no, first.site) != said:
        raise ScanKeyReused(key=parcel.key)
    if first.outcome not in (parcel.outcome, "contested"):
        raise ScanKeyReused(key=parcel.key)
    return _answer(first, repeated=True)


def _here_already(parcel: Parcel) -> Scan | None:
    """Return the scan that brought this unit in, while it lies here or has gone on from here."""
    held = parcel.held
    if parcel.outcome not in BROUGHT or held is None:
        return None
    scans = Scan.objects.filter(
        undone=None,
        case_no=parcel.unit.claim.case_no,
        unit_no=parcel.unit.unit_no,
        unit_id=held.id,
    )
    # What was given up for gone has not gone on from here: it may still turn up.
    gone_on = held.account == RECYCLER or held.account in set(UNIT_ENDS) - {GONE}
    lies_here = (held.account, held.party) == (DEPOT, parcel.site)
    return scans.order_by("-id").first() if gone_on or lies_here else None


def _outcome(parcel: Parcel) -> str:
    brought = parcel.outcome in BROUGHT
    return "contested" if brought and parcel.unit.contested else parcel.outcome


def _origin(parcel: Parcel) -> str:
    """Return the other depot that the books hold the unit at; it must be said to have come."""
    held = parcel.held
    if held is None or held.account != DEPOT or held.party == parcel.site:
        return ""
    if not parcel.transferred:
        raise LiesElsewhere(site=held.party)
    leave_container(held.id)
    return held.party


def leave_container(unit_id: int) -> None:
    """Take a unit that goes elsewhere out of its open container. Raises UnitSealed."""
    line = (
        ContainerUnit.objects.filter(unit_id=unit_id, container__handed_over_at=None)
        .select_related("container")
        .first()
    )
    if line is None:
        return
    if line.container.seal_no:
        raise UnitSealed(number=line.container.number)
    line.delete()


def _receive(parcel: Parcel) -> tuple[int | None, int | None]:
    recall = terms.recall_of(parcel.unit.edition_id)
    unit_id = holding.tag_for_arrival(parcel.unit, recall=recall)
    place = parcel.held or Unit.objects.get(id=unit_id)
    if place.account in UNIT_ENDS and place.account != GONE:
        raise UnitClosed(account=place.account)
    if (place.account, place.party) != (DEPOT, parcel.site):
        reason = TRANSFERRED if place.account == DEPOT else ""
        parcel.post(place, "parcel.received", reason)
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
    parcel.post(stray, "stray.received")
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
        locked=parcel.unit,
    )


def _report(parcel: Parcel, scan: Scan) -> str:
    """Open the incident of a dangerous unit on the bench; returns its number."""
    if not triage(scan.outcome).dangerous:
        return ""
    recall = terms.recall_of(parcel.unit.edition_id)
    made = incidents.report(
        key=f"scan:{scan.id}",
        recall_slug=recall.slug,
        market=recall.market,
        product=parcel.unit.product,
        kind=scan.outcome,
        door="partner",
        by=parcel.by,
        at=parcel.at,
        case_no=scan.case_no,
        unit_no=scan.unit_no,
        happened_at=parcel.at,
    )
    return made.number


def _answer(scan: Scan, *, repeated: bool, incident: str = "") -> Scanned:
    return Scanned(
        scan_id=scan.id,
        from_party=scan.from_party,
        incident=incident,
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
    "hot": _receive,
    "leaking": _receive,
    "wrong_item": _keep_stray,
    "contested": _keep_stray,
    "empty": _empty,
}
