"""Decide about one claim unit: append the decision, then let the books follow, or neither."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from kaishu.books import actions as books
from kaishu.books import corrections
from kaishu.claims import assignment, case_numbers, effects, holding, messages, second_look
from kaishu.claims.errors import (
    ClaimNotFound,
    DecisionConflict,
    DecisionNotOpen,
    ReasonUnknown,
    UnitContested,
    UnitPromised,
)
from kaishu.claims.models import ClaimUnit, Decision
from kaishu.claims.opinions.actions import draw
from kaishu.claims.reasons import REASONS, Standing, after


def decide(
    *,
    claim_unit_id: int,
    kind: str,
    reason: str,
    by: str,
    at: datetime,
    seen: int | None,
    order_amount: int | None = None,
    amount: int | None = None,
    serial: str = "",
    product: str = "",
    remedy: str = "",
    condition: str = "",
    locked: ClaimUnit | None = None,
) -> Decision:
    """Record one decision and what follows from it in the books.

    `seen` is the number of the newest decision the decider had read (None: none). The rest is
    what they settled: the order amount, a partial amount, a serial read from a photo, the model,
    another remedy, the unit's condition. The same decision sent twice is one. `locked` is the unit
    as the caller has locked it, in a transaction that ends with any refusal. Raises
    DecisionConflict, DecisionNotOpen, ReasonUnknown, and what the books and the remedy refuse.
    """
    facts = {
        "order_amount": order_amount,
        "amount": amount,
        "serial": serial,
        "product": product,
        "remedy": remedy,
        "condition": condition,
    }
    wanted = Wanted(kind, reason, by, {k: v for k, v in facts.items() if v not in (None, "")})
    try:
        with transaction.atomic() if locked is None else nullcontext():
            unit = locked or lock(claim_unit_id)
            repeated = _repeat(unit, wanted, seen)
            if repeated is not None:
                return repeated
            before, past = standing_of(unit), _past(unit)
            if kind in second_look.WATCHED:
                second_look.check(past, kind=kind, by=by)
            decision = _append(unit, wanted, at)
            effects.follow(unit, decision, before, (*past, decision))
            messages.tell_decision(unit, decision)
            draw(unit=unit, decision=decision, past=past)
            return decision
    except UnitContested as contested:
        holding.contest(claim_unit_id, contested)
        raise


def hand_over_holder(*, claim_unit_id: int, by: str, at: datetime, seen: int | None) -> Decision:
    """Make a contested claim unit the holder, and contest the one that held it, if one did.

    Both are reopened, so whoever was reading either has to look again. Raises UnitPromised where
    the holder was approved, CannotReverse where the unit has moved on.
    """
    with transaction.atomic():
        unit, holder = _lock_with_holder(claim_unit_id)
        wanted = Wanted("reopened", "holder_changed", by, {})
        repeated = _repeat(unit, wanted, seen)
        if repeated is not None:
            return repeated
        if holder is not None:
            if standing_of(holder) is Standing.APPROVED:
                raise UnitPromised(case_no=holder.claim.case_no)
            _append(holder, wanted, at)
        decision = _append(unit, wanted, at)
        _swap(unit, holder, number=decision.number, by=by, at=at)
        return decision


@dataclass(frozen=True, slots=True)
class Wanted:
    """A decision as asked for, before it has a number."""

    kind: str
    reason: str
    by: str
    facts: dict[str, object]


def standing_of(unit: ClaimUnit) -> Standing:
    """Return what a claim unit's decisions come to."""
    newest = unit.newest_decision
    return Standing(newest.standing) if newest else Standing.OPEN


def lock(claim_unit_id: int) -> ClaimUnit:
    """Return a claim unit, locked until the transaction ends. Raises ClaimNotFound."""
    units = ClaimUnit.objects.select_for_update(of=("self",))
    unit = units.select_related("claim", "newest_decision").filter(id=claim_unit_id).first()
    if unit is None:
        raise ClaimNotFound()
    return unit


def lock_by_label(*, case_no: str, unit_no: int) -> ClaimUnit:
    """Return a claim unit by what its label says, locked as by `lock`. Raises ClaimNotFound."""
    units = ClaimUnit.objects.select_for_update(of=("self",))
    units = units.select_related("claim", "newest_decision").filter(unit_no=unit_no)
    unit = units.filter(claim__case_no=case_numbers.check(case_no) or "").first()
    if unit is None:
        raise ClaimNotFound()
    return unit


def _past(unit: ClaimUnit) -> tuple[Decision, ...]:
    """Return every decision so far; where there is one, it came with the unit."""
    newest = unit.newest_decision
    if newest is None or newest.number == 1:
        return () if newest is None else (newest,)
    return tuple(unit.decisions.order_by("number"))


def _lock_with_holder(claim_unit_id: int) -> tuple[ClaimUnit, ClaimUnit | None]:
    """Return a contested claim unit and the one that holds its unit, both locked."""
    plain = ClaimUnit.objects.filter(id=claim_unit_id).first()
    if plain is None:
        raise ClaimNotFound()
    held_by = holding.holder_of(holding.unit_of(plain) or 0)
    numbers = {plain.id} | ({held_by.id} if held_by else set())
    locked = {number: lock(number) for number in sorted(numbers)}
    unit, holder = locked[plain.id], locked[held_by.id] if held_by else None
    if not unit.contested or (holder is not None and holder.holder_entry_id is None):
        raise DecisionConflict()
    unit.unit_id = holding.unit_of(unit)
    if unit.unit_id is None:
        raise ClaimNotFound()
    return unit, holder


def _repeat(unit: ClaimUnit, wanted: Wanted, seen: int | None) -> Decision | None:
    """Return the newest decision if it is this very one, sent twice."""
    newest = unit.newest_decision
    number = newest.number if newest else 0
    if number == (seen or 0):
        return None
    same = newest is not None and number == (seen or 0) + 1
    if same and newest is not None:
        said = (newest.kind, newest.reason, newest.by, newest.facts)
        if said == (wanted.kind, wanted.reason, wanted.by, wanted.facts):
            return newest
    raise DecisionConflict(seen=seen or 0, newest=number)


def _append(unit: ClaimUnit, wanted: Wanted, at: datetime) -> Decision:
    if wanted.reason not in REASONS.get(wanted.kind, ()):
        raise ReasonUnknown(kind=wanted.kind, reason=wanted.reason)
    before = standing_of(unit)
    standing = after(before, wanted.kind, wanted.reason)
    if standing is None:
        raise DecisionNotOpen(kind=wanted.kind, standing=before)
    newest = unit.newest_decision
    try:  # no savepoint: the refusal ends the transaction of whoever decides
        decision = Decision.objects.create(
            claim_unit=unit,
            number=newest.number + 1 if newest else 1,
            kind=wanted.kind,
            reason=wanted.reason,
            standing=standing,
            by=wanted.by,
            at=at,
            facts=wanted.facts,
        )
    except IntegrityError as taken:
        raise DecisionConflict() from taken
    freed = assignment.freed_by(unit, wanted.kind)
    # newest n -> n + 1, only while n is still the newest
    moved = ClaimUnit.objects.filter(id=unit.id, newest_decision=newest).update(
        newest_decision=decision, standing=standing, **freed
    )
    if not moved:
        raise DecisionConflict()
    unit.newest_decision, unit.standing = decision, standing
    for name, value in freed.items():
        setattr(unit, name, value)
    return decision


def _swap(unit: ClaimUnit, holder: ClaimUnit | None, *, number: int, by: str, at: datetime) -> None:
    cases = {unit.claim.case_no} | ({holder.claim.case_no} if holder else set())
    books.hold_chains(recall_id=unit.recall_id, case_nos=sorted(cases))
    if holder is not None:
        ClaimUnit.objects.filter(id=holder.id).update(contested=True, holder_entry_id=None)
    if holder is not None and holder.holder_entry_id and not holding.is_at_large(unit):
        corrections.reverse(
            entry_id=holder.holder_entry_id,
            reason="holder_changed",
            key=f"hand-over-{number}:{unit.claim.case_no}-{unit.unit_no}",
            door="claims",
            by=by,
            at=at,
        )
    holding.take_over(unit, number=number, by=by, at=at)
    ClaimUnit.objects.filter(id=unit.id).update(
        unit_id=unit.unit_id, contested=False, holder_entry_id=unit.holder_entry_id
    )
