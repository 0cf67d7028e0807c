"""Ask whether the time of an answer tells a stranger more than its words.

    python -m bench.same_time [--answers 2000]

One connection asks for affected and for not affected units in turn. The medians may differ by two
milliseconds at most. A second pair, two groups of affected units, says how much of it is noise.
That a claimed unit gets the same bytes as an unclaimed one is a test (tests/doors).
"""

from __future__ import annotations

import statistics
import tempfile
import time
from http.client import HTTPConnection
from pathlib import Path

from bench import common, installation, published, servers
from bench.check_http import ours

MOST_MS = 2.0


def timed(connection: HTTPConnection, path: str) -> tuple[float, bytes]:
    """Return the milliseconds and the bytes of one answer."""
    start = time.perf_counter()
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read()
    taken = 1000 * (time.perf_counter() - start)
    if answer.status != 200:
        raise RuntimeError(f"the check answered {answer.status}")
    return taken, body


def difference(port: int, first: list[str], second: list[str]) -> tuple[float, float, float]:
    """Return the median milliseconds of two kinds of answers, asked in turn, and their distance."""
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    taken: tuple[list[float], list[float]] = ([], [])
    for pair in zip(first, second, strict=True):
        for times, serial in zip(taken, pair, strict=True):
            times.append(timed(connection, ours(serial))[0])
    connection.close()
    one, two = (statistics.median(times) for times in taken)
    return one, two, abs(one - two)


def report(rows: list[tuple[str, tuple[float, float, float]]], answers: int) -> str:
    """Return the table and the goals."""
    lines = [(name, *(common.short(each) for each in figures)) for name, figures in rows]
    head = (f"{answers:,} answers of each kind", "first, ms", "second, ms", "difference, ms")
    goals = [
        common.Goal(what=f"{name}: difference, ms", goal=MOST_MS, figure=figures[2], most=True)
        for name, figures in rows
    ]
    return f"{common.table(head, lines)}\n\n{common.goals(goals)}"


def main() -> None:
    """Read the command line, run, print."""
    given = common.arguments(__doc__, answers=2000)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        installation.start(folder, common.sqlite_url(folder))
        installation.migrate()
        lists = published.listed(max(20_000, 2 * given.answers))
        published.publish(published.write(folder, lists))
        serials = lists[published.MODEL]
        listed = [each.decode() for each in serials[: 2 * given.answers]]
        others = [
            each.decode() if isinstance(each, bytes) else each
            for each in (published.unlisted(serials, given.answers))
        ]
        half = listed[: given.answers], listed[given.answers :]
        first = ours(listed[0])
        with servers.running(servers.kaishu, first=first, log=folder / "serve.log") as own:
            rows = [
                ("affected and not affected", difference(own.port, half[0], others)),
                ("two groups of affected units (noise)", difference(own.port, *half)),
            ]
        print(report(rows, given.answers))


if __name__ == "__main__":
    main()
