"""The daily root: one digest over all entries that were recorded on a day, published for anybody.

Its leaves are the root of the day before and the digests of the day's entries, sorted. So a root
stands for everything up to its day, whoever keeps one old root can show that the past was changed,
and one entry is shown to be under it by a few hashes. Days are UTC. No personal data: a digest
tells nothing about its entry.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby, pairwise

from django.db.models import Min

from kaishu.books.models import DailyRoot, Entry
from kaishu.core.merkle import Proof, proof_of, root_of

A_DAY = timedelta(days=1)
# A transaction that was under way at midnight has ended by then.
QUIET = timedelta(hours=1)
BEFORE_ALL = "0" * 64
CHUNK = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A day whose root is not what the entries of today give."""

    day: date
    code: str
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The proof that one entry is under the root of its day."""

    day: date
    root: str
    entry: str
    proof: Proof


def seal_due(*, at: datetime) -> dict[str, int]:
    """Record the root of every day that is over and has none yet; return how many.

    Days without an entry get one too: it shows that nothing was written.
    """
    last_day = (at - QUIET).astimezone(UTC).date() - A_DAY
    newest = DailyRoot.objects.order_by("-day").first()
    if newest is not None:
        first, previous = newest.day + A_DAY, newest.root
    else:
        began = Entry.objects.aggregate(first=Min("recorded_at"))["first"]
        if began is None:
            return {"sealed": 0}
        first, previous = _day(began), BEFORE_ALL
    if first > last_day:
        return {"sealed": 0}
    sealed = 0
    for day, digests in _by_day(first, last_day):
        root = root_of([previous, *digests])
        row, _ = DailyRoot.objects.get_or_create(
            day=day,
            defaults={
                "entries": len(digests),
                "previous": previous,
                "root": root,
                "sealed_at": at,
            },
        )
        previous, sealed = row.root, sealed + 1
    return {"sealed": sealed}


def differences() -> Iterator[Difference]:
    """Compute every root again, in one pass over the entries; name the days that differ."""
    kept = {row.day: row for row in DailyRoot.objects.order_by("day")}
    if not kept:
        return
    days = list(kept)
    for before, after in pairwise(days):
        if after - before != A_DAY:
            yield Difference(day=after, code="root_gap", what=f"no root between {before} and it")
        elif kept[after].previous != kept[before].root:
            yield Difference(
                day=after, code="root_unlinked", what="it does not follow the root before"
            )
    if Entry.objects.filter(recorded_at__lt=_start(days[0])).exists():
        yield Difference(day=days[0], code="root_differs", what="entries of before the first root")
    for day, digests in _by_day(days[0], days[-1]):
        row = kept.get(day)
        if row and (row.entries, row.root) != (len(digests), root_of([row.previous, *digests])):
            yield Difference(day=day, code="root_differs", what="entries of that day changed since")


def shown(*, entry: str, recorded_at: datetime) -> Shown | None:
    """Return the proof for the entry with this digest; None until its day has a root."""
    day = _day(recorded_at)
    row = DailyRoot.objects.filter(day=day).first()
    if row is None:
        return None
    leaves = [row.previous, *next(_by_day(day, day))[1]]
    if entry not in leaves:
        return None
    proof = proof_of(leaves, leaves.index(entry))
    return Shown(day=day, root=row.root, entry=entry, proof=proof)


def shown_of_case(*, case_no: str, digests: Collection[str]) -> dict[str, Shown]:
    """Return the proofs that can be given now for entries of one case, by their digest."""
    rows = Entry.objects.filter(chain=case_no, digest__in=list(digests))
    found = {row.digest: shown(entry=row.digest, recorded_at=row.recorded_at) for row in rows}
    return {digest: each for digest, each in found.items() if each is not None}


def newest(count: int) -> list[DailyRoot]:
    """Return the last roots, the newest first."""
    return list(DailyRoot.objects.order_by("-day")[:count])


def _by_day(first: date, last: date) -> Iterator[tuple[date, list[str]]]:
    """Yield each day with the sorted digests of what was recorded on it."""
    rows = (
        Entry.objects.filter(recorded_at__gte=_start(first), recorded_at__lt=_start(last + A_DAY))
        .order_by("recorded_at")
        .values_list("recorded_at", "digest")
        .iterator(chunk_size=CHUNK)
    )
    day = first
    for found, group in groupby(rows, key=lambda row: _day(row[0])):
        while day < found:
            yield day, []
            day += A_DAY
        yield found, sorted(digest for _, digest in group)
        day = found + A_DAY
    while day <= last:
        yield day, []
        day += A_DAY


def _day(moment: datetime) -> date:
    return moment.astimezone(UTC).date()


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)
