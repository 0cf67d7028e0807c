"""Read a person: in clear for machines that send, masked for pages that show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from kaishu.base.sealing import unseal
from kaishu.people.contact import Contact, from_bytes, mask
from kaishu.people.errors import NoSuchPerson, PersonForgotten
from kaishu.people.models import Consent, FileLook, Person, RevealLog


@dataclass(frozen=True, slots=True)
class Look:
    """One look at a person's details (`why` a reason code) or at a file (`evidence_id`)."""

    at: datetime
    by: str
    why: str
    evidence_id: int | None = None


@dataclass(frozen=True, slots=True)
class Agreed:
    """One consent given or taken back, with the version of the text."""

    at: datetime
    version: str
    given: bool


def contact(person_id: str) -> Contact:
    """Return a person's details for sending a letter or a parcel; pages use `actions.reveal`."""
    found = contacts([person_id])
    if person_id in found:
        return found[person_id]
    if Person.objects.filter(id=person_id).exists():
        raise PersonForgotten
    raise NoSuchPerson


def contacts(person_ids: Iterable[str]) -> Mapping[str, Contact]:
    """Return many people's details in one query; the forgotten are left out."""
    rows = Person.objects.filter(id__in=list(person_ids), sealed__isnull=False)
    return {
        person_id: from_bytes(unseal(bytes(sealed), purpose=f"person:contact:{person_id}"))
        for person_id, sealed in rows.values_list("id", "sealed")
        if sealed is not None
    }


def masked(person_id: str) -> Contact:
    """Return enough to recognise a person, and no more; safe on every staff page."""
    return mask(contact(person_id))


def language(person_id: str) -> str:
    """Return the language to write to this person in (it is kept when they are forgotten)."""
    found = Person.objects.filter(id=person_id).values_list("language", flat=True).first()
    if found is None:
        raise NoSuchPerson
    return found


def forgotten_at(person_id: str) -> datetime | None:
    """Return when a person was forgotten; None while their details are kept."""
    return Person.objects.filter(id=person_id).values_list("forgotten_at", flat=True).first()


def forgotten_among(person_ids: Iterable[str]) -> frozenset[str]:
    """Return which of these people were forgotten."""
    rows = Person.objects.filter(id__in=list(person_ids), forgotten_at__isnull=False)
    return frozenset(rows.values_list("id", flat=True))


def forgotten_ids() -> QuerySet[Person, str]:
    """Return the ids of everybody who was forgotten, for use inside another query."""
    return Person.objects.filter(forgotten_at__isnull=False).values_list("id", flat=True)


def looks(person_id: str) -> tuple[Look, ...]:
    """Return who looked at a person's details and files, the newest look first."""
    details = RevealLog.objects.filter(person_id=person_id)
    files = FileLook.objects.filter(person_id=person_id)
    found = [Look(row.at, row.by, row.why) for row in details]
    found += [Look(row.at, row.by, "opened_file", row.evidence_id) for row in files]
    return tuple(sorted(found, key=lambda look: look.at, reverse=True))


def consents(person_id: str) -> tuple[Agreed, ...]:
    """Return what a person agreed to and took back, in that order."""
    rows = Consent.objects.filter(person_id=person_id).order_by("at", "id")
    return tuple(Agreed(row.at, row.text_version, row.given) for row in rows)
