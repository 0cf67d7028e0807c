"""Propose what is due, have it approved by a second person, or withdraw it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from kaishu.books.locks import hold
from kaishu.books.models import Promise
from kaishu.books.queries import promises_in
from kaishu.claims import queries as claims
from kaishu.claims.views import DueFacts
from kaishu.core.accounts import OWED
from kaishu.core.canonical import digest
from kaishu.core.remedy import is_due
from kaishu.payouts import providers
from kaishu.payouts.errors import (
    BatchChanged,
    BatchDecided,
    BatchNotFound,
    NothingDue,
    SelfApproval,
)
from kaishu.payouts.models import LIVE, READY, VOID, Batch, Instruction

MOST_LINES = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class DueLine:
    """One promise that may leave now. `reason` is the code why; `payee` a person id."""

    promise_id: int
    recall_id: int
    case_no: str
    unit_no: int
    terms: str
    commodity: str
    quantity: int
    payee: str
    reason: str


def due(*, recall_id: int | None = None, limit: int = MOST_LINES) -> list[DueLine]:
    """Return the promises that are due and lie in no batch yet, oldest first; kits are not ours."""
    alive = Instruction.objects.filter(state__in=LIVE).values("promise_id")
    promises = promises_in(account=OWED).exclude(id__in=alive)
    if recall_id is not None:
        promises = promises.filter(recall_id=recall_id)
    found: list[DueLine] = []
    last = 0
    while len(found) < limit:
        page = list(promises.filter(id__gt=last)[:MOST_LINES])
        if not page:
            break
        last = page[-1].id
        found += _due_lines(page)
    return found[:limit]


def due_line(promise: Promise, facts: Mapping[tuple[str, int], DueFacts]) -> DueLine | None:
    """Return the line of one promise, or None while it may not leave."""
    known = facts.get((promise.case_no, promise.unit_no))
    remedy = claims.remedy(edition_id=promise.edition_id, code=promise.terms)
    if known is None or remedy is None or known.forgotten:
        return None
    answer = is_due(
        remedy,
        approved=known.approved,
        unit_account=known.unit_account,
        inspected=known.collected,
    )
    if not answer.due:
        return None
    return DueLine(
        promise_id=promise.id,
        recall_id=promise.recall_id,
        case_no=promise.case_no,
        unit_no=promise.unit_no,
        terms=promise.terms,
        commodity=promise.commodity,
        quantity=promise.quantity,
        payee=known.person_id,
        reason=answer.reason,
    )


def propose_batch(
    *, by: str, at: datetime, recall_id: int | None = None, limit: int = MOST_LINES
) -> Batch:
    """Put what is due into a new batch. Raises NothingDue. Nothing is paid before an approval."""
    with transaction.atomic():
        hold({"payouts propose"})
        lines = due(recall_id=recall_id, limit=limit)
        if not lines:
            raise NothingDue()
        attempts = _attempts(lines)
        drafts = [_instruction(line, attempts.get(line.promise_id, 0) + 1) for line in lines]
        batch = Batch.objects.create(
            maker=by, proposed_at=at, totals=batch_totals(drafts), digest=batch_digest(drafts)
        )
        for draft in drafts:
            draft.batch = batch
        Instruction.objects.bulk_create(drafts)
        return batch


def approve_batch(*, batch_id: int, by: str, at: datetime, digest: str = "") -> Batch:
    """Approve a batch that somebody else made. `digest` is that of the batch as it was shown.

    Raises SelfApproval, BatchDecided, BatchChanged, BatchNotFound.
    """
    with transaction.atomic():
        batch = find_batch(batch_id)
        if batch.maker == by:
            raise SelfApproval(batch=batch_id)
        lines = batch.instructions.order_by("id")
        if digest not in ("", batch.digest) or batch_digest(lines) != batch.digest:
            raise BatchChanged(batch=batch_id)
        # proposed -> approved, only while nobody decided
        approved = Batch.objects.filter(id=batch_id, approver=None, withdrawn_at=None).update(
            approver=by, approved_at=at
        )
        if not approved:
            raise BatchDecided(batch=batch_id)
        return find_batch(batch_id)


def withdraw_batch(*, batch_id: int, by: str, at: datetime) -> Batch:
    """Take back what no provider was called for yet; the promises become due again.

    Raises BatchDecided where it was withdrawn before, or everything in it has left.
    """
    with transaction.atomic():
        batch = find_batch(batch_id)
        waiting = batch.instructions.filter(state=READY, sent_entry_id=None)
        if not waiting.exists():
            raise BatchDecided(batch=batch_id)
        withdrawn = Batch.objects.filter(id=batch_id, withdrawn_at=None).update(
            withdrawn_by=by, withdrawn_at=at
        )
        if not withdrawn:
            raise BatchDecided(batch=batch_id)
        # ready -> void, but never what is already promised to a provider
        waiting.update(state=VOID, reason="batch_withdrawn")
        return find_batch(batch_id)


def find_batch(batch_id: int) -> Batch:
    """Return a batch. Raises BatchNotFound."""
    batch = Batch.objects.filter(id=batch_id).first()
    if batch is None:
        raise BatchNotFound(batch=batch_id)
    return batch


def batch_digest(lines: Iterable[Instruction]) -> str:
    """Return the digest of what an approver reads: keys, amounts and payees in order."""
    return digest([[line.key, line.commodity, line.quantity, line.payee] for line in lines])


def _due_lines(promises: list[Promise]) -> list[DueLine]:
    facts = claims.due_facts(promises)
    lines = (due_line(promise, facts) for promise in promises)
    return [line for line in lines if line is not None]


def _attempts(lines: list[DueLine]) -> dict[int, int]:
    rows = Instruction.objects.filter(promise_id__in=[line.promise_id for line in lines])
    return dict(rows.values_list("promise_id").annotate(last=Max("attempt")).order_by())


def _instruction(line: DueLine, attempt: int) -> Instruction:
    return Instruction(
        promise_id=line.promise_id,
        recall_id=line.recall_id,
        case_no=line.case_no,
        unit_no=line.unit_no,
        attempt=attempt,
        key=f"{line.case_no}-{line.unit_no}-{line.promise_id}-{attempt}",
        provider=providers.provider_name(line.commodity),
        commodity=line.commodity,
        quantity=line.quantity,
        payee=line.payee,
    )


def batch_totals(drafts: list[Instruction]) -> dict[str, int]:
    """Return what a batch pays in all, by commodity."""
    totals: Counter[str] = Counter()
    for draft in drafts:
        totals[draft.commodity] += draft.quantity
    return dict(sorted(totals.items()))
