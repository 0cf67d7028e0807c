"""Record that a duty was met: what was filed, with whom, when, and under which number."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from kaishu.core.text import whole
from kaishu.incidents.clocks import clock
from kaishu.incidents.errors import FiledInFuture, IncidentNotFound, IncidentStepUnknown
from kaishu.incidents.models import Filing, Incident, IncidentNote
from kaishu.incidents.tasks import settle_duty_task
from kaishu.markets.deadlines import Duty, load_duties

LONGEST_REFERENCE = 80


def record_filing(
    *,
    incident_id: int,
    duty: str,
    filed_at: datetime,
    by: str,
    at: datetime,
    reference: str = "",
    file: str = "",
) -> Filing:
    """Write down a report to an authority; the duty counts as reported.

    The same filing twice is one; a second one of another time or number is a correction and stays
    beside it. Raises IncidentNotFound, IncidentStepUnknown, FiledInFuture.
    """
    if filed_at > at:
        raise FiledInFuture
    with transaction.atomic():
        incident = Incident.objects.select_for_update().filter(id=incident_id).first()
        if incident is None:
            raise IncidentNotFound
        known = _duty(incident, duty)
        said = {
            "duty": duty,
            "filed_at": filed_at,
            "reference": whole(reference, longest=LONGEST_REFERENCE),
        }
        before = incident.filings.filter(**said).first()
        if before is not None:
            return before
        filing = Filing.objects.create(
            incident=incident,
            addressee=known.addressee,
            due_by=clock(incident, known).over_at,
            file=file,
            by=by,
            at=at,
            **said,
        )
        IncidentNote.objects.create(
            incident=incident, step="duty_reported", about=duty, by=by, at=at
        )
        settle_duty_task(incident=incident, duty=duty, by=by, at=at)
        return filing


def _duty(incident: Incident, code: str) -> Duty:
    for duty in load_duties(incident.market.lower()):
        if duty.code == code:
            return duty
    raise IncidentStepUnknown
