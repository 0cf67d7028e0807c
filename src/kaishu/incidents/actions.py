"""Report an incident, write down what staff did about it, close it, forget its words."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from stdnum.iso7064 import mod_97_10

from kaishu.base import limiter
from kaishu.base.idempotency import request_hash
from kaishu.base.sealing import blind_index, seal, unseal
from kaishu.core.recall import LANGUAGES
from kaishu.core.triage import triage
from kaishu.incidents import tasks
from kaishu.incidents.errors import (
    IncidentClosed,
    IncidentDutyOpen,
    IncidentKeyReused,
    IncidentNotFound,
    IncidentOutcomeUnknown,
    IncidentStepUnknown,
    IncidentTooLong,
    IncidentWordsGone,
    KnownInFuture,
)
from kaishu.incidents.models import OUTCOMES, Incident, IncidentNote
from kaishu.incidents.severity import call_within
from kaishu.markets import zone_of
from kaishu.notices import actions as notices
from kaishu.people import actions as people
from kaishu.people import queries as people_queries
from kaishu.people.contact import Contact

LONGEST = 4000
# How many calls strangers' reports open: to one telephone or mail in a day, in one recall in an
# hour. More than any team could make; the reports themselves have no limit.
CALLS_A_DAY_EACH = 3
CALLS_AN_HOUR = 200
A_DAY, AN_HOUR = 24 * 3600, 3600
DUTY_STEPS = ("duty_reported", "duty_not_due")


@transaction.atomic
def report(
    *,
    key: str,
    recall_slug: str,
    market: str,
    product: str,
    kind: str,
    door: str,
    by: str,
    at: datetime,
    case_no: str = "",
    unit_no: int | None = None,
    person_id: str = "",
    words: str = "",
    injured: bool | None = None,
    fire: bool | None = None,
    fire_service: bool | None = None,
    happened_at: datetime | date | None = None,
    language: str = "",
    contact: Contact | None = None,
    known_at: datetime | None = None,
) -> Incident:
    """Keep a report, and owe a call-back where somebody can be reached and needs one.

    `kind` is a condition word; any other counts as unknown. None in `injured`, `fire` and
    `fire_service` means that nobody could say; `happened_at` may be a moment or only a day.
    `contact` is for a reporter whom nobody knows yet; with it, `person_id` stays empty. `known_at`
    is when the company learned of it, where that was before it was written down here: the legal
    clocks run from then.
    The same key with the same content returns the first report; with another content raises
    `IncidentKeyReused`. Raises `IncidentTooLong`, `KnownInFuture`. Nothing here touches the books.
    """
    if known_at is not None and known_at > at:
        raise KnownInFuture
    if len(words) > LONGEST:
        raise IncidentTooLong(limit=LONGEST)
    facts = {
        "recall_slug": recall_slug,
        "market": market,
        "product": product[:200].replace("\0", ""),
        "case_no": case_no,
        "unit_no": unit_no,
        "kind": triage(kind).condition.value,
        "injured": injured,
        "fire": fire,
        "fire_service": fire_service,
        **_when(happened_at, market),
        "door": door,
    }
    if known_at is not None:
        facts["known_at"] = known_at
    teller = _Teller(person_id, contact, language, words)
    asked = teller.digest(facts)

    def keep() -> Incident:
        return _keep(facts, teller, key=key, request_hash=asked, by=by, at=at)

    return _once(key, asked, keep)


@transaction.atomic
def close(*, incident_id: int, outcome: str, by: str, at: datetime) -> None:
    """Close a report with what became of it (open → closed, once).

    Its clocks end with it, so every duty is decided first; only a duplicate leaves them to the
    report that it repeats. Raises IncidentOutcomeUnknown, IncidentDutyOpen, IncidentClosed.
    """
    if outcome not in OUTCOMES:
        raise IncidentOutcomeUnknown
    if outcome != "duplicate" and tasks.duties_open(incident_id):
        raise IncidentDutyOpen
    closed = Incident.objects.filter(id=incident_id, closed_at=None).update(
        closed_at=at, closed_by=by, outcome=outcome
    )
    if not closed:
        _find(incident_id)
        raise IncidentClosed


@transaction.atomic
def read_words(*, incident_id: int, why: str, by: str, at: datetime) -> str:
    """Return the reporter's words in clear and write down who looked and why.

    `why` is a reason code. The person who wrote them may be unknown, so the look is kept with the
    incident and not with a person.
    """
    found = _find(incident_id)
    if not why:
        raise IncidentStepUnknown
    if found.sealed is None:
        raise IncidentWordsGone
    IncidentNote.objects.create(incident=found, step="words_read", about=why, by=by, at=at)
    return unseal(bytes(found.sealed), purpose=_purpose(found.key)).decode()


@transaction.atomic
def note_duty(*, incident_id: int, duty: str, step: str, by: str, at: datetime) -> None:
    """Write down what a person settled about one duty: reported, or not due. Never computed.

    A report to an authority is rather recorded with its number: `filings.record_filing`.
    """
    if step not in DUTY_STEPS or not duty or len(duty) > 60:
        raise IncidentStepUnknown
    incident = _find(incident_id)
    IncidentNote.objects.create(incident=incident, step=step, about=duty, by=by, at=at)
    tasks.settle_duty_task(incident=incident, duty=duty, by=by, at=at)


@transaction.atomic
def forget_person(*, person_id: str, at: datetime) -> int:
    """Delete the words of a person's reports and return how many there were; the rows stay."""
    return (
        Incident.objects.filter(person_id=person_id, sealed__isnull=False)
        .exclude(person_id="")
        .update(sealed=None, words_erased_at=at)
    )


@transaction.atomic
def forget_case(*, case_no: str, at: datetime) -> int:
    """Delete the words of a case's reports and return how many there were; the rows stay."""
    return (
        Incident.objects.filter(case_no=case_no, sealed__isnull=False)
        .exclude(case_no="")
        .update(sealed=None, words_erased_at=at)
    )


@dataclass(frozen=True, slots=True)
class _Teller:
    """Who reported, and in which words: what goes into no table as it is."""

    person_id: str
    contact: Contact | None
    language: str
    words: str

    def digest(self, facts: Mapping[str, object]) -> str:
        """Digest what was asked; what a person wrote goes in under the installation's key."""
        said = [self.words, asdict(self.contact) if self.contact else None]
        private = blind_index(repr(said), purpose="incident:request")
        plain = {name: str(value) for name, value in facts.items()}
        return request_hash([plain, self.person_id, private])

    def person(self, at: datetime) -> str:
        """Return the person's id; somebody new who can be reached is registered."""
        if self.person_id or self.contact is None:
            return self.person_id
        if not (self.contact.phone or self.contact.email):
            return ""
        spoken = self.language if self.language in LANGUAGES else "en"
        return people.register(contact=self.contact, language=spoken, at=at)


def _once(key: str, asked: str, keep: Callable[[], Incident]) -> Incident:
    """Return the report of a key; keep it if it is the first, also among eight at once."""
    try:
        with transaction.atomic():
            known = Incident.objects.filter(key=key).first()
            if known is None:
                return keep()
    except IntegrityError:  # the same form, a moment earlier, in another process
        known = Incident.objects.filter(key=key).first()
        if known is None:
            raise
    if known.request_hash != asked:
        raise IncidentKeyReused
    return known


def _keep(
    facts: Mapping[str, Any], teller: _Teller, *, key: str, request_hash: str, by: str, at: datetime
) -> Incident:
    person_id = teller.person(at)
    made = Incident.objects.create(
        **{"known_at": at, **facts},
        number=_number(),
        key=key,
        request_hash=request_hash,
        person_id=person_id,
        language=_language(teller.language, person_id),
        sealed=_sealed(key, teller.words),
        by=by,
        recorded_at=at,
    )
    tasks.open_first(made)
    _owe_a_call(made, at)
    return made


def _owe_a_call(made: Incident, at: datetime) -> None:
    """Open the call-back; its time counts from when the report reached this system.

    A unit on a depot's bench is out of its owner's hands: nobody at home needs to be warned.
    """
    minutes = call_within(made.severity, made.kind)
    if made.door == "partner" or minutes is None or not (made.person_id or made.case_no):
        return
    if not _may_open_a_call(made, at):
        return
    notices.call_back(
        why="danger",
        key=f"incident:{made.number}",
        person_id=made.person_id,
        recall_slug=made.recall_slug,
        case_no=made.case_no,
        unit_no=made.unit_no,
        due_at=at + timedelta(minutes=minutes),
        at=at,
    )


def _may_open_a_call(made: Incident, at: datetime) -> bool:
    """Say whether a stranger's report may put one more call on the list; it is kept either way.

    A form that needs no name could fill the list until nobody finds the call that matters. A
    report of a known claim always may, and every report stands in the list of incidents.
    """
    if made.case_no or made.door != "public":
        return True
    found = people_queries.contacts([made.person_id]).get(made.person_id)
    if found is None:
        return True
    reach = "".join(sign for sign in found.phone if sign.isdigit())[-9:] or found.email.casefold()
    known = limiter.allow(
        name="danger-call", subject=reach, limit=CALLS_A_DAY_EACH, seconds=A_DAY, at=at
    )
    return known and limiter.allow(
        name="danger-calls", subject=made.recall_slug, limit=CALLS_AN_HOUR, seconds=AN_HOUR, at=at
    )


def _find(incident_id: int) -> Incident:
    found = Incident.objects.filter(id=incident_id).first()
    if found is None:
        raise IncidentNotFound
    return found


def _language(language: str, person_id: str) -> str:
    if language in LANGUAGES:
        return language
    return people_queries.language(person_id) if person_id else "en"


def _when(happened: datetime | date | None, market: str) -> dict[str, datetime | date | None]:
    """Return the moment and the day on the market's calendar (UTC where the market is unknown)."""
    if isinstance(happened, datetime):
        zone = zone_of([market]) or timezone.get_default_timezone()
        return {"happened_at": happened, "happened_on": happened.astimezone(zone).date()}
    return {"happened_at": None, "happened_on": happened}


def _sealed(key: str, words: str) -> bytes | None:
    return seal(words.strip().encode(), purpose=_purpose(key)) if words.strip() else None


def _purpose(key: str) -> str:
    return f"incident:words:{key}"


def _number() -> str:
    """Return a fresh number: eight random digits and two check digits (ISO 7064 mod 97-10)."""
    stem = f"{secrets.randbelow(10**8):08d}"
    return stem + str(mod_97_10.calc_check_digits(stem))
