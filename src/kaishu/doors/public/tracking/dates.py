"""The day that we said we would keep, counted in the market's calendar days; or none at all.

A date is only what the recall itself promises (`Recall.service`, `Remedy.days`). Where it promises
nothing the owner reads that there is no date yet, never one that we made up.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone

from kaishu.claims.views import DecisionView, UnitView
from kaishu.core.recall import Recall, Remedy
from kaishu.core.stage import StageCode
from kaishu.markets import zone_of

_CHECKING = (StageCode.IN_REVIEW, StageCode.CONTESTED)


@dataclass(frozen=True, slots=True)
class Promised:
    """A promised day on the market's calendar; `late` once it is over and nothing has come."""

    day: date
    late: bool


def promised(
    unit: UnitView, *, recall: Recall, remedy: Remedy | None, filed: datetime, at: datetime
) -> Promised | None:
    """Return the day by which we said that this stage ends, or None where none was promised."""
    begun, days = _clock(unit, recall, remedy, filed)
    if begun is None or days is None:
        return None
    zone = zone_of([recall.market])
    last = timezone.localtime(begun, zone).date() + timedelta(days=days)
    return Promised(last, late=timezone.localtime(at, zone).date() > last)


def _clock(
    unit: UnitView, recall: Recall, remedy: Remedy | None, filed: datetime
) -> tuple[datetime | None, int | None]:
    """Return when the running wait began, and how many days were promised for it."""
    code = unit.stage.code
    if code in _CHECKING:
        begun = _last(unit.decisions, ("answered", "reopened")) or filed
        return begun, recall.service.review_days
    if code is StageCode.KIT_DUE:
        return _last(unit.decisions, ("approved",)), recall.service.kit_days
    if code is StageCode.COLLECTED and remedy is not None:
        arrived = next((step.at for step in unit.steps if step.code == "collected"), None)
        return arrived, remedy.days
    return None, None


def _last(decisions: Iterable[DecisionView], kinds: tuple[str, ...]) -> datetime | None:
    return max((d.at for d in decisions if d.kind in kinds), default=None)
