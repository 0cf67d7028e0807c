"""Files ahead of a claim: checked in their own process, kept sealed, named by a number."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from kaishu.base import clock
from kaishu.base.uploads import TooBigFile
from kaishu.claims.facts import EVIDENCE_KINDS
from kaishu.connections import files
from kaishu.doors.api import errors
from kaishu.doors.api.common import Bearer, Key, answer, caller, once

router = Router(tags=["Files"])
FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["kind", "file"],
                    "properties": {
                        "kind": {"type": "string", "enum": list(EVIDENCE_KINDS)},
                        "file": {
                            "type": "string",
                            "contentMediaType": "application/octet-stream",
                            "description": "A photo or a PDF, 15 MB at most.",
                        },
                    },
                }
            }
        },
    }
}


class FileOut(Schema):
    """A file that waits for its claim for six days."""

    file: str
    kind: str
    media_type: str
    size: int
    sha256: str
    waits_until: datetime


@router.post(
    "/evidence/files",
    auth=Bearer("evidence:write"),
    response={201: FileOut},
    operation_id="sendFile",
    openapi_extra=FORM,
)
@once
def send_file(request: HttpRequest, idempotency_key: Key) -> HttpResponse:
    """Send a photo or a receipt, to name it in a claim afterwards.

    It is opened in a process that can do nothing else, and kept as a fresh copy without place and
    device data.
    """
    file = request.FILES.get("file")
    kind = str(request.POST.get("kind", ""))
    if file is None or kind not in EVIDENCE_KINDS:
        missing = "file" if file is None else "kind"
        return errors.problem(errors.Invalid(), errors=[{"field": missing, "message": "is needed"}])
    row = files.keep(
        connection=caller(request).connection,
        upload=cast("TemporaryUploadedFile | TooBigFile", file),
        kind=kind,
        limit_mb=settings.KAISHU_UPLOAD_LIMIT // (1024 * 1024),
        at=clock.now(),
    )
    kept = FileOut(
        file=row.number,
        kind=row.kind,
        media_type=row.media_type,
        size=row.size,
        sha256=row.sha256,
        waits_until=row.at + files.WAITS,
    )
    return answer(kept, 201)
