"""Work that waits, by how long: now, for the past does not come back by looking at it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q

from kaishu.claims.models import ClaimUnit
from kaishu.claims.queries import queue_filter

# Each age as the filter of the queue names it: from, up to (days).
AGES: dict[str, tuple[int | None, int | None]] = {
    "day": (None, 1),
    "days": (1, 3),
    "older": (3, 7),
    "week": (7, None),
}
QUEUES = ("to_review", "urgent", "contested", "asked")


@dataclass(frozen=True, slots=True)
class Waiting:
    """One queue of a recall: how many wait for so long, and since when the oldest does."""

    queue: str
    total: int
    ages: dict[str, int]
    oldest: datetime | None


def waiting(*, recall_id: int, at: datetime) -> tuple[Waiting, ...]:
    """Count what waits in each queue of a recall by age, in one statement."""
    asked: dict[str, Min | Count] = {}
    for queue in QUEUES:
        of_queue = queue_filter(queue)
        asked[f"{queue}_oldest"] = Min("waits_since", filter=of_queue)
        for age in AGES:
            asked[f"{queue}_{age}"] = Count("id", filter=of_queue & age_filter(age, at))
    rows = ClaimUnit.objects.filter(recall_id=recall_id, standing__in=("open", "asked"))
    found = rows.aggregate(**asked)
    return tuple(
        Waiting(
            queue=queue,
            total=sum(found[f"{queue}_{age}"] for age in AGES),
            ages={age: found[f"{queue}_{age}"] for age in AGES},
            oldest=found[f"{queue}_oldest"],
        )
        for queue in QUEUES
    )


def age_filter(age: str, at: datetime) -> Q:
    """Return which claim units have waited for so long."""
    least, most = AGES[age]
    found = Q()
    if least is not None:
        found &= Q(waits_since__lt=at - timedelta(days=least))
    if most is not None:
        found &= Q(waits_since__gte=at - timedelta(days=most))
    return found
