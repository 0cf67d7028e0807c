"""Show one detail of a person in clear, write down who looked and why, and watch how often.

`people.actions.reveal` shows the whole contact by the same log. A reason is a code, never free
text: the log must not become a second place for details.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from itertools import groupby

from django.db import transaction
from django.db.models import Count, Q
from django.db.models.functions import TruncDate

from kaishu.base import logs
from kaishu.people import queries
from kaishu.people.errors import FieldUnknown, ReasonMissing
from kaishu.people.models import FileLook, RevealLog

log = logs.get_logger("kaishu.people")

WHOLE = "contact"
FIELDS = ("name", "name_kana", "email", "phone", "address")
OPENED_FILE = "opened_file"
# Looks of one member of staff in one day before somebody should ask about it: a house rule, twice
# a busy day's work. Packing kits shows many addresses by its nature.
DAY = timedelta(days=1)
MOST_A_DAY = 120
MOST_KITS_A_DAY = 400
KIT = "kit"
OWNER = "owner"


@dataclass(frozen=True, slots=True)
class Seen:
    """One line of the log: who looked at what of whom, when and why."""

    at: datetime
    by: str
    person_id: str
    field: str
    why: str
    evidence_id: int | None = None


@dataclass(frozen=True, slots=True)
class Alarm:
    """One member of staff who looked more often in one day than anybody's work needs."""

    by: str
    day: str
    looks: int
    most: int


@transaction.atomic
def reveal(*, person_id: str, field: str, why: str, by: str, at: datetime) -> str:
    """Return one field of a person's details in clear; the look is in the log with it."""
    if field not in FIELDS:
        raise FieldUnknown(field=field)
    contact = queries.contact(person_id)
    write_down(person_id=person_id, field=field, why=why, by=by, at=at)
    if field == "address":
        return "\n".join(part for part in (contact.postcode, *contact.address_lines()) if part)
    return str(getattr(contact, field))


def write_down(*, person_id: str, field: str, why: str, by: str, at: datetime) -> None:
    """Add one look to the log; say so in the system's log when it is one too many for a day."""
    if not why.strip():
        raise ReasonMissing
    RevealLog.objects.create(person_id=person_id, by=by, why=why, field=field, at=at)
    if by == OWNER:  # owners see and mend their own details as often as they like
        return
    most = MOST_KITS_A_DAY if why == KIT else MOST_A_DAY
    rows = RevealLog.objects.filter(by=by, at__gt=at - DAY, at__lte=at)
    rows = rows.filter(why=KIT) if why == KIT else rows.exclude(why=KIT)
    if rows.count() == most + 1:
        log.warning("people.many_looks", by=by, looks=most + 1, why=why)


@transaction.atomic
def write_down_all(*, person_ids: Iterable[str], why: str, by: str, at: datetime) -> int:
    """Add one look at the whole details of each of these people, and say so in the system's log."""
    if not why.strip():
        raise ReasonMissing
    rows = [
        RevealLog(person_id=each, by=by, why=why, field=WHOLE, at=at) for each in set(person_ids)
    ]
    RevealLog.objects.bulk_create(rows, batch_size=1000)
    log.warning("people.exported", by=by, looks=len(rows), why=why)
    return len(rows)


def seen(
    *,
    since: datetime,
    until: datetime,
    by: str = "",
    why: str = "",
    person_ids: Iterable[str] | None = None,
) -> Iterator[Seen]:
    """Yield the looks of a span, details and files, the newest first."""
    wanted = Q(at__gte=since, at__lt=until)
    if by:
        wanted &= Q(by=by)
    if person_ids is not None:
        wanted &= Q(person_id__in=list(person_ids))
    details = RevealLog.objects.filter(wanted).order_by("-at", "-id")
    files = FileLook.objects.filter(wanted).order_by("-at", "-id")
    if why and why != OPENED_FILE:
        details, files = details.filter(why=why), files.none()
    elif why:
        details = details.none()
    found = [
        *(Seen(row.at, row.by, row.person_id, row.field, row.why) for row in details.iterator()),
        *(
            Seen(row.at, row.by, row.person_id, "file", OPENED_FILE, row.evidence_id)
            for row in files.iterator()
        ),
    ]
    yield from sorted(found, key=lambda look: look.at, reverse=True)


def alarms(*, since: datetime, until: datetime, zone: tzinfo) -> list[Alarm]:
    """Return who looked at more people in one day (of `zone`) than the house rule allows."""
    found = []
    for kit, most in ((False, MOST_A_DAY), (True, MOST_KITS_A_DAY)):
        rows = RevealLog.objects.filter(at__gte=since, at__lt=until).exclude(by=OWNER)
        rows = rows.filter(why=KIT) if kit else rows.exclude(why=KIT)
        counted = (
            rows.annotate(day=TruncDate("at", tzinfo=zone))
            .values("by", "day")
            .annotate(looks=Count("id"))
            .filter(looks__gt=most)
            .order_by("-day", "by")
        )
        found += [Alarm(row["by"], row["day"].isoformat(), row["looks"], most) for row in counted]
    return found


def per_person(*, since: datetime, until: datetime) -> dict[str, tuple[int, int]]:
    """Return by member of staff: looks at details, and how many different people they were."""
    rows = RevealLog.objects.filter(at__gte=since, at__lt=until).order_by("by")
    pairs = rows.values_list("by", "person_id")
    return {
        by: (len(people), len({person_id for _by, person_id in people}))
        for by, group in groupby(pairs, key=lambda pair: pair[0])
        if (people := list(group))
    }


def files_per_person(*, since: datetime, until: datetime) -> dict[str, int]:
    """Return by member of staff how many files they opened."""
    rows = FileLook.objects.filter(at__gte=since, at__lt=until)
    return dict(rows.values("by").annotate(many=Count("id")).values_list("by", "many"))
