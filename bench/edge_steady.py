"""Ask the edge 500 times a second while the main site is flooded, publishes and loses its database.

    python -m bench.edge_steady [--minutes 10] [--units 1000000] [--ranges 5000] [--rate 500]

The main site runs on PostgreSQL beside it, on the same cores. A quarter of the time nothing else
happens; then the pages of a claim are asked for as fast as they come; then another edition is
published; at last the database is stopped. Every answer is held against the truth.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from bench import common, installation, published, servers
from bench.check_http import asked, asked_json
from bench.common import ROOT
from bench.load import Load, WrongAnswer, get
from bench.steady import Heard, Question, ask_steadily

MOST_MS = 300.0
PATIENCE = 300.0
PHASES = ("nothing else", "claims flooded", "an edition published", "database stopped")
YES, NO = b"being recalled", b"not part of the recall"
BEFORE = "\n[[remedies]]\n"
JSON_YES, JSON_NO = b'"answer":"affected"', b'"answer":"not_affected"'


@dataclass(frozen=True, slots=True)
class Scene:
    """The running servers, and what happens meanwhile."""

    edge: servers.Server
    site: servers.Server
    database: ExitStack
    folder: Path
    recall: Path
    moved: str  # a serial that only the second edition has


@dataclass
class Run:
    """What was heard, when each phase began, and the CPU seconds of the edge."""

    heard: Heard = field(default_factory=Heard)
    cpu: float = 0.0
    began: list[tuple[float, str]] = field(default_factory=list)


def write_ranges(recall: Path, ranges: int) -> None:
    """Add ranges to the recall's rules; they lie where no list and no question has a serial."""
    lines = []
    for number in range(ranges):
        first, last = f"AZ{number:012d}00", f"AZ{number:012d}99"
        lines += ["", "[[rules]]", f'product = "{published.MODEL}"', 'kind = "range"']
        lines += [f'first = "{first}"', f'last = "{last}"']
    file = recall / "recall.toml"
    text = file.read_text()
    before, head, after = text.partition(BEFORE)
    assert head, "the recall file has no remedies to put the ranges before"
    file.write_text(before + "\n".join(lines) + "\n\n" + head + after)


def questions(serials: list[bytes], ranges: int, moved: str) -> list[Question]:
    """Return pages and JSON of listed, ranged, unlisted and moving serials."""
    listed = [each.decode() for each in serials[:: max(1, len(serials) // 4000)]]
    inside = [f"AZ{number:012d}42" for number in range(0, ranges, 5)]
    outside = published.unlisted(serials, 4000)
    found = []
    for number, serial in enumerate([*listed, *inside, *outside]):
        yes = number < len(listed) + len(inside)
        found.append(Question(asked(serial), (YES if yes else NO,)))
        found.append(Question(asked_json(serial), (JSON_YES if yes else JSON_NO,)))
    found += [Question(asked(moved), (YES, NO))] * 20
    random.Random(common.SEED).shuffle(found)
    return found


def publish(scene: Scene) -> None:
    """Publish the second edition as the command line does, in a process of its own."""
    list_file = scene.recall / "serials" / f"{published.MODEL}.csv"
    list_file.write_bytes(list_file.read_bytes() + scene.moved.encode() + b"\n")
    command = [sys.executable, "-m", "kaishu.cli.main", "recall", "publish", str(scene.recall)]
    command += ["--by", "bench", "--alone", "a benchmark has nobody else"]
    subprocess.run(command, check=True, cwd=ROOT, capture_output=True, env=os.environ)


def flood(scene: Scene, seconds: float) -> None:
    """Ask for the first page of a claim as fast as the main site answers."""
    path = f"/en/r/{published.SLUG}/claim/?model={published.MODEL}"
    try:
        Load(scene.folder, "claims", [path]).run(scene.site.port, seconds)
    except WrongAnswer as problem:
        print(f"the main site under the flood: {str(problem).splitlines()[-3:]}", file=sys.stderr)


def happenings(scene: Scene, seconds: float) -> Iterator[str]:
    """Do what happens to the main site, a quarter of the time each; yields the name of each.

    Publishing takes as long as it takes, and ends when the edge has followed.
    """
    quarter = seconds / 4
    yield PHASES[0]
    time.sleep(quarter)
    yield PHASES[1]
    flood(scene, quarter)
    yield PHASES[2]
    begin = time.monotonic()
    publish(scene)
    while b'"number":2' not in get(scene.edge.port, "/healthz"):
        if time.monotonic() - begin > PATIENCE:
            raise RuntimeError("the edge did not follow")
        time.sleep(0.2)
    time.sleep(max(0.0, begin + quarter - time.monotonic()))
    yield PHASES[3]
    scene.database.close()
    time.sleep(quarter)


def measured(scene: Scene, asked_for: list[Question], *, rate: float, seconds: float) -> Run:
    """Ask while everything happens; stop at a wrong answer or a failure."""
    run, ended = Run(), threading.Event()
    before = scene.edge.cpu()

    def happen() -> None:
        try:
            for name in happenings(scene, seconds):
                run.began.append((time.perf_counter(), name))
        finally:
            ended.set()

    beside = threading.Thread(target=happen)
    beside.start()
    asking = ask_steadily(scene.edge.port, asked_for, rate=rate, over=ended.is_set, heard=run.heard)
    asyncio.run(asking)
    beside.join()
    run.cpu = scene.edge.cpu() - before
    heard = run.heard
    if heard.wrong or heard.failed:
        counts = f"{len(heard.wrong)} wrong, {len(heard.failed)} failed"
        raise RuntimeError(f"{counts}: {heard.failed[:3]}")
    assert len(run.began) == len(PHASES), "not everything happened"
    assert YES in get(scene.edge.port, asked(scene.moved)), "the second edition does not answer"
    return run


def report(run: Run, *, rate: float, units: int, ranges: int) -> str:
    """Return the table by what happened meanwhile, and the goal."""
    ends = [*(begin for begin, _name in run.began[1:]), float("inf")]
    rows = [
        _row(name, [took for due, took in run.heard.took if begin <= due < end])
        for (begin, name), end in zip(run.began, ends, strict=True)
    ]
    everything = sorted(took for _due, took in run.heard.took)
    minutes = (run.heard.took[-1][0] - run.heard.took[0][0]) / 60
    head = f"{rate:,.0f} checks/s for {minutes:.1f} min, {units:,} units and {ranges:,} ranges"
    table = common.table(
        (head, "answers", "median, ms", "p99, ms", "longest, ms"), [*rows, _row("all", everything)]
    )
    p99 = 1000 * _at(everything, 0.99)
    goal = common.Goal(what="p99 of all, ms", goal=MOST_MS, figure=p99, most=True)
    micros = common.short(run.cpu / len(everything) * 1e6)
    said = f"No answer was wrong, none but 200. The edge took {micros} µs of CPU for each answer"
    said += ", reading the new edition included."
    return f"{table}\n\n{common.goals([goal])}\n\n{said}"


def _row(name: str, took: list[float]) -> tuple[str, ...]:
    took = sorted(took)
    figures = (common.short(1000 * _at(took, share)) for share in (0.5, 0.99, 1.0))
    return (name, f"{len(took):,}", *figures)


def _at(ordered: list[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--units", type=int, default=1_000_000)
    parser.add_argument("--ranges", type=int, default=5_000)
    parser.add_argument("--rate", type=float, default=500.0)
    return parser.parse_args()


def main() -> None:
    """Start everything, ask, print."""
    given = arguments()
    seconds = 60 * given.minutes
    with ExitStack() as stack, ExitStack() as database:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = database.enter_context(
            common.fresh_database(database.enter_context(common.durable_postgres()))
        )
        installation.start(folder, url)
        installation.migrate()
        lists = published.listed(given.units)
        recall = published.write(folder, lists)
        write_ranges(recall, given.ranges)
        published.publish(recall)
        site = stack.enter_context(
            servers.running(servers.kaishu, first="/healthz", log=folder / "site.log")
        )
        packs = folder / "data" / "packs"
        edge = stack.enter_context(
            servers.running(servers.edge(packs), first="/healthz", log=folder / "edge.log")
        )
        moved = published.unlisted(lists[published.MODEL], 5000)[-1]
        scene = Scene(edge, site, database, folder, recall, moved)
        asked_for = questions(lists[published.MODEL], given.ranges, moved)
        run = measured(scene, asked_for, rate=given.rate, seconds=seconds)
        print(report(run, rate=given.rate, units=given.units, ranges=given.ranges))
        print("\nThe edge in one process; the main site and PostgreSQL on the same cores.")


if __name__ == "__main__":
    main()
