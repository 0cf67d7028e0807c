"""What staff do about a report: the first tasks come with it, people add others."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from kaishu.incidents.clocks import clocks
from kaishu.incidents.errors import IncidentClosed, IncidentNotFound, TaskGone, TaskUnknown
from kaishu.incidents.models import TASKS, Incident, IncidentTask
from kaishu.incidents.severity import Severity

# House targets, counted on the clock: somebody looks at a duty within a day of the report, and a
# unit that burned or hurt somebody is made safe and fetched.
DECIDE_WITHIN = timedelta(hours=24)
SECURE_WITHIN = timedelta(hours=4)
COLLECT_WITHIN = timedelta(days=3)
OPENED_BY = "system"


def open_first(made: Incident) -> None:
    """Open the tasks that a new report brings; joins the caller's transaction."""
    drafts = [
        _task(
            made,
            "decide_duty",
            min(moment for moment in (made.known_at + DECIDE_WITHIN, clock.until) if moment),
            about=clock.duty.code,
        )
        for clock in clocks(made)
    ]
    if made.severity >= Severity.HEAT:
        drafts.append(_task(made, "secure_unit", made.known_at + SECURE_WITHIN))
        drafts.append(_task(made, "collect_unit", made.known_at + COLLECT_WITHIN))
    IncidentTask.objects.bulk_create(drafts)


def open_task(
    *, incident_id: int, what: str, due_at: datetime, by: str, at: datetime, assigned_to: str = ""
) -> IncidentTask:
    """Add a task; the same open task twice is one. Raises TaskUnknown, IncidentClosed."""
    if what not in TASKS or what == "decide_duty":
        raise TaskUnknown(what=what)
    with transaction.atomic():
        incident = Incident.objects.select_for_update().filter(id=incident_id).first()
        if incident is None:
            raise IncidentNotFound
        if incident.closed_at is not None:
            raise IncidentClosed
        known = IncidentTask.objects.filter(incident=incident, what=what, about="", done_at=None)
        if (before := known.first()) is not None:
            return before
        return IncidentTask.objects.create(
            incident=incident,
            what=what,
            due_at=due_at,
            opened_by=by,
            opened_at=at,
            assigned_to=assigned_to,
        )


def assign_task(*, task_id: int, to: str) -> None:
    """Give an open task to somebody, or to nobody. Raises TaskGone."""
    if not IncidentTask.objects.filter(id=task_id, done_at=None).update(assigned_to=to):
        raise TaskGone


def finish_task(*, task_id: int, by: str, at: datetime) -> None:
    """Mark a task as done (open -> done, once); a duty is decided on its own form.

    Raises TaskGone.
    """
    mine = IncidentTask.objects.filter(id=task_id, done_at=None).exclude(what="decide_duty")
    if not mine.update(done_at=at, done_by=by):
        raise TaskGone


def duties_open(incident_id: int) -> bool:
    """Say whether a duty of an open report waits for somebody to decide about it."""
    waiting = IncidentTask.objects.filter(what="decide_duty", done_at=None)
    return waiting.filter(incident_id=incident_id, incident__closed_at=None).exists()


def settle_duty_task(*, incident: Incident, duty: str, by: str, at: datetime) -> None:
    """Close the task of a duty that was decided; joins the caller's transaction."""
    IncidentTask.objects.filter(
        incident=incident, what="decide_duty", about=duty, done_at=None
    ).update(done_at=at, done_by=by)


def _task(made: Incident, what: str, due_at: datetime, about: str = "") -> IncidentTask:
    return IncidentTask(
        incident=made,
        what=what,
        about=about,
        due_at=due_at,
        opened_by=OPENED_BY,
        opened_at=made.known_at,
    )
