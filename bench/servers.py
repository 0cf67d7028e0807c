"""Start a server for a benchmark, wait until it answers, and read its CPU time from the kernel."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import load
from bench.common import ROOT

TICKS = os.sysconf("SC_CLK_TCK")
PATIENCE = 60.0
NGINX = """
user {user};
master_process off;
daemon off;
pid {folder}/nginx.pid;
error_log stderr;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  default_type text/html;
  keepalive_requests 1000000000;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{ listen 127.0.0.1:{port}; root {folder}/pages; }}
}}
"""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server. `others` names processes that work for it, such as a database's."""

    port: int
    pid: int
    others: Callable[[], list[int]]

    def cpu(self) -> float:
        """Return the CPU seconds of all its processes so far."""
        return sum(_cpu(pid) for pid in [*_family(self.pid), *self.others()])


def nobody() -> list[int]:
    """Name no further process."""
    return []


@contextmanager
def running(
    command: Callable[[int], list[str]],
    *,
    first: str,
    log: Path,
    environment: Mapping[str, str] | None = None,
    others: Callable[[], list[int]] = nobody,
) -> Iterator[Server]:
    """Start the command on a free port, wait until `first` answers, stop it at the end."""
    port = free_port()
    with log.open("wb") as output:
        process = subprocess.Popen(
            command(port),
            env={**os.environ, **(environment or {})},
            cwd=ROOT,
            stdout=output,
            stderr=output,
        )
    try:
        _wait(process, port, first, log)
        yield Server(port, process.pid, others)
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def kaishu(port: int, upload_port: int = 0) -> list[str]:
    """Return the command of the product's own server, by default without its upload process."""
    ports = ["--port", str(port), "--upload-port", str(upload_port)]
    return [sys.executable, "-m", "kaishu.cli.main", "serve", *ports]


def edge(packs: Path) -> Callable[[int], list[str]]:
    """Return the command of the edge server over a folder of editions."""
    kaishu = [sys.executable, "-m", "kaishu.cli.main", "edge", "--packs", str(packs)]
    return lambda port: [*kaishu, "--port", str(port)]


def plain_view(port: int) -> list[str]:
    """Return the command of the plain view, under the same server with the same numbers."""
    return _granian(port, "bench.plain_view:application")


def raw_wsgi(port: int) -> list[str]:
    """Return the command of an application that does nothing, under the same server."""
    return _granian(port, "bench.raw_wsgi:application")


def _granian(port: int, application: str) -> list[str]:
    options = ["--interface", "wsgi", "--workers", "1", "--blocking-threads", "1", "--no-ws"]
    options += ["--http", "1", "--runtime-mode", "st"]  # as `kaishu edge` runs
    address = ["--host", "127.0.0.1", "--port", str(port)]
    return [sys.executable, "-m", "granian", *options, *address, application]


def nginx(folder: Path) -> Callable[[int], list[str]] | None:
    """Return the command of nginx over `folder`/pages, or None where it is not installed."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None:
        return None

    def command(port: int) -> list[str]:
        config = folder / "nginx.conf"
        user = pwd.getpwuid(os.geteuid()).pw_name
        config.write_text(NGINX.format(user=user, folder=folder, port=port))
        return [program, "-p", str(folder), "-e", "stderr", "-c", str(config)]

    return command


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def _wait(process: subprocess.Popen[bytes], port: int, first: str, log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            load.get(port, first)
            return
        except OSError:
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"the server did not start:\n{log.read_text()}") from None
            time.sleep(0.05)


def _family(pid: int) -> list[int]:
    """Return a process and everything below it."""
    found, new = [pid], [pid]
    while new:
        below: list[int] = []
        for parent in new:
            for listing in Path(f"/proc/{parent}/task").glob("*/children"):
                below += map(int, listing.read_text().split())
        found += below
        new = below
    return found


def _cpu(pid: int) -> float:
    after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / TICKS
