"""Everything that can be derived again: books, claims, payouts, messages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import chain

from kaishu.base.keeping.values import Advance
from kaishu.books.audit import audit as books
from kaishu.books.models import Entry
from kaishu.claims.audit import audit as claims
from kaishu.cli._doctor.values import Trouble, error
from kaishu.notices.audit import audit as notices
from kaishu.payouts.audit import audit as payouts

NEXT = "Change nothing by hand. kaishu audit --all names all of it."


def audits(at: datetime, advance: Advance) -> Iterator[Trouble]:
    """Name every finding of the four audits."""
    total, done = Entry.objects.count(), 0

    def more(entries: int) -> None:
        nonlocal done
        done += entries
        advance("entries", done, total)

    for found in chain(books(more), claims(), payouts(), notices()):
        yield error(found.code, found.where, found.what, NEXT)
