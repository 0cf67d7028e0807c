"""Read what owners wrote in their own words. It may name people: whoever shows it logs the look."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from kaishu.base.sealing import unseal
from kaishu.claims.models import Note


@dataclass(frozen=True, slots=True)
class NoteView:
    """One note in clear: `kind` is "answer" or "contest"."""

    claim_unit_id: int
    kind: str
    words: str
    at: datetime


def read(claim_unit_ids: Iterable[int]) -> tuple[NoteView, ...]:
    """Return the notes of claim units in clear, oldest first; the erased are left out."""
    rows = Note.objects.filter(claim_unit__in=list(claim_unit_ids), sealed__isnull=False)
    return tuple(
        NoteView(row.claim_unit_id, row.kind, _words(row), row.at) for row in rows.order_by("id")
    )


def how_many(claim_unit_ids: Iterable[int]) -> int:
    """Return how many notes there are to read, without opening one."""
    units = list(claim_unit_ids)
    return Note.objects.filter(claim_unit__in=units, sealed__isnull=False).count()


def _words(row: Note) -> str:
    return unseal(bytes(row.sealed or b""), purpose=f"claims:note:{row.id}").decode()
