"""Read what owners wrote in their own words, and keep what was said in a call.

It may name people: whoever shows it logs the look.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from kaishu.base.sealing import seal, unseal
from kaishu.claims import lookups
from kaishu.claims.errors import ClaimTooLong, NothingSaid
from kaishu.claims.models import Note
from kaishu.people import queries as people
from kaishu.people.errors import PersonForgotten

CALL = "call"
LONGEST_NOTE = 4000


@dataclass(frozen=True, slots=True)
class NoteView:
    """One note in clear: `kind` is "answer", "contest" or "call" (written down by `by`)."""

    claim_unit_id: int
    kind: str
    words: str
    at: datetime
    by: str = ""


def read(claim_unit_ids: Iterable[int]) -> tuple[NoteView, ...]:
    """Return the notes of claim units in clear, oldest first; the erased are left out."""
    rows = Note.objects.filter(claim_unit__in=list(claim_unit_ids), sealed__isnull=False)
    return tuple(
        NoteView(row.claim_unit_id, row.kind, _words(row), row.at, row.by)
        for row in rows.order_by("id")
    )


@transaction.atomic
def note_call(*, case_no: str, words: str, by: str, at: datetime) -> None:
    """Keep what was said in a call, sealed, with the first unit of the claim.

    Raises NothingSaid, ClaimTooLong, PersonForgotten.
    """
    text = words.strip()
    if not text:
        raise NothingSaid()
    if len(text) > LONGEST_NOTE:
        raise ClaimTooLong(field="words", unit=1)
    claim = lookups.claim(case_no)
    if people.forgotten_at(claim.person_id) is not None:
        raise PersonForgotten()
    unit = claim.units.get(unit_no=1)
    note = Note.objects.create(claim_unit=unit, kind=CALL, by=by, at=at)
    note.sealed = seal(text.encode(), purpose=f"claims:note:{note.id}")
    note.save(update_fields=["sealed"])


def how_many(claim_unit_ids: Iterable[int]) -> int:
    """Return how many notes there are to read, without opening one."""
    units = list(claim_unit_ids)
    return Note.objects.filter(claim_unit__in=units, sealed__isnull=False).count()


def _words(row: Note) -> str:
    return unseal(bytes(row.sealed or b""), purpose=f"claims:note:{row.id}").decode()
