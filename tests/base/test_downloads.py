"""A stored file reaches a browser as a picture in a sandbox, or not at all."""

from __future__ import annotations

import pytest

from kaishu.base.downloads import evidence_response
from kaishu.base.storage import FileGone, evidence_store


def test_a_photo_is_shown_in_a_sandbox_and_kept_by_nobody() -> None:
    name = evidence_store().put(b"\xff\xd8\xffphoto")
    response = evidence_response(name=name, media_type="image/jpeg", file_name="1-1.jpg")
    assert response.content == b"\xff\xd8\xffphoto"
    assert dict(response.headers) == {
        "Content-Type": "image/jpeg",
        "Content-Disposition": 'inline; filename="1-1.jpg"',
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }


def test_anything_else_is_saved_and_never_shown() -> None:
    name = evidence_store().put(b"<script>alert(1)</script>")
    response = evidence_response(name=name, media_type="text/html", file_name="1-1.html")
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"] == 'attachment; filename="1-1.html"'


def test_a_deleted_file_is_named_as_gone() -> None:
    with pytest.raises(FileGone):
        evidence_response(name="0" * 32, media_type="image/jpeg", file_name="x.jpg")
