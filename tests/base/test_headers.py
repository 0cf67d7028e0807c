"""Every response carries the safety headers; private pages are kept by nobody."""

from __future__ import annotations

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from pytest_django import Settings

from kaishu.base import logs
from kaishu.base.headers import SecurityHeaders


def _answer(path: str, view: object = None, **headers: str) -> HttpResponse:
    middleware = SecurityHeaders(view or (lambda _request: HttpResponse("ok")))  # type: ignore[arg-type]
    response = middleware(RequestFactory().get(path, headers=headers))
    assert isinstance(response, HttpResponse)
    return response


def test_scripts_styles_frames_and_forms_come_from_this_site_only() -> None:
    response = _answer("/ja/")
    policy = dict(part.split(" ", 1) for part in response["Content-Security-Policy"].split("; "))
    assert policy == {
        "default-src": "'self'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "Strict-Transport-Security" not in response


def test_a_view_may_be_stricter() -> None:
    def photo(_request: HttpRequest) -> HttpResponse:
        return HttpResponse(headers={"Content-Security-Policy": "sandbox"})

    assert _answer("/staff/evidence/1", photo)["Content-Security-Policy"] == "sandbox"


def test_production_asks_for_https_from_now_on(settings: Settings) -> None:
    settings.KAISHU_MODE = "production"
    assert _answer("/ja/")["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


@pytest.mark.parametrize(
    ("path", "private"),
    [
        ("/staff/", True),
        ("/staff", True),
        ("/depot/scan/", True),
        ("/ja/c/TOKEN/", True),
        ("/zh-hans/r/a1642/claim/", True),
        ("/en/r/a1642/claim", True),
        ("/en/d/TOKEN/name/", True),
        ("/en/find/SEALED/", True),
        ("/en/watch/TOKEN/", True),
        ("/en/r/a1642/danger/REFERENCE/", True),
        ("/en/r/a1642/check/", False),
        ("/ja/", False),
        ("/staffing/", False),
    ],
)
def test_pages_about_a_person_are_not_stored(path: str, private: bool) -> None:
    assert (_answer(path).headers.get("Cache-Control") == "no-store") is private


@pytest.mark.parametrize(
    ("path", "status", "kept"),
    [
        ("/en/d/TOKEN/name/", 422, "private, no-cache"),
        ("/en/c/TOKEN/", 422, "private, no-cache"),
        ("/en/c/TOKEN/", 403, "no-store"),
        ("/staff/claims/", 422, "no-store"),
        ("/depot/scan/", 200, "no-store"),
    ],
)
def test_back_reaches_an_owners_page_of_mistakes_but_none_of_a_desk(
    path: str, status: int, kept: str
) -> None:
    middleware = SecurityHeaders(lambda _request: HttpResponse("x", status=status))
    assert middleware(RequestFactory().post(path))["Cache-Control"] == kept


def test_a_request_has_one_id_in_the_answer_and_in_the_code() -> None:
    seen = []

    def view(_request: HttpRequest) -> HttpResponse:
        seen.append(logs.request_id.get())
        return HttpResponse()

    assert _answer("/ja/", view)["X-Request-Id"] == seen[0]
    assert logs.request_id.get() == ""


def test_only_an_id_of_our_own_form_is_taken_over() -> None:
    assert (
        _answer("/", **{"X-Request-Id": "0123456789abcdef"})["X-Request-Id"] == "0123456789abcdef"
    )
    assert _answer("/", **{"X-Request-Id": "x\n forged"})["X-Request-Id"] != "x\n forged"


def test_a_nonsense_length_is_no_reason_to_fail() -> None:
    request = RequestFactory().get("/")
    request.META["CONTENT_LENGTH"] = "many"
    assert SecurityHeaders(lambda _request: HttpResponse("ok"))(request).status_code == 200
