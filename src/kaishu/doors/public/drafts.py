"""Files that arrived before the claim was complete: checked, stored, and carried by the form.

A person on a bad connection sends a photo once. It is kept as soon as it is good; the form then
carries a signed ticket for it, bound to the form's own key, so that no other form can use it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import cast

from django.conf import settings
from django.core import signing
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.http import HttpRequest

from kaishu.base import language
from kaishu.base.storage import evidence_store
from kaishu.base.uploads import TooBigFile
from kaishu.claims.facts import EvidenceRef
from kaishu.core.errors import Refusal
from kaishu.core.sentences import Sentence, sentence
from kaishu.evidence import check_upload
from kaishu.evidence.errors import FileTooBig

SALT = "kaishu.public.draft"
KEPT_FOR = 7 * 24 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A stored file and the name it had on the owner's phone."""

    kind: str
    file_name: str
    name: str
    sha256: str
    media_type: str
    size: int

    def reference(self) -> EvidenceRef:
        """Return what a claim keeps of it."""
        return EvidenceRef(
            kind=self.kind,
            name=self.name,
            sha256=self.sha256,
            media_type=self.media_type,
            size=self.size,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One file question of the form: what is kept for it, or what is wrong with what came."""

    field: str
    kind: str
    kept: Draft | None = None
    ticket: str = ""
    problem: Sentence | None = None


def take(request: HttpRequest, *, field: str, kind: str, key: str) -> Slot:
    """Return the slot after this request: a new file if a good one came, else what was kept."""
    kept = _open(request.POST.get(f"{field}-kept", ""), key=key)
    # LimitedUpload makes only these two kinds.
    upload = cast("TemporaryUploadedFile | TooBigFile | None", request.FILES.get(field))
    if upload is None or not upload.name:
        return _slot(field, kind, kept, key)
    try:
        return _slot(field, kind, _keep(upload, kind=kind), key)
    except Refusal as refusal:
        problem = sentence(refusal.code, language.tag(), refusal.facts)
        return Slot(field=field, kind=kind, kept=kept, ticket=_seal(kept, key=key), problem=problem)


def _slot(field: str, kind: str, kept: Draft | None, key: str) -> Slot:
    return Slot(field=field, kind=kind, kept=kept, ticket=_seal(kept, key=key))


def _keep(upload: TemporaryUploadedFile | TooBigFile, *, kind: str) -> Draft:
    if isinstance(upload, TooBigFile):
        raise FileTooBig(limit_mb=settings.KAISHU_UPLOAD_LIMIT // (1024 * 1024))
    path = Path(upload.temporary_file_path())
    checked = check_upload(path, declared_name=upload.name or "")
    name = evidence_store().put(checked.safe_bytes)
    return Draft(
        kind=kind,
        file_name=(upload.name or "")[-80:],
        name=name,
        sha256=checked.sha256,
        media_type=checked.media_type,
        size=len(checked.safe_bytes),
    )


def _seal(draft: Draft | None, *, key: str) -> str:
    return signing.dumps(asdict(draft), salt=f"{SALT}:{key}") if draft else ""


def _open(ticket: str, *, key: str) -> Draft | None:
    try:
        return Draft(**signing.loads(ticket, salt=f"{SALT}:{key}", max_age=KEPT_FOR))
    except signing.BadSignature:
        return None
