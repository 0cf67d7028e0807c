"""Draw a decision for a second opinion, take the answer, settle where the two differ."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from kaishu.base.sealing import keyed_digest
from kaishu.claims.models import ClaimUnit, Decision
from kaishu.claims.opinions.errors import (
    OpinionNotYours,
    OpinionSettled,
    OpinionTaken,
    OpinionUnknown,
    OpinionWithoutAnswer,
)
from kaishu.claims.opinions.models import OUTCOMES, SecondOpinion
from kaishu.claims.opinions.queries import agreed_to
from kaishu.claims.reasons import REASONS
from kaishu.claims.second_look import JUDGED

# These decide by themselves; two people's eyes are what is compared.
MACHINES = frozenset({"owner", "worker", "rule", ""})
# A claim that another system decided, brought in by a file: nobody here has read it.
IMPORTED = "import"
# The reasons that need no look at other decisions, by answer.
ANSWER_REASONS = {
    "approved": ("checked", "goodwill"),
    "refused": ("proof_does_not_match", "serial_not_in_recall", "photo_unreadable_after_asking"),
    "asked": REASONS["asked"],
    "passed": ("",),
}


def draw(*, unit: ClaimUnit, decision: Decision, past: Sequence[Decision]) -> bool:
    """Draw a decision by a keyed digest: the same draw for life, and nobody can foresee it.

    Only the first judgement of a unit that one claim alone asks for, and of no claim that came by
    an import. `past` are the decisions before it. Runs in the transaction of the decision, so that
    none is missed.
    """
    if decision.kind not in JUDGED or decision.by in MACHINES or unit.contested:
        return False
    if unit.claim.door == IMPORTED or any(each.kind in JUDGED for each in past):
        return False
    if not _is_drawn(unit, decision):
        return False
    SecondOpinion.objects.create(
        decision=decision,
        claim_unit_id=unit.id,
        recall_id=unit.recall_id,
        first=decision.kind,
        first_by=decision.by,
        drawn_at=decision.at,
        newest_file=unit.claim.evidence.aggregate(newest=Max("id"))["newest"] or 0,
    )
    return True


def _is_drawn(unit: ClaimUnit, decision: Decision) -> bool:
    name = f"{unit.recall_id}/{unit.claim.case_no}-{unit.unit_no}/{decision.number}"
    number = int.from_bytes(keyed_digest(name.encode(), purpose="claims:second-opinion")[:8])
    return number * 100 < settings.KAISHU_SECOND_OPINIONS << 64


def answer(*, opinion_id: int, answer: str, reason: str, by: str, at: datetime) -> SecondOpinion:
    """Keep what a second reviewer would have decided; the same answer sent twice is one.

    Raises OpinionUnknown, OpinionWithoutAnswer, OpinionNotYours, OpinionTaken.
    """
    if reason not in ANSWER_REASONS.get(answer, ()):
        raise OpinionWithoutAnswer()
    with transaction.atomic():
        row = _find(opinion_id)
        if row.answered_at is not None and (row.by, row.answer, row.reason) == (by, answer, reason):
            return row
        if _is_involved(row, by):
            raise OpinionNotYours()
        # drawn -> answered, once
        drawn = SecondOpinion.objects.filter(id=row.id, answered_at=None)
        if not drawn.update(answer=answer, reason=reason, by=by, answered_at=at):
            raise OpinionTaken()
    return _find(opinion_id)


def settle(*, opinion_id: int, outcome: str, by: str, at: datetime) -> SecondOpinion:
    """Keep which of two different answers a third person finds right; it changes no decision.

    A decision that was wrong is opened again on its case, by the usual rules. Raises
    OpinionUnknown, OpinionWithoutAnswer, OpinionNotYours, OpinionSettled.
    """
    if outcome not in OUTCOMES:
        raise OpinionWithoutAnswer()
    with transaction.atomic():
        row = _find(opinion_id)
        if row.settled_at is not None and (row.settled_by, row.outcome) == (by, outcome):
            return row
        if by in (row.first_by, row.by):
            raise OpinionNotYours()
        if row.answer in ("", "passed", row.first):
            raise OpinionSettled()
        # answered -> settled, once
        open_still = SecondOpinion.objects.filter(id=row.id, settled_at=None)
        if not open_still.update(outcome=outcome, settled_by=by, settled_at=at):
            raise OpinionSettled()
    return _find(opinion_id)


def _is_involved(row: SecondOpinion, by: str) -> bool:
    """Say whether somebody decided anything about the unit of an opinion, or let another do it."""
    if row.first_by == by or agreed_to(SecondOpinion.objects.filter(id=row.id), by=by):
        return True
    return Decision.objects.filter(claim_unit_id=row.claim_unit_id, by=by).exists()


def _find(opinion_id: int) -> SecondOpinion:
    row = SecondOpinion.objects.select_related("claim_unit__claim").filter(id=opinion_id).first()
    if row is None:
        raise OpinionUnknown()
    return row
