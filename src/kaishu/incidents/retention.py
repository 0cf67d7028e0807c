"""What incidents keep no longer: the words of closed reports, and reporters without a claim."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db.models import Q

from kaishu.incidents.models import Incident
from kaishu.people import actions as people
from kaishu.people import queries as people_queries
from kaishu.people.retention import rule


def sweep(*, at: datetime, dry_run: bool = False) -> Mapping[str, int]:
    """Empty the words of long-closed reports, and forget who reported without having a claim."""
    over = Incident.objects.filter(closed_at__lte=rule("incident").cut(at))
    words = over.filter(sealed__isnull=False)
    waiting = Incident.objects.filter(
        Q(closed_at=None) | Q(closed_at__gt=rule("incident").cut(at))
    ).values("person_id")
    strangers = over.filter(case_no="").exclude(person_id="").exclude(person_id__in=waiting)
    due = set(strangers.values_list("person_id", flat=True))
    due -= people_queries.forgotten_among(due)
    counts = {"incident_words": words.count(), "reporters": len(due)}
    if not dry_run:
        words.update(sealed=None, words_erased_at=at)
        for person_id in due:
            people.forget(person_id=person_id, at=at)
    return counts
