"""Work out what an act would do to each claim unit, without doing it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kaishu.claims import second_look, terms
from kaishu.claims.errors import SecondLookNeeded
from kaishu.claims.models import ClaimUnit, Decision
from kaishu.claims.reasons import REASONS, Standing, after
from kaishu.core.canonical import digest
from kaishu.core.errors import Refusal
from kaishu.core.recall import Recall
from kaishu.core.remedy import Award, award
from kaishu.core.triage import kit_for
from kaishu.core.verdict import Answer

MOST = 10_000
# act -> (kind of decision, reasons that fit many claims at once)
ACTS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "approve": ("approved", ("checked",)),
    "ask": ("asked", REASONS["asked"]),
    "refuse": ("refused", ("no_answer", "photo_unreadable_after_asking", "serial_not_in_recall")),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One claim unit: `code` says why it is left out; empty = it will be done. `seen` is the
    number of its newest decision (0 = none)."""

    claim_unit_id: int
    case_no: str
    unit_no: int
    seen: int
    code: str
    awards: tuple[Award, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What an act would do: its lines, what it promises by commodity, and the digest of it all."""

    act: str
    reason: str
    lines: tuple[Line, ...]
    totals: Mapping[str, int]
    digest: str

    @property
    def done(self) -> tuple[Line, ...]:
        """Return the lines that the act will do."""
        return tuple(line for line in self.lines if not line.code)

    @property
    def left_out(self) -> Mapping[str, int]:
        """Return how many lines are left out, by reason code, the most first."""
        return dict(Counter(line.code for line in self.lines if line.code).most_common())

    @property
    def money(self) -> bool:
        """Say whether it promises anything, so that a second person is needed."""
        return bool(self.totals)


def plan(*, unit_ids: Sequence[int], act: str, reason: str, by: str) -> Plan:
    """Return what the act would do to these claim units, in the order of their cases.

    Reads only: two queries whatever the number, and the editions' packs.
    """
    kind = ACTS[act][0]
    units = ClaimUnit.objects.filter(id__in=list(unit_ids)[:MOST]).select_related(
        "claim", "newest_decision"
    )
    units = units.prefetch_related("decisions", "evidence", "claim__evidence").order_by(
        "claim__case_no", "unit_no"
    )
    recalls: dict[int, Recall] = {}
    lines = []
    for unit in units:
        if unit.edition_id not in recalls:
            recalls[unit.edition_id] = terms.recall_of(unit.edition_id)
        lines.append(_line(unit, recalls[unit.edition_id], kind, reason, by))
    totals: Counter[str] = Counter()
    for line in lines:
        for item in line.awards:
            totals[item.commodity] += item.quantity
    done = [[line.claim_unit_id, line.seen] for line in lines if not line.code]
    summed = dict(sorted(totals.items()))
    return Plan(act, reason, tuple(lines), summed, digest([act, reason, done, summed]))


def _line(unit: ClaimUnit, recall: Recall, kind: str, reason: str, by: str) -> Line:
    decisions = sorted(unit.decisions.all(), key=lambda decision: decision.number)
    code = _standing_code(unit, decisions, kind, reason, by)
    awards: tuple[Award, ...] = ()
    if kind == "approved" and not code:
        code, awards = _approval(unit, recall, decisions)
    seen = decisions[-1].number if decisions else 0
    return Line(unit.id, unit.claim.case_no, unit.unit_no, seen, code, awards)


def _standing_code(
    unit: ClaimUnit, decisions: list[Decision], kind: str, reason: str, by: str
) -> str:
    if after(Standing(unit.standing), kind, reason) is None:
        return "decision_not_open"
    if unit.urgency == 0:
        return "bulk_dangerous"  # somebody reads each of these
    if unit.contested:
        return "bulk_contested"
    try:
        second_look.check(decisions, kind=kind, by=by)
    except SecondLookNeeded as refusal:
        return refusal.code
    return ""


def _approval(
    unit: ClaimUnit, recall: Recall, decisions: list[Decision]
) -> tuple[str, tuple[Award, ...]]:
    """Return why this unit cannot be approved unread, or what approving it promises."""
    if unit.verdict_answer != Answer.AFFECTED.value:
        return "bulk_verdict", ()
    if _lacks_evidence(unit, recall):
        return "bulk_evidence", ()
    try:
        model = str(terms.settled(unit, decisions, "product"))
        code = str(terms.settled(unit, decisions, "remedy"))
        terms.product_of(recall, model)
        full = award(terms.remedy_of(recall, model, code), terms.purchase_of(unit, decisions))
    except Refusal as refusal:  # another model, a remedy not offered, no amount
        return refusal.code, ()
    return "", tuple(
        Award(kit_for(item.commodity, unit.condition), item.quantity, item.role)
        if item.role == "kit"
        else item
        for item in full
    )


def _lacks_evidence(unit: ClaimUnit, recall: Recall) -> bool:
    """Say whether a required file is missing; a proof may stand for all units of its claim."""
    there = {row.kind for row in unit.evidence.all()}
    there |= {row.kind for row in unit.claim.evidence.all() if row.kind == "proof"}
    asked = {"serial_photo": recall.evidence.serial_photo, "proof": recall.evidence.proof}
    return any(rule == "required" and kind not in there for kind, rule in asked.items())
