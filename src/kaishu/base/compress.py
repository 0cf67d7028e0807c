"""Compress pages that say the same to everybody, and only those.

Compression makes the length of an answer depend on its content. Where an attacker can put text
beside a secret, lengths give the secret away letter by letter (BREACH). So the rule is the cache's
own word: what is `public` holds nobody's secret and is compressed; a claim, a draft and the console
are `no-store` and are not. Style sheets and scripts are compressed once, when the server starts.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from functools import lru_cache

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers

LEAST = 1000  # bytes; below, the packet is the same
LEVEL = 4  # within 3 % of the best size of our pages, at half its time
GZIP = 16 + zlib.MAX_WBITS
_OFTEN = "kaishu_asked_often"
TEXTS = (
    "text/",
    "image/svg",
    "application/json",
    "application/xml",
    "application/rss",
    "application/atom",
)


class CompressPublic:
    """Send public pages in gzip to browsers that take it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if isinstance(response, HttpResponse) and _may_be_compressed(response):
            patch_vary_headers(response, ("Accept-Encoding",))
            if "gzip" in request.META.get("HTTP_ACCEPT_ENCODING", "").lower():
                _compress(response)
        return response


def _may_be_compressed(response: HttpResponse) -> bool:
    return (
        "public" in response.headers.get("Cache-Control", "")
        and response.headers.get("Content-Type", "").startswith(TEXTS)
        and "Content-Encoding" not in response.headers
        and not response.cookies
        and len(response.content) >= LEAST
    )


def asked_often(response: HttpResponse) -> HttpResponse:
    """Mark a page whose very bytes are sent again and again: it is compressed once."""
    setattr(response, _OFTEN, True)
    return response


def _compress(response: HttpResponse) -> None:
    packed = _packed_once if getattr(response, _OFTEN, False) else _packed
    response.content = packed(response.content)
    response.headers["Content-Encoding"] = "gzip"
    response.headers["Content-Length"] = str(len(response.content))


def _packed(content: bytes) -> bytes:
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, GZIP)
    return packer.compress(content) + packer.flush()


_packed_once = lru_cache(maxsize=256)(_packed)
