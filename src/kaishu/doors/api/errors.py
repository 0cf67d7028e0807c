"""What the API says when it says no: problem+json (RFC 9457) in the caller's language.

`code` is ours and stable; programs read it. `detail` and `next` are sentences for a person.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from kaishu.base import language, logs
from kaishu.base.language import TAGS
from kaishu.core.errors import Refusal
from kaishu.core.sentences import sentence
from kaishu.supply.capture.documents import MOST_BYTES
from kaishu.supply.capture.errors import TooLarge

ROOT = "/api/v1/"
TYPE = "application/problem+json"
REFERENCE = "/api/v1/reference/"

# Every code that is not 422 (understood, and refused for what it says).
STATUS: Mapping[str, int] = {
    "api_token_missing": 401,
    "api_token_wrong": 401,
    "api_scope_missing": 403,
    "api_other_party": 403,
    "api_other_recall": 403,
    "not_your_site": 403,
    "api_not_found": 404,
    "api_method": 405,
    "claim_not_found": 404,
    "recall_not_open": 404,
    "recall_unknown": 404,
    "trade_site_not_found": 404,
    "webhook_unknown": 404,
    "webhook_delivery_unknown": 404,
    "filed_not_found": 404,
    "idempotency_key_missing": 400,
    "api_not_json": 400,
    "api_cursor_wrong": 400,
    "idempotency_key_in_flight": 409,
    "decision_conflict": 409,
    "webhook_off": 409,
    "epcis_not_json": 400,
    "epcis_key_twice": 400,
    "epcis_number_too_big": 400,
    "epcis_too_deep": 400,
    "epcis_not_text": 400,
    "epcis_context": 400,
    "epcis_query": 400,
    "epcis_behaviour": 400,
    "epcis_version": 400,
    "epcis_length_needed": 400,
    "epcis_network_needed": 400,
    "epcis_job_unknown": 404,
    "epcis_event_unknown": 404,
    "epcis_too_large": 413,
    "epcis_query_large": 413,
    "epcis_query_unknown": 404,
    "epcis_query_there": 409,
    "epcis_query_name": 400,
    "epcis_resource_unknown": 404,
    "epcis_no_subscriptions": 501,
    "api_too_big": 413,
    "alert_unknown": 404,
    "network_unknown": 404,
    "trace_thing_not_found": 404,
    "thing_unknown": 404,
    "graph_missing": 409,
    "graph_file_lost": 409,
    "graph_file_old": 409,
    "alert_not_json": 400,
    "alert_too_big": 413,
    "alert_too_many": 413,
    "alert_asked_too_often": 429,
    "api_too_many_lines": 413,
    "api_too_often": 429,
    "api_broken": 500,
}


# Those of 422 that are the API's own, for the page that people read.
UNDERSTOOD: Mapping[str, int] = dict.fromkeys(
    (
        "api_invalid",
        "idempotency_key_reused",
        "api_file_unknown",
        "webhook_too_many",
        "webhook_event_unknown",
        "webhook_address_refused",
    ),
    422,
)


class NotFound(Refusal):
    """There is nothing at this address."""

    code = "api_not_found"


class WrongMethod(Refusal):
    """This address does not take that method."""

    code = "api_method"


class NotJson(Refusal):
    """The body is not the JSON that this address takes."""

    code = "api_not_json"


class Invalid(Refusal):
    """Some fields are not as the reference says."""

    code = "api_invalid"


class TooBig(Refusal):
    """The body is larger than this address takes."""

    code = "api_too_big"


class Broken(Refusal):
    """Something broke on our side."""

    code = "api_broken"


class CursorWrong(Refusal):
    """This cursor is not one of ours."""

    code = "api_cursor_wrong"


# The standard's own types of problem (EPCIS 2.0, section 12), where it has one.
EPCIS = {
    "epcis_too_large": "CaptureLimitExceededException",
    "epcis_query": "QueryParameterException",
    "epcis_query_name": "QueryValidationException",
    "epcis_query_large": "QueryTooLargeException",
    "epcis_query_there": "DuplicateNameException",
    "epcis_query_unknown": "NoSuchNameException",
    "epcis_resource_unknown": "NoSuchNameException",
    "epcis_job_unknown": "NoSuchNameException",
    "epcis_event_unknown": "NoSuchNameException",
    "epcis_no_subscriptions": "ImplementationException",
}


def type_of(code: str) -> str:
    """Return the URI of a problem's type: the standard's for EPCIS, else the page on its code."""
    if code in EPCIS:
        return f"epcisException:{EPCIS[code]}"
    return f"{settings.KAISHU_PUBLIC_URL}{REFERENCE}#{code}"


def status_of(code: str) -> int:
    """Return the HTTP status of a reason code."""
    return STATUS.get(code, 422)


def problem(
    refusal: Refusal,
    *,
    tag: str | None = None,
    errors: Sequence[Mapping[str, str]] = (),
    status: int = 0,
) -> HttpResponse:
    """Return the answer that says why not."""
    status = status or status_of(refusal.code)
    body = json.dumps(document(refusal, tag=tag, errors=errors, status=status), ensure_ascii=False)
    response = HttpResponse(body.encode("utf-8", "replace"), status=status, content_type=TYPE)
    if status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="kaishu"'
    if "retry_after" in refusal.facts:
        response["Retry-After"] = refusal.facts["retry_after"]
    return response


def document(
    refusal: Refusal, *, tag: str | None, errors: Sequence[Mapping[str, str]], status: int
) -> dict[str, Any]:
    """Return the members of the problem document."""
    said = sentence(refusal.code, tag or language.tag(), refusal.facts)
    return {
        "type": type_of(refusal.code),
        "title": (type(refusal).__doc__ or "").strip().splitlines()[0],
        "status": status,
        "detail": said.text,
        "next": said.next,
        "code": refusal.code,
        "facts": dict(refusal.facts),
        "errors": [dict(each) for each in errors],
        "request_id": logs.request_id.get(),
    }


class ApiErrors:
    """Turn what Django itself answers under /api/v1 (404, 405, 413, 500) into problems.

    The outermost layer, so that a body refused before any view ran is answered in kind too. Pages
    pass by untouched; so do the reference page and every answer that is a problem already.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if not request.path_info.startswith(ROOT) or response.status_code < 400:
            return response
        if response.headers.get("Content-Type", "").startswith(TYPE):
            return response
        if not isinstance(response, HttpResponse):
            return response
        refusal = _BY_STATUS.get(response.status_code, NotJson)()
        if response.status_code == 413 and request.path_info.startswith(f"{ROOT}epcis/"):
            refusal = TooLarge(most=MOST_BYTES // 1024 // 1024)
        status = response.status_code
        said = TAGS[language.of_browser(request.META.get("HTTP_ACCEPT_LANGUAGE", ""))]
        made = problem(refusal, tag=said, status=status)
        body = json.loads(made.content)
        body["request_id"] = response.headers.get("X-Request-Id", body["request_id"])
        response.content = json.dumps(body, ensure_ascii=False).encode()
        response["Content-Type"] = TYPE
        response["Content-Language"] = said
        for name in ("Content-Encoding", "ETag"):
            response.headers.pop(name, None)
        return response


_BY_STATUS: Mapping[int, type[Refusal]] = {
    400: NotJson,
    403: NotFound,
    404: NotFound,
    405: WrongMethod,
    413: TooBig,
    500: Broken,
}
