"""How far a recall has come, for anybody: one function, whatever shows it.

The first page, the recall's page, the page of figures, its JSON and its CSV all show what
`progress_on` counts. For today it counts at most once a minute in a process, for a past day once
in ten. A page never waits for the count twice, and where the database is away the first pages stand
without their numbers: the way to the check matters more.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time

from django.db import Error
from django.utils import timezone

from kaishu.books.progress import figures
from kaishu.books.queries import unit_balances, units_made_whole
from kaishu.core.progress import DoneRule, Progress
from kaishu.core.tally import Tally
from kaishu.doors.public.estimates import estimates
from kaishu.editions.models import Recall
from kaishu.editions.place import packs_folder
from kaishu.markets import zone_of

# The public sees one rule everywhere: a unit is done once it can hurt no owner any more.
RULE = DoneRule.UNIT_COLLECTED
KEPT_SECONDS = 60
KEPT_PAST_SECONDS = 600
KEPT_PAST_DAYS = 200
NOTHING = Tally((), ())


@dataclass(frozen=True, slots=True, kw_only=True)
class SoFar:
    """A recall's progress, and how many owners have their remedy (None for a past day)."""

    progress: Progress
    made_whole: int | None
    as_of: datetime

    @property
    def units(self) -> int:
        """Count the units announced."""
        return self.progress.target

    @property
    def taken_care_of(self) -> int:
        """Count the units in our hands, repaired, made safe or disposed of."""
        return self.progress.done


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A recall's progress on one day, with where every unit stood."""

    so_far: SoFar
    balance: Tally
    day: date


_lock = threading.Lock()
_kept: dict[str, tuple[float, Mapping[str, SoFar]]] = {}
_past: OrderedDict[tuple[str, str, date], tuple[float, Counted]] = OrderedDict()


def so_far(slug: str) -> SoFar | None:
    """Return the numbers of a recall now; None where they cannot be had."""
    return all_so_far().get(slug)


def all_so_far() -> Mapping[str, SoFar]:
    """Return the numbers of every recall by slug, counted at most once a minute.

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


def on_day(row: Recall, day: date | None = None) -> Counted:
    """Return a recall's numbers at the end of a past day on its market's clock, else of now.

    A past day is counted with everything known today, so a late record may still change it.
    """
    zone = zone_of([row.market]) or UTC
    if day is None:
        found = so_far(row.slug) or progress_on(row, timezone.now())
        return Counted(
            so_far=found,
            balance=_places(row.id, found.as_of),
            day=found.as_of.astimezone(zone).date(),
        )
    key, now = (str(packs_folder()), row.slug, day), time.monotonic()
    kept = _past.get(key)
    if kept is not None and now - kept[0] < KEPT_PAST_SECONDS:
        return kept[1]
    midnight = datetime.combine(day + timedelta(days=1), clock_time(), tzinfo=zone)
    until = midnight.astimezone(UTC) - timedelta(microseconds=1)
    counted = Counted(
        so_far=progress_on(row, until, past=True),
        balance=_places(row.id, until),
        day=day,
    )
    _past[key] = (now, counted)
    while len(_past) > KEPT_PAST_DAYS:
        _past.popitem(last=False)
    return counted


def today(row: Recall) -> date:
    """Return the day that it is on the clock of a recall's market."""
    return timezone.now().astimezone(zone_of([row.market]) or UTC).date()


def progress_on(row: Recall, as_of: datetime, *, past: bool = False) -> SoFar:
    """Count one recall's progress as of a moment: the one place where the public's numbers are."""
    whole = None if past else units_made_whole(recall_ids=[row.id]).get(row.id, 0)
    discarded = estimates(slug=row.slug, market=row.market, as_of=as_of)
    found = figures(recall_id=row.id, as_of=as_of, known_at=None, rule=RULE, discarded=discarded)
    return SoFar(progress=found, made_whole=whole, as_of=as_of)


def forget() -> None:
    """Count again at the next request, for a test or a command that cannot wait a minute."""
    _kept.clear()
    _past.clear()


def _places(recall_id: int, as_of: datetime) -> Tally:
    return unit_balances(recall_ids=[recall_id], as_of=as_of).get(recall_id, NOTHING)


def _count(now: datetime) -> dict[str, SoFar]:
    counted = {row.slug: progress_on(row, now) for row in Recall.objects.all()}
    return {slug: found for slug, found in counted.items() if found.progress.lines}
