"""Run every benchmark and put its tables into docs/reference/performance.md, between its markers.

    python -m bench.report [name ...]       all, or those named; the other tables stay

What stands outside the markers is written by hand and is not touched.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from datetime import UTC, datetime

from bench import common

PAGE = common.ROOT / "docs" / "reference" / "performance.md"
COMMANDS = {
    "eligibility": ["-m", "bench.eligibility"],
    "import_lists": ["-m", "bench.import_lists"],
    "balance": ["-m", "bench.balance"],
    "dashboard": ["-m", "bench.dashboard"],
    "claims": ["-m", "bench.claims"],
    "desk": ["-m", "bench.desk", "--claims", "200000"],
    "search": ["-m", "bench.search"],
    "scan": ["-m", "bench.scan"],
    "payouts_due": ["-m", "bench.payouts_due"],
    "trace": ["-m", "bench.trace"],
    "check_http": ["-m", "bench.check_http"],
    "same_time": ["-m", "bench.same_time"],
    "slow_upload": ["-m", "bench.slow_upload"],
}
# Run only where they are named (`make bench-large`): each takes many minutes.
LARGE = {
    "edge_steady": ["-m", "bench.edge_steady"],
}


class MarkerMissing(Exception):
    """The page has no place for these tables: put the two markers back."""


def main(names: list[str]) -> int:
    """Run the named benchmarks over one PostgreSQL; returns 1 if one of them failed."""
    failed = []
    with common.durable_postgres() as server:
        environment = {**os.environ, common.SERVER: server}
        for name in names or COMMANDS:
            print(f"\n-- {name}", flush=True)
            start = time.monotonic()
            tables = run(name, environment)
            if tables is None:
                failed.append(name)
                continue
            print(f"{tables}\n-- {name}: {time.monotonic() - start:.0f} s", flush=True)
            words = f"Measured on {datetime.now(UTC):%Y-%m-%d}: {common.machine(server)}."
            keep(name, f"{tables}\n\n{words}")
    if failed:
        print(f"failed: {', '.join(failed)}; their tables stay as they were")
    return 1 if failed else 0


def run(name: str, environment: dict[str, str]) -> str | None:
    """Return what a benchmark prints, or None if it failed."""
    done = subprocess.run(
        [sys.executable, *{**COMMANDS, **LARGE}[name]],
        cwd=common.ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    return None if done.returncode else done.stdout.strip()


def keep(name: str, tables: str) -> None:
    """Replace what stands between the markers of one benchmark."""
    begin, end = f"<!-- {name}: begin -->\n", f"<!-- {name}: end -->\n"
    before, found, rest = PAGE.read_text("utf-8").partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise MarkerMissing(name)
    PAGE.write_text(f"{before}{begin}\n{tables}\n\n{end}{after}", "utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
