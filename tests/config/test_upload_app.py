"""The upload process serves addresses that take files; everybody else is sent to the pages."""

from __future__ import annotations

from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest
from django.test import RequestFactory
from pytest_django import Settings

from kaishu.base.headers import SecurityHeaders
from kaishu.base.uploads import form_targets, is_upload_path, page_base, upload_base
from kaishu.config.upload_app import UploadsOnly

PHOTO = "/ja/d/TOKEN/photo"


@pytest.fixture
def ports(settings: Settings) -> Settings:
    settings.KAISHU_PAGE_PORT, settings.KAISHU_UPLOAD_PORT = 8000, 8001
    return settings


def ask(
    path: str,
    method: str = "GET",
    *,
    leads_to: str = "",
    host: str = "localhost:8001",
    query: str = "",
) -> tuple[str, str]:
    """Return what came back: the status, and the Location or the body."""
    got: dict[str, Any] = {}

    def start(status: str, headers: list[tuple[str, str]], *_: Any) -> None:
        got.update(status=status, location=dict(headers).get("Location", ""))

    def whole(environ: dict[str, Any], start: Any) -> list[bytes]:
        start(*(("303 See Other", [("Location", leads_to)]) if leads_to else ("200 OK", [])))
        return [b"served"]

    environ: dict[str, Any] = {"PATH_INFO": path, "REQUEST_METHOD": method, "HTTP_HOST": host}
    environ["QUERY_STRING"] = query
    setup_testing_defaults(environ)
    body = b"".join(UploadsOnly(whole)(environ, start)).decode()
    return got["status"], got["location"] or body


@pytest.mark.parametrize(
    ("path", "takes_files"),
    [
        (PHOTO, True),
        ("/en/c/TOKEN/proof/", True),
        ("/en/c/TOKEN/files", True),
        ("/en/c/TOKEN/", False),
        ("/en/c/photo/x", False),
        ("/en/c/myphoto", False),
        ("/", False),
    ],
)
def test_an_address_that_takes_files_is_known_by_its_last_part(
    path: str, takes_files: bool
) -> None:
    assert is_upload_path(path) is takes_files


def test_a_file_is_taken_and_its_sender_led_back_to_the_pages(ports: Settings) -> None:
    assert ask(PHOTO, "POST") == ("200 OK", "served")
    pages = "http://localhost:8000"
    assert ask(PHOTO, "POST", leads_to=PHOTO) == ("303 See Other", pages + PHOTO)
    assert ask(PHOTO, "POST", leads_to="./next?a=1") == (
        "303 See Other",
        f"{pages}/ja/d/TOKEN/next?a=1",
    )
    assert ask(PHOTO, "POST", leads_to="?again")[1] == f"{pages}{PHOTO}?again"
    assert ask(PHOTO, "POST", leads_to="https://elsewhere.example/")[1] == (
        "https://elsewhere.example/"
    )


@pytest.mark.parametrize(
    ("path", "method"),
    [("/ja/", "GET"), (PHOTO, "GET"), ("/ja/d/T/name", "POST"), ("/staff/", "POST")],
)
def test_everything_else_is_sent_on_with_its_method(
    ports: Settings, path: str, method: str
) -> None:
    assert ask(path, method, query="a=%E5%9B%9E") == (
        "307 Temporary Redirect",
        f"http://localhost:8000{path}?a=%E5%9B%9E",
    )


@pytest.mark.parametrize("path", ["/static/kaishu/owner.css", "/pictures/x/a.svg", "/healthz"])
def test_the_parts_of_its_own_answers_are_served(ports: Settings, path: str) -> None:
    assert ask(path) == ("200 OK", "served")


def test_nobody_is_sent_to_a_host_that_is_not_ours(ports: Settings) -> None:
    assert ask("/ja/", host="evil.example") == ("400 Bad Request", "")
    assert ask(PHOTO, "POST", host="evil.example") == ("400 Bad Request", "")


def test_behind_a_proxy_that_routes_by_path_it_is_the_same_origin(settings: Settings) -> None:
    assert ask(PHOTO) == ("200 OK", "served")
    assert ask(PHOTO, "POST", leads_to=PHOTO) == ("303 See Other", PHOTO)
    assert ask("/ja/") == ("404 Not Found", "")


def test_forms_go_to_the_upload_origin_and_nowhere_else(ports: Settings) -> None:
    page = RequestFactory().get("/ja/", headers={"host": "localhost:8000"})
    photo = RequestFactory().get("/ja/", headers={"host": "localhost:8001"})
    assert upload_base(page) == upload_base(photo) == "http://localhost:8001"
    assert page_base(page) == page_base(photo) == "http://localhost:8000"
    assert form_targets(page) == ["http://localhost:8001"]
    assert form_targets(photo) == ["http://localhost:8000"]


def test_a_named_origin_comes_first_and_leads_back_to_the_public_one(ports: Settings) -> None:
    ports.KAISHU_MODE = "production"
    page = RequestFactory().get("/ja/")
    assert (upload_base(page), page_base(page)) == ("", "")
    ports.KAISHU_UPLOAD_ORIGIN = "https://files.recall.example"
    ports.KAISHU_PUBLIC_URL = "https://recall.example"
    assert upload_base(page) == "https://files.recall.example"
    assert ask(PHOTO, "POST", leads_to=PHOTO)[1] == f"https://recall.example{PHOTO}"


def test_the_policy_of_a_page_names_the_upload_origin_exactly(ports: Settings) -> None:
    from django.http import HttpResponse

    middleware = SecurityHeaders(lambda _request: HttpResponse("ok"))
    page = middleware(RequestFactory().get("/ja/", headers={"host": "127.0.0.1:8000"}))
    assert "; form-action 'self' http://127.0.0.1:8001; " in page["Content-Security-Policy"]
    foreign = middleware(RequestFactory().get("/ja/", headers={"host": "evil.example"}))
    assert "; form-action 'self'; " in foreign["Content-Security-Policy"]
