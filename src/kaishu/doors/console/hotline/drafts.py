"""Keep what is typed during a call: every pause in typing is on the disk before the next word."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from kaishu.base.sealing import seal, unseal
from kaishu.doors.console.hotline.models import CallDraft
from kaishu.people.retention import rule

MOST_LISTED = 20
Said = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class OpenDraft:
    """A draft as it stands: `case_nos` once it was sent."""

    id: uuid.UUID
    said: Said
    touched_at: datetime | None = None
    case_nos: tuple[str, ...] = ()


def find(draft_id: uuid.UUID, *, by: str) -> OpenDraft:
    """Return an operator's draft; a number that nothing was typed under yet is an empty one."""
    row = CallDraft.objects.filter(id=draft_id, by=by).first()
    return _opened(row) if row else OpenDraft(draft_id, {})


def keep(draft_id: uuid.UUID, said: Said, *, by: str, at: datetime) -> OpenDraft:
    """Keep everything that stands in the form. A draft that was sent stays as it is."""
    with transaction.atomic():
        row = _locked(draft_id, by) or _made(draft_id, by, at)
        if row is None or row.sent_at is not None:
            return find(draft_id, by=by)
        row.sealed = seal(json.dumps(dict(said)).encode(), purpose=_purpose(draft_id))
        row.touched_at = at
        row.save(update_fields=["sealed", "touched_at"])
        return _opened(row)


def send(
    draft_id: uuid.UUID,
    submit: Callable[[Said], tuple[str, ...]],
    *,
    by: str,
    at: datetime,
) -> tuple[str, ...]:
    """Send a draft once, whatever is pressed how often; returns the case numbers of its claims.

    One transaction with the claims. The answers leave the draft: the claims hold them now.
    """
    with transaction.atomic():
        row = _locked(draft_id, by)
        if row is None:
            return ()
        opened = _opened(row)
        if opened.case_nos:
            return opened.case_nos
        case_nos = submit(opened.said)
        row.sealed, row.sent_at, row.touched_at = None, at, at
        row.case_nos = " ".join(case_nos)
        row.save()
        return case_nos


def drop(draft_id: uuid.UUID, *, by: str) -> None:
    """Throw away a draft that is not wanted any more."""
    CallDraft.objects.filter(id=draft_id, by=by, sent_at=None).delete()


def mine(*, by: str) -> tuple[OpenDraft, ...]:
    """Return an operator's unsent drafts, the newest first."""
    rows = CallDraft.objects.filter(by=by, sent_at=None).order_by("-touched_at")
    return tuple(_opened(row) for row in rows[:MOST_LISTED])


def sweep(*, at: datetime, dry_run: bool = False) -> Mapping[str, int]:
    """Delete drafts that nobody touched for days."""
    over = CallDraft.objects.filter(touched_at__lte=rule("call_draft").cut(at))
    found = over.count()
    if not dry_run:
        over.delete()
    return {"call_drafts": found}


def _locked(draft_id: uuid.UUID, by: str) -> CallDraft | None:
    return CallDraft.objects.select_for_update().filter(id=draft_id, by=by).first()


def _made(draft_id: uuid.UUID, by: str, at: datetime) -> CallDraft | None:
    """Return a new row; None where the number is another operator's, who keeps it."""
    empty = seal(b"{}", purpose=_purpose(draft_id))
    try:
        with transaction.atomic():
            return CallDraft.objects.create(
                id=draft_id, by=by, sealed=empty, made_at=at, touched_at=at
            )
    except IntegrityError:
        return _locked(draft_id, by)


def _opened(row: CallDraft) -> OpenDraft:
    cases = tuple(row.case_nos.split())
    said: Said = {}
    if row.sealed is not None:
        said = json.loads(unseal(bytes(row.sealed), purpose=_purpose(row.id)))
    return OpenDraft(row.id, said, row.touched_at, cases)


def _purpose(draft_id: uuid.UUID) -> str:
    return f"hotline:draft:{draft_id}"
