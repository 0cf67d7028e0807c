"""Take a photo into a draft, turn it, take it out, and show it to the person who sent it."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import cast

from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.http import HttpRequest
from PIL import Image

from kaishu.base.storage import evidence_store
from kaishu.base.uploads import TooBigFile
from kaishu.core.errors import Refusal
from kaishu.doors.public.claiming.answers import Answers, KeptFile, Unit
from kaishu.doors.public.claiming.file_questions import MOST_FILES
from kaishu.evidence import errors
from kaishu.evidence.check import Limits, check_upload

# A camera and a list of files are two controls; a person fills in one of them.
FIELDS = ("camera", "file")
LONGEST_NAME = 80
QUALITY = 92
Upload = TemporaryUploadedFile | TooBigFile


class FileNotKept(Refusal):
    """There was no room to keep this photo just now."""

    code = "file_not_kept"


class TooManyFiles(Refusal):
    """Four files are the most for one question."""

    code = "photos_full"


WITHOUT_FACTS = (
    *errors.BY_CODE,
    errors.FileEmpty.code,
    errors.FileMislabelled.code,
    errors.FileTypeNotTaken.code,
    FileNotKept.code,
)


def uploads(request: HttpRequest) -> list[Upload]:
    """Return the files that came. Raises FileNotKept where the disk had no room for them."""
    try:
        found = [request.FILES.get(name) for name in FIELDS]
    except OSError:
        raise FileNotKept from None
    # LimitedUpload makes only these two kinds.
    return [cast("Upload", file) for file in found if file is not None and file.name]


def keep(upload: Upload, *, kind: str) -> KeptFile:
    """Check a file and store its safe copy. Raises UploadRefused and FileNotKept."""
    if isinstance(upload, TooBigFile):
        raise errors.FileTooBig(limit_mb=settings.KAISHU_UPLOAD_LIMIT // (1024 * 1024))
    try:
        path = Path(upload.temporary_file_path())
        checked = check_upload(path, declared_name=upload.name or "")
        return _store(
            checked.safe_bytes,
            KeptFile(
                kind=kind,
                file_name=(upload.name or "")[-LONGEST_NAME:],
                name="",
                sha256="",
                media_type=checked.media_type,
                size=0,
            ),
        )
    except OSError:
        raise FileNotKept from None


def add(answers: Answers, unit_id: int, file: KeptFile) -> Answers:
    """Return the answers with one more file. Raises TooManyFiles."""
    unit = answers.unit(unit_id)
    if unit is None:
        return answers
    if len(unit.of_kind(file.kind)) >= MOST_FILES:
        raise TooManyFiles(most=MOST_FILES)
    return answers.with_unit(replace(unit, files=(*unit.files, file)))


def turned(file: KeptFile) -> KeptFile:
    """Return the file a quarter to the right, stored anew. Our own copy, so decoded here."""
    picture = Image.open(io.BytesIO(evidence_store().get(file.name)))
    buffer = io.BytesIO()
    picture.transpose(Image.Transpose.ROTATE_270).save(buffer, "JPEG", quality=QUALITY)
    try:
        return _store(buffer.getvalue(), file)
    except OSError:
        raise FileNotKept from None


def swap(answers: Answers, unit_id: int, old: str, new: KeptFile | None) -> Answers:
    """Return the answers with one file replaced, or taken out."""
    unit = answers.unit(unit_id)
    if unit is None:
        return answers
    kept = tuple(new if file.name == old else file for file in unit.files)
    return answers.with_unit(replace(unit, files=tuple(file for file in kept if file)))


def find(unit: Unit, name: str) -> KeptFile | None:
    """Return the file of this name, if it is the product's own."""
    return next((file for file in unit.files if file.name == name), None)


def facts_of(code: str) -> Mapping[str, str] | None:
    """Return the facts of a refusal that an address names; None for a code that is none."""
    limits = Limits()
    return {
        **{each: {} for each in WITHOUT_FACTS},
        "file_too_big": {"limit_mb": str(settings.KAISHU_UPLOAD_LIMIT // (1024 * 1024))},
        "file_too_many_pixels": {"limit_mpx": str(limits.pixels // 1_000_000)},
        TooManyFiles.code: {"most": str(MOST_FILES)},
    }.get(code)


def _store(data: bytes, file: KeptFile) -> KeptFile:
    name = evidence_store().put(data)
    return replace(file, name=name, sha256=hashlib.sha256(data).hexdigest(), size=len(data))
