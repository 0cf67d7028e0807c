"""The one file of a form: read whole, or refused with a word for the next page."""

from __future__ import annotations

from django.http import HttpRequest

from kaishu.base.uploads import LIST_LIMIT
from kaishu.editions.drafting.errors import FileMissing, FileTooBig


def one_file(request: HttpRequest) -> tuple[str, bytes]:
    """Return the name and the bytes of the uploaded file; raise FileMissing or FileTooBig."""
    found = request.FILES.get("files")
    if found is None:
        raise FileMissing()
    name = str(found.name)
    if getattr(found, "too_big", False):
        raise FileTooBig(file=name[:80], limit=LIST_LIMIT // (1024 * 1024))
    return name, found.read()
