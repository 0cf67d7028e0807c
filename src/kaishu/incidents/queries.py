"""Read incident reports: of a case, open ones, their clocks, counts around the announcement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Case, IntegerField, Q, QuerySet, When

from kaishu.core.triage import Condition, triage
from kaishu.incidents.errors import IncidentNotFound
from kaishu.incidents.models import Incident, IncidentTask
from kaishu.incidents.severity import Severity

LIST = 200
# `Incident.severity`, as the database can sort by it.
_WORST = Case(
    When(injured=True, then=Severity.INJURY),
    When(Q(fire=True) | Q(fire_service=True), then=Severity.FIRE),
    When(kind=Condition.HOT.value, then=Severity.HEAT),
    When(
        kind__in=[each.value for each in Condition if triage(each).dangerous],
        then=Severity.CONDITION,
    ),
    default=Severity.UNCLEAR,
    output_field=IntegerField(),
)


@dataclass(frozen=True, slots=True)
class Tally:
    """Reports of one side of the announcement; `injuries` are those in which somebody was hurt."""

    incidents: int = 0
    injuries: int = 0


@dataclass(frozen=True, slots=True)
class Counts:
    """Reports by when it happened, against the day of the announcement."""

    before: Tally
    after: Tally
    undated: Tally


def incident(number: str) -> Incident:
    """Return the report with this number; raise `IncidentNotFound`."""
    found = Incident.objects.filter(number=number).first()
    if found is None:
        raise IncidentNotFound
    return found


def by_key(key: str) -> Incident | None:
    """Return the report that was filed under a key."""
    return Incident.objects.filter(key=key).first()


def of_case(case_no: str) -> list[Incident]:
    """Return the reports of a case, newest first."""
    return list(Incident.objects.filter(case_no=case_no).exclude(case_no="").order_by("-id"))


def of_person(person_id: str) -> list[Incident]:
    """Return the reports of a person, newest first."""
    found = Incident.objects.filter(person_id=person_id).exclude(person_id="")
    return list(found.order_by("-id"))


def open_incidents() -> QuerySet[Incident]:
    """Return the open reports: the worst first, then the oldest."""
    rows = Incident.objects.filter(closed_at=None).prefetch_related("notes")
    return rows.order_by(_WORST.desc(), "known_at", "id")


def closed_incidents() -> QuerySet[Incident]:
    """Return the closed reports, those that were closed last first."""
    rows = Incident.objects.filter(closed_at__isnull=False).prefetch_related("notes")
    return rows.order_by("-closed_at", "-id")


def open_count() -> tuple[int, datetime | None]:
    """Return how many reports are open and since when the oldest is known."""
    rows = Incident.objects.filter(closed_at=None)
    oldest = rows.order_by("known_at").values_list("known_at", flat=True).first()
    return rows.count(), oldest


def open_tasks(*, incident_id: int | None = None) -> QuerySet[IncidentTask]:
    """Return what is still to be done, the most urgent first."""
    found = IncidentTask.objects.filter(done_at=None, incident__closed_at=None)
    if incident_id is not None:
        found = found.filter(incident_id=incident_id)
    return found.select_related("incident").order_by("due_at", "id")


def around(recall_slug: str, announced: date, side: str) -> QuerySet[Incident]:
    """Return the reports of a recall from one side of its announcement: before, after, undated."""
    rows = Incident.objects.filter(recall_slug=recall_slug).order_by("-known_at", "-id")
    rows = rows.prefetch_related("notes")
    if side == "undated":
        return rows.filter(happened_on=None)
    if side == "before":
        return rows.filter(happened_on__lt=announced)
    return rows.filter(happened_on__gte=announced)


def counts(recall_slug: str, announced: date) -> Counts:
    """Count a recall's reports before and since the day of the announcement.

    Where nobody could say when it happened, the report is counted as undated and never guessed.
    """
    rows = list(
        Incident.objects.filter(recall_slug=recall_slug).values_list("happened_on", "injured")
    )
    return Counts(
        before=_tally([hurt for day, hurt in rows if day is not None and day < announced]),
        after=_tally([hurt for day, hurt in rows if day is not None and day >= announced]),
        undated=_tally([hurt for day, hurt in rows if day is None]),
    )


def _tally(injured: Sequence[bool | None]) -> Tally:
    return Tally(len(injured), sum(hurt is True for hurt in injured))
