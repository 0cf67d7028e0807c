"""Read payouts: what is due, the batches with their lines, what went wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from kaishu.claims.terms import recall_of
from kaishu.editions.queries import current_edition, recall_rows
from kaishu.payouts import corrections
from kaishu.payouts.batches import find_batch
from kaishu.payouts.due import Owed, due, groups, listed
from kaishu.payouts.models import (
    BOUNCED,
    LIVE,
    RETURNED,
    UNKNOWN,
    Batch,
    BatchFile,
    Instruction,
    ProviderEvent,
)
from kaishu.payouts.reasons import OWNER_CORRECTS
from kaishu.payouts.result_acts import unmatched
from kaishu.payouts.shop_codes import free_codes

__all__ = [
    "BatchView",
    "LineView",
    "Owed",
    "attention",
    "batch",
    "batches",
    "due",
    "free_codes",
    "groups",
    "instructions_of",
    "listed",
    "unmatched_events",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class LineView:
    """One instruction; `facts` may hold a replacement's serial and tracking number.

    `tried` counts the attempts that reached a provider, this one too (a batch that was withdrawn
    before it left was none); `again` = an earlier one came back. `waits` = for the owner to put
    something right.
    """

    instruction_id: int
    batch_id: int
    case_no: str
    unit_no: int
    attempt: int
    key: str
    provider: str
    commodity: str
    quantity: int
    payee: str
    state: str
    provider_ref: str
    reason: str
    facts: Mapping[str, str]
    recall_id: int
    product: str
    waits: bool
    again: bool
    tried: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchView:
    """One batch; state is "proposed", "approved", "withdrawn" or "refused"
    (taken back by another than its maker before anybody agreed)."""

    batch_id: int
    state: str
    maker: str
    proposed_at: datetime
    approver: str
    approved_at: datetime | None
    recall_id: int | None
    commodity: str
    ended_by: str
    ended_at: datetime | None
    ended_reason: str
    ended_note: str
    totals: Mapping[str, int]
    digest: str
    states: Mapping[str, int]
    lines: tuple[LineView, ...] = ()

    @property
    def count(self) -> int:
        """Return how many instructions the batch has."""
        return sum(self.states.values())


def batches(*, limit: int = 50) -> list[BatchView]:
    """Return the newest batches, without their lines."""
    return [_view(row, ()) for row in Batch.objects.order_by("-id")[:limit]]


def batch(batch_id: int) -> BatchView:
    """Return one batch with its lines. Raises BatchNotFound."""
    row = find_batch(batch_id)
    return _view(row, tuple(line_views(row.instructions.order_by("id"))))


def instructions_of(*, case_no: str) -> list[LineView]:
    """Return every instruction of a case, oldest first."""
    return line_views(Instruction.objects.filter(case_no=case_no).order_by("id"))


def orders(
    *,
    recall_id: int | None = None,
    commodity: str = "",
    state: str = "",
    batch_id: int | None = None,
    correct: bool = False,
) -> QuerySet[Instruction]:
    """Return instructions, newest first; `correct` = those that wait for their owner."""
    rows = corrections.waiting() if correct else Instruction.objects.all()
    asked = {
        "recall_id": recall_id,
        "commodity": commodity,
        "state": state,
        "batch_id": batch_id,
    }
    return rows.filter(**{name: value for name, value in asked.items() if value}).order_by("-id")


def attention(*, limit: int = 50) -> list[LineView]:
    """Return the instructions a person should act on: unknown, or back and not tried again."""
    return line_views(_attention().order_by("-id")[:limit])


def attention_count() -> int:
    """Return how many instructions a person should act on."""
    return _attention().count()


def unmatched_events(*, limit: int = 50) -> list[ProviderEvent]:
    """Return results that fitted no instruction, and that nobody dealt with yet."""
    return list(unmatched()[:limit])


def unmatched_count() -> int:
    """Return how many results fitted nothing and wait for two people."""
    return unmatched().count()


def files_of(batch_id: int) -> list[BatchFile]:
    """Return the files made of a batch, with their downloads."""
    rows = BatchFile.objects.filter(batch_id=batch_id).defer("body").order_by("id")
    return list(rows.prefetch_related("looks"))


def commodities() -> list[str]:
    """Return every currency and shop credit that a recall may pay in."""
    found = {
        remedy.commodity
        for row in recall_rows()
        if (edition := current_edition(row.slug)) is not None
        for remedy in recall_of(edition.id).remedies
    }
    return sorted(name for name in found if not name.startswith(("sku:", "kit:")))


def sums(rows: QuerySet[Any]) -> list[tuple[str, int, int]]:
    """Return commodity, number and total of rows that have a commodity and a quantity."""
    grouped = rows.order_by().values_list("commodity")
    return sorted(grouped.annotate(count=Count("id"), total=Sum("quantity")))


def line_views(rows: Iterable[Instruction]) -> list[LineView]:
    """Return instructions as plain values."""
    lines = list(rows)
    tried: dict[int, list[int]] = {}
    reached = Instruction.objects.filter(promise_id__in={line.promise_id for line in lines})
    for promise_id, attempt in reached.filter(state__in=(BOUNCED, RETURNED)).values_list(
        "promise_id", "attempt"
    ):
        tried.setdefault(promise_id, []).append(attempt)
    return [
        _line(line, sum(each < line.attempt for each in tried.get(line.promise_id, ())))
        for line in lines
    ]


def _attention() -> QuerySet[Instruction]:
    newer = Instruction.objects.filter(
        promise_id=OuterRef("promise_id"), attempt__gt=OuterRef("attempt"), state__in=LIVE
    )
    came_back = Q(state__in=(BOUNCED, RETURNED)) & ~Exists(newer)
    return Instruction.objects.filter(Q(state=UNKNOWN) | came_back)


def _view(row: Batch, lines: tuple[LineView, ...]) -> BatchView:
    states = row.instructions.values_list("state").annotate(count=Count("id")).order_by("state")
    state = "approved" if row.approved_at else "proposed"
    if row.withdrawn_at:
        state = "withdrawn" if row.approver or row.withdrawn_by == row.maker else "refused"
    return BatchView(
        batch_id=row.id,
        state=state,
        maker=row.maker,
        proposed_at=row.proposed_at,
        approver=row.approver or "",
        approved_at=row.approved_at,
        recall_id=row.recall_id,
        commodity=row.commodity,
        ended_by=row.withdrawn_by or "",
        ended_at=row.withdrawn_at,
        ended_reason=row.ended_reason,
        ended_note=row.ended_note,
        totals=row.totals,
        digest=row.digest,
        states=dict(states),
        lines=lines,
    )


def _line(row: Instruction, before: int) -> LineView:
    came_back = row.state in (BOUNCED, RETURNED)
    return LineView(
        instruction_id=row.id,
        batch_id=row.batch_id,
        case_no=row.case_no,
        unit_no=row.unit_no,
        attempt=row.attempt,
        key=row.key,
        provider=row.provider,
        commodity=row.commodity,
        quantity=row.quantity,
        payee=row.payee,
        state=row.state,
        provider_ref=row.provider_ref,
        reason=row.reason,
        facts=row.facts,
        recall_id=row.recall_id,
        product=row.product,
        waits=came_back and row.corrected_at is None and row.reason in OWNER_CORRECTS,
        again=before > 0,
        tried=before + 1,
    )
