"""Put one case together: rows of claims and books become the values that pages show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db.models import QuerySet, prefetch_related_objects

from kaishu.books.models import Entry, Promise, Unit
from kaishu.books.queries import entries_of_case, promises_of_case, units_by_id
from kaishu.claims import case_numbers
from kaishu.claims.decide import standing_of
from kaishu.claims.lookups import claim as claim_by_number
from kaishu.claims.models import Claim, ClaimUnit, Decision, Evidence
from kaishu.claims.proof_code import proof_code
from kaishu.claims.reasons import COLLECTED_REASONS, UNDONE
from kaishu.claims.views import (
    CaseView,
    DecisionView,
    EntryView,
    EvidenceView,
    OtherClaim,
    PromiseView,
    UnitBrief,
    UnitView,
)
from kaishu.core import stage as stages


def case(case_no: str) -> CaseView:
    """Return everything a page shows of one case. Raises ClaimNotFound."""
    claim = claim_by_number(case_no)
    units = list(
        claim.units.select_related("claim", "newest_decision")
        .prefetch_related("decisions", "evidence__erased")
        .order_by("unit_no")
    )
    entries = entries_of_case(claim.case_no)
    promises = promises_of_case(claim.case_no)
    books_units = units_by_id([unit.unit_id for unit in units if unit.unit_id is not None])
    others = _others(claim, units)
    return CaseView(
        claim_id=claim.id,
        case_no=claim.case_no,
        grouped=case_numbers.group(claim.case_no),
        recall_id=claim.recall_id,
        person_id=claim.person_id,
        language=claim.language,
        door=claim.door,
        submitted_at=claim.submitted_at,
        recorded_at=claim.recorded_at,
        proof_code=proof_code(claim.key),
        units=tuple(
            _unit(
                unit,
                books_units.get(unit.unit_id or 0),
                [promise for promise in promises if promise.unit_no == unit.unit_no],
                [entry for entry in entries if entry.unit_no == unit.unit_no],
                [other for other in others if other.unit_id == unit.unit_id],
            )
            for unit in units
        ),
        evidence=tuple(_evidence(item) for item in _of_whole(claim)),
        entries=tuple(_entry(entry) for entry in entries),
    )


def briefs(case_no: str) -> tuple[UnitBrief, ...]:
    """Return the units of a case as a decision's form needs them; none where there is no case."""
    rows = ClaimUnit.objects.filter(claim__case_no=case_numbers.check(case_no) or "")
    units = list(rows.select_related("claim", "newest_decision").order_by("unit_no"))
    long = [unit for unit in units if unit.newest_decision and unit.newest_decision.number > 1]
    prefetch_related_objects(long, "decisions")
    return tuple(_brief(unit, unit in long) for unit in units)


def _brief(row: ClaimUnit, prefetched: bool) -> UnitBrief:
    newest = [row.newest_decision] if row.newest_decision else []
    decisions = list(row.decisions.all()) if prefetched else newest
    decisions.sort(key=lambda decision: decision.number)
    return UnitBrief(
        claim_unit_id=row.id,
        case_no=row.claim.case_no,
        unit_no=row.unit_no,
        edition_id=row.edition_id,
        product=row.product,
        colour=row.colour,
        serial=row.serial,
        verdict_facts=row.verdict_facts,
        bought_on=row.bought_on,
        order_amount=row.order_amount,
        remedy=_remedy(row, decisions),
        standing=standing_of(row),
        decisions=tuple(_decision(decision) for decision in decisions),
    )


def _of_whole(claim: Claim) -> QuerySet[Evidence]:
    return claim.evidence.filter(claim_unit=None).select_related("erased")


def decision_facts(decisions: Iterable[Decision]) -> list[stages.DecisionFact]:
    """Return what `core.stage` may see: an inspection counts only if our unit was in the parcel."""
    found = list(decisions)
    undone = {decision.number - 1 for decision in found if decision.reason == UNDONE}
    return [
        stages.DecisionFact(decision.kind, decision.reason)
        for decision in found
        if decision.kind != "inspected"
        or (decision.reason in COLLECTED_REASONS and decision.number not in undone)
    ]


def _unit(
    row: ClaimUnit,
    held: Unit | None,
    promises: list[Promise],
    entries: list[Entry],
    others: list[ClaimUnit],
) -> UnitView:
    decisions = sorted(row.decisions.all(), key=lambda decision: decision.number)
    place = None if row.contested else held
    seen = stages.stage(
        decision_facts(decisions),
        place.account if place else None,
        [stages.PromiseFact(p.role, p.commodity, p.account) for p in promises],
        contested=row.contested,
    )
    return UnitView(
        claim_unit_id=row.id,
        unit_no=row.unit_no,
        edition_id=row.edition_id,
        product=row.product,
        colour=row.colour,
        serial_typed=row.serial_typed,
        serial=row.serial,
        verdict_answer=row.verdict_answer,
        verdict_reason=row.verdict_reason,
        verdict_facts=row.verdict_facts,
        order_no=row.order_no,
        shop=row.shop,
        bought_on=row.bought_on,
        order_amount=row.order_amount,
        condition=row.condition,
        remedy=_remedy(row, decisions),
        contested=row.contested,
        standing=standing_of(row),
        newest=decisions[-1].number if decisions else None,
        unit_id=row.unit_id,
        account=place.account if place else None,
        party=place.party if place else "",
        stage=seen,
        steps=stages.journey(seen, _events(row.claim.submitted_at, entries, promises)),
        decisions=tuple(_decision(decision) for decision in decisions),
        promises=tuple(_promise(promise) for promise in promises),
        evidence=tuple(_evidence(item) for item in row.evidence.all()),
        others=tuple(_other(other) for other in others),
    )


def _remedy(row: ClaimUnit, decisions: list[Decision]) -> str:
    return next((d.facts["remedy"] for d in reversed(decisions) if "remedy" in d.facts), row.remedy)


def _events(
    filed: datetime, entries: list[Entry], promises: list[Promise]
) -> Mapping[str, datetime]:
    kits = {promise.id for promise in promises if promise.role == "kit"}
    events = {"filed": filed}
    for entry in entries:
        of_kit = any(move.promise_id in kits for move in entry.promise_moves.all())
        if entry.kind == "promise.awarded" or not of_kit:
            events[entry.kind] = entry.happened_at
        elif entry.kind == "payout.sent":
            events["kit.sent"] = entry.happened_at
    return events


def _others(claim: Claim, units: list[ClaimUnit]) -> list[ClaimUnit]:
    unit_ids = [unit.unit_id for unit in units if unit.unit_id is not None]
    rows = ClaimUnit.objects.select_related("claim", "newest_decision")
    return list(rows.filter(unit_id__in=unit_ids).exclude(claim=claim).order_by("id"))


def _other(row: ClaimUnit) -> OtherClaim:
    return OtherClaim(
        case_no=row.claim.case_no,
        unit_no=row.unit_no,
        holds=row.holder_entry_id is not None,
        standing=standing_of(row),
    )


def _decision(row: Decision) -> DecisionView:
    return DecisionView(
        number=row.number,
        kind=row.kind,
        reason=row.reason,
        by=row.by,
        at=row.at,
        facts=row.facts,
    )


def _promise(row: Promise) -> PromiseView:
    return PromiseView(
        promise_id=row.id,
        role=row.role,
        terms=row.terms,
        commodity=row.commodity,
        quantity=row.quantity,
        account=row.account,
    )


def _evidence(row: Evidence) -> EvidenceView:
    return EvidenceView(
        evidence_id=row.id,
        kind=row.kind,
        name=row.name,
        sha256=row.sha256,
        media_type=row.media_type,
        size=row.size,
        erased=hasattr(row, "erased"),
    )


def _entry(row: Entry) -> EntryView:
    return EntryView(
        entry_id=row.id,
        kind=row.kind,
        reason=row.reason,
        unit_no=row.unit_no,
        by=row.by,
        happened_at=row.happened_at,
        digest=row.digest,
    )
