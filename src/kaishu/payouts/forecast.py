"""What the open queue would cost, by week: from what owners have chosen so far.

For every claim unit that nobody decided yet:

    need = share of decided claims that were approved
         x share of promises so far in this commodity
         x average promise so far in this commodity

It falls in the week of its claim plus the average time from claim to decision so far, and never
before this week. Nothing is guessed: with no decision or no promise so far there is no forecast.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F, Q, Sum
from django.db.models.functions import TruncDate

from kaishu.books.models import Promise
from kaishu.claims.models import ClaimUnit
from kaishu.claims.reasons import Standing
from kaishu.core.accounts import COST, WAIVED


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """What the past of one recall says. `choices` = commodity -> (promises, average)."""

    approved: int
    decided: int
    days: float
    choices: dict[str, tuple[int, float]]

    @property
    def promises(self) -> int:
        """Return how many promises the shares are of."""
        return sum(count for count, _ in self.choices.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """So many open claim units fall in the week that begins on `monday`; `needs` by commodity."""

    monday: date
    units: int
    needs: dict[str, int]


def rates(*, recall_id: int) -> Rates:
    """Return how a recall's claims were decided so far, and what its owners chose."""
    units = ClaimUnit.objects.filter(recall_id=recall_id)
    settled = Q(newest_decision__standing__in=(Standing.APPROVED, Standing.REFUSED))
    waited = ExpressionWrapper(
        F("newest_decision__at") - F("claim__submitted_at"), output_field=DurationField()
    )
    found = units.filter(settled).aggregate(
        decided=Count("id"),
        approved=Count("id", filter=Q(newest_decision__standing=Standing.APPROVED)),
        # Of a claim that was taken over, nobody here knows how long the decision took.
        waited=Avg(waited, filter=Q(claim__recorded_at=F("claim__submitted_at"))),
    )
    promises = Promise.objects.filter(recall_id=recall_id, role="remedy")
    chosen = promises.exclude(account__in=(COST, WAIVED)).order_by().values_list("commodity")
    return Rates(
        approved=found["approved"],
        decided=found["decided"],
        days=(found["waited"] or timedelta()).total_seconds() / 86_400,
        choices={
            name: (count, total / count)
            for name, count, total in chosen.annotate(n=Count("id"), total=Sum("quantity"))
        },
    )


def forecast(*, recall_id: int, at: datetime) -> list[Need]:
    """Return what approving a recall's open queue would need, by week, the first week first."""
    past = rates(recall_id=recall_id)
    if not past.decided or not past.promises:
        return []
    share = past.approved / past.decided
    return [
        Need(
            monday=monday,
            units=units,
            needs={
                name: round(units * share * count / past.promises * average)
                for name, (count, average) in sorted(past.choices.items())
            },
        )
        for monday, units in sorted(_weeks(recall_id, past.days, at.date()).items())
    ]


def _weeks(recall_id: int, days: float, today: date) -> Counter[date]:
    undecided = Q(newest_decision=None) | Q(
        newest_decision__standing__in=(Standing.OPEN, Standing.ASKED)
    )
    counted = (
        ClaimUnit.objects.filter(undecided, recall_id=recall_id)
        .order_by()
        .annotate(day=TruncDate("claim__submitted_at"))
        .values_list("day")
        .annotate(units=Count("id"))
    )
    weeks: Counter[date] = Counter()
    for day, units in counted:
        expected = max(day + timedelta(days=round(days)), today)
        weeks[expected - timedelta(days=expected.weekday())] += units
    return weeks
