"""Find claims by whatever somebody says of them, in a few indexed questions to the database."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from django.db import connection
from django.db.models import Exists, OuterRef

from kaishu.claims import case_numbers
from kaishu.claims.models import Claim, ClaimUnit
from kaishu.claims.search import folding
from kaishu.claims.search.models import SearchKey
from kaishu.claims.search.tokens import KINDS, PHONE_TAILS, SERIAL_TAIL, token
from kaishu.core.recall import SerialFormat
from kaishu.editions import queries as editions
from kaishu.people import queries as people
from kaishu.people.contact import Contact

MOST = 50
# Whoever shares a telephone tail or a postcode; the sealed details decide among so many.
MOST_OPENED = 200
LONGEST_TYPED = 200
SHORTEST_SERIAL = 3
SHORTEST_ORDER = 4
_NUMBER_LIKE = re.compile(r"[\d\s()+./#*\-‐‑–—−ー]+")
_POSTCODE_FIRST = re.compile(r"^〒?\s*(\d{3}[-‐‑–—−ー]?\d{4})(?:\s+(.+))?$")
_LABEL = re.compile(r"(.{12,})-(\d{1,2})")


@dataclass(frozen=True, slots=True)
class Found:
    """One claim and by what it was found: "reference", or a word of `tokens.KINDS`."""

    claim_id: int
    kind: str


def find(typed: str, *, kinds: Collection[str] = KINDS) -> tuple[Found, ...]:
    """Return at most `MOST` claims, a whole reference alone, otherwise the newest first.

    `kinds` are what the person may look for. What was typed goes into no log and no table.
    """
    text = unicodedata.normalize("NFKC", typed).strip()
    if not text or len(text) > LONGEST_TYPED:
        return ()
    if (claim_id := _by_reference(text)) is not None:
        return (Found(claim_id, "reference"),)
    found: dict[int, str] = {}
    for kind in (kind for kind in KINDS if kind in kinds):
        for claim_id in _BY_KIND[kind](text):
            found.setdefault(claim_id, kind)
    newest = sorted(found, reverse=True)[:MOST]
    return tuple(Found(claim_id, found[claim_id]) for claim_id in newest)


def _by_reference(text: str) -> int | None:
    label = _LABEL.fullmatch(text)  # case and unit, as printed on a label
    for candidate in (text, label[1] if label else ""):
        if case_no := case_numbers.check(candidate):
            return Claim.objects.filter(case_no=case_no).values_list("id", flat=True).first()
    return None


def _by_name(text: str) -> Iterable[int]:
    whole, words = folding.name(text), folding.words(text)
    if not folding.is_enough(whole) or "@" in text or whole.isdigit():
        return []
    found = list(_newest("name", whole))
    if len(words) > 1:
        first, *others = [word for word in words if folding.is_enough(word)] or [whole]
        found += _newest("name", first, *others)
    return found


def _by_phone(text: str) -> Iterable[int]:
    number = folding.digits(text)
    if len(number) < PHONE_TAILS[0] or not _NUMBER_LIKE.fullmatch(text):
        return []
    length = max(tail for tail in PHONE_TAILS if tail <= len(number))
    shared = _newest("phone", number[-length:], most=MOST_OPENED)
    if len(number) == length:
        return shared
    # Nine digits are the same at home and from abroad; beyond them a country writes as it likes.
    tail = number[-9:]
    return _whose(shared, lambda contact: folding.digits(contact.phone).endswith(tail))


def _by_mail(text: str) -> Iterable[int]:
    return _newest("mail", text.casefold()) if "@" in text else []


def _by_postcode(text: str) -> Iterable[int]:
    match = _POSTCODE_FIRST.match(text)
    if match is None:
        return []
    shared = _newest("postcode", folding.postcode(match[1]), most=MOST_OPENED)
    if not (fragment := folding.address(match[2] or "")):
        return shared
    return _whose(shared, lambda one: fragment in folding.address(*one.address_lines()))


def _by_serial(text: str) -> Iterable[int]:
    bare = {folding.serial(text, form) for form in _formats()} - {""}
    found: list[int] = []
    for part in sorted(part for part in bare if len(part) >= SHORTEST_SERIAL):
        rows = ClaimUnit.objects.filter(**_starts_with(part))
        found += rows.values_list("claim_id", flat=True)[:MOST]
        if len(part) >= SERIAL_TAIL:
            found += _ends_with(part)
    unread = folding.code(text)
    if len(unread) >= SERIAL_TAIL:
        found += _newest("serial", unread)
    return found


def _by_order(text: str) -> Iterable[int]:
    code = folding.code(text)
    return _newest("order", code) if len(code) >= SHORTEST_ORDER else []


def _ends_with(part: str) -> Iterable[int]:
    shared = list(_newest("serial", part[-SERIAL_TAIL:], most=MOST_OPENED))
    if len(part) == SERIAL_TAIL:
        return shared
    rows = ClaimUnit.objects.filter(claim__in=shared, serial__endswith=part)
    return rows.values_list("claim_id", flat=True)


def _starts_with(part: str) -> dict[str, str]:
    """Return the condition that uses the index: SQLite's LIKE would read the whole table."""
    if connection.vendor == "sqlite":
        return {"serial__gte": part, "serial__lt": part + "\U0010ffff"}
    return {"serial__startswith": part}


def _newest(kind: str, *words: str, most: int = MOST) -> Iterable[int]:
    first, *others = [token(kind, word) for word in words]
    rows = SearchKey.objects.filter(token=first)
    for other in others:
        same = SearchKey.objects.filter(token=other, claim=OuterRef("claim"))
        rows = rows.filter(Exists(same))
    return rows.order_by("-claim").values_list("claim_id", flat=True)[:most]


def _whose(claim_ids: Iterable[int], right: Callable[[Contact], bool]) -> Iterator[int]:
    """Yield the claims whose sealed details agree; nobody sees them, so nothing is logged."""
    rows = Claim.objects.filter(id__in=list(claim_ids)).values_list("id", "person_id")
    people_of = dict(rows)
    contacts = people.contacts(people_of.values())
    for claim_id, person_id in people_of.items():
        contact = contacts.get(person_id)
        if contact is not None and right(contact):
            yield claim_id


def _formats() -> tuple[SerialFormat, ...]:
    return _formats_of(tuple(pack.ref.digest for pack in editions.current_packs()))


@lru_cache(maxsize=4)
def _formats_of(digests: tuple[str, ...]) -> tuple[SerialFormat, ...]:
    """Return the different alphabets of the recalls, kept while no edition is published."""
    kept: dict[tuple[str, tuple[tuple[str, str], ...]], SerialFormat] = {}
    for pack in editions.current_packs():
        for form in pack.recall.formats:
            kept[(form.alphabet, tuple(sorted(form.confusions.items())))] = form
    return tuple(kept.values())


_BY_KIND = {
    "name": _by_name,
    "phone": _by_phone,
    "mail": _by_mail,
    "postcode": _by_postcode,
    "serial": _by_serial,
    "order": _by_order,
}
