"""Read a person: in clear for machines that send, masked for pages that show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kaishu.base.sealing import unseal
from kaishu.people.contact import Contact, from_bytes, mask
from kaishu.people.errors import NoSuchPerson, PersonForgotten
from kaishu.people.models import Person


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
