"""Time whole claims, durably stored, beside the durable single-row inserts of the same database.

    python -m bench.claims [--claims 300] [--rounds 5]

Every claim has a serial of its own, a person, a verdict from a real edition, and its entry in the
books. At the end claims, holders and books must agree and the audit must find nothing.
"""

from __future__ import annotations

import multiprocessing
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from bench import claims_worker, common, published
from bench.claims_worker import Span

LISTED = 100_000
# With the message and its access code; PostgreSQL needs one more, a lock.
MOST_QUERIES = 32
SQLITE_GOAL, POSTGRES_GOAL = 400, 800
INSERTS_A_CLAIM = 5
PARTS = ("sealing", "verdict", "books", "commit", "statements")


class Hand:
    """The near end of one worker process."""

    def __init__(self, folder: Path, url: str) -> None:
        spawn = multiprocessing.get_context("spawn")
        self.pipe, far = spawn.Pipe()
        self.process = spawn.Process(target=claims_worker.serve, args=(far, folder, url))
        self.process.start()
        far.close()

    def tell(self, name: str, **values: Any) -> None:
        """Ask the worker for something, without waiting."""
        self.pipe.send((name, values))

    def ask(self, name: str, **values: Any) -> Any:
        """Ask, and wait for the answer."""
        self.tell(name, **values)
        return self.pipe.recv()

    def close(self) -> None:
        """Let the process end."""
        self.pipe.close()
        self.process.join()


@contextmanager
def hands(folder: Path, url: str, number: int) -> Iterator[list[Hand]]:
    """Start worker processes over one database."""
    started = [Hand(folder, url) for _ in range(number)]
    try:
        yield started
    finally:
        for hand in started:
            hand.close()


def rate(workers: Sequence[Hand], what: str, first: Callable[[int], int], each: int) -> float:
    """Let workers do a share each at the same time; returns how many a second in all."""
    for hand in workers:
        hand.tell(what, first=first(each), count=each)
    spans: list[Span] = [hand.pipe.recv() for hand in workers]
    taken = max(end for _, end in spans) - min(begin for begin, _ in spans)
    return len(workers) * each / taken


class Numbers:
    """Hands out numbers that no other share has: serials, rows."""

    def __init__(self) -> None:
        self.next = 0

    def take(self, how_many: int) -> int:
        """Return the first of that many."""
        first, self.next = self.next, self.next + how_many
        return first


def sides_of(name: str, workers: Sequence[Hand], claims: int) -> dict[str, Callable[[], float]]:
    """Return what is measured on one database: claims and bare inserts, by 1 .. n processes."""
    serials, rows = Numbers(), Numbers()
    sides: dict[str, Callable[[], float]] = {}
    for number in range(1, len(workers) + 1):
        some, label = workers[:number], f"{name}, {number} process{'es' * (number > 1)}"
        sides[f"claims {label}"] = partial(rate, some, "submit", serials.take, claims)
        inserts = claims * INSERTS_A_CLAIM
        sides[f"inserts {label}"] = partial(rate, some, "insert", rows.take, inserts)
    return sides


def parts_table(found: dict[str, dict[str, float]], claims: int) -> str:
    """Return where the time of one claim goes."""
    head = ("share of the time of one claim", *found)
    rows = [
        (part, *(f"{parts.get(part, 0) / parts['all']:.0%}" for parts in found.values()))
        for part in PARTS
    ]
    rows.append(("queries", *(f"{parts['queries'] / claims:.0f}" for parts in found.values())))
    for label, part in (("ms of the clock", "all"), ("ms of our CPU", "cpu")):
        rows.append((label, *(f"{p[part] / claims * 1000:.2f}" for p in found.values())))
    return common.table(head, rows)


def report(figures: dict[str, float]) -> str:
    """Return the rates beside the limits, and the goals."""
    rows = []
    for side, claims in figures.items():
        kind, _, label = side.partition(" ")
        if kind == "claims":
            limit = figures[f"inserts {label}"]
            rows.append((label, f"{claims:,.0f}", f"{limit:,.0f}", f"{claims / limit:.3f}"))
    head = ("database", "claims /s", "durable single-row inserts /s", "claims / inserts")
    sqlite, postgres = (
        figures["claims SQLite, 1 process"],
        figures["claims PostgreSQL, 2 processes"],
    )
    reached = [
        common.Goal(what="claims a second, SQLite, 1 process", goal=SQLITE_GOAL, figure=sqlite),
        common.Goal(
            what="claims a second, PostgreSQL, 2 processes", goal=POSTGRES_GOAL, figure=postgres
        ),
    ]
    return f"{common.table(head, rows)}\n\n{common.goals(reached)}"


def finish(name: str, workers: Sequence[Hand], claims: int) -> dict[str, float]:
    """Take the parts of a claim on one database, then check everything that was stored."""
    first = workers[0].ask("books")["claims"]
    parts: dict[str, float] = workers[0].ask("parts", first=first, count=claims)
    queries = parts["queries"] / claims
    assert queries <= MOST_QUERIES, f"{queries} queries a claim on {name}"
    stored = workers[0].ask("books")
    number = first + claims
    assert stored == {"claims": number, "holders": number, "owners": number, "findings": 0}, stored
    return parts


def main() -> None:
    """Read the command line, run, print."""
    given = common.arguments(__doc__, claims=300)
    with (
        tempfile.TemporaryDirectory() as name,
        common.durable_postgres() as server,
        common.fresh_database(server) as url,
    ):
        folder = Path(name)
        serials = published.listed(LISTED)
        recall = published.write(folder, serials)
        places = {"SQLite": (common.sqlite_url(folder), 1), "PostgreSQL": (url, 2)}
        with (
            hands(folder, *places["SQLite"]) as sqlite,
            hands(folder, *places["PostgreSQL"]) as postgres,
        ):
            sides: dict[str, Callable[[], float]] = {}
            durable = {}
            for database, workers in (("SQLite", sqlite), ("PostgreSQL", postgres)):
                workers[0].ask("prepare", recall_folder=recall)
                for hand in workers:
                    hand.ask("learn", serials=serials[published.MODEL])
                durable[database] = workers[0].ask("settings")
                sides |= sides_of(database, workers, given.claims)
            print(report(common.in_turn(sides, rounds=given.rounds)))
            parts = {
                "SQLite": finish("SQLite", sqlite, given.claims),
                "PostgreSQL": finish("PostgreSQL", postgres, given.claims),
            }
            print(f"\n{parts_table(parts, given.claims)}")
        print(f"\nDurable: {'; '.join(durable.values())}.")


if __name__ == "__main__":
    main()
