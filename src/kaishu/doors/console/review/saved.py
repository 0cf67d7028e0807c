"""Filters of the queue under a name: a person's own, and those shared with everybody."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from django.db.models import Q

from kaishu.claims.models import SavedFilter
from kaishu.core.errors import Refusal
from kaishu.doors.console import queues
from kaishu.doors.console.review import filters

MOST = 30
LONGEST = 60


class FilterWithoutName(Refusal):
    """Give the filter a name."""

    code = "filter_without_name"


class FilterNameTooLong(Refusal):
    """The name of the filter is too long for the list on the left."""

    code = "filter_name_too_long"


class FiltersEnough(Refusal):
    """This person keeps as many filters as fit on the page."""

    code = "filters_enough"


def save(*, name: str, query: str, shared: bool, by: str) -> SavedFilter:
    """Keep a filter under a name, in place of the person's own of that name.

    Raises FilterWithoutName, FilterNameTooLong, FiltersEnough.
    """
    name = " ".join(name.split())
    if not name:
        raise FilterWithoutName()
    if len(name) > LONGEST:
        raise FilterNameTooLong(most=LONGEST, length=len(name))
    if SavedFilter.objects.filter(by=by).exclude(name=name).count() >= MOST:
        raise FiltersEnough(most=MOST)
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
