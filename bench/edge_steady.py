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
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bench import common, installation, published, servers
from bench.check_http import asked, asked_json
from bench.common import ROOT
from bench.load import Load, WrongAnswer, get
from bench.steady import Heard, Question, ask_steadily

MOST_MS = 300.0
PHASES = ("nothing else", "claims flooded", "an edition published", "database stopped")
FLOOD_AT, PUBLISH_AT, STOP_AT = 0.25, 0.5, 0.75
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


def happenings(scene: Scene, seconds: float) -> None:
    """Do what happens to the main site, each at its time."""
    begin = time.monotonic()
    acts = (
        (FLOOD_AT, partial(flood, scene, seconds * (PUBLISH_AT - FLOOD_AT))),
        (PUBLISH_AT, partial(publish, scene)),
        (STOP_AT, scene.database.close),
    )
    for share, act in acts:
        time.sleep(max(0.0, begin + share * seconds - time.monotonic()))
        act()


def measured(scene: Scene, asked_for: list[Question], *, rate: float, seconds: float) -> Heard:
    """Ask while everything happens; stop at a wrong answer or a failure."""
    heard = Heard()
    beside = threading.Thread(target=happenings, args=(scene, seconds))
    beside.start()
    asyncio.run(ask_steadily(scene.edge.port, asked_for, rate=rate, seconds=seconds, heard=heard))
    beside.join()
    if heard.wrong or heard.failed:
        raise RuntimeError(
            f"{len(heard.wrong)} wrong, {len(heard.failed)} failed: {heard.failed[:3]}"
        )
    assert YES in get(scene.edge.port, asked(scene.moved)), "the second edition does not answer"
    assert b'"number":2' in get(scene.edge.port, "/healthz"), "the edge did not follow"
    return heard


def report(heard: Heard, *, rate: float, seconds: float, units: int, ranges: int) -> str:
    """Return the table by what happened meanwhile, and the goal."""
    quarter = len(heard.seconds) // len(PHASES)
    rows = []
    for number, name in enumerate(PHASES):
        took = sorted(heard.seconds[number * quarter : (number + 1) * quarter])
        rows.append((name, *(common.short(1000 * _at(took, p)) for p in (0.5, 0.99, 1.0))))
    everything = sorted(heard.seconds)
    rows.append(("all", *(common.short(1000 * _at(everything, p)) for p in (0.5, 0.99, 1.0))))
    head = f"{rate:,.0f} checks/s for {seconds / 60:.0f} min, {units:,} units and {ranges:,} ranges"
    table = common.table((head, "median, ms", "p99, ms", "longest, ms"), rows)
    goal = common.Goal(
        what="p99 of all, ms", goal=MOST_MS, figure=1000 * _at(everything, 0.99), most=True
    )
    count = f"{len(heard.seconds):,} answers, none wrong, none but 200."
    return f"{table}\n\n{common.goals([goal])}\n\n{count}"


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
        heard = measured(scene, asked_for, rate=given.rate, seconds=seconds)
        print(
            report(heard, rate=given.rate, seconds=seconds, units=given.units, ranges=given.ranges)
        )
        print("\nThe edge in one process; the main site and PostgreSQL on the same cores.")


if __name__ == "__main__":
    main()
