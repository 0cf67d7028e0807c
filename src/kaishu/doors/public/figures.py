"""How far each recall has come, in two numbers, counted at most once a minute in a process.

The same books as the progress page. A page never waits for the count twice, and where the
database is away the page stands without its numbers: the way to the check matters more.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import Error
from django.utils import timezone

from kaishu.books.queries import unit_balances, units_made_whole
from kaishu.core.accounts import DEPOT, DISPOSED, MADE_SAFE, RECYCLER, REPAIRED
from kaishu.core.tally import Tally
from kaishu.editions.models import Recall
from kaishu.editions.place import packs_folder

KEPT_SECONDS = 60
# Where a unit is no danger to an owner any more because somebody acted on it.
TAKEN_CARE_OF = (DEPOT, RECYCLER, DISPOSED, REPAIRED, MADE_SAFE)


@dataclass(frozen=True, slots=True, kw_only=True)
class SoFar:
    """Of `units` announced, how many are taken care of, and how many owners have their remedy."""

    units: int
    taken_care_of: int
    made_whole: int
    as_of: datetime


_lock = threading.Lock()
_kept: dict[str, tuple[float, Mapping[str, SoFar]]] = {}


def so_far(slug: str) -> SoFar | None:
    """Return the numbers of a recall; None where they cannot be had now."""
    return all_so_far().get(slug)


def all_so_far() -> Mapping[str, SoFar]:
    """Return the numbers of every recall by slug: three queries a minute, however many recalls.

    While one request counts, the others show the numbers of before.
    """
    house = str(packs_folder())
    kept = _kept.get(house)
    now = time.monotonic()
    if kept is not None and now - kept[0] < KEPT_SECONDS:
        return kept[1]
    known = kept[1] if kept else {}
    if not _lock.acquire(blocking=False):
        return known
    try:
        with contextlib.suppress(Error):
            known = _count(timezone.now())
        _kept[house] = (now, known)
    finally:
        _lock.release()
    return known


def forget() -> None:
    """Count again at the next request, for a test or a command that cannot wait a minute."""
    _kept.clear()


def _count(now: datetime) -> dict[str, SoFar]:
    rows = dict(Recall.objects.values_list("id", "slug"))
    balances = unit_balances(recall_ids=list(rows), as_of=now)
    whole = units_made_whole(recall_ids=list(rows))
    return {
        slug: numbers(balances[id_], whole.get(id_, 0), now)
        for id_, slug in rows.items()
        if id_ in balances
    }


def numbers(balance: Tally, made_whole: int, now: datetime) -> SoFar:
    """Return the two numbers of one balance: the progress page and all others show the same."""
    return SoFar(
        units=balance.population,
        taken_care_of=sum(balance.units_in(account) for account in TAKEN_CARE_OF),
        made_whole=made_whole,
        as_of=now,
    )
