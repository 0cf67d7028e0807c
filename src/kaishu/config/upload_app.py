"""The application of the upload process: addresses that take files, and nothing else.

Everything else is sent on to the origin of the pages, and so is whoever has sent a file: the
redirects of the views name a path, which would stay on the upload origin.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urljoin, urlsplit

from django.core.exceptions import DisallowedHost
from django.core.handlers.wsgi import WSGIRequest

from kaishu.base.uploads import is_upload_path, page_base

Environ = dict[str, Any]
Start = Callable[..., Any]
Application = Callable[[Environ, Start], Iterable[bytes]]
# What the pages that answer an upload are made of: their own policy lets nothing else in.
PARTS = ("/static/", "/pictures/")
HEALTH = "/healthz"


class UploadsOnly:
    """A WSGI application around the whole one."""

    def __init__(self, application: Application) -> None:
        self.application = application

    def __call__(self, environ: Environ, start: Start) -> Iterable[bytes]:
        """Serve an upload, or send the person on to the page's own origin."""
        path = str(environ.get("PATH_INFO", ""))
        request = WSGIRequest(environ)
        try:
            pages = page_base(request)
        except DisallowedHost:
            return _plain(start, "400 Bad Request")
        if path.startswith(PARTS) or path == HEALTH:
            return self.application(environ, start)
        if is_upload_path(path) and (request.method == "POST" or not pages):
            return self.application(environ, _leading_to(pages + request.path, start))
        if not pages:  # a proxy sent the wrong address here: no other place is known
            return _plain(start, "404 Not Found")
        return _plain(start, "307 Temporary Redirect", pages + request.get_full_path())


def _leading_to(page: str, start: Start) -> Start:
    """Return a start_response that makes redirects absolute, seen from the page's origin."""

    def absolute(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
        changed = [
            (name, urljoin(page, value) if name.lower() == "location" else value)
            for name, value in headers
        ]
        return start(status, changed, *more)

    return absolute if urlsplit(page).netloc else start


def _plain(start: Start, status: str, location: str = "") -> Iterable[bytes]:
    headers = [("Content-Type", "text/plain"), ("Content-Length", "0")]
    start(status, [*headers, *([("Location", location)] if location else [])])
    return [b""]
