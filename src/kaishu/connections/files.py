"""Files that a connection sent ahead of the claim that will name them."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from django.core.files.uploadedfile import TemporaryUploadedFile

from kaishu.base.storage import evidence_store
from kaishu.base.uploads import TooBigFile
from kaishu.claims.facts import EVIDENCE_KINDS, EvidenceRef
from kaishu.claims.retention import named
from kaishu.connections.errors import FileUnknown
from kaishu.connections.models import Connection, WaitingFile
from kaishu.evidence import errors
from kaishu.evidence.check import check_upload

# The sweep of files that nothing names comes after seven days; a claim must come before it.
WAITS = timedelta(days=6)
SWEPT_AT_ONCE = 200


def keep(
    *,
    connection: Connection,
    upload: TemporaryUploadedFile | TooBigFile,
    kind: str,
    limit_mb: int,
    at: datetime,
) -> WaitingFile:
    """Check a file in its own process and keep the safe copy. Raises what `evidence` refuses."""
    if kind not in EVIDENCE_KINDS:
        raise errors.FileTypeNotTaken
    if isinstance(upload, TooBigFile):
        raise errors.FileTooBig(limit_mb=limit_mb)
    path = Path(upload.temporary_file_path())
    checked = check_upload(path, declared_name=upload.name or "")
    data = checked.safe_bytes
    return WaitingFile.objects.create(
        connection=connection,
        number=f"file_{secrets.token_hex(12)}",
        kind=kind,
        name=evidence_store().put(data),
        sha256=hashlib.sha256(data).hexdigest(),
        media_type=checked.media_type,
        size=len(data),
        at=at,
    )


def references(
    *, connection: Connection, numbers: Sequence[str], taking: str, at: datetime
) -> tuple[EvidenceRef, ...]:
    """Return what a claim keeps of these files, in order. Raises FileUnknown.

    `taking` names the request: a file belongs to one claim, and a repeat finds it again.
    """
    rows = WaitingFile.objects.filter(
        connection=connection, number__in=numbers, at__gt=at - WAITS, taken_for__in=("", taking)
    )
    known = {row.number: row for row in rows}
    for number in numbers:
        if number not in known:
            raise FileUnknown(file=number[:40])
    return tuple(_reference(known[number]) for number in dict.fromkeys(numbers))


def take(*, connection: Connection, numbers: Sequence[str], taking: str) -> None:
    """Note that a claim has these files now: no other request may name them."""
    rows = WaitingFile.objects.filter(connection=connection, number__in=numbers, taken_for="")
    rows.update(taken_for=taking)


def sweep(*, at: datetime) -> int:
    """Forget files that waited long enough; those that no claim took are deleted."""
    over = list(WaitingFile.objects.filter(at__lte=at - WAITS).order_by("at")[:SWEPT_AT_ONCE])
    WaitingFile.objects.filter(id__in=[row.id for row in over]).delete()
    for name in {row.name for row in over} - named({row.name for row in over}):
        evidence_store().delete(name)
    return len(over)


def _reference(row: WaitingFile) -> EvidenceRef:
    return EvidenceRef(
        kind=row.kind, name=row.name, sha256=row.sha256, media_type=row.media_type, size=row.size
    )
