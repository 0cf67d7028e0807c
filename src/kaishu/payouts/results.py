"""Read what providers report: settled, bounced, or returned after it was settled.

Each result is kept once, with what became of it. One that fits nothing, names another amount or
contradicts what we know moves nothing: two people say what to make of it (`result_acts`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from kaishu.books import actions as books
from kaishu.books.locks import hold
from kaishu.core import accounts
from kaishu.payouts import providers
from kaishu.payouts.models import (
    AMOUNT_DIFFERS,
    BOUNCED,
    KEY_UNKNOWN,
    MOVED,
    NOT_FITTING,
    OVERTAKEN,
    REPEATED,
    RETURNED,
    SETTLED,
    Instruction,
    ProviderEvent,
)
from kaishu.payouts.providers.base import Provider, Result
from kaishu.payouts.sending import advance, bounce, tell_came_back, tell_owner, under_way

FITTING = (MOVED, REPEATED, OVERTAKEN)


@dataclass(slots=True)
class Read:
    """What one reading brought; `unmatched` results wait for a person, `repeated` said nothing
    new."""

    settled: int = 0
    bounced: int = 0
    returned: int = 0
    repeated: int = 0
    unmatched: int = 0


def read_results(*, at: datetime, by: str = "worker") -> Read:
    """Read every provider's new results, one transaction each, in their order."""
    read = Read()
    for name in providers.NAMES:
        provider = providers.provider(name)
        since = ProviderEvent.objects.filter(provider=name).aggregate(last=Max("number"))["last"]
        for result in provider.results(since=since or 0, at=at):
            _apply(provider, result, at, by, read)
    return read


def move(instruction: Instruction, result: Result, *, at: datetime, by: str) -> bool:
    """Move an order and its promise as a result says; False where it does not stand there."""
    early = result.kind == "returned" and instruction.state in under_way(instruction)
    if result.kind == "bounced" or early:
        # Money that came back before we heard that it had arrived went one way only.
        return bounce(instruction, result.reason, at=at, happened_at=result.happened_at, by=by)
    sources: tuple[str, ...]
    if result.kind == "settled":
        # A result is also an answer to a call whose own answer was lost.
        sources, target, account = under_way(instruction), SETTLED, accounts.PAID
    else:
        sources, target, account = (SETTLED,), RETURNED, accounts.OWED
    moved = advance(instruction, sources, target, provider_ref=result.ref, reason=result.reason)
    if moved:
        books.move_promise(
            promise_id=instruction.promise_id,
            kind=f"payout.{target}",
            target=account,
            key=f"{instruction.key}:{target}",
            door="payouts",
            by=by,
            at=at,
            happened_at=result.happened_at,
            reason=result.reason,
        )
    if moved and target == SETTLED:
        tell_owner(instruction, "remedy_done", at=at)
    if moved and target == RETURNED:
        tell_came_back(instruction, result.reason, at=at)
    return moved


def _apply(provider: Provider, result: Result, at: datetime, by: str, read: Read) -> None:
    with transaction.atomic():
        hold({f"results {provider.name}"})  # one reader at a time, so that none finds it half read
        event = {"provider": provider.name, "number": result.number}
        if ProviderEvent.objects.filter(**event).exists():
            return
        outcome = _outcome(provider, result, at, by)
        ProviderEvent.objects.create(
            **event,
            key=result.key,
            kind=result.kind,
            reason=result.reason,
            ref=result.ref,
            amount=result.amount,
            matched=outcome in FITTING,
            outcome=outcome,
            happened_at=result.happened_at,
            received_at=at,
        )
    name = result.kind if outcome == MOVED else "repeated" if outcome in FITTING else "unmatched"
    setattr(read, name, getattr(read, name) + 1)


def _outcome(provider: Provider, result: Result, at: datetime, by: str) -> str:
    instruction = (
        Instruction.objects.select_for_update()
        .filter(key=result.key, provider=provider.name)
        .first()
    )
    if instruction is None:
        return KEY_UNKNOWN
    if result.amount is not None and result.amount != instruction.quantity:
        return AMOUNT_DIFFERS
    if move(instruction, result, at=at, by=by):
        return MOVED
    return _no_move(instruction, result)


def _no_move(instruction: Instruction, result: Result) -> str:
    """Say why a result of a known order moved nothing.

    It repeats where the order already stands where it leads; it was overtaken where what we did
    last about this order happened later than it (a settlement that we hear of after the return).
    """
    if instruction.state == result.kind:
        return REPEATED
    if instruction.state in (BOUNCED, RETURNED) and result.kind in ("settled", "bounced"):
        moved = ProviderEvent.objects.filter(key=instruction.key, outcome=MOVED)
        last = moved.exclude(kind="settled").order_by("-happened_at").first()
        if last is not None and last.kind == "returned" and result.happened_at <= last.happened_at:
            return OVERTAKEN
    return NOT_FITTING
