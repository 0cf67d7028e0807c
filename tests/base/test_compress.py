"""Only what is the same for everybody is compressed."""

from __future__ import annotations

import gzip

import pytest
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.test import RequestFactory

from kaishu.base.compress import CompressPublic, asked_often

PAGE = "回収の対象です。" * 300
PUBLIC = {"Cache-Control": "public, max-age=60"}


def _answer(response: HttpResponseBase, accepts: str = "gzip, deflate, br") -> HttpResponseBase:
    def view(_request: HttpRequest) -> HttpResponseBase:
        return response

    return CompressPublic(view)(RequestFactory().get("/", headers={"accept-encoding": accepts}))


def test_a_public_page_is_compressed_and_says_so() -> None:
    response = _answer(HttpResponse(PAGE, headers=PUBLIC))
    assert isinstance(response, HttpResponse)
    assert gzip.decompress(response.content).decode() == PAGE
    assert response["Content-Encoding"] == "gzip"
    assert response["Content-Length"] == str(len(response.content))
    assert response["Vary"] == "Accept-Encoding"
    assert len(response.content) < len(PAGE.encode()) / 10


def test_a_browser_that_takes_no_gzip_gets_the_page_as_it_is() -> None:
    response = _answer(HttpResponse(PAGE, headers=PUBLIC), accepts="identity")
    assert isinstance(response, HttpResponse)
    assert response.content.decode() == PAGE
    assert response["Vary"] == "Accept-Encoding", "a cache must keep both"


@pytest.mark.parametrize("control", ["no-store", "private, max-age=60", ""])
def test_a_page_about_a_person_is_not_compressed(control: str) -> None:
    response = _answer(HttpResponse(PAGE, headers={"Cache-Control": control} if control else {}))
    assert "Content-Encoding" not in response.headers


def test_a_page_that_sets_a_cookie_is_not_compressed() -> None:
    response = HttpResponse(PAGE, headers=PUBLIC)
    response.set_cookie("kaishu-language", "ja")
    assert "Content-Encoding" not in _answer(response).headers


def test_small_pages_photos_and_streams_are_left_alone() -> None:
    for response in (
        HttpResponse("ok", headers=PUBLIC),
        HttpResponse(b"x" * 5000, content_type="image/jpeg", headers=PUBLIC),
        FileResponse(iter([b"x" * 5000]), content_type="text/css", headers=PUBLIC),
    ):
        assert "Content-Encoding" not in _answer(response).headers


def test_what_is_asked_often_is_compressed_to_the_same_bytes_each_time() -> None:
    anew = _answer(HttpResponse(PAGE, headers=PUBLIC))
    kept = [_answer(asked_often(HttpResponse(PAGE, headers=PUBLIC))) for _ in range(2)]
    other = _answer(asked_often(HttpResponse(PAGE + "次", headers=PUBLIC)))
    assert [b"".join(each) for each in kept] == [b"".join(anew)] * 2
    assert gzip.decompress(b"".join(other)).decode() == PAGE + "次"


def test_a_page_asked_often_that_nobody_may_keep_is_still_not_compressed() -> None:
    response = _answer(asked_often(HttpResponse(PAGE, headers={"Cache-Control": "no-store"})))
    assert "Content-Encoding" not in response.headers
