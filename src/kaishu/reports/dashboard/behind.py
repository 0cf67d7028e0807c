"""The rows behind the dashboard's counts of claims, incident reports and second judgements."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from itertools import groupby

from django.db.models import Count, F, Q, QuerySet

from kaishu.claims.models import Claim, Decision
from kaishu.claims.opinions.models import SecondOpinion
from kaishu.claims.second_look import JUDGED
from kaishu.core.share import likely_range
from kaishu.incidents.models import Incident


@dataclass(frozen=True, slots=True)
class Narrow:
    """Which of the rows: None leaves a column alone, "" is a value like any other.

    No `doors` are all; `week` is a Monday; what came at `since` itself is left out; `side` is
    "before", "after" (the announcement) or "undated".
    """

    doors: tuple[str, ...] = ()
    language: str | None = None
    region: str | None = None
    severity: str | None = None
    side: str | None = None
    open: bool = False
    week: date | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Twice:
    """A claim unit that one person judged and then another."""

    case_no: str
    unit_no: int
    first: str
    first_by: str
    then: str
    then_by: str
    at: datetime

    @property
    def same(self) -> bool:
        """Say whether the second came to the same answer."""
        return self.first == self.then


@dataclass(frozen=True, slots=True)
class Agreement:
    """How often a second person came to the first one's answer; `range` is its 95 % interval."""

    judged: int
    same: int

    @property
    def range(self) -> tuple[float, float]:
        """Return between which shares the true one lies, as far as a random draw can tell."""
        return likely_range(self.same, self.judged)

    @property
    def rate(self) -> Fraction | None:
        """Return the share of equal answers; None where nobody judged again."""
        return Fraction(self.same, self.judged) if self.judged else None


def claims(
    *, recall_id: int, as_of: datetime, known_at: datetime | None, narrow: Narrow = Narrow()
) -> QuerySet[Claim]:
    """Return the claims sent up to a moment, as known at another, the newest first."""
    found = Claim.objects.filter(recall_id=recall_id, submitted_at__lte=as_of)
    if known_at is not None:
        found = found.filter(recorded_at__lte=known_at)
    if narrow.doors:
        found = found.filter(door__in=narrow.doors)
    if narrow.since is not None:
        found = found.filter(submitted_at__gt=narrow.since)
    for column in ("language", "region"):
        wanted = getattr(narrow, column)
        if wanted is not None:
            found = found.filter(**{column: wanted})
    if narrow.week is not None:
        first, after = _week(narrow.week)
        found = found.filter(submitted_at__gte=first, submitted_at__lt=after)
    return found.order_by("-submitted_at", "-id")


def incidents(
    *,
    slug: str,
    announced: date | None,
    as_of: datetime,
    known_at: datetime | None,
    narrow: Narrow = Narrow(),
) -> list[Incident]:
    """Return the reports known at a moment, as written down by another, the newest first."""
    found = Incident.objects.filter(recall_slug=slug, known_at__lte=as_of)
    if known_at is not None:
        found = found.filter(Q(recorded_at=None) | Q(recorded_at__lte=known_at))
    if narrow.week is not None:
        first, after = _week(narrow.week)
        found = found.filter(known_at__gte=first, known_at__lt=after)
    return [
        row
        for row in found.order_by("-known_at", "-id")
        if narrow.severity in (None, row.severity.name)
        and narrow.side in (None, side_of(row, announced))
        and (not narrow.open or is_open(row, as_of))
    ]


def side_of(row: Incident, announced: date | None) -> str:
    """Say whether it happened before or after the announcement, or on no day that is known."""
    if row.happened_on is None or announced is None:
        return "undated"
    return "before" if row.happened_on < announced else "after"


def is_open(row: Incident, as_of: datetime) -> bool:
    """Say whether a report was open at a moment."""
    return row.closed_at is None or row.closed_at > as_of


def judged_twice(*, recall_id: int, as_of: datetime) -> tuple[Twice, ...]:
    """Return where one person judged what another had judged before, the newest first.

    A decision is recorded as it is taken, so both clocks give the same. It takes a reopening or
    an owner's objection to judge again, so only the units that had one are read.
    """
    taken = Decision.objects.filter(claim_unit__recall_id=recall_id, at__lte=as_of)
    again = taken.filter(Q(kind="reopened") | Q(reason="owner_contests"))
    rows = (
        taken.filter(kind__in=JUDGED, claim_unit__in=again.values("claim_unit"))
        .select_related("claim_unit__claim")
        .order_by("claim_unit_id", "number")
    )
    found = [
        twice
        for _unit, decisions in groupby(rows, key=lambda row: row.claim_unit_id)
        for twice in _pairs(decisions)
    ]
    return tuple(sorted(found, key=lambda each: each.at, reverse=True))


def agreement(found: Iterable[Twice]) -> Agreement:
    """Count how often the second came to the first one's answer."""
    listed = list(found)
    return Agreement(len(listed), sum(each.same for each in listed))


def blind_agreement(given: QuerySet[SecondOpinion]) -> Agreement:
    """Count how often somebody who saw no decision came to the same answer."""
    found = given.aggregate(judged=Count("id"), same=Count("id", filter=Q(answer=F("first"))))
    return Agreement(found["judged"], found["same"])


def _pairs(decisions: Iterable[Decision]) -> Iterable[Twice]:
    before: Decision | None = None
    for row in decisions:
        if before is not None and before.by != row.by:
            unit = row.claim_unit
            yield Twice(
                unit.claim.case_no, unit.unit_no, before.kind, before.by, row.kind, row.by, row.at
            )
        before = row


def _week(monday: date) -> tuple[datetime, datetime]:
    first = datetime.combine(monday, time(), UTC)
    return first, first + timedelta(days=7)
