"""Time the one box that finds anything, beside a bare look-up over a unique index.

    python -m bench.search [--claims 200000] [--rounds 5]

Every claim has a sealed owner and its search keys. Each search must find what was looked for.
"""

from __future__ import annotations

import multiprocessing
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench import common, published, search_worker
from bench.search_worker import COMMON, KINDS, NOTHING

MOST_MS = 100
LOOKS = 20
WHAT = (*KINDS, COMMON, NOTHING)


@contextmanager
def hand(folder: Path, url: str) -> Iterator[Any]:
    """Start one process over one database; yields a function that asks it."""
    spawn = multiprocessing.get_context("spawn")
    pipe, far = spawn.Pipe()
    process = spawn.Process(target=search_worker.serve, args=(far, folder, url))
    process.start()
    far.close()

    def ask(name: str, **values: Any) -> Any:
        pipe.send((name, values))
        return pipe.recv()

    try:
        yield ask
    finally:
        pipe.close()
        process.join()


def measured(asks: dict[str, Any], rounds: int) -> dict[str, dict[str, dict[str, float]]]:
    """Let the databases take turns; returns for each kind its median of medians and its worst."""
    found: dict[str, dict[str, list[dict[str, float]]]] = {
        name: {kind: [] for kind in (*WHAT, "bare")} for name in asks
    }
    for number in range(max(common.FEWEST_ROUNDS, rounds)):
        for name, ask in asks.items():
            first = number * 1_000
            bare = ask("bare", count=LOOKS * 5, first=first)
            found[name]["bare"].append({"median": bare, "worst": bare})
            for kind in WHAT:
                found[name][kind].append(ask("look", kind=kind, count=LOOKS, first=first))
    return {
        name: {
            kind: {
                "median": statistics.median(row["median"] for row in rows),
                "worst": max(row["worst"] for row in rows),
            }
            for kind, rows in kinds.items()
        }
        for name, kinds in found.items()
    }


def report(found: dict[str, dict[str, dict[str, float]]]) -> str:
    """Return the times by kind, beside the bare look-up, and the goal."""
    head = ["looked for by"]
    for name in found:
        head += [f"{name}, median ms", "worst ms", "× bare look-up"]
    rows = []
    for kind in WHAT:
        line = [kind]
        for kinds in found.values():
            one, bare = kinds[kind], kinds["bare"]["median"]
            line += [
                common.short(one["median"]),
                common.short(one["worst"]),
                common.short(one["median"] / bare),
            ]
        rows.append(line)
    goals = [
        common.Goal(
            what=f"the slowest search of all, ms, {name}",
            goal=MOST_MS,
            figure=max(kinds[kind]["worst"] for kind in WHAT),
            most=True,
        )
        for name, kinds in found.items()
    ]
    return f"{common.table(head, rows)}\n\n{common.goals(goals)}"


def main() -> None:
    """Read the command line, run, print."""
    given = common.arguments(__doc__, claims=200_000)
    with (
        tempfile.TemporaryDirectory() as name,
        common.durable_postgres() as server,
        common.fresh_database(server) as url,
    ):
        folder = Path(name)
        serials = published.listed(given.claims * 3)
        recall = published.write(folder, serials)
        near, far = folder / "sqlite", folder / "postgres"
        with hand(near, common.sqlite_url(folder)) as sqlite, hand(far, url) as postgres:
            asks = {"SQLite": sqlite, "PostgreSQL": postgres}
            keys = 0
            for ask in asks.values():
                mine = serials[published.MODEL][: given.claims]
                keys = ask("fill", recall_folder=recall, serials=mine, claims=given.claims)
            print(f"{given.claims:,} claims, {keys:,} search keys.\n")
            print(report(measured(asks, given.rounds)))


if __name__ == "__main__":
    main()
