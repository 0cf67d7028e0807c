"""A page with a secret address takes forms from our own pages, with or without cookies."""

from __future__ import annotations

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import path
from pytest_django import Settings

from kaishu.base.same_site import guarded


@guarded
def act(request: HttpRequest, tongue: str = "ja") -> HttpResponse:
    return HttpResponse(f"done by {request.method}")


urlpatterns = [path("<str:tongue>/c/TOKEN/", act)]


def _send(method: str = "POST", **headers: str) -> HttpResponse:
    request = RequestFactory().generic(method, "/ja/c/TOKEN/", headers=headers)
    response = act(request)
    assert isinstance(response, HttpResponse)
    return response


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "same-origin", "Origin": "http://testserver"},
        {"Sec-Fetch-Site": "none"},
        # The upload process of the same host: another port is the same site, another origin.
        {"Sec-Fetch-Site": "same-site", "Origin": "http://testserver:8001"},
        # What our referrer policy makes of the origin of such a form.
        {"Sec-Fetch-Site": "same-site", "Origin": "null"},
        {"Origin": "http://testserver:8001"},
        {"Origin": "http://127.0.0.1:9000"},
        {"Origin": "null"},
        {},  # an in-app browser that sends neither
    ],
    ids=str,
)
def test_our_own_pages_and_browsers_that_say_nothing_may_act(headers: dict[str, str]) -> None:
    assert (_send(**headers).status_code, _send(**headers).content) == (200, b"done by POST")


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "null"},
        {"Sec-Fetch-Site": "same-site", "Origin": "https://shop.example"},
        {"Origin": "https://evil.example"},
        {"Origin": "https://testserver.evil.example"},
        {"Origin": "https://testserver@evil.example"},
        {"Origin": "testserver"},
        {"Origin": "https://[half"},
    ],
    ids=str,
)
def test_another_website_may_not_act(db: None, headers: dict[str, str]) -> None:
    response = _send(**headers)
    assert response.status_code == 403
    assert "ほかのウェブサイトから送られたフォームです" in response.content.decode()


def test_a_link_in_a_mail_may_be_followed_from_anywhere() -> None:
    assert _send("GET", **{"Sec-Fetch-Site": "cross-site"}).content == b"done by GET"


def test_the_origins_of_the_settings_are_ours(settings: Settings) -> None:
    settings.KAISHU_PUBLIC_URL = "https://recall.example"
    settings.KAISHU_UPLOAD_ORIGIN = "https://files.recall.example:8443"
    assert _send(Origin="https://recall.example").status_code == 200
    assert _send(Origin="https://files.recall.example:8443").status_code == 200


@pytest.mark.parametrize(
    ("tongue", "words"),
    [
        ("ja", "お手元の控えやメールにあるアドレスから"),
        ("zh-hans", "这份表单来自其他网站"),
        ("en", "This form was sent from another website"),
    ],
)
def test_the_refusal_speaks_the_language_of_the_page_and_needs_no_cookie(
    db: None, settings: Settings, tongue: str, words: str
) -> None:
    settings.ROOT_URLCONF = __name__
    client = Client(enforce_csrf_checks=True)
    refused = client.post(f"/{tongue}/c/TOKEN/", headers={"Sec-Fetch-Site": "cross-site"})
    assert refused.status_code == 403
    assert words in refused.content.decode()
    assert refused["Cache-Control"] == "no-store"
    taken = client.post(f"/{tongue}/c/TOKEN/", headers={"Sec-Fetch-Site": "same-origin"})
    assert (taken.status_code, taken.cookies) == (200, {})
