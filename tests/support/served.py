"""The production server as a process of its own, on free ports, over a folder of its own."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

COMMAND = [sys.executable, "-m", "kaishu.cli.main", "serve"]
PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Served:
    """A running `kaishu serve`: the port of its pages, the port that takes photos."""

    pages: int
    uploads: int
    process: subprocess.Popen[bytes]

    def children(self) -> dict[str, int]:
        """Return the process ids below the server: "uploads" and "pages"."""
        found = {}
        for listing in Path(f"/proc/{self.process.pid}/task").glob("*/children"):
            for pid in map(int, listing.read_text().split()):
                command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
                found["uploads" if b"uploads" in command else "pages"] = pid
        return found


@contextmanager
def kaishu_serve(folder: Path, *options: str, **environment: str) -> Iterator[Served]:
    """Serve the folder until the block ends; the log is beside it."""
    pages, uploads = free_port(), free_port()
    # The test bed's own places are for its own process.
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("KAISHU_", "DJANGO_"))}
    ports = ["--port", str(pages), "--upload-port", str(uploads)]
    log = folder.with_suffix(".log")
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*COMMAND, *ports, *options],
            env={**inherited, "KAISHU_DATA_DIR": str(folder), **environment},
            stdout=output,
            stderr=output,
        )
    try:
        for port in (pages, uploads):
            wait_for(port, log)
        yield Served(pages, uploads, process)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def get(port: int, path: str, **headers: str) -> http.client.HTTPResponse:
    """Get one page; the body is read already, from `answer.body`."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        answer.body = answer.read()  # type: ignore[attr-defined]  # kept beside the answer
        return answer
    finally:
        connection.close()


def wait_for(port: int, log: Path) -> None:
    """Wait until the health page answers."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            assert get(port, "/healthz").status == 200
            return
        except OSError:
            assert time.monotonic() < until, log.read_text()
            time.sleep(0.1)
