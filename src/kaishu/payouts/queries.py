"""Read payouts: what is due, the batches with their lines, what went wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from kaishu.payouts.batches import DueLine, due, find_batch
from kaishu.payouts.models import BOUNCED, RETURNED, UNKNOWN, Batch, Instruction, ProviderEvent
from kaishu.payouts.shop_codes import free_codes

__all__ = [
    "BatchView",
    "DueLine",
    "LineView",
    "attention",
    "batch",
    "batches",
    "due",
    "free_codes",
    "instructions_of",
    "unmatched_events",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class LineView:
    """One instruction; `facts` may hold a replacement's serial and tracking number."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchView:
    """One batch; state is "proposed", "approved" or "withdrawn"."""

    batch_id: int
    state: str
    maker: str
    proposed_at: datetime
    approver: str
    approved_at: datetime | None
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
    lines = tuple(_line(line) for line in row.instructions.order_by("id"))
    return _view(row, lines)


def instructions_of(*, case_no: str) -> list[LineView]:
    """Return every instruction of a case, oldest first."""
    return [_line(line) for line in Instruction.objects.filter(case_no=case_no).order_by("id")]


def attention(*, limit: int = 50) -> list[LineView]:
    """Return the instructions a person should know of: unknown, bounced, or come back late."""
    rows = Instruction.objects.filter(state__in=(UNKNOWN, BOUNCED, RETURNED))
    return [_line(line) for line in rows.order_by("-id")[:limit]]


def unmatched_events(*, limit: int = 50) -> list[ProviderEvent]:
    """Return results that fitted no instruction."""
    return list(ProviderEvent.objects.filter(matched=False).order_by("-id")[:limit])


def _view(row: Batch, lines: tuple[LineView, ...]) -> BatchView:
    states = row.instructions.values_list("state").annotate(count=Count("id")).order_by("state")
    state = "withdrawn" if row.withdrawn_at else "approved" if row.approved_at else "proposed"
    return BatchView(
        batch_id=row.id,
        state=state,
        maker=row.maker,
        proposed_at=row.proposed_at,
        approver=row.approver or "",
        approved_at=row.approved_at,
        totals=row.totals,
        digest=row.digest,
        states=dict(states),
        lines=lines,
    )


def _line(row: Instruction) -> LineView:
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
    )
