"""Filters of the queue under a name: a person's own, and those shared with everybody."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from django.db.models import Q

from kaishu.claims.models import SavedFilter
from kaishu.doors.console import queues
from kaishu.doors.console.review import filters

MOST = 30


def save(*, name: str, query: str, shared: bool, by: str) -> SavedFilter | None:
    """Keep a filter under a name, in place of the person's own of that name; None = no name."""
    name = " ".join(name.split())[:60]
    if not name:
        return None
    if SavedFilter.objects.filter(by=by).exclude(name=name).count() >= MOST:
        return None
    row, _ = SavedFilter.objects.update_or_create(
        by=by, name=name, defaults={"query": clean(query), "shared": shared}
    )
    return row


def forget(*, number: int, by: str) -> bool:
    """Delete one of the person's own filters."""
    return bool(SavedFilter.objects.filter(id=number, by=by).delete()[0])


def of(by: str) -> list[SavedFilter]:
    """Return the filters that a person may use: their own, then those that others share."""
    rows = SavedFilter.objects.filter(Q(by=by) | Q(shared=True))
    return sorted(rows, key=lambda row: (row.by != by, row.name))


def clean(query: str) -> str:
    """Return a queue and filter as an address, without anything that is neither."""
    given = dict(parse_qsl(query))
    name = given.get("queue", "")
    first = {"queue": name} if name in queues.NAMES else {}
    return "&".join(part for part in (urlencode(first), filters.read(given).query()) if part)
