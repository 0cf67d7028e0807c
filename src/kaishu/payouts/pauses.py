"""Let a recall's payouts stand still when the numbers cannot be right. Checks and claims go on.

More claims than units were made, or more units paid for than were made, is what a flood of false
claims looks like. A pause ends by two people with a reason, up to the count they name.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, connection, transaction
from django.db.models import Count, Max, Q, Sum

from kaishu.books.models import UnitMoveRow
from kaishu.claims.models import ClaimUnit, Decision
from kaishu.claims.reasons import Standing
from kaishu.core.accounts import DECLARED, STRAY
from kaishu.core.text import whole
from kaishu.payouts.errors import (
    ActDecided,
    ActNotFound,
    Paused,
    ReasonMissing,
    ResumeTooLow,
    SelfApproval,
)
from kaishu.payouts.models import LeftUnits, Pause
from kaishu.payouts.money_models import BY_HAND, CLAIMS_OVER, PAID_OVER

LONGEST_REASON = 200

logger = logging.getLogger("kaishu.payouts")

Counts = Mapping[tuple[int, str], int]


def paused_recalls() -> frozenset[int]:
    """Return the recalls whose payouts stand still."""
    return frozenset(Pause.objects.filter(ended_at=None).values_list("recall_id", flat=True))


def open_pauses() -> list[Pause]:
    """Return the pauses that last, oldest first."""
    return list(Pause.objects.filter(ended_at=None).order_by("begun_at"))


def check_not_paused(recall_id: int) -> None:
    """Raise Paused where a recall's payouts stand still."""
    if Pause.objects.filter(recall_id=recall_id, ended_at=None).exists():
        raise Paused(recall=recall_id)


def watch(*, at: datetime, by: str = "worker") -> int:
    """Hold claims and paid units against the population; pause what is past it. Counts pauses."""
    declared = populations()
    begun = 0
    for why, counted in ((CLAIMS_OVER, _claims(declared)), (PAID_OVER, left_counts())):
        for (recall_id, product), count in counted.items():
            population = declared.get((recall_id, product))
            if population is not None and count > population:
                facts = {"count": count, "population": population}
                begun += _begin(recall_id, why, product, facts, by=by, at=at)
    return begun


def populations() -> Counts:
    """Return how many units of each product the books declare; a product without is left out."""
    moves = UnitMoveRow.objects.exclude(pool=STRAY).order_by()
    found: dict[tuple[int, str], int] = {}
    for end, sign in (("source", 1), ("target", -1)):
        sums = moves.filter(**{end: DECLARED}).values_list("recall_id", "product")
        for recall_id, product, units in sums.annotate(units=Sum("quantity")):
            found[recall_id, product] = found.get((recall_id, product), 0) + sign * units
    return found


def claim_counts() -> Counts:
    """Return how many claim units stand for each product, refused and withdrawn ones left out."""
    ended = Q(newest_decision__standing__in=(Standing.REFUSED, Standing.WITHDRAWN))
    rows = ClaimUnit.objects.exclude(ended).order_by().values_list("recall_id", "product")
    return {(recall, product): count for recall, product, count in rows.annotate(n=Count("id"))}


@dataclass(frozen=True, slots=True)
class _Seen:
    """How far claims and decisions were counted, and what the count was."""

    units: int
    decisions: int
    counts: Counts


_seen: dict[str, _Seen] = {}


def _claims(declared: Counts) -> Counts:
    """Return the claim units of each product, counted anew only where the count could matter.

    Every claim unit more, and every decision more (it may open one again), adds one at most. As
    long as that leaves each product below its population, the count of before is good enough; so a
    round of the worker costs two look-ups, not a walk over all claims.
    """
    units = ClaimUnit.objects.aggregate(last=Max("id"))["last"] or 0
    decisions = Decision.objects.aggregate(last=Max("id"))["last"] or 0
    name = str(connection.settings_dict["NAME"])
    before = _seen.get(name)
    if before is not None and units >= before.units and decisions >= before.decisions:
        more = units - before.units + decisions - before.decisions
        if all(before.counts.get(key, 0) + more <= most for key, most in declared.items()):
            return before.counts
    counts = claim_counts()
    _seen[name] = _Seen(units, decisions, counts)
    return counts


def left_counts() -> Counts:
    """Return for how many claim units of each product something has left."""
    rows = LeftUnits.objects.values_list("recall_id", "product", "units")
    return {(recall, product): units for recall, product, units in rows}


def pause(*, recall_id: int, note: str, by: str, at: datetime) -> Pause:
    """Let a recall's payouts stand still by hand. One person may; it takes two to go on."""
    if not note.strip():
        raise ReasonMissing(recall=recall_id)
    try:
        with transaction.atomic():
            return Pause.objects.create(
                recall_id=recall_id,
                why=BY_HAND,
                note=whole(note, longest=LONGEST_REASON),
                begun_by=by,
                begun_at=at,
            )
    except IntegrityError as known:
        raise Paused(recall=recall_id) from known


def propose_resume(
    *, pause_id: int, reason: str, by: str, at: datetime, ceiling: int | None = None
) -> None:
    """Propose to go on, with a reason, and up to which count where a count was passed.

    Raises ReasonMissing, ResumeTooLow, ActNotFound, ActDecided.
    """
    row = _open(pause_id)
    if not reason.strip():
        raise ReasonMissing(recall=row.recall_id)
    count = row.facts.get("count")
    if count is not None and (ceiling is None or ceiling < count):
        raise ResumeTooLow(count=count)
    Pause.objects.filter(id=pause_id, ended_at=None).update(
        resume_by=by,
        resume_at=at,
        resume_reason=whole(reason, longest=LONGEST_REASON),
        ceiling=ceiling,
    )


def agree_resume(*, pause_id: int, by: str, at: datetime) -> None:
    """Agree that payouts go on. Raises SelfApproval, ReasonMissing, ActDecided, ActNotFound."""
    row = _open(pause_id)
    if not row.resume_by:
        raise ReasonMissing(recall=row.recall_id)
    if row.resume_by == by:
        raise SelfApproval(number=pause_id)
    asked = Pause.objects.filter(
        id=pause_id, ended_at=None, resume_by=row.resume_by, resume_at=row.resume_at
    )
    if not asked.update(ended_by=by, ended_at=at):
        raise ActDecided(number=pause_id)


def past_population(*, recall_id: int, product: str, by: str, at: datetime) -> None:
    """Pause a recall because the database itself refused one more unit of a product."""
    facts = {
        "count": left_counts().get((recall_id, product), 0) + 1,
        "population": populations().get((recall_id, product), 0),
    }
    _begin(recall_id, PAID_OVER, product, facts, by=by, at=at, ask_ceiling=False)


def _begin(
    recall_id: int,
    why: str,
    product: str,
    facts: Mapping[str, int],
    *,
    by: str,
    at: datetime,
    ask_ceiling: bool = True,
) -> bool:
    same = Pause.objects.filter(recall_id=recall_id, why=why, product=product)
    if same.filter(ended_at=None).exists():
        return False
    agreed = same.order_by("-ended_at").values_list("ceiling", flat=True).first()
    if ask_ceiling and agreed is not None and facts["count"] <= agreed:
        return False
    try:
        with transaction.atomic():
            Pause.objects.create(
                recall_id=recall_id,
                why=why,
                product=product,
                facts=dict(facts),
                begun_by=by,
                begun_at=at,
            )
    except IntegrityError:
        return False  # another worker saw it in the same moment
    logger.error("payouts paused", extra={"recall": recall_id, "why": why, **facts})
    return True


def _open(pause_id: int) -> Pause:
    row = Pause.objects.filter(id=pause_id).first()
    if row is None:
        raise ActNotFound(number=pause_id)
    if row.ended_at is not None:
        raise ActDecided(number=pause_id)
    return row
