"""Give claims as rows for a file: about units and decisions; about people only where asked."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from itertools import islice

from django.db.models import QuerySet

from kaishu.books.queries import units_by_id
from kaishu.claims.models import ClaimUnit
from kaishu.claims.queries import queue_filter
from kaishu.editions import queries as editions
from kaishu.people import queries as people
from kaishu.people import reveals

COLUMNS = (
    "case_no", "unit_no", "recall", "product", "colour", "submitted_at", "door", "language",
    "verdict", "verdict_reason", "condition", "remedy", "standing", "decision", "decision_reason",
    "decided_at", "contested", "place", "party",
)  # fmt: skip
# What leads to a person, in a file that leaves the house: details, and numbers that a shop knows.
PERSONAL = (
    "name", "name_kana", "email", "phone", "country", "postcode", "address", "serial", "order_no",
    "shop", "bought_on", "order_amount",
)  # fmt: skip
SOME = 500
Row = Mapping[str, object]


def rows(*, queue: str = "all", recall: str = "") -> Iterator[Row]:
    """Yield one mapping of COLUMNS a claim unit, the oldest first; nothing personal is read."""
    for some in _pages(queue, recall):
        yield from _known(some)


def rows_with_people(
    *, queue: str = "all", recall: str = "", why: str, by: str, at: datetime
) -> Iterator[Row]:
    """Yield COLUMNS and PERSONAL. Each person is in the log of looks before their row is given.

    `why` is a reason code. Raises ReasonMissing.
    """
    for some in _pages(queue, recall):
        ids = {unit.claim.person_id for unit in some}
        reveals.write_down_all(person_ids=ids, why=why, by=by, at=at)
        contacts = people.contacts(ids)
        for unit, known in zip(some, _known(some), strict=True):
            contact = contacts.get(unit.claim.person_id)
            details = {name: getattr(contact, name, "") for name in PERSONAL[:6]}
            details["address"] = " ".join(contact.address_lines()) if contact else ""
            typed = {name: getattr(unit, name) for name in PERSONAL[7:]}
            yield {**known, **details, **typed}


def count(*, queue: str = "all", recall: str = "") -> int:
    """Return how many rows there will be."""
    return _wanted(queue, recall).count()


def _wanted(queue: str, recall: str) -> QuerySet[ClaimUnit]:
    found = ClaimUnit.objects.filter(queue_filter(queue))
    return found.filter(recall_id=editions.recall_row(recall).id) if recall else found


def _pages(queue: str, recall: str) -> Iterator[list[ClaimUnit]]:
    found = _wanted(queue, recall).select_related("claim", "newest_decision").order_by("id")
    units = found.iterator(chunk_size=SOME)
    while some := list(islice(units, SOME)):
        yield some


def _known(some: Collection[ClaimUnit]) -> Iterator[Row]:
    places = units_by_id([unit.unit_id for unit in some if unit.unit_id is not None])
    slugs = {row.id: row.slug for row in editions.recall_rows()}
    for unit in some:
        place = places.get(unit.unit_id) if unit.unit_id is not None else None
        newest = unit.newest_decision
        values = (
            unit.claim.case_no, unit.unit_no, slugs.get(unit.recall_id, ""), unit.product,
            unit.colour, unit.claim.submitted_at, unit.claim.door, unit.claim.language,
            unit.verdict_answer, unit.verdict_reason, unit.condition, unit.remedy, unit.standing,
            newest.kind if newest else "", newest.reason if newest else "",
            newest.at if newest else None, unit.contested,
            place.account if place else "", place.party if place else "",
        )  # fmt: skip
        yield dict(zip(COLUMNS, values, strict=True))
