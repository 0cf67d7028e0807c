"""Ask how much slower a safety check becomes while phones drip photos over weak lines.

    python -m bench.slow_upload [--phones 20] [--seconds 5] [--rounds 5]

Each round measures the check alone and beside the drips, in turn. The drips go to the upload
process of the same `kaishu serve`, at about 1 KB a second each, and must all still be open after.
"""

from __future__ import annotations

import socket
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

from bench import common, installation, load, published, servers
from bench.check_http import ours

HEAD = (
    b"POST /ja/d/TOKEN/photo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50000000\r\n"
    b"Content-Type: multipart/form-data; boundary=b\r\n\r\n"
)
AT_MOST = 2.0


class PhoneLost(Exception):
    """The server answered or dropped an upload that was still under way."""


@contextmanager
def dripping(port: int, phones: int) -> Iterator[None]:
    """Keep that many uploads open at about 1 KB a second each; raises PhoneLost if one ends."""
    lines = [socket.create_connection(("127.0.0.1", port)) for _ in range(phones)]
    over = threading.Event()

    def drip() -> None:
        while not over.wait(0.2):
            for line in lines:
                line.sendall(b"x" * 200)

    for line in lines:
        line.sendall(HEAD)
    thread = threading.Thread(target=drip)
    thread.start()
    try:
        yield
        for line in lines:
            line.setblocking(False)
            if _answered(line):
                raise PhoneLost
            line.setblocking(True)
    finally:
        over.set()
        thread.join()
        for line in lines:
            line.close()


def _answered(line: socket.socket) -> bool:
    try:
        line.recv(1)
    except BlockingIOError:
        return False
    return True


def median_check(port: int, path: str, seconds: float) -> float:
    """Return the median seconds of one check on a kept connection; a wrong answer stops the run."""
    connection, taken = HTTPConnection("127.0.0.1", port, timeout=20), []
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        start = time.perf_counter()
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        taken.append(time.perf_counter() - start)
        if answer.status != 200:
            raise RuntimeError(f"the check answered {answer.status}")
    connection.close()
    return statistics.median(taken)


def wait_for(port: int) -> None:
    """Wait until the upload process answers."""
    until = time.monotonic() + servers.PATIENCE
    while True:
        try:
            load.get(port, "/healthz")
            return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


def measured(
    pages: int, uploads: int, path: str, phones: int, seconds: float
) -> dict[str, Callable[[], float]]:
    """Return the two sides: the check alone, and beside the phones."""

    def alone() -> float:
        return median_check(pages, path, seconds)

    def beside() -> float:
        with dripping(uploads, phones):
            return median_check(pages, path, seconds)

    return {"alone": alone, f"beside {phones} slow uploads": beside}


def report(figures: dict[str, float]) -> str:
    """Return the table and the goal."""
    alone, beside = figures.values()
    rows = [(name, common.short(1000 * each)) for name, each in figures.items()]
    goal = common.Goal(
        what="median check beside slow uploads ÷ alone",
        goal=AT_MOST,
        figure=beside / alone,
        most=True,
    )
    return f"{common.table(('check', 'median ms'), rows)}\n\n{common.goals([goal])}"


def main() -> None:
    """Read the command line, run, print."""
    given = common.arguments(__doc__, phones=20, seconds=5)
    uploads = servers.free_port()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        installation.start(folder, common.sqlite_url(folder))
        installation.migrate()
        lists = published.listed(1000)
        published.publish(published.write(folder, lists))
        path = ours(lists[published.MODEL][0].decode())

        def command(port: int) -> list[str]:
            return servers.kaishu(port, upload_port=uploads)

        with servers.running(command, first=path, log=folder / "serve.log") as own:
            wait_for(uploads)
            sides = measured(own.port, uploads, path, given.phones, given.seconds)
            print(report(common.in_turn(sides, rounds=given.rounds)))


if __name__ == "__main__":
    main()
