"""The files of a form: read whole, or refused with a word for the next page."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest

from kaishu.base import desk, language
from kaishu.core.errors import Refusal
from kaishu.core.sentences import sentence
from kaishu.editions.drafting.errors import FileMissing, FileTooBig


def taken(request: HttpRequest) -> dict[str, bytes]:
    """Return the uploaded files by name; raise FileMissing or FileTooBig."""
    found = request.FILES.getlist("files")
    if not found:
        raise FileMissing()
    for file in found:
        if getattr(file, "too_big", False):
            raise FileTooBig(file=str(file.name)[:80], limit=_limit())
    return {str(file.name): file.read() for file in found}


def say_refused(request: HttpRequest, refusal: Refusal) -> None:
    """Say on the next page why nothing was taken: a POST with files only ever redirects."""
    said = sentence(refusal.code, language.tag(), refusal.facts)
    space = " " if language.tag() == "en" else ""
    desk.say_next(request, f"{said.text}{space}{said.next}", "affected")


def _limit() -> int:
    return int(settings.KAISHU_UPLOAD_LIMIT) // (1024 * 1024)
