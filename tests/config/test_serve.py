"""`kaishu serve` on an empty folder: migrated, translated and answering, or refusing in words."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-c", "from kaishu.cli.serve import serve; serve()"]


def environment(folder: Path, **more: str) -> dict[str, str]:
    # The test bed's own places are for its own process.
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("KAISHU_", "DJANGO_"))}
    return {**inherited, "KAISHU_DATA_DIR": str(folder), **more}


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    with (tmp_path / "log").open("wb") as log:
        server = subprocess.Popen(
            [*COMMAND, "--port", port, "--upload-port", "0"],
            env=environment(tmp_path / "data"),
            stdout=log,
            stderr=log,
        )
    yield f"http://127.0.0.1:{port}"
    server.send_signal(signal.SIGTERM)
    assert server.wait(timeout=20) == 0, (tmp_path / "log").read_text()


def fetch(url: str) -> tuple[int, dict[str, str], str]:
    with urllib.request.urlopen(url, timeout=60) as response:
        headers = {name.lower(): value for name, value in response.headers.items()}
        return response.status, headers, response.read().decode()


def fetch_when_up(url: str, *, seconds: float = 90) -> tuple[int, dict[str, str], str]:
    deadline = time.monotonic() + seconds
    while True:
        try:
            return fetch(url)
        except urllib.error.HTTPError:
            raise  # it is up, and wrong
        except (urllib.error.URLError, ConnectionError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def test_the_server_prepares_itself_and_answers(address: str, tmp_path: Path) -> None:
    status, headers, body = fetch_when_up(f"{address}/healthz")
    assert (status, body) == (200, "ok")
    assert (tmp_path / "data/kaishu.sqlite3").exists()
    told = " ".join(headers.values()).lower()
    assert not re.search(r"(granian|django|python|kaishu)[/ ]*\d", told)


def test_unsafe_production_settings_are_refused_in_words(tmp_path: Path) -> None:
    done = subprocess.run(
        COMMAND,
        env=environment(tmp_path, KAISHU_MODE="production"),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    for name in ("KAISHU_SECRET_KEY", "KAISHU_FIELD_KEY", "KAISHU_ALLOWED_HOSTS"):
        assert name in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "kaishu.sqlite3").exists()
