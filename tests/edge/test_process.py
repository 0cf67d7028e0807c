"""The edge as a process of its own: no database is named, and no network is there at all."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.client import HTTPConnection
from pathlib import Path

from kaishu.core import pack as packs
from kaishu.core.recall import Recall
from tests.doors import kumo

PATIENCE = 60.0
CHECK = f"/en/r/{kumo.SLUG}/check/?model=K100&serial="
AFFECTED, NOT_AFFECTED = "This product is being recalled", "not part of the recall"


class Unix(HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=10)
        self.path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(str(self.path))


def get(path: Path, address: str) -> tuple[int, str]:
    connection = Unix(path)
    try:
        connection.request("GET", address)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def without_network() -> list[str]:
    """Return what starts a command without any network, where this machine lets us."""
    unshare = shutil.which("unshare")
    if unshare and subprocess.run([unshare, "-n", "true"], capture_output=True).returncode == 0:
        return [unshare, "-n"]
    return []


@contextmanager
def running(folder: Path) -> Iterator[Path]:
    """Run the edge over a packs folder; yields its socket."""
    place = folder / "edge.sock"
    command = [sys.executable, "-m", "kaishu.cli.main", "edge", "--socket", str(place)]
    environment = {
        "PATH": os.environ["PATH"],
        "KAISHU_DATA_DIR": str(folder),
        "KAISHU_EDGE_POLL_SECONDS": "0.1",
        # Whoever asked for a database would wait for nobody.
        "KAISHU_DATABASE_URL": "postgres://nobody@192.0.2.1:1/none",
    }
    with (folder / "edge.log").open("wb") as log:
        process = subprocess.Popen(
            [*without_network(), *command], env=environment, stdout=log, stderr=log
        )
    try:
        until = time.monotonic() + PATIENCE
        while not _healthy(place):
            assert process.poll() is None, (folder / "edge.log").read_text()
            assert time.monotonic() < until, (folder / "edge.log").read_text()
            time.sleep(0.05)
        yield place
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _healthy(place: Path) -> bool:
    try:
        return get(place, "/healthz")[0] == 200
    except OSError:  # the socket is not there, or nobody listens yet
        return False


def publish(folder: Path, number: int, listed: list[str], *, spoil: bool = False) -> Recall:
    """Publish another edition; `spoil` damages its list before anybody sees it."""
    value = replace(kumo.recall(), phone=f"0120-000-00{number}")
    lists = {**kumo.LISTS, "k100.csv": [serial.encode() for serial in listed]}
    ref = packs.write(
        folder / "packs", value, number, lists, kumo.PICTURES, published_at=kumo.PUBLISHED
    )
    if spoil:
        file = folder / "packs" / ref.digest / packs.INDEX
        content = bytearray(file.read_bytes())
        content[-1] ^= 1
        file.write_bytes(content)
    packs.swap(folder / "packs", value.slug, ref)
    return value


def health(place: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads(get(place, "/healthz")[1])
    return found


def wait_for(place: Path, status: str, number: int) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        found = health(place)
        editions = found["editions"]
        assert isinstance(editions, dict)
        if found["status"] == status and editions[kumo.SLUG]["number"] == number:
            return
        assert time.monotonic() < until, found
        status_now, page = get(place, CHECK + kumo.LISTED)
        assert status_now == 200 and AFFECTED in page  # in both editions, and in between
        time.sleep(0.02)


def test_it_answers_follows_what_is_published_and_keeps_the_old_when_the_new_is_damaged(
    tmp_path: Path,
) -> None:
    kumo.write_pack(tmp_path)
    with running(tmp_path) as place:
        assert AFFECTED in get(place, CHECK + kumo.LISTED)[1]
        assert NOT_AFFECTED in get(place, CHECK + kumo.NOT_LISTED)[1]

        publish(tmp_path, 2, [kumo.LISTED, kumo.NOT_LISTED])
        wait_for(place, "ok", 2)
        page = get(place, CHECK + kumo.NOT_LISTED)[1]
        assert AFFECTED in page and "0120-000-002" in page

        publish(tmp_path, 3, [kumo.LISTED], spoil=True)
        wait_for(place, "damaged", 2)
        assert health(place)["damaged"] == {kumo.SLUG: "index_corrupt"}
        page = get(place, CHECK + kumo.NOT_LISTED)[1]
        assert AFFECTED in page and "0120-000-002" in page

        publish(tmp_path, 4, [kumo.LISTED])
        wait_for(place, "ok", 4)
        assert NOT_AFFECTED in get(place, CHECK + kumo.NOT_LISTED)[1]
        status, page = get(place, "/ja/r/nowhere/check/")
        assert status == 404 and "このページはここにありません" in page


def test_nothing_of_a_database_or_of_django_is_loaded() -> None:
    look = (
        "import sys, kaishu.doors.edge.wsgi, kaishu.cli.edge\n"
        "from kaishu.doors.edge.pages import templates\n"
        "templates()\n"
        "print(sorted({name.split('.')[0] for name in sys.modules}))"
    )
    said = subprocess.run([sys.executable, "-c", look], check=True, capture_output=True, text=True)
    loaded = set(json.loads(said.stdout.replace("'", '"')))
    assert "kaishu" in loaded
    assert not loaded & {
        "django",
        "psycopg",
        "sqlite3",
        "structlog",
        "requests",
        "httpx",
        "urllib3",
    }
