"""Take uploads without holding a thread for each: waitress, with an end to patience.

Bodies are collected by one loop, in memory and then in temporary files; a thread is used only once
a body is whole. So a thousand phones on weak lines cost a thousand sockets, and four threads
decode what has arrived. waitress has a limit on silence, none on dripping: the parser below
counts, and gives up on a body that is too slow, too long under way, too big, or that would fill
the disk. Each refusal is a page in the person's language.
"""

from __future__ import annotations

import resource
import shutil
import socket
import tempfile
import time
from typing import Any

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import BaseWSGIServer, create_server
from waitress.task import ErrorTask
from waitress.utilities import Error, RequestEntityTooLarge

from kaishu.base.bare_page import bare_page, language_of
from kaishu.base.headers import HEADERS
from kaishu.base.uploads import RECORDS_LIMIT, REQUEST_LIMIT, request_limit
from kaishu.config.upload_app import Application, UploadsOnly

MB = 1024 * 1024
THREADS = 4
CONNECTIONS = 1000
SPARE_FILES = 100
SILENCE = 60  # seconds without a byte
DEADLINE = 20 * 60.0  # seconds for one request: 60 MB at 400 kbit/s
GRACE = 60.0  # seconds before the rate is judged
LEAST_RATE = 512  # bytes a second, on average
# A refused body is still read up to here: a browser shows no answer while it is sending.
MOST_DRAINED = 200 * MB
FREE_KEPT = 256 * MB  # of the disk, for the database and its neighbours


class TooSlow(Error):
    """The body came too slowly."""

    code, reason = 408, "Request Timeout"


class NoRoom(Error):
    """The disk has no room for the body."""

    code, reason = 503, "Service Unavailable"


SENTENCES = {408: "upload_too_slow", 413: "request_too_big", 503: "no_room_for_uploads"}


class UploadParser(HTTPRequestParser):
    """Collects one request; gives up on a body that is too slow, too big, or has no room."""

    left = 0  # bytes of a refused body that are still read and thrown away
    taken = 0
    limit = REQUEST_LIMIT
    expect_continue: bool

    def __init__(self, adj: Any) -> None:
        super().__init__(adj)
        self.began = time.monotonic()

    def received(self, data: bytes) -> int:
        """Take what came; returns how many bytes of it belong to this request."""
        consumed = self._drain(data) if self.left else self._collect(data)
        self.taken += consumed
        if not self.completed and self._too_slow():
            self._refuse(TooSlow(""), left=0)
        return consumed

    def _collect(self, data: bytes) -> int:
        in_body = self.body_rcv is not None
        try:
            consumed = int(super().received(data))
        except OSError:  # the disk is full
            self._refuse(NoRoom(""), left=self.content_length - self.body_bytes_received)
            return self._drain(data)
        if in_body:
            if self.body_bytes_received > self.limit:  # a body in chunks says no length
                self._refuse(RequestEntityTooLarge(""), left=0)
            return consumed
        if not self.headers_finished or self.error_is_final():
            return consumed
        self.limit = request_limit(self.path, self.query)
        if self.content_length > self.limit:
            self._refuse(RequestEntityTooLarge(""), left=self.content_length)
        elif self.content_length + FREE_KEPT > shutil.disk_usage(tempfile.gettempdir()).free:
            self._refuse(NoRoom(""), left=self.content_length)
        return consumed

    def error_is_final(self) -> bool:
        """Say whether the request is refused for what its head says, with no body to wait for."""
        return self.error is not None and not isinstance(self.error, RequestEntityTooLarge)

    def _refuse(self, error: Error, *, left: int) -> None:
        """Refuse at once, or after the rest of a body that a browser insists on sending."""
        waits = self.expect_continue or not 0 < left <= MOST_DRAINED
        self.error, self.left = error, 0 if waits else left
        self.expect_continue = False
        self.completed = not self.left

    def _drain(self, data: bytes) -> int:
        consumed = min(self.left, len(data))
        self.left -= consumed
        self.completed = not self.left
        return consumed

    def _too_slow(self) -> bool:
        passed = time.monotonic() - self.began
        return passed > DEADLINE or (passed > GRACE and self.taken < LEAST_RATE * passed)


class PlainWords(ErrorTask):
    """Answers a refused request with a page in the person's language."""

    def execute(self) -> None:
        """Write the page and close the connection."""
        error = self.request.error
        tag = language_of(
            getattr(self.request, "path", ""), self.request.headers.get("ACCEPT_LANGUAGE", "")
        )
        code = SENTENCES.get(error.code, "request_unreadable")
        body = bare_page(code, tag=tag, facts={"limit_mb": self.request.limit // MB}).encode()
        self.status = f"{error.code} {error.reason}"
        self.response_headers += [("Content-Type", "text/html; charset=utf-8"), *HEADERS.items()]
        self.response_headers += [("Cache-Control", "no-store"), ("Content-Language", tag)]
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class UploadChannel(HTTPChannel):
    """One connection."""

    parser_class = UploadParser
    error_task_class = PlainWords


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket; whoever restarts the process keeps it, so nobody is refused."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((host, port))
    listening.listen(CONNECTIONS)
    return listening


def run(listening: socket.socket, application: Application) -> None:
    """Serve uploads until SystemExit is raised in this thread."""
    channels: dict[int, object] = {}
    server = create_server(
        UploadsOnly(application),
        map=channels,
        sockets=[listening],
        threads=THREADS,
        connection_limit=_connections(),
        channel_timeout=SILENCE,
        max_request_body_size=RECORDS_LIMIT + 2 * MB,
        asyncore_use_poll=True,
        ident="",
        # As with the page server: the proxy in front is trusted by Django's settings, or is not.
        clear_untrusted_proxy_headers=False,
    )
    for each in channels.values():
        if isinstance(each, BaseWSGIServer):
            each.channel_class = UploadChannel
    server.run()


def _connections() -> int:
    """Return how many connections fit: each may hold a socket and a temporary file."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * CONNECTIONS + SPARE_FILES
    allowed = wanted if hard == resource.RLIM_INFINITY else min(hard, wanted)
    resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
    return max(10, (allowed - SPARE_FILES) // 2)
