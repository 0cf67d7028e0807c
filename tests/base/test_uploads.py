"""A file that is too big costs the person the file, never the words they typed."""

from __future__ import annotations

import os
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest, JsonResponse
from django.test import RequestFactory
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from pytest_django import Settings

from kaishu.base.headers import SecurityHeaders
from kaishu.base.uploads import REQUEST_LIMIT, TooBigFile

MB = 1024 * 1024


@pytest.fixture(autouse=True)
def spool(tmp_path: Path, settings: Settings) -> Path:
    folder = tmp_path / "spool"
    folder.mkdir()
    settings.FILE_UPLOAD_TEMP_DIR = str(folder)
    return folder


class Sparse(BytesIO):
    """A body of many bytes that needs no memory for its middle."""

    def __init__(self, head: bytes, middle: int, tail: bytes) -> None:
        self.parts, self.middle, self.tail = head, middle, tail
        super().__init__()

    def read(self, size: int | None = -1) -> bytes:
        wanted = 64 * 1024 if size is None or size < 0 else size
        if self.parts:
            given, self.parts = self.parts[:wanted], self.parts[wanted:]
            return given
        if self.middle:
            given = b"x" * min(wanted, self.middle)
            self.middle -= len(given)
            return given
        given, self.tail = self.tail[:wanted], self.tail[wanted:]
        return given


def _post(size: int) -> HttpRequest:
    """Return a request with typed fields before and after one file of `size` bytes."""
    head = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="name"\r\n\r\n𠮷田 花子\r\n'
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="photo"; filename="IMG 1.jpg"\r\n'
        "Content-Type: image/jpeg\r\n\r\n"
    ).encode()
    tail = (
        f'\r\n--{BOUNDARY}\r\nContent-Disposition: form-data; name="order_no"\r\n\r\nA-1\r\n'
        f"--{BOUNDARY}--\r\n"
    ).encode()
    return RequestFactory().generic(
        "POST",
        "/ja/r/x/claim/",
        **{
            "CONTENT_TYPE": MULTIPART_CONTENT,
            "wsgi.input": Sparse(head, size, tail),
            "CONTENT_LENGTH": str(len(head) + size + len(tail)),
        },
    )


def test_a_40_mb_file_is_cut_off_and_every_typed_field_is_kept(spool: Path) -> None:
    request = _post(40 * MB)
    assert request.POST.dict() == {"name": "𠮷田 花子", "order_no": "A-1"}
    photo = request.FILES["photo"]
    assert isinstance(photo, TooBigFile)
    assert (photo.too_big, photo.name, photo.size, photo.read()) == (
        True,
        "IMG 1.jpg",
        40 * MB,
        b"",
    )
    assert list(spool.iterdir()) == []


def test_a_file_at_the_limit_is_taken_and_one_byte_more_is_not(settings: Settings) -> None:
    limit = settings.KAISHU_UPLOAD_LIMIT
    taken, refused = _post(limit), _post(limit + 1)
    assert taken.FILES["photo"].size == limit
    assert not getattr(taken.FILES["photo"], "too_big", False)
    assert refused.FILES["photo"].too_big
    taken.FILES["photo"].close()


def test_a_small_file_comes_through_whole_and_leaves_nothing_behind(spool: Path) -> None:
    photo = SimpleUploadedFile("a.jpg", b"\xff\xd8\xff" + os.urandom(70_000), "image/jpeg")
    content = photo.read()
    photo.seek(0)
    body = encode_multipart(BOUNDARY, {"name": "x", "photo": photo, "second": BytesIO(b"")})
    request = RequestFactory().generic("POST", "/", body, content_type=MULTIPART_CONTENT)
    assert request.FILES["photo"].read() == content
    request.close()
    for file in request.FILES.values():
        file.close()
    assert list(spool.iterdir()) == []


def test_a_good_file_beside_a_big_one_is_kept(settings: Settings) -> None:
    settings.KAISHU_UPLOAD_LIMIT = 1000
    files = {
        name: SimpleUploadedFile(f"{name}.jpg", b"x" * size)
        for name, size in (("big", 5000), ("good", 1000))
    }
    body = encode_multipart(BOUNDARY, {**files, "name": "x"})
    request = RequestFactory().generic("POST", "/", body, content_type=MULTIPART_CONTENT)
    assert request.FILES["big"].too_big
    assert request.FILES["good"].read() == b"x" * 1000
    assert request.POST["name"] == "x"
    request.FILES["good"].close()


def test_an_upload_that_breaks_off_leaves_nothing_on_the_disk(spool: Path) -> None:
    request = _post(MB)
    request.META["wsgi.input"].tail = b""  # the connection ends inside the file
    request.META["wsgi.input"].middle = 300_000
    assert request.POST.get("name") == "𠮷田 花子"
    for file in request.FILES.values():
        file.close()
    assert list(spool.iterdir()) == []


def test_a_request_over_the_cap_is_refused_before_it_is_read() -> None:
    def never(_request: HttpRequest) -> JsonResponse:
        raise AssertionError("the body must not be read")

    request = _post(REQUEST_LIMIT)
    response = SecurityHeaders(never)(request)
    assert response.status_code == 413
    assert (
        "一度に送るファイルが多すぎます（合計の上限は 60 MB です）。" in response.content.decode()
    )
    assert response["Connection"] == "close"
