"""Propose what is due, have it approved by a second person, or take it back with a reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from kaishu.books.locks import hold
from kaishu.core.canonical import digest
from kaishu.payouts import funds, providers
from kaishu.payouts.due import MOST_LINES, Owed, due
from kaishu.payouts.errors import (
    BatchChanged,
    BatchDecided,
    BatchNotFound,
    LimitWrong,
    NothingDue,
    ReasonMissing,
    SelfApproval,
    TotalDiffers,
)
from kaishu.payouts.models import LIVE, READY, VOID, Batch, Instruction
from kaishu.payouts.pauses import check_not_paused
from kaishu.payouts.reasons import BATCH_ENDS

NOTE = 200


def propose_batch(
    *,
    by: str,
    at: datetime,
    recall_id: int | None = None,
    commodity: str = "",
    before: datetime | None = None,
    limit: int = MOST_LINES,
    most: int | None = None,
) -> Batch:
    """Put what is due into a new batch. Nothing is paid before an approval.

    At most `limit` payouts, and no more than `most` in all (minor units; needs a commodity).
    Raises NothingDue, LimitWrong.
    """
    if limit < 1 or (most is not None and (most < 1 or not commodity)):
        raise LimitWrong(limit=limit)
    with transaction.atomic():
        hold({"payouts propose"})
        rows = due(
            recall_id=recall_id, commodity=commodity, before=before, limit=min(limit, MOST_LINES)
        )
        lines = _within(_without_rivals(rows), most)
        if not lines:
            raise LimitWrong(limit=most) if rows and most else NothingDue()
        attempts = _attempts(lines)
        drafts = [_instruction(line, attempts.get(line.promise_id, 0) + 1) for line in lines]
        batch = Batch.objects.create(
            maker=by,
            proposed_at=at,
            recall_id=recall_id,
            commodity=commodity,
            totals=batch_totals(drafts),
            digest=batch_digest(drafts),
        )
        for draft in drafts:
            draft.batch = batch
        Instruction.objects.bulk_create(drafts)
        return batch


def approve_batch(
    *,
    batch_id: int,
    by: str,
    at: datetime,
    digest: str = "",
    typed: Mapping[str, int] | None = None,
) -> Batch:
    """Approve a batch that somebody else made.

    `digest` is that of the batch as it was shown, `typed` the totals as the person typed them.
    Raises SelfApproval, BatchDecided, BatchChanged, BatchNotFound, TotalDiffers, FundsShort,
    Paused.
    """
    with transaction.atomic():
        batch = find_batch(batch_id)
        if batch.maker == by:
            raise SelfApproval(batch=batch_id)
        lines = batch.instructions.order_by("id")
        if digest not in ("", batch.digest) or batch_digest(lines) != batch.digest:
            raise BatchChanged(batch=batch_id)
        if typed is not None and dict(typed) != batch.totals:
            raise TotalDiffers(batch=batch_id)
        if batch.approver or batch.withdrawn_at:
            raise BatchDecided(batch=batch_id)
        _check_covered(lines)
        # proposed -> approved, only while nobody decided
        approved = Batch.objects.filter(id=batch_id, approver=None, withdrawn_at=None).update(
            approver=by, approved_at=at
        )
        if not approved:
            raise BatchDecided(batch=batch_id)
        return find_batch(batch_id)


def withdraw_batch(
    *, batch_id: int, by: str, at: datetime, reason: str = "other", note: str = ""
) -> Batch:
    """Take back what no provider was called for yet; the promises become due again.

    By its maker it is withdrawn, by another refused; `reason` is one of `BATCH_ENDS`. Raises
    ReasonMissing, and BatchDecided where it was taken back before or everything in it has left.
    """
    if reason not in BATCH_ENDS:
        raise ReasonMissing(batch=batch_id)
    with transaction.atomic():
        batch = find_batch(batch_id)
        waiting = batch.instructions.filter(state=READY, sent_entry_id=None)
        if not waiting.exists():
            raise BatchDecided(batch=batch_id)
        withdrawn = Batch.objects.filter(id=batch_id, withdrawn_at=None).update(
            withdrawn_by=by,
            withdrawn_at=at,
            ended_reason=reason,
            ended_note=note.strip()[:NOTE],
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


def batch_totals(drafts: Iterable[Instruction]) -> dict[str, int]:
    """Return what a batch pays in all, by commodity."""
    totals: Counter[str] = Counter()
    for draft in drafts:
        totals[draft.commodity] += draft.quantity
    return dict(sorted(totals.items()))


def _check_covered(lines: Iterable[Instruction]) -> None:
    """Hold a batch against pauses and funds, recall by recall."""
    wanted: Counter[tuple[int, str]] = Counter()
    for line in lines:
        wanted[line.recall_id, line.commodity] += line.quantity
    for recall_id in sorted({recall for recall, _ in wanted}):
        check_not_paused(recall_id)
    for (recall_id, commodity), quantity in sorted(wanted.items()):
        funds.check_covered(recall_id=recall_id, commodity=commodity, wanted=quantity)


def _within(lines: list[Owed], most: int | None) -> list[Owed]:
    """Return the lines from the oldest on whose sum stays within a limit."""
    taken, total = [], 0
    for line in lines:
        total += line.quantity
        if most is not None and total > most:
            break
        taken.append(line)
    return taken


def _without_rivals(lines: list[Owed]) -> list[Owed]:
    """Leave out what the database would refuse: a second remedy, or another claim's unit.

    Claims do not let it come so far; one that does must not stop everybody else's money.
    """
    alive = Instruction.objects.filter(state__in=LIVE)
    cases = alive.filter(case_no__in={line.case_no for line in lines})
    terms = {(row.case_no, row.unit_no): row.terms for row in cases}
    units = alive.filter(unit_id__in={line.unit_id for line in lines if line.unit_id})
    held = {(row.recall_id, row.unit_id): (row.case_no, row.unit_no) for row in units}
    kept = []
    for line in lines:
        whose = (line.case_no, line.unit_no)
        if terms.setdefault(whose, line.terms) != line.terms:
            continue
        if line.unit_id and held.setdefault((line.recall_id, line.unit_id), whose) != whose:
            continue
        kept.append(line)
    return kept


def _attempts(lines: list[Owed]) -> dict[int, int]:
    rows = Instruction.objects.filter(promise_id__in=[line.promise_id for line in lines])
    return dict(rows.values_list("promise_id").annotate(last=Max("attempt")).order_by())


def _instruction(line: Owed, attempt: int) -> Instruction:
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
        terms=line.terms,
        product=line.product,
        unit_id=line.unit_id,
    )
