"""What is due, what is not and why: for lists, for batches, and for the moment of sending."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from kaishu.books.models import Promise
from kaishu.payouts.due_rows import DUE, WAITING, Owed, Wanted, owed_rows
from kaishu.payouts.pauses import paused_recalls

__all__ = ["DUE", "WAITING", "Group", "Owed", "due", "groups", "is_due_now", "listed"]

MOST_LINES = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """What is owed in one recall, commodity and for one reason; `oldest` its oldest decision."""

    recall_id: int
    commodity: str
    why: str
    count: int
    people: int
    total: int
    oldest: datetime | None


def due(
    *,
    recall_id: int | None = None,
    commodity: str = "",
    before: datetime | None = None,
    limit: int = MOST_LINES,
) -> list[Owed]:
    """Return the promises that may leave and lie in no batch yet, oldest first; kits are not ours.

    `before` asks for those decided until then.
    """
    wanted = Wanted(
        recall_id=recall_id,
        commodity=commodity,
        before=before,
        why=DUE,
        paused=paused_recalls(),
    )
    return list(owed_rows(wanted, limit=limit))


def listed(
    *,
    recall_id: int | None = None,
    commodity: str = "",
    before: datetime | None = None,
    why: Sequence[str] = (),
    limit: int | None = None,
) -> Iterator[Owed]:
    """Yield what is owed for the reasons asked for (empty = all of them), due or not."""
    return owed_rows(
        Wanted(
            recall_id=recall_id,
            commodity=commodity,
            before=before,
            why=tuple(why),
            paused=paused_recalls(),
        ),
        limit=limit,
    )


def groups(*, recall_id: int | None = None) -> list[Group]:
    """Return everything owed and in no batch, counted by recall, commodity and reason."""
    counts: Counter[tuple[int, str, str]] = Counter()
    totals: Counter[tuple[int, str, str]] = Counter()
    people: dict[tuple[int, str, str], set[str]] = {}
    oldest: dict[tuple[int, str, str], datetime] = {}
    for row in listed(recall_id=recall_id):
        key = (row.recall_id, row.commodity, row.why)
        counts[key] += 1
        totals[key] += row.quantity
        people.setdefault(key, set()).add(row.payee)
        if row.since is not None:
            oldest[key] = min(row.since, oldest.get(key, row.since))
    return [
        Group(
            recall_id=key[0],
            commodity=key[1],
            why=key[2],
            count=counts[key],
            people=len(people[key]),
            total=totals[key],
            oldest=oldest.get(key),
        )
        for key in sorted(counts)
    ]


def is_due_now(promise: Promise) -> bool:
    """Say whether a promise that lies in a batch may still leave; a pause is asked elsewhere."""
    wanted = Wanted(recall_id=promise.recall_id, promise_id=promise.id, in_batch=True)
    return any(row.why in DUE for row in owed_rows(wanted))
