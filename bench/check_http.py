"""Time the check over HTTP through the real server, beside plain lookups and a static file.

    python -m bench.check_http [--units 1000000] [--seconds 3] [--rounds 5]

Half of the serials asked for are listed. Every side answers with the same bytes or makes them;
before each round the answers are compared with the truth, and a round with anything but 200 counts
for nothing. CPU time is that of the server's processes, a database's included, from the kernel.
"""

from __future__ import annotations

import sqlite3
import statistics
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psycopg

from bench import common, installation, published, servers
from bench.load import CONNECTIONS, Load, get
from bench.servers import Server

ASKED = 2_000
COMPARED = 20
TO_NGINX = 0.5
TO_POSTGRES = 12.0
FORM_A_CORE = 600.0
AFFECTED = b"This product is being recalled"
NOT_AFFECTED = b"This product is not part of the recall"
OURS, FORM = "kaishu: the answer", "kaishu: the serial form"
SQLITE, POSTGRES = "Django view, SQLite primary key", "Django view, PostgreSQL primary key"
STATIC = "nginx, static file"


@dataclass
class Side:
    """One server with what it is asked, and what was measured."""

    server: Server
    load: Load
    check: Callable[[Server], None]
    rates: list[float] = field(default_factory=list)
    micros: list[float] = field(default_factory=list)

    def round(self, seconds: float) -> float:
        """Compare some answers, then ask for a while; returns requests a second."""
        self.check(self.server)
        before = self.server.cpu()
        done = self.load.run(self.server.port, seconds)
        self.micros.append((self.server.cpu() - before) / done.requests * 1e6)
        self.rates.append(done.requests / done.seconds)
        return self.rates[-1]


def ours(serial: str) -> str:
    """Return the address of our answer."""
    facts = {"model": published.MODEL, "serial": serial, "colour": published.COLOUR}
    facts["bought"] = published.BOUGHT.isoformat()
    return f"/en/r/{published.SLUG}/check/?{urlencode(facts)}"


def plain(serial: str) -> str:
    """Return the address of the plain view's answer."""
    return f"/check/?serial={serial}"


def compare(address: Callable[[str], str], truth: dict[str, bool], server: Server) -> None:
    """Ask for some serials of each kind and hold the answers against the truth."""
    some = [*truth.items()][:COMPARED]
    for serial, affected in some:
        page = get(server.port, address(serial))
        right, wrong = (AFFECTED, NOT_AFFECTED) if affected else (NOT_AFFECTED, AFFECTED)
        assert right in page and wrong not in page, f"wrong answer for {serial}"


def compare_form(path: str, server: Server) -> None:
    """See that the form asks for the serial."""
    page = get(server.port, path)
    assert b'name="serial"' in page and AFFECTED not in page, "the form is not there"


def fill(place: str, serials: list[bytes]) -> None:
    """Make the plain view's table."""
    create = "CREATE TABLE bench_listed (serial varchar(16) NOT NULL PRIMARY KEY)"
    if place.startswith("sqlite"):
        with sqlite3.connect(place.removeprefix("sqlite:///")) as database:
            database.execute("PRAGMA journal_mode=WAL")
            database.execute(create)
            rows = ((serial.decode(),) for serial in sorted(serials))
            database.executemany("INSERT INTO bench_listed VALUES (?)", rows)
        database.close()
        return
    with psycopg.connect(place, autocommit=True) as connection:
        connection.execute(create)
        with connection.cursor().copy("COPY bench_listed FROM STDIN") as copy:
            copy.write(b"\n".join(serials) + b"\n")
        connection.execute("VACUUM ANALYZE bench_listed")


def backends(url: str) -> list[int]:
    """Return the PostgreSQL processes that serve this database."""
    sql = "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
    with psycopg.connect(url) as connection:
        own = connection.info.backend_pid
        return [pid for (pid,) in connection.execute(sql) if pid != own]


def questions(serials: list[bytes]) -> dict[str, bool]:
    """Return serials and whether they are listed, one of each kind in turn."""
    listed = [each.decode() for each in serials[:: max(1, len(serials) // (ASKED // 2))]]
    pairs = zip(listed, published.unlisted(serials, ASKED // 2 + 10), strict=False)
    return {serial: number == 0 for pair in pairs for number, serial in enumerate(pair)}


@contextmanager
def all_sides(
    folder: Path, url: str, serials: list[bytes], truth: dict[str, bool]
) -> Iterator[dict[str, Side]]:
    """Start every server; the pages that others send ready-made are taken from ours."""
    with ExitStack() as stack:
        begin = partial(_started, stack)
        own = begin(servers.kaishu, first="/healthz", log=folder / "kaishu.log")
        form = ours("").partition("&")[0]
        answers = [ours(serial) for serial in truth]
        sides = {
            OURS: Side(own, Load(folder, "ours", answers), partial(compare, ours, truth)),
            FORM: Side(own, Load(folder, "form", [form]), partial(compare_form, form)),
        }
        pages = keep_pages(folder, own, truth)
        asked = Load(folder, "plain", [plain(serial) for serial in truth])
        file = f"sqlite:///{folder / 'listed.sqlite3'}"
        for name, place in ((SQLITE, file), (POSTGRES, url)):
            fill(place, serials)
            view = begin(
                servers.plain_view,
                first=plain(next(iter(truth))),
                log=folder / "view.log",
                environment={"BENCH_DATABASE_URL": place, "BENCH_PAGES": str(pages)},
                others=partial(backends, url) if name == POSTGRES else servers.nobody,
            )
            sides[name] = Side(view, asked, partial(compare, plain, truth))
        if command := servers.nginx(folder):
            static = begin(command, first="/True.html", log=folder / "nginx.log")
            files = {serial: f"/{affected}.html" for serial, affected in truth.items()}
            load = Load(folder, "nginx", [*files.values()])
            sides[STATIC] = Side(static, load, partial(compare, files.__getitem__, truth))
        yield sides


def keep_pages(folder: Path, own: Server, truth: dict[str, bool]) -> Path:
    """Keep our answer of each kind as a file; returns the files' folder."""
    pages = folder / "pages"
    pages.mkdir()
    for affected in (True, False):
        serial = next(each for each, is_listed in truth.items() if is_listed is affected)
        (pages / f"{affected}.html").write_bytes(get(own.port, ours(serial)))
    return pages


def _started(stack: ExitStack, command: Callable[[int], list[str]], **more: Any) -> Server:
    return stack.enter_context(servers.running(command, **more))


def report(sides: dict[str, Side], units: int, bytes_a_page: int) -> str:
    """Return the table and the goals."""
    rates = {name: statistics.median(side.rates) for name, side in sides.items()}
    micros = {name: statistics.median(side.micros) for name, side in sides.items()}
    rows = [
        (
            name,
            common.short(rates[name]),
            common.short(micros[name]),
            common.short(micros[name] / micros[OURS]),
        )
        for name in sides
    ]
    head = (f"{units:,} listed units, {bytes_a_page:,} bytes", "requests /s")
    reached = [
        common.Goal(
            what="serial form, requests a core second", goal=FORM_A_CORE, figure=1e6 / micros[FORM]
        ),
        common.Goal(
            what="edge server goal: CPU of the PostgreSQL view ÷ ours",
            goal=TO_POSTGRES,
            figure=micros[POSTGRES] / micros[OURS],
        ),
    ]
    if STATIC in micros:
        goal = common.Goal(
            what="edge server goal: CPU of nginx static ÷ ours",
            goal=TO_NGINX,
            figure=micros[STATIC] / micros[OURS],
        )
        reached.append(goal)
    table = common.table((*head, "CPU µs a request", "CPU ÷ ours"), rows)
    return f"{table}\n\n{common.goals(reached)}"


def main() -> None:
    """Read the command line, run, print."""
    given = common.arguments(__doc__, units=1_000_000, seconds=3)
    with (
        tempfile.TemporaryDirectory() as name,
        common.durable_postgres() as server,
        common.fresh_database(server) as url,
    ):
        folder = Path(name)
        installation.start(folder, common.sqlite_url(folder))
        installation.migrate()
        lists = published.listed(given.units)
        published.publish(published.write(folder, lists))
        serials = [serial for found in lists.values() for serial in found]
        truth = questions(lists[published.MODEL])
        with all_sides(folder, url, serials, truth) as sides:
            rounds = {name: partial(side.round, given.seconds) for name, side in sides.items()}
            common.in_turn(rounds, rounds=given.rounds)
            size = (folder / "pages" / "True.html").stat().st_size
            print(report(sides, len(serials), size))
            client = sides[OURS].load.client
        print(f"\nOne worker each; asked by {client}, {CONNECTIONS} connections.")


if __name__ == "__main__":
    main()
