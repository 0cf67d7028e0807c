"""What a request is answered with, under the same headers as at the public door."""

from __future__ import annotations

from dataclasses import dataclass

Headers = list[tuple[str, str]]

# As `base.headers` has them; that they are equal is a test.
SAFETY = {
    "Content-Security-Policy": "default-src 'self'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=(), payment=(), usb=()",
}
HSTS = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"}
HTML_TYPE, JSON_TYPE = "text/html; charset=utf-8", "application/json"
MINUTE = "max-age=60, public"
NEVER = "no-store"
# A drawing may carry its own styles, and nothing else.
PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


@dataclass(frozen=True, slots=True)
class Reply:
    """A status line, headers and a body."""

    status: str
    headers: Headers
    body: bytes


def headers_of(content: str, cache: str, *, tag: str = "", https: bool, **more: str) -> Headers:
    """Return the headers of an answer; `more` names further ones, a hyphen as an underscore."""
    found = {"Content-Type": content, "Cache-Control": cache}
    if tag:
        found["Content-Language"] = tag
    found |= SAFETY | (HSTS if https else {})
    found |= {name.replace("_", "-"): value for name, value in more.items()}
    return list(found.items())
