"""Run the long version of the tests, one folder after the other, and write down what came of each.

    python tools/torture.py             go on where it was interrupted, else begin
    python tools/torture.py demo books  only these folders, first

Stop it whenever you like: what has run stands in the table of docs/reference/torture.md, in one row
for each run, and the next call goes on with the rest under the same seed. A run belongs to one
commit; after a change of the code the next call begins a new one.
"""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "reference" / "torture.md"
KEPT = ROOT / "build" / "torture.json"
BIN = Path(sys.executable).parent
ENGINES = ("sqlite", "postgres")
NAMES = {"sqlite": "SQLite", "postgres": "PostgreSQL"}
# What has the most seeds, kills and examples; the other folders follow in their order.
FIRST = ("demo", "books", "payouts", "base", "claims", "core")
NO_TESTS = 5  # pytest's exit code where a folder has none for this engine


def sections(wanted: Sequence[str]) -> list[str]:
    """Return every section in its order: "sqlite demo", ..., "postgres stories"."""
    folders = sorted({file.relative_to(ROOT / "tests").parts[0] for file in _test_files()})
    order = [*(wanted or (each for each in FIRST if each in folders))]
    order += [] if wanted else [each for each in folders if each not in order]
    return [f"{engine} {folder}" for engine in ENGINES for folder in order]


def _test_files() -> list[Path]:
    return list((ROOT / "tests").rglob("test_*.py"))


def begun() -> dict[str, Any]:
    """Return the run that was interrupted, or a new one."""
    commit = _git("rev-parse", "HEAD") + _git("status", "--porcelain", "--", "src", "tests")
    if KEPT.exists():
        run: dict[str, Any] = json.loads(KEPT.read_text())
        if run["commit"] == commit:
            return run
    seed = os.environ.get("KAISHU_SEED") or str(random.SystemRandom().randrange(10**9))
    today = datetime.now(UTC).date().isoformat()
    return {"commit": commit, "seed": seed, "date": today, "results": {}}


def _git(*words: str) -> str:
    return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True).stdout.strip()


def play(section: str, seed: str) -> str:
    """Run one section; return what came of it: "ok" or "FAILED", how many tests, how long."""
    engine, folder = section.split()
    through = ["python", "tools/postgres.py"] if engine == "postgres" else []
    command = [*through, "pytest", "-q", "-p", "no:cacheprovider", f"tests/{folder}"]
    environment = {
        **os.environ,
        "KAISHU_TORTURE": "1",
        "KAISHU_SEED": seed,
        "KAISHU_TEST_DB": engine,
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
    }
    start = time.monotonic()
    done = subprocess.run(
        [BIN / command[0], *command[1:]],
        cwd=ROOT,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
    )
    print(done.stdout, end="", flush=True)
    if done.returncode == NO_TESTS:
        return "no tests"
    if done.returncode not in (0, 1):
        raise KeyboardInterrupt  # cut off, not failed: it is run again next time
    passed = re.search(r"(\d+) passed", done.stdout)
    outcome = "FAILED" if done.returncode else "ok"
    return f"{outcome}, {passed[1] if passed else 0} passed, {time.monotonic() - start:.0f} s"


def record(run: dict[str, Any], every: Sequence[str]) -> None:
    """Keep the run, and write its row: what ran with its result, and what has not run."""
    KEPT.parent.mkdir(exist_ok=True)
    KEPT.write_text(json.dumps(run))
    said = []
    for engine in ENGINES:
        mine = {key.split()[1]: value for key, value in run["results"].items() if engine in key}
        told = [f"{folder} {value}" for folder, value in mine.items() if value != "no tests"]
        left = [key.split()[1] for key in every if engine in key and key not in run["results"]]
        told += [f"**not run:** {', '.join(left)}"] if left else []
        said.append(f"{NAMES[engine]}: {'; '.join(told)}")
    start = f"| {run['date']} | {run['seed']} |"
    rows = [line for line in PAGE.read_text().splitlines() if not line.startswith(start)]
    PAGE.write_text("\n".join([*rows, f"{start} {'. '.join(said)} |"]) + "\n")


def main(wanted: Sequence[str]) -> int:
    """Run what has no result yet; 1 where anything failed."""
    run, every = begun(), sections(())
    print(f"torture with KAISHU_SEED={run['seed']}, {len(run['results'])} sections ran before")
    for section in sections(wanted):
        if section in run["results"]:
            continue
        print(f"\n== {section} ==", flush=True)
        try:
            run["results"][section] = play(section, run["seed"])
        except KeyboardInterrupt:
            print("Stopped. `make torture` goes on from here.")
            return 1
        record(run, every)
    return int(any(value.startswith("FAILED") for value in run["results"].values()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
