"""Forget an owner: what says who they are goes, what says what happened stays.

The person's details, files, notes and codes go. The decisions and the books name a case number and
stay as they are, so that they still add up and their chains still verify. What is still owed
stays owed and can no longer be sent: `payouts` and `returns` leave out forgotten people.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from kaishu.base import logs
from kaishu.base.storage import evidence_store
from kaishu.claims import lookups
from kaishu.claims.hotline import changes
from kaishu.claims.models import AccessCode, Claim, ClaimUnit, Evidence, EvidenceErased, Note
from kaishu.claims.search import keep as search
from kaishu.claims.terms import recall_of
from kaishu.incidents import actions as incidents
from kaishu.notices import actions as notices
from kaishu.people import actions as people
from kaishu.people import queries as people_queries
from kaishu.people.errors import PersonForgotten

log = logs.get_logger("kaishu.claims.erasure")

OWNER_ASKED = "owner_asked"
TIME_IS_UP = "time_is_up"
FORGOTTEN = "owner_forgotten"


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What an erasure took away, in counts."""

    claims: int
    files: int
    notes: int
    codes: int


def erase_person(
    *, case_no: str, by: str, at: datetime, why: str = OWNER_ASKED, tell: bool = True
) -> Erased:
    """Forget the owner of a claim, in all their claims. A repeat finds nothing left to do.

    One transaction; the files go after it, so that a failure leaves either everything or a file
    that the daily sweep takes. A last mail says that it was done, if there is an address.
    Raises ClaimNotFound.
    """
    with transaction.atomic():
        person_id = lookups.claim(case_no).person_id
        # Units first, as in every act of an owner: an act under way is waited for and forgotten
        # too, and none waits for us in a circle.
        units = ClaimUnit.objects.select_for_update(of=("self",)).filter(claim__person_id=person_id)
        list(units.order_by("id"))
        claims = list(Claim.objects.select_for_update().filter(person_id=person_id).order_by("id"))
        if tell:
            _say_goodbye(claims[0], at)
        cases = [claim.case_no for claim in claims]
        notices.forget(person_id=person_id, case_nos=cases, at=at)
        incidents.forget_person(person_id=person_id, at=at)
        for claim in claims:
            incidents.forget_case(case_no=claim.case_no, at=at)
        notes = Note.objects.filter(claim_unit__claim__in=claims, sealed__isnull=False)
        emptied = notes.update(sealed=None)
        codes, _ = AccessCode.objects.filter(claim__in=claims).delete()
        ClaimUnit.objects.filter(claim__in=claims).update(order_no="", shop="")
        people.forget(person_id=person_id, at=at)
        search.forget(claims)
        changes.forget([claim.id for claim in claims], at=at)
        names = mark_erased(Evidence.objects.filter(claim__in=claims), why=why, at=at)
    delete_files(names)
    log.info("person.erased", case_no=case_no, by=by, why=why, files=len(names))
    return Erased(claims=len(claims), files=len(names), notes=emptied, codes=codes)


def mark_erased(rows: Iterable[Evidence], *, why: str, at: datetime) -> list[str]:
    """Record that files are deleted on purpose; return the names of the newly marked."""
    ids = {row.id: row.name for row in rows}
    done = set(
        EvidenceErased.objects.filter(evidence__in=ids).values_list("evidence_id", flat=True)
    )
    new = [number for number in ids if number not in done]
    EvidenceErased.objects.bulk_create(
        EvidenceErased(evidence_id=number, why=why, at=at) for number in new
    )
    return [ids[number] for number in new]


def delete_files(names: Iterable[str]) -> int:
    """Delete stored files that no living evidence names; return how many."""
    wanted = set(names)
    wanted -= set(
        Evidence.objects.filter(name__in=wanted, erased=None).values_list("name", flat=True)
    )
    store = evidence_store()
    for name in sorted(wanted):
        store.delete(name)
    return len(wanted)


def is_erased(case_no: str) -> bool:
    """Say whether the owner of a claim was forgotten."""
    return people_queries.forgotten_at(lookups.claim(case_no).person_id) is not None


def _say_goodbye(claim: Claim, at: datetime) -> None:
    """Queue the last mail with its own sealed address: the person's details are gone by then."""
    try:
        email = people_queries.contact(claim.person_id).email
    except PersonForgotten:
        return
    unit = claim.units.order_by("unit_no").first()
    if not email or unit is None:
        return
    notices.queue(
        template="data_erased",
        key=f"{claim.case_no}:data-erased",
        person_id="",
        language=claim.language,
        at=at,
        recall_slug=recall_of(unit.edition_id).slug,
        case_no=claim.case_no,
        to=email,
    )
