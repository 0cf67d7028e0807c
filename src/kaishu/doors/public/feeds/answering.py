"""How public data is answered: whole, to anybody, from any site, and not twice to who has it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.views.decorators.http import require_http_methods

A_MINUTE = "public, max-age=60"


def open_data(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let programs on any site read what this view answers; nothing here is about a person."""

    @require_http_methods(["GET", "HEAD", "OPTIONS"])
    @wraps(view)
    def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "OPTIONS":
            response = HttpResponse(status=204)
            response["Access-Control-Allow-Methods"] = "GET, HEAD, OPTIONS"
            response["Access-Control-Allow-Headers"] = "If-None-Match, If-Modified-Since"
            response["Access-Control-Max-Age"] = "86400"
        else:
            response = view(request, *args, **kwargs)
        response["Access-Control-Allow-Origin"] = "*"
        response["Access-Control-Expose-Headers"] = "ETag, Last-Modified, Retry-After"
        response["Cross-Origin-Resource-Policy"] = "cross-origin"
        return response

    return opened


def whole(
    request: HttpRequest,
    body: bytes,
    *,
    media_type: str,
    language: str,
    changed: datetime | None = None,
    caching: str = A_MINUTE,
) -> HttpResponse:
    """Answer with these bytes, or 304 where the asker has them already.

    The tag is weak: the same bytes may travel compressed. `changed` is when an edition last did.
    """
    etag = f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'
    response: HttpResponse = HttpResponse(body, content_type=media_type)
    response["Cache-Control"] = caching
    response["Content-Language"] = language
    response["ETag"] = etag
    stamp = int(changed.timestamp()) if changed else None
    if stamp is not None:
        response["Last-Modified"] = http_date(stamp)
    conditional = get_conditional_response(request, etag, stamp, response)
    return conditional if isinstance(conditional, HttpResponse) else response
