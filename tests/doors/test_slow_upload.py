"""Twenty phones drip their photos over a weak line; whoever checks a serial notices nothing."""

from __future__ import annotations

import os
import signal
import socket
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.doors import kumo
from tests.support.migrated import lay_ready
from tests.support.served import Served, get, kaishu_serve, wait_for

CHECK = f"/ja/r/{kumo.SLUG}/check/?model=K100&serial={kumo.LISTED}"
PHONES, CHECKS = 20, 60
SLOWER_AT_MOST = 4.0
PATH = "/ja/d/TOKEN/photo"
BODY = 5_000_000
OPENING = b'--b\r\nContent-Disposition: form-data; name="photo"; filename="a.jpg"\r\n\r\n'


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served") / "data"
    folder.mkdir()
    lay_ready(folder / "kaishu.sqlite3")
    kumo.write_pack(folder)
    with kaishu_serve(folder) as served:
        yield served


def head(length: int) -> bytes:
    lines = [
        f"POST {PATH} HTTP/1.1",
        "Host: localhost",
        "Content-Type: multipart/form-data; boundary=b",
        f"Content-Length: {length}",
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + OPENING


@contextmanager
def dripping(port: int) -> Iterator[list[socket.socket]]:
    """Keep twenty uploads open, each at about 1 KB a second."""
    phones = [socket.create_connection(("127.0.0.1", port)) for _ in range(PHONES)]
    for phone in phones:
        phone.sendall(head(BODY))
    over = threading.Event()

    def drip() -> None:
        while not over.wait(0.2):
            for phone in phones:
                phone.sendall(b"x" * 200)

    thread = threading.Thread(target=drip)
    thread.start()
    try:
        time.sleep(0.5)
        yield phones
    finally:
        over.set()
        thread.join()
        for phone in phones:
            phone.close()


def check_times(port: int) -> list[float]:
    taken = []
    for _ in range(CHECKS):
        start = time.perf_counter()
        answer = get(port, CHECK)
        taken.append(time.perf_counter() - start)
        assert answer.status == 200
        assert "回収の" in answer.body.decode()  # type: ignore[attr-defined]
    return taken


def test_checks_are_answered_as_before_while_twenty_phones_drip(server: Served) -> None:
    check_times(server.pages)  # warm
    alone = statistics.median(check_times(server.pages))
    with dripping(server.uploads) as phones:
        beside = statistics.median(check_times(server.pages))
        assert get(server.uploads, "/healthz").status == 200, "uploads are still taken too"
        for phone in phones:
            phone.setblocking(False)
            with pytest.raises(BlockingIOError):  # nobody was answered or thrown out
                phone.recv(1)
            phone.setblocking(True)
    assert beside < SLOWER_AT_MOST * alone, f"{beside / alone:.1f} times slower"


def test_a_slow_upload_that_ends_is_answered(server: Served) -> None:
    with socket.create_connection(("127.0.0.1", server.uploads), timeout=20) as phone:
        rest = b"x" * 3000 + b"\r\n--b--\r\n"
        phone.sendall(head(len(OPENING) + len(rest)))
        for at in range(0, len(rest), 500):
            time.sleep(0.05)
            phone.sendall(rest[at : at + 500])
        assert phone.recv(60).startswith(b"HTTP/1.1 404")  # no such draft, said by the application


def test_a_crashed_upload_process_comes_back_and_the_pages_never_left(
    server: Served, tmp_path: Path
) -> None:
    before = server.children()["uploads"]
    os.kill(before, signal.SIGKILL)
    assert get(server.pages, CHECK).status == 200
    wait_for(server.uploads, tmp_path / "none")
    assert server.children()["uploads"] != before


def test_one_signal_ends_both_and_frees_both_ports(tmp_path: Path) -> None:
    lay_ready(tmp_path / "data" / "kaishu.sqlite3")
    with kaishu_serve(tmp_path / "data") as served:
        pids = served.children()
        assert set(pids) == {"uploads", "pages"}
    assert served.process.returncode == 0
    for port in (served.pages, served.uploads):
        with pytest.raises(ConnectionRefusedError):
            get(port, "/healthz")
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids.values())
