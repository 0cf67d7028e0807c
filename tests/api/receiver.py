"""A real receiver of webhooks on this machine, with every fault that a real one has."""

from __future__ import annotations

import http.server
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Heard:
    """One call as it arrived."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """What a receiver answers by path: /500, /410, /302, /drip, /hang-up; every other path is 200."""

    port: int = 0
    heard: list[Heard] = field(default_factory=list)

    def url(self, path: str) -> str:
        """Return the address of a path."""
        return f"http://127.0.0.1:{self.port}{path}"

    @property
    def place(self) -> str:
        """Return what the setting names."""
        return f"127.0.0.1:{self.port}"


@contextmanager
def listening() -> Iterator[Receiver]:
    """Listen on a free port."""
    known = Receiver()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            known.heard.append(Heard(self.path, headers, body))
            if self.path == "/hang-up":
                return
            if self.path == "/drip":
                self._drip()
                return
            status = int(self.path[1:]) if self.path[1:].isdigit() else 200
            self.send_response(status)
            if status == 302:
                self.send_header("Location", known.url("/elsewhere"))
            self.end_headers()
            self.wfile.write(b"thank you")

        def _drip(self) -> None:
            for sign in b"HTTP/1.1 200 OK\r\n":
                time.sleep(0.2)
                try:
                    self.wfile.write(bytes([sign]))
                    self.wfile.flush()
                except OSError:
                    return

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    known.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield known
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
