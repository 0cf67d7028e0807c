"""One frame of a phone's camera: the codes in it, read where untrusted pictures are read."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from kaishu.base.roles import staff
from kaishu.doors.partner import frame
from kaishu.evidence.check import read_codes
from kaishu.evidence.errors import UploadRefused

LONGEST = 1024 * 1024  # bytes: a frame is some 100 KB


@staff(*frame.SCAN)
@require_POST
def frame_codes(request: HttpRequest) -> HttpResponse:
    """Return the codes in a frame as JSON; a picture that cannot be read has none."""
    sent = request.FILES.get("frame")
    if sent is None or getattr(sent, "too_big", False) or (sent.size or 0) > LONGEST:
        return JsonResponse({"codes": []}, status=422)
    try:
        return JsonResponse({"codes": list(read_codes(sent.read()))})
    except UploadRefused:
        return JsonResponse({"codes": []})
