"""Register, correct and forget a person; record what they agreed to."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from kaishu.base.sealing import seal
from kaishu.people import queries, reveals
from kaishu.people.contact import Contact, to_bytes
from kaishu.people.errors import NoSuchPerson, PersonForgotten
from kaishu.people.models import Consent, FileLook, Person, new_id

# A browser asks for a picture several times while one person looks once.
ONE_LOOK = timedelta(minutes=10)


@transaction.atomic
def register(*, contact: Contact, language: str, at: datetime) -> str:
    """Keep a new person's sealed details and return the person id."""
    person_id = new_id()
    Person.objects.create(
        id=person_id, sealed=_sealed(person_id, contact), language=language, created_at=at
    )
    return person_id


@transaction.atomic
def correct(*, person_id: str, contact: Contact, by: str, why: str, at: datetime) -> None:
    """Replace a person's details; whoever types them also saw them, so the look is logged."""
    changed = Person.objects.filter(id=person_id, forgotten_at=None).update(
        sealed=_sealed(person_id, contact), corrected_at=at
    )
    if not changed:
        raise _absent(person_id)
    _log_look(person_id, by=by, why=why, at=at)


@transaction.atomic
def forget(*, person_id: str, at: datetime) -> None:
    """Delete a person's details for good; the id stays, so that the books still add up.

    Forgetting twice is the same as once.
    """
    if Person.objects.filter(id=person_id, forgotten_at=None).update(sealed=None, forgotten_at=at):
        return
    if not Person.objects.filter(id=person_id).exists():
        raise NoSuchPerson


@transaction.atomic
def record_consent(
    *,
    person_id: str,
    text_version: str,
    given: bool,
    at: datetime,
    channel: str = "",
    by: str = "",
) -> None:
    """Record that a person agreed to a version of a text, or took it back (a new row each time).

    `channel` and `by` say that it was read out by telephone, and by whom.
    """
    if not Person.objects.filter(id=person_id).exists():
        raise NoSuchPerson
    Consent.objects.create(
        person_id=person_id, text_version=text_version, given=given, at=at, channel=channel, by=by
    )


@transaction.atomic
def reveal(*, person_id: str, by: str, why: str, at: datetime) -> Contact:
    """Return a person's details in clear and log the look in the same transaction.

    `why` is a reason code, never free text: the log must not become a second place for details.
    """
    shown = queries.contact(person_id)
    _log_look(person_id, by=by, why=why, at=at)
    return shown


@transaction.atomic
def log_file_look(*, person_id: str, evidence_id: int, by: str, at: datetime) -> None:
    """Log that somebody opened a person's file; a page drawn again within minutes is one look."""
    seen = FileLook.objects.filter(
        person_id=person_id, evidence_id=evidence_id, by=by, at__gt=at - ONE_LOOK
    )
    if not seen.exists():
        FileLook.objects.create(person_id=person_id, evidence_id=evidence_id, by=by, at=at)


def _log_look(person_id: str, *, by: str, why: str, at: datetime) -> None:
    reveals.write_down(person_id=person_id, field=reveals.WHOLE, why=why, by=by, at=at)


def _sealed(person_id: str, contact: Contact) -> bytes:
    return seal(to_bytes(contact), purpose=f"person:contact:{person_id}")


def _absent(person_id: str) -> NoSuchPerson | PersonForgotten:
    known = Person.objects.filter(id=person_id).exists()
    return PersonForgotten() if known else NoSuchPerson()
