"""Give every response its safety headers and every request an id.

Outermost middleware, so that static files, refusals and error pages carry the headers too. A view
may set a stricter header itself (a stored photo sends its own `Content-Security-Policy: sandbox`).
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from kaishu.base import logs, metrics, slow_queries
from kaishu.base.bare_page import bare_page, language_of
from kaishu.base.uploads import form_targets, request_limit

log = logs.get_logger("kaishu.request")

FORMS_TO_US = "form-action 'self'"
CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        FORMS_TO_US,
        "frame-ancestors 'none'",
    ]
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    # Forms need a referrer or origin on our own pages; a claim token must never leave them.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # The camera reads bar codes at the depot; nothing else is asked for.
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=(), payment=(), usb=()",
}
HSTS = "max-age=31536000; includeSubDomains"
# Pages that show a person, a case or the console: never kept by a browser or a shared cache.
PRIVATE_PATHS = re.compile(
    r"^/(?:staff|depot)(?:/|$)|^/[^/]+/(?:c|d|t|find|watch)/"
    r"|^/[^/]+/r/[^/]+/(?:claim|watch|danger)(?:/|$)"
)
DESKS = ("/staff", "/depot")
OUR_ID = re.compile(r"[0-9a-f]{16,32}")


class SecurityHeaders:
    """Add the headers above, the request id, and one log line a request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.headers = dict(HEADERS)
        if settings.KAISHU_MODE == "production":
            self.headers["Strict-Transport-Security"] = HSTS

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        started = time.perf_counter()
        offered = request.headers.get("X-Request-Id", "")
        number = offered if OUR_ID.fullmatch(offered) else logs.new_request_id()
        token = logs.request_id.set(number)
        try:
            response = self._answer(request)
            self._add_headers(request, response, number)
            _log_request(request, response, time.perf_counter() - started)
            return response
        finally:
            logs.request_id.reset(token)

    def _answer(self, request: HttpRequest) -> HttpResponseBase:
        most = request_limit(request.path, request.META.get("QUERY_STRING", ""))
        if _content_length(request) > most:
            return _too_big(request, most)
        with slow_queries.watch():
            return self.get_response(request)

    def _add_headers(self, request: HttpRequest, response: HttpResponseBase, number: str) -> None:
        for name, value in self.headers.items():
            response.headers.setdefault(name, value)
        if targets := form_targets(request):
            policy = response.headers["Content-Security-Policy"]
            wider = " ".join([FORMS_TO_US, *targets])
            response.headers["Content-Security-Policy"] = policy.replace(FORMS_TO_US, wider)
        response.headers["X-Request-Id"] = number
        if PRIVATE_PATHS.match(request.path_info):
            response.headers["Cache-Control"] = _private(request, response)


def _private(request: HttpRequest, response: HttpResponseBase) -> str:
    """Return how a page about a person may be kept: not at all, but for one case.

    A page that answers a POST (a mistake to mend) is a step of the browser's history. Were it
    `no-store`, Chromium would show "Confirm Form Resubmission" (ERR_CACHE_MISS) to whoever goes
    Back to it. Kept for that step alone, it tells nothing that the secret address before it in the
    same history does not open anyway. Staff may share a machine: nothing of theirs is kept.
    """
    mends = request.method == "POST" and response.status_code in (200, 422)
    if mends and not request.path_info.startswith(DESKS):
        return "private, no-cache"
    return "no-store"


def _too_big(request: HttpRequest, most: int) -> HttpResponse:
    """Refuse before a byte of the body is read; this page has no template, form or cookie."""
    tag = language_of(request.path_info, request.META.get("HTTP_ACCEPT_LANGUAGE", ""))
    facts = {"limit_mb": most // (1024 * 1024)}
    response = HttpResponse(bare_page("request_too_big", tag=tag, facts=facts), status=413)
    response["Connection"] = "close"  # the unread body would be taken for the next request
    return response


def _content_length(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0  # Django reads no body then


def _log_request(request: HttpRequest, response: HttpResponseBase, seconds: float) -> None:
    match = request.resolver_match
    route = match.view_name if match else ""  # never the path: it may carry a claim token
    method, status = request.method or "", response.status_code
    metrics.count_request(route=route, method=method, status=status, seconds=seconds)
    log.info(
        "request.done",
        method=method,
        route=route,
        status=status,
        ms=round(seconds * 1000),
    )
