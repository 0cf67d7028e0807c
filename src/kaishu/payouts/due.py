"""What is due, what is not and why: for lists, for batches, and for the moment of sending."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from kaishu.books.models import Promise
from kaishu.payouts.due_rows import (
    DUE,
    WAITING,
    Group,
    Owed,
    Wanted,
    owed_groups,
    owed_rows,
)
from kaishu.payouts.pauses import paused_recalls

__all__ = ["DUE", "WAITING", "Group", "Owed", "due", "groups", "is_due_now", "listed"]

MOST_LINES = 500


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
    return owed_groups(Wanted(recall_id=recall_id, paused=paused_recalls()))


def is_due_now(promise: Promise) -> bool:
    """Say whether a promise that lies in a batch may still leave; a pause is asked elsewhere."""
    wanted = Wanted(recall_id=promise.recall_id, promise_id=promise.id, in_batch=True)
    return any(row.why in DUE for row in owed_rows(wanted))
