"""Show a stored file in a browser so that, whatever it holds, it is only ever a picture."""

from __future__ import annotations

from django.http import HttpResponse

from kaishu.base.storage import evidence_store

SHOWN = frozenset({"image/jpeg"})  # what kaishu.evidence makes; anything else is only saved
# Nothing in the file runs, loads or knows this site, even if it were read as a page.
SANDBOX = "default-src 'none'; sandbox"


def evidence_response(*, name: str, media_type: str, file_name: str) -> HttpResponse:
    """Return one stored file; the view has checked before that this person may see it.

    `file_name` is ours ("123456789012-1.jpg"), never what an owner's phone called it.
    """
    shown = media_type in SHOWN
    response = HttpResponse(
        evidence_store().get(name),
        content_type=media_type if shown else "application/octet-stream",
    )
    place = "inline" if shown else "attachment"
    response["Content-Disposition"] = f'{place}; filename="{file_name}"'
    response["Content-Security-Policy"] = SANDBOX
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store"
    return response
