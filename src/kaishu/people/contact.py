"""A person's contact details as a value, and how they look when they are hidden."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Who to reach and where, exactly as typed.

    `country` is ISO 3166-1 alpha-2 or empty. A Japanese or Chinese address fills `region`
    (prefecture, province), `city`, `street` (with the number) and `building`; any other stands in
    `address` as it was typed. `name_kana` is asked only where a bank needs it.

    No Unicode normalisation: it would change characters of real names (U+FA19 神 becomes U+795E 神)
    and drop the variant a family register asks for.
    """

    name: str = ""
    name_kana: str = ""
    email: str = ""
    phone: str = ""
    country: str = ""
    postcode: str = ""
    region: str = ""
    city: str = ""
    street: str = ""
    building: str = ""
    address: str = ""

    def address_lines(self) -> tuple[str, ...]:
        """Return the lines of a label, largest place first; empty lines are left out."""
        parts = (self.region + self.city, self.street, self.building, self.address)
        return tuple(part for part in parts if part.strip())

    def __repr__(self) -> str:
        """Hide the values: a repr ends up in logs and error pages."""
        return "Contact(…)"


def to_bytes(contact: Contact) -> bytes:
    """Return the form that is sealed."""
    return json.dumps(asdict(contact), ensure_ascii=False).encode()


def from_bytes(data: bytes) -> Contact:
    """Return the contact; a field that a later version added is empty in an older value."""
    values = json.loads(data)
    return Contact(**{name: values.get(name, "") for name in Contact.__dataclass_fields__})


def mask(contact: Contact) -> Contact:
    """Return enough to recognise a person on the phone, and no more: "a***@d***.jp", "…5678"."""
    return Contact(
        name=_first(contact.name),
        name_kana=_first(contact.name_kana),
        email=_email(contact.email),
        phone=_tail(contact.phone),
        postcode=contact.postcode[:3] + "…" if contact.postcode else "",
        country=contact.country,
        region=contact.region,
        address="…" if contact.address_lines() else "",
    )


def _first(name: str) -> str:
    """Keep the first character with its variation selectors and marks, so that 葛󠄀 stays whole."""
    if not name:
        return ""
    end = 1
    while end < len(name) and _joins(name[end]):
        end += 1
    return name[:end] + "***"


def _joins(char: str) -> bool:
    point = ord(char)
    return (
        0xFE00 <= point <= 0xFE0F or 0xE0100 <= point <= 0xE01EF or 0x0300 <= point <= 0x036F
    ) or point in (0x3099, 0x309A)


def _email(email: str) -> str:
    local, at, domain = email.rpartition("@")
    if not at:
        return "***" if email else ""
    host, dot, end = domain.rpartition(".")
    return f"{local[:1]}***@{host[:1]}***{dot}{end}" if dot else f"{local[:1]}***@***"


def _tail(phone: str) -> str:
    digits = [char for char in phone if char.isdigit()]
    return "…" + "".join(digits[-4:]) if len(digits) >= 8 else "…" if phone else ""
