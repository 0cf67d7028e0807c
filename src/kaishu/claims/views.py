"""What the pages about claims show, as plain values. No personal data: that is `people`'s."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from kaishu.claims.reasons import Standing
from kaishu.core.stage import Stage, Step


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionView:
    """One decision."""

    number: int
    kind: str
    reason: str
    by: str
    at: datetime
    facts: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseView:
    """One promise as the books have it; quantity in minor units or pieces."""

    promise_id: int
    role: str
    terms: str
    commodity: str
    quantity: int
    account: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceView:
    """One stored file."""

    evidence_id: int
    kind: str
    name: str
    sha256: str
    media_type: str
    size: int
    erased: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherClaim:
    """Another claim on the same unit, for staff only."""

    case_no: str
    unit_no: int
    holds: bool
    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitView:
    """One unit of a claim: as typed, as judged, as decided, and where it stands now.

    `serial_typed` is what the owner wrote, `serial` what was read. `newest` is the number to hand
    to `decide(seen=)`, None before the first decision. `account` is None while nobody put the
    unit in the books, and while another claim holds it.
    """

    claim_unit_id: int
    unit_no: int
    edition_id: int
    product: str
    colour: str
    serial_typed: str
    serial: str
    verdict_answer: str
    verdict_reason: str
    verdict_facts: Mapping[str, str]
    order_no: str
    shop: str
    bought_on: date | None
    order_amount: int | None
    condition: str
    remedy: str
    contested: bool
    standing: Standing
    newest: int | None
    unit_id: int | None
    account: str | None
    party: str
    stage: Stage
    steps: tuple[Step, ...]
    decisions: tuple[DecisionView, ...]
    promises: tuple[PromiseView, ...]
    evidence: tuple[EvidenceView, ...]
    others: tuple[OtherClaim, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitBrief:
    """One unit as a decision's form needs it: what stands now, without promises and entries."""

    claim_unit_id: int
    case_no: str
    unit_no: int
    edition_id: int
    product: str
    colour: str
    serial: str
    verdict_facts: Mapping[str, str]
    bought_on: date | None
    order_amount: int | None
    remedy: str
    standing: Standing
    decisions: tuple[DecisionView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryView:
    """One entry of the case in the books."""

    entry_id: int
    kind: str
    reason: str
    unit_no: int | None
    by: str
    happened_at: datetime
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseView:
    """One claim with its units and the entries behind it.

    `proof_code` is what the owner was asked to write on paper beside the product.
    """

    claim_id: int
    case_no: str
    grouped: str
    recall_id: int
    person_id: str
    language: str
    door: str
    submitted_at: datetime
    recorded_at: datetime
    proof_code: str
    units: tuple[UnitView, ...]
    evidence: tuple[EvidenceView, ...]
    entries: tuple[EntryView, ...]

    def unit(self, unit_no: int) -> UnitView | None:
        """Return one unit of the case by its number."""
        return next((unit for unit in self.units if unit.unit_no == unit_no), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRow:
    """One line of the review queue."""

    claim_unit_id: int
    case_no: str
    grouped: str
    unit_no: int
    recall_id: int
    product: str
    serial: str
    verdict_answer: str
    verdict_reason: str
    condition: str
    dangerous: bool
    contested: bool
    remedy: str
    standing: Standing
    newest: int | None
    evidence: int
    submitted_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DueFacts:
    """What `core.remedy.is_due` needs to know of a claim unit, and who is to be paid."""

    case_no: str
    unit_no: int
    person_id: str
    edition_id: int
    approved: bool
    collected: bool
    unit_account: str | None
    forgotten: bool = False
