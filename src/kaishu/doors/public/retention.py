"""What the owner's door keeps no longer: claims that were begun and never sent."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from kaishu.base import sealing
from kaishu.doors.public.claiming import answers, store
from kaishu.doors.public.models import Draft


def sweep(*, at: datetime, dry_run: bool = False) -> Mapping[str, int]:
    """Delete drafts past their time, with the photos that no claim took."""
    if dry_run:
        return {"drafts": Draft.objects.filter(expires_at__lte=at).count()}
    dropped = 0
    while some := store.drop_old(at=at):
        dropped += some
    return {"drafts": dropped}


def forget_cases(case_nos: Collection[str]) -> int:
    """Delete the drafts that became these claims: each still holds a sealed link."""
    gone, _ = Draft.objects.filter(sent_case_no__in=case_nos).delete()
    return gone


def file_names() -> set[str]:
    """Return the names of stored files that a draft may still send."""
    names: set[str] = set()
    for row in Draft.objects.filter(sent_case_no="").iterator(500):
        said = answers.from_bytes(
            sealing.unseal(bytes(row.sealed), purpose=f"public:draft:{row.id}")
        )
        names |= {file.name for unit in said.units for file in unit.files}
    return names
