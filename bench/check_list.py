"""Time `kaishu check LIST` offline: CPU a line, beside the answers one by one.

    python -m bench.check_list [--rows 200000] [--units 1000000]

A stock list of one model as a shop has it: every second line recalled, one in a hundred in small
letters, in groups, wrong or empty. The first lines are held against the answers one by one.
"""

from __future__ import annotations

import csv
import resource
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from bench import common
from bench.eligibility import bench_recall, make_serials
from kaishu.core import pack as packs
from kaishu.core.answer import Inspection, judge
from kaishu.core.pack import Pack

MODEL = "M1"
HELD = 20_000  # lines that are compared with the answers one by one


def make(folder: Path, units: int) -> tuple[Path, Pack]:
    """Write an edition of one model with a long list; returns its folder and the pack."""
    listed = make_serials(units * 2)[::2]
    ref = packs.write(
        folder / "editions", bench_recall(), 1, {"listed.csv": listed}, {},
        published_at=datetime(2026, 1, 1, tzinfo=UTC),
    )  # fmt: skip
    pack = packs.open_pack(folder / "editions", ref.digest)
    return pack.path, pack


def write_list(path: Path, rows: int, units: int) -> None:
    """Write the stock list from the seed."""
    known = make_serials(units * 2)
    random = np.random.default_rng(common.SEED)
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("place", "model", "serial"))
        for number, place in enumerate(random.integers(0, len(known), rows).tolist()):
            serial = known[place].decode()
            if not number % 100:
                odd = (serial.lower(), " ".join((serial[:8], serial[8:])), "?" + serial, "")
                serial = odd[number // 100 % 4]
            writer.writerow((f"shelf {number % 40}", MODEL, serial))


def same_answers(answers: Path, pack: Pack, lines: int) -> None:
    """Hold the first lines of the answers against `judge` itself."""
    with answers.open(newline="") as file:
        for number, row in zip(range(lines), csv.DictReader(file), strict=False):
            verdict = judge(pack, Inspection(model=row["model"], serial=row["serial"]))
            wanted = (verdict.answer.value, verdict.reason)
            assert (row["answer"], row["reason"]) == wanted, (number, row, wanted)


def main() -> None:
    """Run it; print the table."""
    options = common.arguments(__doc__, rows=200_000, units=1_000_000)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        handed, pack = make(folder, options.units)
        stock, out = folder / "stock.csv", folder / "out.csv"
        write_list(stock, options.rows, options.units)
        head = folder / "head.csv"
        head.write_text("model,serial\n")
        words = [Path(sys.executable).with_name("kaishu"), "check"]
        empty = _cpu([*words, head, "--pack", handed])
        whole = _cpu([*words, stock, "--pack", handed, "--out", out])
        same_answers(out, pack, HELD)
    a_line = (whole - empty) / options.rows * 1e6
    rows = [("`kaishu check LIST --pack`", f"{a_line:.1f}", f"{a_line * 10:.0f}")]
    print(common.table(("what", "CPU µs a line", "CPU s for 10 million lines"), rows))


def _cpu(words: list[object]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([str(word) for word in words], check=False, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    main()
