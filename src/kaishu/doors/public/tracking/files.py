"""A file that comes with an owner's act: checked and stored as it arrives."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.http import HttpRequest

from kaishu.base.storage import evidence_store
from kaishu.base.uploads import TooBigFile
from kaishu.claims.errors import NothingSaid
from kaishu.claims.facts import EvidenceRef
from kaishu.doors.public.claiming.keep_files import FileNotKept
from kaishu.evidence.check import check_upload
from kaishu.evidence.errors import FileTooBig

FIELD = "photo"


def take(request: HttpRequest, *, kind: str) -> EvidenceRef:
    """Store the file of a form. Raises NothingSaid without one, and what `evidence` refuses.

    Raises FileNotKept where the disk has no room: the owner is told, and tries again later.
    """
    try:
        return _take(request, kind)
    except OSError:
        raise FileNotKept from None


def _take(request: HttpRequest, kind: str) -> EvidenceRef:
    # LimitedUpload makes only these two kinds.
    upload = cast("TemporaryUploadedFile | TooBigFile | None", request.FILES.get(FIELD))
    if upload is None or not upload.name:
        raise NothingSaid()
    if isinstance(upload, TooBigFile):
        raise FileTooBig(limit_mb=settings.KAISHU_UPLOAD_LIMIT // (1024 * 1024))
    path = Path(upload.temporary_file_path())
    checked = check_upload(path, declared_name=upload.name)
    return EvidenceRef(
        kind=kind,
        name=evidence_store().put(checked.safe_bytes),
        sha256=checked.sha256,
        media_type=checked.media_type,
        size=len(checked.safe_bytes),
    )
