"""Time the check over HTTP: the edge server, the public door, plain lookups and a static file.

    python -m bench.check_http [--units 1000000] [--seconds 3] [--rounds 5]

Half of the serials asked for are listed. Every side answers with the same bytes or makes them: the
pages that others send ready-made are the edge's own. Before each round answers are compared with
the truth, and a round with anything but 200 stops the run. CPU time is that of the server's
processes, a database's included, from the kernel.
"""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from bench import common, installation, lookups, published, servers
from bench.load import CONNECTIONS, Load, get
from bench.servers import Server

ASKED = 2_000
COMPARED = 20
TO_NGINX = 0.5
TO_POSTGRES = 12.0
TO_NGINX_P99 = 2.0
FORM_A_CORE = 600.0
LOADED = 0.8
AFFECTED = b"This product is being recalled"
NOT_AFFECTED = b"This product is not part of the recall"
EDGE, EDGE_JSON = "kaishu edge: the answer", "kaishu edge: the answer as JSON"
OURS, FORM = "kaishu serve: the answer", "kaishu serve: the serial form"
RAW = "granian, an application that does nothing"
SQLITE, POSTGRES = "Django view, SQLite primary key", "Django view, PostgreSQL primary key"
STATIC, STATIC_JSON = "nginx, static file", "nginx, static file of the JSON"

Address = Callable[[str], str]


@dataclass
class Side:
    """One server with what it is asked, and what was measured."""

    server: Server
    load: Load
    check: Callable[[Server], None]
    rates: list[float] = field(default_factory=list)
    micros: list[float] = field(default_factory=list)
    p99s: list[float] = field(default_factory=list)

    def round(self, seconds: float) -> float:
        """Compare some answers, then ask for a while; returns requests a second."""
        self.check(self.server)
        before = self.server.cpu()
        done = self.load.run(self.server.port, seconds)
        self.micros.append((self.server.cpu() - before) / done.requests * 1e6)
        self.rates.append(done.requests / done.seconds)
        return self.rates[-1]

    def loaded_round(self, seconds: float) -> float:
        """Ask at 80 % of what was reached; returns the 99th percentile in milliseconds."""
        rate = LOADED * statistics.median(self.rates)
        self.p99s.append(self.load.p99(self.server.port, seconds, rate))
        return self.p99s[-1]


def ours(serial: str) -> str:
    """Return the address of our answer with every fact that an owner may give."""
    facts = {"model": published.MODEL, "serial": serial, "colour": published.COLOUR}
    facts["bought"] = published.BOUGHT.isoformat()
    return f"/en/r/{published.SLUG}/check/?{urlencode(facts)}"


def asked(serial: str, form: str = "check/") -> str:
    """Return the address that the form for the serial leads to."""
    return f"/en/r/{published.SLUG}/{form}?model={published.MODEL}&serial={serial}"


def asked_json(serial: str) -> str:
    """Return the address of the same answer as JSON."""
    return asked(serial, "check.json")


def plain(serial: str) -> str:
    """Return the address of the plain view's answer."""
    return f"/check/?serial={serial}"


def compare(address: Address, truth: dict[str, bool], server: Server) -> None:
    """Ask for some serials of each kind and hold the answers against the truth."""
    for serial, affected in [*truth.items()][:COMPARED]:
        page = get(server.port, address(serial))
        right, wrong = (AFFECTED, NOT_AFFECTED) if affected else (NOT_AFFECTED, AFFECTED)
        assert right in page and wrong not in page, f"wrong answer for {serial}"


def compare_form(path: str, server: Server) -> None:
    """See that the form asks for the serial."""
    page = get(server.port, path)
    assert b'name="serial"' in page and AFFECTED not in page, "the form is not there"


def compare_one(server: Server) -> None:
    """See that the application that does nothing sends the page."""
    assert AFFECTED in get(server.port, "/")


def questions(serials: list[bytes]) -> dict[str, bool]:
    """Return serials and whether they are listed, one of each kind in turn."""
    listed = [each.decode() for each in serials[:: max(1, len(serials) // (ASKED // 2))]]
    pairs = zip(listed, published.unlisted(serials, ASKED // 2 + 10), strict=False)
    return {serial: number == 0 for pair in pairs for number, serial in enumerate(pair)}


class Sides:
    """Starts every server of the comparison and knows what each is asked."""

    def __init__(self, folder: Path, truth: dict[str, bool], stack: ExitStack) -> None:
        self.folder, self.truth, self.stack = folder, truth, stack
        self.found: dict[str, Side] = {}

    def add(self, name: str, server: Server, address: Address) -> None:
        """Measure a server that answers each serial at an address."""
        paths = [address(serial) for serial in self.truth]
        load = Load(self.folder, f"side{len(self.found)}", paths)
        self.found[name] = Side(server, load, partial(compare, address, self.truth))

    def begin(self, command: Callable[[int], list[str]], log: str, **more: Any) -> Server:
        """Start a server for as long as the comparison lasts."""
        running = servers.running(command, log=self.folder / f"{log}.log", **more)
        return self.stack.enter_context(running)

    def start_ours(self) -> Path:
        """Start the edge and the public door; return the folder of the edge's answers."""
        edge = self.begin(servers.edge(self.folder / "data" / "packs"), "edge", first="/healthz")
        self.add(EDGE, edge, asked)
        self.add(EDGE_JSON, edge, asked_json)
        own = self.begin(servers.kaishu, "kaishu", first="/healthz")
        self.add(OURS, own, ours)
        form = asked("").partition("&")[0]
        load = Load(self.folder, "form", [form])
        self.found[FORM] = Side(own, load, partial(compare_form, form))
        for serial in [*self.truth][:COMPARED]:
            same = get(edge.port, asked(serial)) == get(own.port, asked(serial))
            assert same, f"the doors differ on {serial}"
        return self.keep_pages(edge)

    def keep_pages(self, edge: Server) -> Path:
        """Keep the edge's answer of each kind as files; returns the files' folder."""
        pages = self.folder / "pages"
        pages.mkdir()
        for affected in (True, False):
            serial = next(each for each, listed in self.truth.items() if listed is affected)
            (pages / f"{affected}.html").write_bytes(get(edge.port, asked(serial)))
            (pages / f"{affected}.json").write_bytes(get(edge.port, asked_json(serial)))
        return pages

    def start_others(self, pages: Path, url: str) -> None:
        """Start what ours is held against."""
        environment = {"BENCH_PAGES": str(pages)}
        raw = self.begin(servers.raw_wsgi, "raw", first="/", environment=environment)
        paths = [asked(serial) for serial in self.truth]
        self.found[RAW] = Side(raw, Load(self.folder, "raw", paths), compare_one)
        file = f"sqlite:///{self.folder / 'listed.sqlite3'}"
        for name, place in ((SQLITE, file), (POSTGRES, url)):
            view = self.begin(
                servers.plain_view,
                "view",
                first=plain(next(iter(self.truth))),
                environment={**environment, "BENCH_DATABASE_URL": place},
                others=partial(lookups.backends, url) if place is url else servers.nobody,
            )
            self.add(name, view, plain)
        if command := servers.nginx(self.folder):
            static = self.begin(command, "nginx", first="/True.html")
            self.add(STATIC, static, lambda serial: f"/{self.truth[serial]}.html")
            self.add(STATIC_JSON, static, lambda serial: f"/{self.truth[serial]}.json")


@contextmanager
def all_sides(
    folder: Path, url: str, serials: list[bytes], truth: dict[str, bool]
) -> Iterator[dict[str, Side]]:
    """Start every server, the lists filled in; stop all at the end."""
    with ExitStack() as stack:
        sides = Sides(folder, truth, stack)
        pages = sides.start_ours()
        for place in (f"sqlite:///{folder / 'listed.sqlite3'}", url):
            lookups.fill(place, serials)
        sides.start_others(pages, url)
        yield sides.found


def goals(sides: dict[str, Side]) -> list[common.Goal]:
    """Return what has to be reached beside what was."""
    micros = {name: statistics.median(side.micros) for name, side in sides.items()}
    found = [
        common.Goal(
            what="serial form, requests a core second", goal=FORM_A_CORE, figure=1e6 / micros[FORM]
        ),
        common.Goal(
            what="CPU of the PostgreSQL view ÷ the edge's",
            goal=TO_POSTGRES,
            figure=micros[POSTGRES] / micros[EDGE],
        ),
    ]
    if STATIC not in sides:
        return found
    for ours_, static in ((EDGE, STATIC), (EDGE_JSON, STATIC_JSON)):
        ratio = micros[static] / micros[ours_]
        found.append(common.Goal(what=f"CPU of {static} ÷ {ours_}", goal=TO_NGINX, figure=ratio))
    p99 = {name: statistics.median(sides[name].p99s) for name in (EDGE, STATIC)}
    what = f"p99 at {LOADED:.0%} load: {EDGE} {common.short(p99[EDGE])} ms"
    what += f" ÷ {STATIC} {common.short(p99[STATIC])} ms"
    ratio = p99[EDGE] / p99[STATIC]
    return [*found, common.Goal(what=what, goal=TO_NGINX_P99, figure=ratio, most=True)]


def report(sides: dict[str, Side], units: int, pages: Path) -> str:
    """Return the table and the goals."""
    micros = {name: statistics.median(side.micros) for name, side in sides.items()}
    rows = [
        (
            name,
            common.short(statistics.median(side.rates)),
            common.short(micros[name]),
            common.short(micros[name] / micros[EDGE]),
        )
        for name, side in sides.items()
    ]
    page, short = ((pages / f"True.{kind}").stat().st_size for kind in ("html", "json"))
    head = (f"{units:,} listed units; {page:,} bytes, as JSON {short:,}", "requests /s")
    table = common.table((*head, "CPU µs a request", "CPU ÷ the edge's"), rows)
    return f"{table}\n\n{common.goals(goals(sides))}"


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
            loaded = {
                name: partial(sides[name].loaded_round, given.seconds)
                for name in (EDGE, STATIC)
                if name in sides and sides[name].load.wrk
            }
            common.in_turn(loaded, rounds=given.rounds)
            print(report(sides, len(serials), folder / "pages"))
            client = sides[OURS].load.client
        print(f"\nOne worker each; asked by {client}, {CONNECTIONS} connections.")


if __name__ == "__main__":
    main()
