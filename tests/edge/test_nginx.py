"""The nginx example of docs/howto/edge.md, run as it is printed there."""

from __future__ import annotations

import getpass
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import pytest

from tests.architecture.source import ROOT
from tests.doors import kumo
from tests.edge.test_process import CHECK, running
from tests.support.served import free_port

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
PATIENCE = 60.0
AROUND = """
user {user};
master_process off;
daemon off;
pid {folder}/nginx.pid;
error_log stderr;
events {{ worker_connections 64; }}
http {{
{temporary}
{example}
}}
"""


def example(folder: Path, socket: Path, port: int, main: int) -> str:
    """Return the printed example with only its places changed to this test's."""
    page = (ROOT / "docs" / "howto" / "edge.md").read_text("utf-8")
    found = re.search(r"```nginx\n(.*?)```", page, re.S)
    assert found is not None
    printed = found[1]
    for there, here in (
        ("/var/cache/nginx/kaishu-edge", f"{folder}/cache"),
        ("/run/kaishu-edge/edge.sock", str(socket)),
        ("127.0.0.1:8000", f"127.0.0.1:{main}"),
        ("listen 443 ssl", f"listen 127.0.0.1:{port}"),
    ):
        assert printed.count(there) == 1, there
        printed = printed.replace(there, here)
    return printed


@contextmanager
def proxied(folder: Path, socket: Path) -> Iterator[int]:
    """Run nginx in front of the edge, with nobody at the main site; yields its port."""
    assert NGINX is not None
    port = free_port()
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "\n".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    config = folder / "nginx.conf"
    printed = example(folder, socket, port, free_port())
    user = getpass.getuser()
    config.write_text(AROUND.format(user=user, folder=folder, temporary=temporary, example=printed))
    command = [NGINX, "-p", str(folder), "-e", "stderr", "-c", str(config)]
    with (folder / "nginx.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=dict(os.environ))
    try:
        until = time.monotonic() + PATIENCE
        while True:
            assert process.poll() is None, (folder / "nginx.log").read_text()
            try:
                get(port, "/static/kaishu/mark.svg")
                break
            except OSError:
                assert time.monotonic() < until
                time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=20)


def get(port: int, path: str, **headers: str) -> tuple[HTTPResponse, bytes]:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request("GET", path, headers=sent)
        answer = connection.getresponse()
        return answer, answer.read()
    finally:
        connection.close()


@pytest.mark.skipif(NGINX is None, reason="nginx is not installed")
def test_the_printed_example_keeps_answers_and_goes_on_without_the_edge(tmp_path: Path) -> None:
    kumo.write_pack(tmp_path)
    asked = CHECK + kumo.LISTED
    with ExitStack() as proxy, ExitStack() as edge:
        socket = edge.enter_context(running(tmp_path))
        port = proxy.enter_context(proxied(tmp_path, socket))
        first, page = get(port, asked)
        again, kept = get(port, asked)
        assert (first.status, first.headers["X-Kept"]) == (200, "MISS")
        assert (again.status, again.headers["X-Kept"]) == (200, "HIT")
        assert b"This product is being recalled" in page and kept == page
        assert "frame-ancestors 'none'" in again.headers["Content-Security-Policy"]

        packed, small = get(port, asked, Accept_Encoding="gzip")
        assert packed.headers["Content-Encoding"] == "gzip" and len(small) < len(page) / 2
        data, _body = get(port, f"/ja/r/{kumo.SLUG}/check.json?model=K100&serial={kumo.LISTED}")
        assert (data.status, data.headers["Content-Type"]) == (200, "application/json")
        style, _body = get(port, "/static/kaishu/owner.css")
        assert style.status == 200
        main, _body = get(port, f"/en/r/{kumo.SLUG}/claim/")
        assert main.status == 502  # nobody is at the main site, and the check does not mind

        edge.close()
        still, kept = get(port, asked)
        assert (still.status, kept) == (200, page)
