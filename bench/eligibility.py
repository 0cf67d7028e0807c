"""Time the library's eligibility check beside SQLite's primary key, and PostgreSQL's if given.

    python -m bench.eligibility [--units 1000000] [--rounds 7] [--json]

Everything comes from a seed. Each round asks every peer the same questions (half of them listed)
one after the other, so that noise of the machine meets all alike; figures are medians. Every
answer of every peer is compared. Set KAISHU_BENCH_PG to a PostgreSQL DSN to add it.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bench import common
from kaishu.core import pack as packs
from kaishu.core.answer import Inspection, judge
from kaishu.core.coding import Keys
from kaishu.core.index import Index, Listing, Section, build
from kaishu.core.recall import EvidenceRule, Product, Recall, Rule, RuleKind, SerialFormat
from kaishu.core.serials import read
from kaishu.core.signing import Signer

SEED = 20260101
ALPHABET = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"
FORM = SerialFormat(
    code="brand", alphabet=ALPHABET, lengths=(16,), prefix="A", confusions={"O": "0", "I": "1"}
)
RULE = 7
ONE, MANY = 20_000, 200_000
JSON_BATCH = 10_000
Times = dict[str, list[float]]


def make_serials(count: int) -> Keys:
    """Return that many different serials of 16 characters, the first always A."""
    random = np.random.default_rng(SEED)
    letters = np.frombuffer(ALPHABET.encode(), np.uint8)
    rows = letters[random.integers(0, len(letters), (count + count // 100 + 10, 16))]
    rows[:, 0] = ord("A")
    keys = np.unique(np.ascontiguousarray(rows).view("S16").ravel())
    return random.permutation(keys)[:count]


class Sqlite:
    """A table with the serial as primary key and nothing else, all of it in the page cache."""

    name = "SQLite primary key"

    def __init__(self, folder: Path, listed: Keys) -> None:
        self.path = folder / "listed.sqlite3"
        self.db = sqlite3.connect(self.path)
        self.db.execute("CREATE TABLE listed (serial TEXT PRIMARY KEY) WITHOUT ROWID")
        rows = ((key.decode(),) for key in np.sort(listed).tolist())
        self.db.executemany("INSERT INTO listed VALUES (?)", rows)
        self.db.commit()
        self.db.execute("PRAGMA cache_size = -2000000")
        self.db.execute("PRAGMA mmap_size = 8000000000")

    def one(self, keys: list[str]) -> list[bool]:
        ask = self.db.execute
        sql = "SELECT 1 FROM listed WHERE serial = ?"
        return [ask(sql, (key,)).fetchone() is not None for key in keys]

    def many(self, keys: list[str]) -> list[bool]:
        sql = (
            "SELECT listed.serial IS NOT NULL FROM json_each(?) AS asked "
            "LEFT JOIN listed ON listed.serial = asked.value ORDER BY asked.key"
        )
        found: list[bool] = []
        for start in range(0, len(keys), JSON_BATCH):
            batch = json.dumps(keys[start : start + JSON_BATCH])
            found += [row[0] == 1 for row in self.db.execute(sql, (batch,))]
        return found

    def bytes_a_unit(self, units: int) -> float:
        return self.path.stat().st_size / units


class Postgres:
    """The same table in PostgreSQL, one connection, prepared statements."""

    name = "PostgreSQL primary key"

    def __init__(self, dsn: str, listed: Keys) -> None:
        import psycopg

        self.db = psycopg.connect(dsn, autocommit=True, prepare_threshold=1)
        self.db.execute("DROP TABLE IF EXISTS kaishu_bench_listed")
        self.db.execute('CREATE TABLE kaishu_bench_listed (serial text COLLATE "C" PRIMARY KEY)')
        with self.db.cursor().copy("COPY kaishu_bench_listed FROM STDIN") as copy:
            copy.write(b"\n".join(np.sort(listed).tolist()) + b"\n")
        self.db.execute("VACUUM ANALYZE kaishu_bench_listed")

    def one(self, keys: list[str]) -> list[bool]:
        sql = "SELECT 1 FROM kaishu_bench_listed WHERE serial = %s"
        with self.db.cursor() as cursor:
            return [cursor.execute(sql, (key,)).fetchone() is not None for key in keys]

    def many(self, keys: list[str]) -> list[bool]:
        sql = (
            "SELECT listed.serial IS NOT NULL "
            "FROM unnest(%s::text[]) WITH ORDINALITY AS asked(s, n) "
            "LEFT JOIN kaishu_bench_listed AS listed ON listed.serial = s ORDER BY n"
        )
        found: list[bool] = []
        for start in range(0, len(keys), JSON_BATCH):
            batch = self.db.execute(sql, (keys[start : start + JSON_BATCH],))
            found += [row[0] for row in batch]
        return found

    def bytes_a_unit(self, units: int) -> float:
        sql = "SELECT pg_total_relation_size('kaishu_bench_listed')"
        row = self.db.execute(sql).fetchone()
        assert row is not None
        return int(row[0]) / units


def rate(times: Times, name: str, answers: Callable[[], list[bool]], expected: list[bool]) -> None:
    """Time one peer once and hold its answers against the truth."""
    start = time.perf_counter()
    found = answers()
    times.setdefault(name, []).append(len(expected) / (time.perf_counter() - start))
    assert found == expected, f"{name} gave a wrong answer"


def ours_one(section: Section, keys: list[bytes]) -> list[bool]:
    find = section.find
    return [find(key) == RULE for key in keys]


def ours_many(section: Section, keys: Keys) -> list[bool]:
    found: list[bool] = (section.find_many(keys) == RULE).tolist()
    return found


def first_answer(path: Path, key: bytes) -> tuple[float, float]:
    """Return how long a fresh process takes to its first answer, and its memory then: ms, MB."""
    code = (
        "import sys, time; from pathlib import Path; from kaishu.core.index import Index\n"
        "start = time.perf_counter()\n"
        f"found = Index(Path(sys.argv[1])).section({RULE}).find(sys.argv[2].encode())\n"
        f"assert found == {RULE}\n"
        "took = (time.perf_counter() - start) * 1000\n"
        "status = Path('/proc/self/status').read_text()\n"
        "print(took, int(status.split('VmRSS:')[1].split()[0]) / 1000)"
    )
    command = [sys.executable, "-c", code, str(path), key.decode()]
    runs = [subprocess.run(command, check=True, capture_output=True).stdout for _ in range(5)]
    figures = [tuple(map(float, run.split())) for run in runs]
    return statistics.median(ms for ms, _ in figures), statistics.median(mb for _, mb in figures)


def time_publish(folder: Path, listed: Keys, rounds: int) -> dict[str, float]:
    """Time a publication (build, checksum, sign, swap) beside numpy's bare sort of the serials."""
    key = Ed25519PrivateKey.from_private_bytes(b"\x01" * 32)
    signer = Signer(public=key.public_key().public_bytes_raw(), sign=key.sign)
    editions = iter(range(1, 1000))

    def publish() -> None:
        ref = packs.write(
            folder / "published", bench_recall(), next(editions), {"listed.csv": listed}, {},
            published_at=datetime(2026, 1, 1, tzinfo=UTC), sign=signer,
        )  # fmt: skip
        packs.swap(folder / "published", ref.recall, ref)
        for old in (folder / "published").glob(f"[0-9a-f]*/{packs.INDEX}"):
            if old.parent.name != ref.digest:
                shutil.rmtree(old.parent)

    sides = {
        "publish": lambda: common.seconds(publish),
        "bare sort": lambda: common.seconds(lambda: np.sort(listed)),
    }
    return common.in_turn(sides, rounds=rounds)


def bench_recall() -> Recall:
    """Return a recall of one product and one list, for timing whole verdicts."""
    words = {"ja": "x", "zh-Hans": "x", "en": "x"}
    model = Product(
        model="M1", name=words, units=1, serial_format="brand", picture="", model_picture="",
        serial_picture="", model_where=words, serial_where=words,
    )  # fmt: skip
    return Recall(
        slug="bench", market="jp", announced=date(2026, 1, 1), currency="JPY", company=words,
        brand="", title=words, hazard=words, cause=words, stop_use=words, do_now=(),
        keep_safe=words, never=words, flight=words, phone="", phone_hours=words, notice_url="",
        formats=(FORM,), products=(model,), remedies=(), parties=(), population=(),
        rules=(Rule(no=RULE, product="M1", kind=RuleKind.LIST, file="listed.csv"),),
        evidence=EvidenceRule(order_where=words),
    )  # fmt: skip


def write_typed(serial: str) -> str:
    """Return a serial as people type it: lower case, in groups, zero as the letter O."""
    groups = (serial[start : start + 4] for start in range(0, 16, 4))
    return "SN: " + "-".join(groups).lower().replace("0", "o")


def is_listed(pack: packs.Pack, inspection: Inspection) -> bool:
    """Ask for a whole verdict."""
    return judge(pack, inspection).reason == "listed"


def time_verdicts(folder: Path, listed: Keys, sample: list[str], rounds: int) -> Times:
    """Time reading a serial alone, and whole verdicts of typed serials by an edition pack."""
    ref = packs.write(
        folder / "editions", bench_recall(), 1, {"listed.csv": listed}, {},
        published_at=datetime(2026, 1, 1, tzinfo=UTC),
    )  # fmt: skip
    pack = packs.open_pack(folder / "editions", ref.digest)
    times: Times = {}
    clean = [Inspection(model="M1", serial=serial) for serial in sample]
    typed = [replace(each, serial=write_typed(each.serial)) for each in clean]
    yes = [True] * len(sample)
    for _ in range(rounds):
        rate(times, "read, clean", lambda: [bool(read(s, FORM).serial) for s in sample], yes)
        rate(times, "read, typed", lambda: [bool(read(i.serial, FORM).serial) for i in typed], yes)
        for name, asked in (("judge, clean", clean), ("judge, typed", typed)):
            rate(times, name, lambda asked=asked: [is_listed(pack, i) for i in asked], yes)
    return times


def time_ranges(rounds: int) -> Times:
    """Time the scope's choice among 5,000 ranges."""
    from kaishu.core.scope import by_range

    number = range(0, 5_000_000, 1000)
    rules = [
        Rule(
            no=n + 1, product="M1", kind=RuleKind.RANGE, first=f"A{s:015d}", last=f"A{s + 499:015d}"
        )
        for n, s in enumerate(number)
    ]
    select = by_range(rules, FORM, {})
    asked = np.random.default_rng(SEED).integers(0, 5_000_000, ONE).tolist()
    keys = [f"A{n:015d}" for n in asked]
    expected = [n % 1000 < 500 for n in asked]
    times: Times = {}
    for _ in range(rounds):
        rate(times, "5,000 ranges", lambda: [bool(select(key)) for key in keys], expected)
    return times


def ask_all(
    section: Section, peers: list[Sqlite | Postgres], keys: Keys, truth: list[bool], rounds: int
) -> tuple[Times, Times]:
    """Ask everybody in turn, round after round: one at a time, and many at once."""
    raw: list[bytes] = keys.tolist()
    words = [key.decode() for key in raw]
    one: Times = {}
    many: Times = {}
    for _ in range(rounds):
        rate(one, "kaishu", lambda: ours_one(section, raw[:ONE]), truth[:ONE])
        rate(many, "kaishu", lambda: ours_many(section, keys), truth)
        for peer in peers:
            rate(one, peer.name, lambda peer=peer: peer.one(words[:ONE]), truth[:ONE])
            rate(many, peer.name, lambda peer=peer: peer.many(words), truth)
    return one, many


def medians(times: Times) -> dict[str, int]:
    """Return the middle rate of each."""
    return {name: round(statistics.median(rates)) for name, rates in times.items()}


def run(units: int, rounds: int) -> dict[str, object]:
    """Build everything, ask everybody, and return the figures."""
    serials = make_serials(units + MANY)
    listed, others = serials[:units], serials[units:]
    random = np.random.default_rng(SEED + 1)
    asked = np.concatenate([random.choice(listed, MANY // 2), others[: MANY // 2]])
    order = random.permutation(MANY)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "listed.index"
        listing = Listing(rule=RULE, alphabet=ALPHABET, lengths=(16,), serials=listed)
        path.write_bytes(build([listing]).content)
        peers: list[Sqlite | Postgres] = [Sqlite(folder, listed)]
        if dsn := os.environ.get("KAISHU_BENCH_PG"):
            peers.append(Postgres(dsn, listed))
        section = Index(path).section(RULE)
        truth = (order < MANY // 2).tolist()
        one, many = ask_all(section, peers, asked[order], truth, rounds)
        sample = [key.decode() for key in listed[:5000].tolist()]
        parts = time_verdicts(folder, listed, sample, rounds) | time_ranges(rounds)
        published = time_publish(folder, listed, rounds)
        opened_ms, resident_mb = first_answer(path, bytes(listed[0]))
        sizes = {"kaishu": path.stat().st_size / units}
        sizes |= {peer.name: peer.bytes_a_unit(units) for peer in peers}
        return {
            "units": units,
            "one_a_second": medians(one),
            "many_a_second": medians(many),
            "bytes_a_unit": {peer: round(size, 2) for peer, size in sizes.items()},
            "open_to_first_answer_ms": round(opened_ms, 2),
            "resident_mb": round(resident_mb, 1),
            "publish_s": round(published["publish"], 2),
            "publish_to_bare_sort": round(published["publish"] / published["bare sort"], 2),
            "parts_a_second": medians(parts),
        }


def table(figures: dict) -> str:
    """Return the figures as Markdown, each beside its ratio to ours."""
    lines = [
        f"Eligibility in the library, {figures['units']:,} listed units of 16 characters\n",
        "| who | one at a time /s | kaishu is × | many /s | kaishu is × | bytes a unit |",
        "|---|---|---|---|---|---|",
    ]
    one, many = figures["one_a_second"], figures["many_a_second"]
    for peer in one:
        first, second = one["kaishu"] / one[peer], many["kaishu"] / many[peer]
        size = figures["bytes_a_unit"][peer]
        lines.append(
            f"| {peer} | {one[peer]:,} | {first:.1f} | {many[peer]:,} | {second:.1f} | {size} |"
        )
    lines += ["", "| part | /s |", "|---|---|"]
    lines += [f"| {part} | {rate:,} |" for part, rate in figures["parts_a_second"].items()]
    opened, resident = figures["open_to_first_answer_ms"], figures["resident_mb"]
    lines += ["", f"Open to first answer {opened} ms, with {resident} MB resident. Publishing"]
    lines += [f"(build, checksum, sign, swap) takes {figures['publish_s']} s, which is"]
    lines += [f"{figures['publish_to_bare_sort']} × numpy's bare sort of the same serials."]
    return "\n".join(lines)


def main() -> None:
    """Read the command line, run, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--units", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--json", action="store_true", help="figures as JSON instead of a table")
    given = parser.parse_args()
    figures = run(given.units, max(5, given.rounds))
    print(json.dumps(figures, indent=1) if given.json else table(figures))


if __name__ == "__main__":
    main()
