"""Keep a draft between two pages. Every answer is on the disk before the next page is shown."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from kaishu.base import sealing
from kaishu.base.storage import evidence_store
from kaishu.doors.public.claiming import answers as values
from kaishu.doors.public.claiming.answers import Answers
from kaishu.doors.public.models import Draft

KEPT_FOR = timedelta(days=30)
TOKEN_BYTES = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDraft:
    """A draft as it stood when it was read. `link` is the claim's token once it was sent."""

    id: uuid.UUID
    recall_slug: str
    answers: Answers
    version: int
    expires_at: datetime
    link: str = ""

    @property
    def key(self) -> str:
        """Return what makes two sendings of this draft one claim."""
        return self.id.hex


def make(*, recall_slug: str, answers: Answers, at: datetime) -> str:
    """Keep a new draft and return the secret of its address."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    row = Draft(
        token_hash=_hash(token),
        recall_slug=recall_slug,
        made_at=at,
        touched_at=at,
        expires_at=at + KEPT_FOR,
    )
    row.sealed = _seal(row, values.to_bytes(answers))
    row.save(force_insert=True)
    return token


def find(token: str, *, at: datetime) -> OpenDraft | None:
    """Return the draft of an address, or None where there is none any more."""
    row = Draft.objects.filter(token_hash=_hash(token), expires_at__gt=at).first()
    return _opened(row) if row else None


def change(draft: OpenDraft, edit: Callable[[Answers], Answers], *, at: datetime) -> OpenDraft:
    """Apply a change to the newest answers; a draft that was sent meanwhile stays as it is.

    The change gets what is stored now, not what the page knew: of two tabs each saves its own
    question, and neither undoes the other.
    """
    with transaction.atomic():
        row = Draft.objects.select_for_update().get(id=draft.id)
        now = _opened(row)
        if now.link:
            return now
        edited = edit(now.answers)
        row.touched_at, row.expires_at = at, at + KEPT_FOR
        if edited != now.answers:
            row.sealed = _seal(row, values.to_bytes(edited))
            row.version += 1
        row.save()
        return _opened(row)


def send(
    draft: OpenDraft, submit: Callable[[OpenDraft], tuple[str, str]], *, at: datetime
) -> OpenDraft:
    """Send the newest answers once: `submit` returns the case number and the link's token.

    One transaction with the claim. The answers leave the draft: the claim holds them now.
    """
    with transaction.atomic():
        row = Draft.objects.select_for_update().get(id=draft.id)
        now = _opened(row)
        if now.link:
            return now
        row.sent_case_no, link = submit(now)
        row.sealed = _seal(row, link.encode())
        row.touched_at, row.expires_at = at, at + KEPT_FOR
        row.save()
        return _opened(row)


def drop_old(*, at: datetime, limit: int = 500) -> int:
    """Delete drafts whose time is over, with the photos that no claim took; returns how many."""
    due = Draft.objects.filter(expires_at__lte=at).order_by("expires_at")
    return sum(_drop(number, at) for number in list(due.values_list("id", flat=True)[:limit]))


def _drop(draft_id: uuid.UUID, at: datetime) -> bool:
    """Delete one draft unless it was continued or sent meanwhile; its photos go after it."""
    with transaction.atomic():
        rows = Draft.objects.select_for_update().filter(id=draft_id, expires_at__lte=at)
        row = rows.first()
        if row is None:
            return False
        names = _file_names(row)
        row.delete()
    for name in names:
        evidence_store().delete(name)
    return True


def _file_names(row: Draft) -> list[str]:
    """Name the photos that only this draft has; none where it is sent, or cannot be read."""
    try:
        units = _opened(row).answers.units
    except sealing.CannotOpen:
        return []  # its files have no name any more: the sweep of orphans takes them
    return [file.name for unit in units for file in unit.files]


def _opened(row: Draft) -> OpenDraft:
    data = sealing.unseal(bytes(row.sealed), purpose=_purpose(row))
    sent = bool(row.sent_case_no)
    return OpenDraft(
        id=row.id,
        recall_slug=row.recall_slug,
        answers=Answers(units=()) if sent else values.from_bytes(data),
        version=row.version,
        expires_at=row.expires_at,
        link=data.decode() if sent else "",
    )


def _seal(row: Draft, data: bytes) -> bytes:
    return sealing.seal(data, purpose=_purpose(row))


def _purpose(row: Draft) -> str:
    return f"public:draft:{row.id}"


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
