"""Send approved instructions, each at most once, whatever dies in between.

    ready -> calling    our promise goes to `sent` in the books, committed    (transaction 1)
    the provider is called, outside any transaction
    calling -> sent     what the provider answered                            (transaction 2)
    calling -> unknown  no answer: looked up later, never sent blindly

The promise leaves `owed` before the call, not after: while an order may be under way, nobody can
change the remedy, withdraw the claim or award it again. A provider that says no gives it back.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet

from kaishu.books import actions as books
from kaishu.books import corrections
from kaishu.books.errors import PromiseMoved, RouteClosed
from kaishu.books.models import Promise
from kaishu.claims.lookups import claim_unit
from kaishu.claims.messages import tell_unit
from kaishu.core import accounts
from kaishu.core.sentences import sentence
from kaishu.payouts import funds, pauses, providers
from kaishu.payouts.due import is_due_now
from kaishu.payouts.models import BOUNCED, CALLING, READY, SENT, UNKNOWN, VOID, Instruction
from kaishu.payouts.providers.base import NotNow, Order, Refused, Sent, Unknown
from kaishu.payouts.reasons import OWNER_CORRECTS

logger = logging.getLogger("kaishu.payouts")

# What the trigger says that holds payouts against the population (migration 0004).
PAST_POPULATION = "goes past the population"
# A call that took longer than this was cut off: look up what became of it.
LEASE = timedelta(minutes=5)


@dataclass(slots=True)
class Tally:
    """What one run did."""

    sent: int = 0
    refused: int = 0
    unknown: int = 0
    postponed: int = 0
    void: int = 0
    resolved: int = 0
    paused: int = 0


def send_due(*, at: datetime, by: str = "worker", limit: int = 500) -> Tally:
    """Look up what is unknown, then send what is approved and ready, oldest first.

    A recall that stands still sends nothing, nor does one whose funds are short.
    """
    tally = Tally(paused=pauses.watch(at=at, by=by))
    for instruction_id in list(_unresolved(at)[:limit]):
        resolve(instruction_id=instruction_id, at=at, by=by, tally=tally)
    for instruction_id in list(_covered(_sendable())[:limit]):
        send_one(instruction_id=instruction_id, at=at, by=by, tally=tally)
    return tally


def send_one(*, instruction_id: int, at: datetime, by: str, tally: Tally) -> None:
    """Send one instruction, if it is still ready and its promise still due."""
    try:
        instruction = _begin(instruction_id, at, by)
    except IntegrityError as refused:
        tally.paused += _refused_by_database(instruction_id, refused, at, by)
        return
    if instruction is None:
        tally.void += 1
        return
    order = Order(
        key=instruction.key,
        commodity=instruction.commodity,
        amount=instruction.quantity,
        payee_ref=instruction.payee,
        at=at,
    )
    try:
        sent = providers.provider(instruction.provider).send(order)
    except Refused as refused:
        tally.refused += bounce(instruction, refused.reason, at=at, happened_at=at, by=by)
    except NotNow as later:
        tally.postponed += _postpone(instruction, later.reason, at, by)
    except Exception as problem:
        # Also a fault of our own: after a call has begun, only the provider knows.
        if not isinstance(problem, Unknown):
            logger.exception("provider call failed", extra={"key": instruction.key})
        tally.unknown += advance(instruction, (CALLING,), UNKNOWN)
    else:
        tally.sent += record_sent(instruction, sent, at=at)


def resolve(*, instruction_id: int, at: datetime, by: str, tally: Tally) -> None:
    """Ask the provider what became of an unknown order: record it, or make it ready again.

    Ready again keeps its key, so that an order still on its way is not booked twice.
    """
    instruction = Instruction.objects.get(id=instruction_id)
    try:
        found = providers.provider(instruction.provider).lookup(instruction.key)
    except Unknown:
        return
    if found is not None:
        tally.resolved += record_sent(instruction, found, at=at)
    else:
        tally.resolved += advance(instruction, (CALLING, UNKNOWN), READY)


def record_sent(instruction: Instruction, sent: Sent, *, at: datetime) -> bool:
    """Keep the provider's answer and tell the owner. False where a result was read meanwhile."""
    with transaction.atomic():
        moved = advance(
            instruction, (CALLING, UNKNOWN), SENT, provider_ref=sent.ref, facts=dict(sent.facts)
        )
        if moved:
            tell_owner(instruction, "remedy_sent", at=at)
        return moved


def tell_came_back(instruction: Instruction, reason: str, *, at: datetime) -> None:
    """Tell the owner what came back and why, where they can put it right."""
    if reason in OWNER_CORRECTS:
        tell_owner(instruction, "remedy_came_back", at=at, why=reason)


def tell_owner(instruction: Instruction, template: str, *, at: datetime, why: str = "") -> None:
    """Queue a message about what this instruction brings, once for each attempt.

    A message that cannot be written must not undo what is known of the money, nor stop the rest.
    """
    try:
        with transaction.atomic():
            tell_unit(
                case_no=instruction.case_no,
                unit_no=instruction.unit_no,
                template=template,
                key=f"{template}:{instruction.key}",
                at=at,
                **_said(instruction, why),
            )
    except Exception:
        logger.exception("owner not told", extra={"key": instruction.key})


def _said(instruction: Instruction, why: str) -> dict[str, str]:
    """Return a reason in the owner's own words."""
    if not why:
        return {}
    unit = claim_unit(case_no=instruction.case_no, unit_no=instruction.unit_no)
    return {"reason": sentence(f"owner_{why}", unit.claim.language).text}


def bounce(
    instruction: Instruction, reason: str, *, at: datetime, happened_at: datetime, by: str
) -> bool:
    """Give the promise back: the order failed for good. The next attempt has another key."""
    with transaction.atomic():
        moved = advance(instruction, under_way(instruction), BOUNCED, reason=reason)
        if moved:
            books.move_promise(
                promise_id=instruction.promise_id,
                kind="payout.bounced",
                target=accounts.OWED,
                key=f"{instruction.key}:bounced",
                door="payouts",
                by=by,
                at=at,
                happened_at=happened_at,
                reason=reason,
            )
            tell_came_back(instruction, reason, at=at)
        return moved


def _refused_by_database(
    instruction_id: int, refused: IntegrityError, at: datetime, by: str
) -> bool:
    """Let a recall stand still whose population is used up; the order stays ready."""
    line = Instruction.objects.get(id=instruction_id)
    logger.error("payout refused by the database", extra={"key": line.key})
    if PAST_POPULATION not in str(refused):
        return False
    pauses.past_population(recall_id=line.recall_id, product=line.product, by=by, at=at)
    return True


def under_way(instruction: Instruction) -> tuple[str, ...]:
    """Return the states in which a result may come in for this instruction.

    Also while it waits to be sent again: the request that seemed lost may have arrived late.
    """
    begun = (READY,) if instruction.sent_entry_id is not None else ()
    return (CALLING, UNKNOWN, SENT, *begun)


def advance(
    instruction: Instruction, sources: tuple[str, ...], target: str, **fields: object
) -> bool:
    """Move an instruction on, only while it stands where this step starts; say whether it did.

    An answer to an earlier try says nothing once another try has begun.
    """
    rows = Instruction.objects.filter(id=instruction.id, state__in=sources, tries=instruction.tries)
    return bool(rows.update(state=target, **fields))


def _sendable() -> QuerySet[Instruction, int]:
    approved = Q(batch__approver__isnull=False)
    # What was begun stays ours to finish, even if its batch is withdrawn meanwhile.
    rows = Instruction.objects.filter(approved & Q(state=READY)).filter(
        Q(batch__withdrawn_at=None) | Q(sent_entry_id__isnull=False)
    )
    paused = pauses.paused_recalls()
    if paused:
        rows = rows.exclude(recall_id__in=paused)
    return rows.order_by("id").values_list("id", flat=True)


def _covered(rows: QuerySet[Instruction, int]) -> QuerySet[Instruction, int]:
    """Leave out what funds do not cover; what was begun has been counted as sent already."""
    for figures in funds.figures():
        if figures.short:
            whose = Q(recall_id=figures.recall_id, commodity=figures.commodity)
            rows = rows.exclude(whose & Q(sent_entry_id=None))
    return rows


def _unresolved(at: datetime) -> QuerySet[Instruction, int]:
    cut_off = Q(state=CALLING, called_at__lte=at - LEASE)
    rows = Instruction.objects.filter(cut_off | Q(state=UNKNOWN))
    return rows.order_by("id").values_list("id", flat=True)


def _begin(instruction_id: int, at: datetime, by: str) -> Instruction | None:
    """Claim an instruction and its promise, committed before the provider hears of it."""
    with transaction.atomic():
        if not _sendable().filter(id=instruction_id).exists():
            return None
        rows = Instruction.objects.filter(id=instruction_id, state=READY)
        # ready -> calling, by one worker only
        if not rows.update(state=CALLING, called_at=at, tries=F("tries") + 1):
            return None
        instruction = Instruction.objects.get(id=instruction_id)
        if instruction.sent_entry_id is not None:
            return instruction
        reason = _take_promise(instruction, at, by)
        if reason:
            advance(instruction, (CALLING,), VOID, reason=reason)
            return None
        return instruction


def _take_promise(instruction: Instruction, at: datetime, by: str) -> str:
    """Move the promise owed -> sent; return why not, where it may not leave any more."""
    promise = Promise.objects.get(id=instruction.promise_id)
    if promise.account != accounts.OWED:
        return "promise_changed"
    if not is_due_now(promise):
        return "not_due"
    try:
        entry = books.move_promise(
            promise_id=promise.id,
            kind="payout.sent",
            target=accounts.SENT,
            key=f"{instruction.key}:sent:{instruction.tries}",
            door="payouts",
            by=by,
            at=at,
        )
    except (PromiseMoved, RouteClosed):
        return "promise_changed"
    instruction.sent_entry_id = entry.id
    instruction.save(update_fields=["sent_entry_id"])
    return ""


def _postpone(instruction: Instruction, reason: str, at: datetime, by: str) -> bool:
    """Take the payout back: the provider booked nothing and will later."""
    with transaction.atomic():
        moved = advance(instruction, (CALLING,), READY, reason=reason, sent_entry_id=None)
        if moved and instruction.sent_entry_id is not None:
            corrections.reverse(
                entry_id=instruction.sent_entry_id,
                reason=reason,
                key=f"{instruction.key}:not-now:{instruction.tries}",
                door="payouts",
                by=by,
                at=at,
            )
        return moved
