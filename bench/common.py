"""What the benchmarks share: rounds, tables, goals, the machine's line, a durable PostgreSQL.

Every benchmark runs its sides in turn within each round, so that noise meets all alike, and
compares medians. A figure that misses its goal is printed with its distance; a wrong answer stops
the run.
"""

from __future__ import annotations

import argparse
import os
import platform
import secrets
import sqlite3
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from tools.postgres import running_postgres

ROOT = Path(__file__).resolve().parent.parent
SEED = 20260101
FEWEST_ROUNDS = 5
SERVER = "KAISHU_BENCH_PG"


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """One figure beside what it has to reach. `most` turns the goal round: a ceiling."""

    what: str
    goal: float
    figure: float
    most: bool = False

    def row(self) -> tuple[str, ...]:
        """Return the goal as a row of a table, with how far it is away."""
        ratio = self.goal / self.figure if self.most else self.figure / self.goal
        distance = f"reached, {ratio:.2f} ×" if ratio >= 1 else f"missing, {1 / ratio:.2f} × to go"
        word = "at most" if self.most else "at least"
        return (self.what, f"{word} {short(self.goal)}", short(self.figure), distance)


def goals(rows: Sequence[Goal]) -> str:
    """Return goals as a Markdown table."""
    return table(("what", "goal", "figure", "distance"), [goal.row() for goal in rows])


def short(number: float) -> str:
    """Write a number with as many digits as mean something."""
    if number >= 100:
        return f"{number:,.0f}"
    if number >= 10:
        return f"{number:.1f}"
    return f"{number:.2f}" if number >= 0.1 else f"{number:.2g}"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def seconds(work: Callable[[], object]) -> float:
    """Return how long a piece of work takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def in_turn(sides: Mapping[str, Callable[[], float]], *, rounds: int) -> dict[str, float]:
    """Measure every side once a round, every second round backwards; return medians."""
    figures: dict[str, list[float]] = {name: [] for name in sides}
    for number in range(max(FEWEST_ROUNDS, rounds)):
        for name in list(sides)[:: -1 if number % 2 else 1]:
            figures[name].append(sides[name]())
    return {name: statistics.median(found) for name, found in figures.items()}


def arguments(doc: str | None, **sizes: int) -> argparse.Namespace:
    """Read the command line: each size by its name, and the number of rounds."""
    parser = argparse.ArgumentParser(description=(doc or "").splitlines()[0])
    for name, size in sizes.items():
        parser.add_argument(f"--{name}", type=int, default=size, help=f"default {size:,}")
    parser.add_argument("--rounds", type=int, default=FEWEST_ROUNDS, help="5 or more")
    return parser.parse_args()


def machine(server: str) -> str:
    """Describe the machine and the programs that the figures rest on, without naming it."""
    with psycopg.connect(server) as connection:
        version = connection.info.server_version
    parts = [
        f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}",
        f"Python {platform.python_version()}",
        f"SQLite {sqlite3.sqlite_version}",
        f"PostgreSQL {version // 10000}.{version % 10000}",
    ]
    return ", ".join(parts)


@contextmanager
def durable_postgres() -> Iterator[str]:
    """Yield the URL of a server that waits for the disk: KAISHU_BENCH_PG, else one of our own."""
    if given := os.environ.get(SERVER):
        yield given
        return
    with running_postgres(durable=True) as url:
        yield url


@contextmanager
def fresh_database(server: str) -> Iterator[str]:
    """Make a database on the server for the block; yields its URL."""
    name = f"kaishu_bench_{secrets.token_hex(4)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    try:
        yield f"{server.rpartition('/')[0]}/{name}"
    finally:
        drop = sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(drop)


def sqlite_url(folder: Path) -> str:
    """Return the URL of a database file in a folder."""
    return f"sqlite:///{folder / 'bench.sqlite3'}"
