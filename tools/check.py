"""Run the project's checks in sections, each timed, and close with one summary.

    python tools/check.py          lint, then the tests on SQLite, then on PostgreSQL
    python tools/check.py lint     only the fast checks
    python tools/check.py bench    the benchmarks

Every section runs even when an earlier one failed; the exit code is 1 if any did.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tools import browser  # noqa: E402  (found only through the line above)

BIN = Path(sys.executable).parent
LINT = {
    "style": [["ruff", "check", "--quiet"], ["ruff", "format", "--check", "--quiet"]],
    "types": [["mypy"]],
    "layers": [["lint-imports"]],
    "wording": [["python", "-m", "kaishu.base.catalogue", "check"]],
}


@dataclass
class Run:
    """The sections so far: name, seconds, whether it passed."""

    results: list[tuple[str, float, bool]] = field(default_factory=list)

    def section(self, name: str, work: Callable[[], bool]) -> None:
        """Run one section under a heading and remember how it went."""
        print(f"\n== {name} ==", flush=True)
        start = time.monotonic()
        passed = work()
        seconds = time.monotonic() - start
        self.results.append((name, seconds, passed))
        print(f"== {name}: {'ok' if passed else 'FAILED'} in {seconds:.1f} s ==", flush=True)

    def close(self) -> int:
        """Print the summary; returns the exit code."""
        print("\n== summary ==")
        for name, seconds, passed in self.results:
            print(f"  {'ok    ' if passed else 'FAILED'} {seconds:7.1f} s  {name}")
        failed = [name for name, _, passed in self.results if not passed]
        total = sum(seconds for _, seconds, _ in self.results)
        verdict = f"failed: {', '.join(failed)}" if failed else "all sections passed"
        print(f"kaishu checks: {verdict} ({total:.0f} s)", flush=True)
        return 1 if failed else 0


def commands(*lines: list[str]) -> bool:
    """Run commands of the environment, all of them, whatever fails; say whether all passed."""
    codes = [subprocess.run([BIN / line[0], *line[1:]], cwd=ROOT).returncode for line in lines]
    return not any(codes)


def lint(run: Run) -> None:
    """Add the fast checks; a failing one does not hide the next."""
    for name, lines in LINT.items():
        run.section(name, partial(commands, *lines))


def machine() -> bool:
    """Find or install what the tests need from the machine."""
    return browser.main() == 0


def pytest_options() -> list[str]:
    """Return how pytest is run; KAISHU_TEST_WORKERS says over how many processes.

    One more than there are cores: a third of the time a test waits for another process.
    """
    workers = os.environ.get("KAISHU_TEST_WORKERS", str(min(4, 1 + (os.cpu_count() or 1))))
    return ["-q", "--durations=5", "-n", workers, "--dist", "worksteal"]


@contextmanager
def tests_read_ahead() -> Iterator[Callable[[], object]]:
    """Read the tests once, beside the fast checks; yields what waits for it.

    On a fresh checkout every process would else rewrite and compile all of them for itself.
    """
    reading = subprocess.Popen(
        [BIN / "pytest", "-q", "--collect-only"],
        cwd=ROOT,
        env={**os.environ, "KAISHU_TEST_DB": "sqlite"},
        stdout=subprocess.DEVNULL,  # what is wrong with a test is said when the tests run
        stderr=subprocess.DEVNULL,
    )
    try:
        yield reading.wait
    finally:
        reading.kill()
        reading.wait()


def tests_on_sqlite() -> bool:
    """Run every test."""
    os.environ["KAISHU_TEST_DB"] = "sqlite"
    return commands(["pytest", *pytest_options()])


def tests_on_postgres() -> bool:
    """Run every test that uses the database, the browser's walks left out."""
    return commands(["python", "tools/postgres.py", "pytest", *pytest_options()])


def benchmarks() -> bool:
    """Run the benchmarks and write their tables into the documentation; a wrong answer fails."""
    return commands(["python", "-m", "bench.report"])


def main(arguments: list[str]) -> int:
    """Run the sections that the argument names."""
    os.environ.setdefault("KAISHU_SEED", str(random.SystemRandom().randrange(10**9)))
    run = Run()
    if arguments == ["bench"]:
        run.section("benchmarks", benchmarks)
        return run.close()
    if arguments == ["lint"]:
        lint(run)
        return run.close()
    with tests_read_ahead() as wait:
        lint(run)
        run.section("machine", machine)
        wait()
    run.section("tests on SQLite", tests_on_sqlite)
    run.section("tests on PostgreSQL", tests_on_postgres)
    return run.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
