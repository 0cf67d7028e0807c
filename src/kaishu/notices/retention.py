"""What the outbox keeps no longer: sealed values of messages, and wishes to be told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from kaishu.editions import queries as editions
from kaishu.notices import erasure, watches
from kaishu.people.retention import rule


def sweep(*, at: datetime, dry_run: bool = False) -> Mapping[str, int]:
    """Empty what is past its time and return how much of what."""
    over = editions.slugs(editions.closed_before(rule("watch").cut(at)))
    return {
        "messages": erasure.empty_old(before=rule("message").cut(at), at=at, dry_run=dry_run),
        "watches": watches.sweep(
            unconfirmed_before=rule("watch_unconfirmed").cut(at), closed=over, dry_run=dry_run
        ),
    }
