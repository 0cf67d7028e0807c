"""Find other claims that look like this one, each with its reason. A likeness proves nothing.

Two people of one household share an address, a shop's receipt has one order number for three
units: what is alike is shown to the person who decides, and decides nothing by itself. Owners are
compared by the keyed hashes of the search; only where a postcode is shared are sealed addresses
opened, by the machine, and none is shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kaishu.claims import case_numbers
from kaishu.claims.models import Claim, ClaimUnit, Evidence
from kaishu.claims.search import folding
from kaishu.claims.search.models import SearchKey
from kaishu.claims.search.tokens import PHONE_TAILS, token
from kaishu.core.errors import Refusal
from kaishu.people import queries as people
from kaishu.people.contact import Contact

# By weight: the first reason of a pair of claims is the one that is named first.
REASONS = ("unit", "serial", "photo", "order", "phone", "mail", "address")
MOST = 6
MOST_OPENED = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """Another claim unit, and all that it shares with this one."""

    claim_unit_id: int
    case_no: str
    grouped: str
    unit_no: int
    standing: str
    holds: bool
    reasons: tuple[str, ...]


def alike(claim_unit_id: int) -> tuple[Alike, ...]:
    """Return at most `MOST` units of other claims that share something, most telling first."""
    unit = ClaimUnit.objects.select_related("claim").get(id=claim_unit_id)
    found: dict[int, list[str]] = {}
    for reason, numbers in _by_unit(unit):
        for number in numbers:
            found.setdefault(number, []).append(reason)
    claims = _by_owner(unit.claim)
    if claims:
        rows = ClaimUnit.objects.filter(claim__in=claims, recall_id=unit.recall_id)
        for number, claim_id in rows.values_list("id", "claim_id"):
            found.setdefault(number, []).extend(claims[claim_id])
    rows = ClaimUnit.objects.filter(id__in=found).select_related("claim")
    weighed = sorted(rows, key=lambda row: (_weight(found[row.id]), -row.id))
    return tuple(_alike(row, found[row.id]) for row in weighed[:MOST])


def _by_unit(unit: ClaimUnit) -> Iterable[tuple[str, Iterable[int]]]:
    others = ClaimUnit.objects.exclude(claim_id=unit.claim_id).order_by("-id")
    here = others.filter(recall_id=unit.recall_id)
    # The exclusions are what lets SQLite use the indexes, which leave empty values out.
    by_serial, by_order = here.exclude(serial=""), here.exclude(order_no="")
    if unit.unit_id is not None:
        yield "unit", here.filter(unit_id=unit.unit_id).values_list("id", flat=True)[:MOST]
    if unit.serial:
        yield "serial", by_serial.filter(serial=unit.serial).values_list("id", flat=True)[:MOST]
    if unit.order_no:
        yield "order", by_order.filter(order_no=unit.order_no).values_list("id", flat=True)[:MOST]
    yield "photo", _same_bytes(unit)


def _same_bytes(unit: ClaimUnit) -> list[int]:
    mine = Evidence.objects.filter(claim_id=unit.claim_id).values("sha256")
    rows = Evidence.objects.filter(sha256__in=mine).exclude(claim_id=unit.claim_id)
    pairs = list(rows.order_by("-id").values_list("claim_unit_id", "claim_id")[:MOST])
    whole = {claim_id for number, claim_id in pairs if number is None}
    units = ClaimUnit.objects.filter(claim__in=whole).values_list("id", flat=True) if whole else ()
    return sorted({number for number, _ in pairs if number is not None} | set(units))


def _by_owner(claim: Claim) -> dict[int, list[str]]:
    """Return other claims of the recall by what their owners share with this one's."""
    try:
        contact = people.contact(claim.person_id)
    except Refusal:  # forgotten: nothing is left to compare
        return {}
    found: dict[int, list[str]] = {}
    number = folding.digits(contact.phone)
    tail = max(PHONE_TAILS)
    words = {
        "phone": number[-tail:] if len(number) >= tail else "",
        "mail": contact.email.strip().casefold(),
    }
    for reason, word in words.items():
        for claim_id in _sharing(claim, reason, word)[:MOST]:
            found.setdefault(claim_id, []).append(reason)
    for claim_id in _same_address(claim, contact):
        found.setdefault(claim_id, []).append("address")
    return found


def _sharing(claim: Claim, kind: str, word: str) -> list[int]:
    if not word:
        return []
    rows = SearchKey.objects.filter(token=token(kind, word), claim__recall_id=claim.recall_id)
    rows = rows.exclude(claim_id=claim.id).order_by("-claim_id")
    return list(rows.values_list("claim_id", flat=True)[:MOST_OPENED])


def _same_address(claim: Claim, contact: Contact) -> list[int]:
    mine = folding.address(*contact.address_lines())
    near = _sharing(claim, "postcode", folding.postcode(contact.postcode)) if mine else []
    whose = dict(Claim.objects.filter(id__in=near).values_list("id", "person_id"))
    opened = people.contacts(whose.values())
    return [
        claim_id
        for claim_id, person_id in whose.items()
        if person_id in opened and folding.address(*opened[person_id].address_lines()) == mine
    ][:MOST]


def _weight(reasons: list[str]) -> tuple[int, int]:
    return min(REASONS.index(reason) for reason in reasons), -len(reasons)


def _alike(row: ClaimUnit, reasons: list[str]) -> Alike:
    told = set(reasons)
    if "unit" in told:
        told.discard("serial")
    return Alike(
        claim_unit_id=row.id,
        case_no=row.claim.case_no,
        grouped=case_numbers.group(row.claim.case_no),
        unit_no=row.unit_no,
        standing=row.standing,
        holds="unit" in told and row.holder_entry_id is not None,
        reasons=tuple(reason for reason in REASONS if reason in told),
    )
