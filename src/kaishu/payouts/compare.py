"""What a second person has to see of a batch before the yes: how it differs from the last one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Sum

from kaishu.payouts.models import BOUNCED, RETURNED, Batch, Instruction
from kaishu.payouts.rules import rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """One commodity's sum, number of payouts and biggest payout: in this batch and in the last."""

    commodity: str
    total: int
    total_before: int
    count: int
    count_before: int
    biggest: int
    biggest_before: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What differs. The lines are ids of this batch's instructions.

    `new_payees` were in no batch before; `above` is over the recall's limit; `again` failed
    before; `twice` are people with several payouts in this very batch.
    """

    before: int | None
    totals: tuple[Total, ...]
    people: int
    new_payees: frozenset[int]
    above: frozenset[int]
    again: frozenset[int]
    twice: frozenset[int]
    biggest: frozenset[int]


def difference(batch_id: int) -> Difference:
    """Compare a batch with the newest one before it of the same recall and commodity."""
    batch = Batch.objects.get(id=batch_id)
    lines = list(batch.instructions.order_by("id"))
    before = _before(batch, {line.commodity for line in lines})
    old = list(before.instructions.order_by("id")) if before else []
    known = set(
        Instruction.objects.filter(
            batch_id__lt=batch_id,
            payee__in={line.payee for line in lines},
            batch__withdrawn_at=None,
        ).values_list("payee", flat=True)
    )
    times = Counter(line.payee for line in lines)
    largest = _biggest(lines)
    return Difference(
        before=before.id if before else None,
        totals=_totals(lines, old),
        people=len(times),
        new_payees=frozenset(line.id for line in lines if line.payee not in known),
        above=_above(lines),
        again=tried_before(lines),
        twice=frozenset(line.id for line in lines if times[line.payee] > 1),
        biggest=frozenset(
            line.id for line in lines if line.quantity == largest.get(line.commodity)
        ),
    )


def tried_before(lines: list[Instruction]) -> frozenset[int]:
    """Return which lines are a further attempt: an earlier order went out and came back.

    A batch that was withdrawn before anything left was no attempt.
    """
    tried = Instruction.objects.filter(
        promise_id__in={line.promise_id for line in lines}, state__in=(BOUNCED, RETURNED)
    ).values_list("promise_id", "attempt")
    first: dict[int, int] = {}
    for promise_id, attempt in tried:
        first[promise_id] = min(attempt, first.get(promise_id, attempt))
    return frozenset(
        line.id for line in lines if first.get(line.promise_id, line.attempt) < line.attempt
    )


def leaving_on(*, since: datetime, besides: int) -> Mapping[str, int]:
    """Return what other batches approved since then send, by commodity: with this one, the day's
    money that leaves the company."""
    others = Instruction.objects.filter(
        batch__approved_at__gte=since, batch__withdrawn_at=None
    ).exclude(batch_id=besides)
    sums = others.order_by().values_list("commodity").annotate(total=Sum("quantity"))
    return dict(sums)


def _before(batch: Batch, commodities: set[str]) -> Batch | None:
    rows = Batch.objects.filter(id__lt=batch.id, withdrawn_at=None)
    if batch.recall_id is not None:
        rows = rows.filter(instructions__recall_id=batch.recall_id)
    return rows.filter(instructions__commodity__in=commodities).order_by("-id").first()


def _totals(lines: list[Instruction], old: list[Instruction]) -> tuple[Total, ...]:
    names = sorted({line.commodity for line in (*lines, *old)})
    now, then = (_sums(rows) for rows in (lines, old))
    nothing = (0, 0, 0)
    return tuple(
        Total(
            commodity=name,
            total=now.get(name, nothing)[0],
            total_before=then.get(name, nothing)[0],
            count=now.get(name, nothing)[1],
            count_before=then.get(name, nothing)[1],
            biggest=now.get(name, nothing)[2],
            biggest_before=then.get(name, nothing)[2],
        )
        for name in names
    )


def _sums(lines: list[Instruction]) -> dict[str, tuple[int, int, int]]:
    found: dict[str, tuple[int, int, int]] = {}
    for line in lines:
        total, count, biggest = found.get(line.commodity, (0, 0, 0))
        found[line.commodity] = (total + line.quantity, count + 1, max(biggest, line.quantity))
    return found


def _biggest(lines: list[Instruction]) -> dict[str, int]:
    return {name: sums[2] for name, sums in _sums(lines).items()}


def _above(lines: list[Instruction]) -> frozenset[int]:
    limits = {whose: rule.flag_above for whose, rule in rules().items()}
    found = set()
    for line in lines:
        limit = limits.get((line.recall_id, line.commodity))
        if limit is not None and line.quantity > limit:
            found.add(line.id)
    return frozenset(found)
