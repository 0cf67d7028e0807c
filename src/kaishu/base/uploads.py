"""Stop a file that is too big while it streams in, and keep what the person typed.

The usual answer to a big file is to drop the whole request, and with it ten minutes of typing on
a phone. Here the file is cut off at the limit and drained; the form sees a file marked `too_big`
and can show everything else again.

Uploads also have a process of their own, so that slow phones never hold up a check. To build a
page with a file in it: end the address of the view that takes the file with `photo`, `proof` or
`files`; put `upload_base(request)` in front of its path in the form's action
(`action="{{ upload_base }}/ja/d/TOKEN/photo"`, multipart); decorate the view with
`base.same_site.guarded`; and always answer the POST with a redirect by path (`/ja/d/TOKEN/photo`),
also when a file was refused (keep the reason in the draft): the POST happens at the upload origin,
whose server serves such addresses only and turns that path into one of the page's own origin. With
no upload process (tests, `--upload-port 0`), `upload_base` is "" and all of it works as usual.
"""

from __future__ import annotations

import re
from io import BytesIO
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpRequest, QueryDict
from django.http.request import split_domain_port

# One request may carry a few photos. Beyond this it is refused before it is read (headers.py).
REQUEST_LIMIT = 60 * 1024 * 1024
# Lists of a million rows are no photos; only staff send them, signed in.
LISTS = "/staff/imports/"
LIST_LIMIT = REQUEST_LIMIT - 1024 * 1024
# Records of a supply network have millions of rows. One request may bring so much where its
# address carries a pass, which only a page for signed-in staff gives out (`large_upload`).
RECORDS = re.compile(r"/staff/trace/in/[a-z0-9-]+/records/files/?")
RECORDS_LIMIT = 1 << 30
PASS, PASS_HOURS = "pass", 12
UPLOAD_NAMES = frozenset({"photo", "proof", "files"})


def is_upload_path(path: str) -> bool:
    """Say whether an address takes files: its last part is `photo`, `proof` or `files`."""
    return path.rstrip("/").rpartition("/")[2] in UPLOAD_NAMES


def limit_at(path: str) -> int:
    """Return how many bytes one file sent to this address may have."""
    if RECORDS.fullmatch(path):
        return RECORDS_LIMIT
    return LIST_LIMIT if path.startswith(LISTS) else int(settings.KAISHU_UPLOAD_LIMIT)


def request_limit(path: str, query: str) -> int:
    """Return how many bytes one request to this address may have."""
    if not RECORDS.fullmatch(path):
        return REQUEST_LIMIT
    try:
        TimestampSigner(salt="large-upload").unsign(
            QueryDict(query).get(PASS, ""), max_age=PASS_HOURS * 3600
        )
    except BadSignature:
        return REQUEST_LIMIT
    return RECORDS_LIMIT + 1024 * 1024


def large_upload(by: str) -> str:
    """Return what the address of a large upload ends in, for a page that `by` has signed in to."""
    return "?" + urlencode({PASS: TimestampSigner(salt="large-upload").sign(by)})


def upload_base(request: HttpRequest) -> str:
    """Return what goes before the path in the action of a form with files; "" = this origin.

    `KAISHU_UPLOAD_ORIGIN` when set; else this host at the port of the upload process, which
    `kaishu serve` names outside production; in production a proxy stands in front, and sends the
    addresses above to the upload process itself.
    """
    if settings.KAISHU_UPLOAD_ORIGIN:
        return str(settings.KAISHU_UPLOAD_ORIGIN)
    return _at_port(request, settings.KAISHU_UPLOAD_PORT)


def page_base(request: HttpRequest) -> str:
    """Return the origin of the pages, for what the upload process sends people back to."""
    if settings.KAISHU_UPLOAD_ORIGIN:
        return str(settings.KAISHU_PUBLIC_URL)
    return _at_port(request, settings.KAISHU_PAGE_PORT)


def form_targets(request: HttpRequest) -> list[str]:
    """Return the other origins of this installation that a form may go to from this page.

    From a page: the upload origin. From a page of the upload process: the origin of the pages.
    """
    if not (settings.KAISHU_UPLOAD_ORIGIN or settings.KAISHU_UPLOAD_PORT):
        return []
    try:
        own = f"{request.scheme}://{request.get_host()}"
        both = {upload_base(request), page_base(request)}
    except DisallowedHost:
        return []
    return sorted(both - {"", own})


def _at_port(request: HttpRequest, port: int) -> str:
    if not port or settings.KAISHU_MODE == "production":
        return ""
    host = split_domain_port(request.get_host())[0]
    return f"{request.scheme}://{host}:{port}"


class TooBigFile(UploadedFile):
    """A file that was cut off: its name and true size, without its content."""

    too_big = True

    def __init__(self, *, name: str, content_type: str, size: int) -> None:
        super().__init__(BytesIO(), name, content_type, size)


class LimitedUpload(FileUploadHandler):
    """Spool each file to disk, at most as many bytes of it as its address takes."""

    spooled: TemporaryUploadedFile | None = None
    size = 0
    limit = 0

    def new_file(self, *args: object, **kwargs: object) -> None:
        """Start the next file of the request."""
        super().new_file(*args, **kwargs)  # type: ignore[arg-type]  # Django's own signature
        self.size = 0
        self.limit = limit_at(self.request.path if self.request else "")
        self.spooled = TemporaryUploadedFile(
            self.file_name or "", self.content_type or "", 0, self.charset, self.content_type_extra
        )

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Write the chunk, or count and forget it once the file is over the limit."""
        self.size += len(raw_data)
        if self.size > self.limit:
            self._discard()
        elif self.spooled is not None:
            self.spooled.write(raw_data)

    def file_complete(self, file_size: int) -> UploadedFile:
        """Return the spooled file, or the mark that it was too big."""
        if self.spooled is None:
            return TooBigFile(
                name=self.file_name or "", content_type=self.content_type or "", size=file_size
            )
        complete, self.spooled = self.spooled, None
        complete.seek(0)
        complete.size = file_size
        return complete

    def upload_interrupted(self) -> None:
        """Leave no part of a broken upload on the disk."""
        self._discard()

    def _discard(self) -> None:
        if self.spooled is not None:
            self.spooled.close()  # closing deletes it
            self.spooled = None
