"""Read what providers report: settled, bounced, or returned after it was settled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from kaishu.books import actions as books
from kaishu.books.locks import hold
from kaishu.core import accounts
from kaishu.payouts import providers
from kaishu.payouts.models import RETURNED, SETTLED, Instruction, ProviderEvent
from kaishu.payouts.providers.base import Provider, Result
from kaishu.payouts.sending import advance, bounce, tell_owner, under_way


@dataclass(slots=True)
class Read:
    """What one reading brought; `unmatched` results named no instruction in a fitting state."""

    settled: int = 0
    bounced: int = 0
    returned: int = 0
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


def _apply(provider: Provider, result: Result, at: datetime, by: str, read: Read) -> None:
    with transaction.atomic():
        hold({f"results {provider.name}"})  # one reader at a time, so that none finds it half read
        event = {"provider": provider.name, "number": result.number}
        if ProviderEvent.objects.filter(**event).exists():
            return
        matched = _move(result, at, by)
        ProviderEvent.objects.create(
            **event,
            key=result.key,
            kind=result.kind,
            reason=result.reason,
            ref=result.ref,
            matched=matched,
            happened_at=result.happened_at,
            received_at=at,
        )
    name = result.kind if matched else "unmatched"
    setattr(read, name, getattr(read, name) + 1)


def _move(result: Result, at: datetime, by: str) -> bool:
    instruction = Instruction.objects.select_for_update().filter(key=result.key).first()
    if instruction is None:
        return False
    if result.kind == "bounced":
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
    return moved
