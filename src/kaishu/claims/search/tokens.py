"""Keyed hashes of what a claim is found by. The kind is bound in: equal digits do not link."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kaishu.base.sealing import keyed_digest
from kaishu.claims.search import folding
from kaishu.people.contact import Contact

# What only those who may see an owner's details may look for.
PERSONAL = ("name", "phone", "mail", "postcode")
PLAIN = ("serial", "order")
KINDS = (*PERSONAL, *PLAIN)
# A tail of four is what people say; eight tell two owners of one exchange apart.
PHONE_TAILS = (4, 8)
SERIAL_TAIL = 4


@dataclass(frozen=True, slots=True)
class UnitWords:
    """What a claim unit is found by."""

    serial: str
    serial_typed: str
    order_no: str


def token(kind: str, word: str) -> int:
    """Return the hash of one folded word: 64 bits that only this installation can compute."""
    digest = keyed_digest(word.encode(), purpose=f"claims:search:{kind}")
    return int.from_bytes(digest[:8], "big", signed=True)


def of_claim(contact: Contact | None, units: Iterable[UnitWords]) -> frozenset[int]:
    """Return every token of a claim; without a contact those of its units only."""
    pairs = set(_of_contact(contact)) if contact is not None else set()
    for unit in units:
        pairs |= set(_of_unit(unit))
    return frozenset(token(kind, word) for kind, word in pairs if word)


def _of_contact(contact: Contact) -> Iterable[tuple[str, str]]:
    for typed in (contact.name, contact.name_kana):
        for part in folding.name_parts(typed):
            yield "name", part
    number = folding.digits(contact.phone)
    for length in PHONE_TAILS:
        if len(number) >= length:
            yield "phone", number[-length:]
    yield "mail", contact.email.strip().casefold()
    yield "postcode", folding.postcode(contact.postcode)


def _of_unit(unit: UnitWords) -> Iterable[tuple[str, str]]:
    if unit.serial:
        yield "serial", unit.serial[-SERIAL_TAIL:]
    elif unread := folding.code(unit.serial_typed):
        yield "serial", unread
        yield "serial", unread[-SERIAL_TAIL:]
    yield "order", folding.code(unit.order_no)
