"""Keep the search table in step with what it finds, in the transaction of each change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from kaishu.claims.models import Claim, ClaimUnit
from kaishu.claims.search.models import SearchKey
from kaishu.claims.search.tokens import UnitWords, of_claim
from kaishu.people import queries as people
from kaishu.people.contact import Contact

BATCH = 500


def add(claim: Claim, contact: Contact, units: Iterable[ClaimUnit]) -> None:
    """Write the tokens of a new claim: one statement."""
    found = of_claim(contact, [words_of(unit) for unit in units])
    SearchKey.objects.bulk_create(SearchKey(token=each, claim=claim) for each in sorted(found))


def renew(claim_id: int) -> None:
    """Bring one claim's tokens in step with its owner's details and its units."""
    renew_all([claim_id])


def forget(claims: Iterable[Claim]) -> None:
    """Take away everything that is found by the person; what names a unit only stays."""
    renew_all([claim.id for claim in claims])


@transaction.atomic
def renew_all(claim_ids: Iterable[int]) -> int:
    """Write what is missing and delete what is too many; returns how many claims differed."""
    ids = list(claim_ids)
    wanted = expected(ids)
    kept: dict[int, set[int]] = {claim_id: set() for claim_id in ids}
    rows = SearchKey.objects.filter(claim__in=ids).values_list("claim_id", "token")
    for claim_id, token in rows:
        kept[claim_id].add(token)
    differ = [number for number in wanted if wanted[number] != kept[number]]
    for claim_id in differ:
        over = kept[claim_id] - wanted[claim_id]
        if over:
            SearchKey.objects.filter(claim=claim_id, token__in=over).delete()
    new = [
        SearchKey(claim_id=claim_id, token=token)
        for claim_id in differ
        for token in sorted(wanted[claim_id] - kept[claim_id])
    ]
    SearchKey.objects.bulk_create(new, ignore_conflicts=True)
    return len(differ)


def expected(claim_ids: Iterable[int]) -> Mapping[int, frozenset[int]]:
    """Derive the tokens that claims should have, from the sealed details and the units."""
    ids = list(claim_ids)
    people_of = dict(Claim.objects.filter(id__in=ids).values_list("id", "person_id"))
    contacts = people.contacts(people_of.values())
    units: dict[int, list[UnitWords]] = {claim_id: [] for claim_id in people_of}
    for unit in ClaimUnit.objects.filter(claim__in=ids):
        units[unit.claim_id].append(words_of(unit))
    return {
        claim_id: of_claim(contacts.get(person_id), units[claim_id])
        for claim_id, person_id in people_of.items()
    }


def backfill() -> int:
    """Index every claim that nothing finds yet and return how many got tokens.

    Batch after batch, so that a kill loses one batch at most and the next run goes on.
    """
    done, last = 0, 0
    while True:
        rows = unindexed().filter(id__gt=last).order_by("id")
        ids = list(rows.values_list("id", flat=True)[:BATCH])
        if not ids:
            return done
        done += renew_all(ids)
        last = ids[-1]


def unindexed() -> QuerySet[Claim]:
    """Return the claims that nothing can find by what their owner says."""
    return Claim.objects.filter(~Exists(SearchKey.objects.filter(claim=OuterRef("id"))))


def words_of(unit: ClaimUnit) -> UnitWords:
    """Return what a claim unit is found by."""
    return UnitWords(unit.serial, unit.serial_typed, unit.order_no)
