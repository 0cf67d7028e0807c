"""An order book in an SQLite file of its own: what a simulated bank or warehouse remembers.

It stands outside the application's database on purpose: a crash here or there leaves the two
disagreeing in just the ways that real money does.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

SCHEMA = """
CREATE TABLE IF NOT EXISTS orders (
    key TEXT PRIMARY KEY, commodity TEXT NOT NULL, amount INTEGER NOT NULL, payee TEXT NOT NULL,
    ref TEXT NOT NULL UNIQUE, booked_at TEXT NOT NULL, facts TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS reports (
    number INTEGER PRIMARY KEY AUTOINCREMENT, order_key TEXT NOT NULL, part INTEGER NOT NULL,
    key TEXT NOT NULL, kind TEXT NOT NULL, reason TEXT NOT NULL, amount INTEGER NOT NULL,
    happened_at TEXT NOT NULL, UNIQUE (order_key, part)
);
CREATE TABLE IF NOT EXISTS calls (key TEXT PRIMARY KEY, calls INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS plan (one INTEGER PRIMARY KEY CHECK (one = 1), plan TEXT NOT NULL);
"""


class LostOnTheWay(TimeoutError):
    """No answer came: the order may have been booked, or not."""


class OtherOrder(Exception):
    """This key was used for another order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultPlan:
    """How often things go wrong, each from 0 to 1; `seed` makes a run repeatable.

    `lost_before`: the request is lost. `lost_after`: the answer is lost, the order stands.
    `bounce`: it comes back, by `other_cause` because the name differs. `late_return`: it comes back
    after it was settled. `late`: its result takes `days_late` longer. `repeat`: the result is
    reported twice. `wrong_amount`: the result names another amount. `unknown_key`: a result comes
    with a key that is nobody's. `out_of_order`: the return is reported before the settlement.
    """

    seed: int = 0
    lost_before: float = 0.0
    lost_after: float = 0.0
    bounce: float = 0.0
    late_return: float = 0.0
    other_cause: float = 0.0
    late: float = 0.0
    repeat: float = 0.0
    wrong_amount: float = 0.0
    unknown_key: float = 0.0
    out_of_order: float = 0.0
    days_to_settle: int = 0
    days_late: int = 9
    days_to_return: int = 2

    def hits(self, fault: str, *about: object) -> bool:
        """Say whether a fault strikes here: the same question always has the same answer."""
        text = f"{self.seed} {fault} {about}".encode()
        roll = int.from_bytes(hashlib.blake2b(text, digest_size=8).digest()) / 2**64
        return roll < float(getattr(self, fault))


@dataclass(frozen=True, slots=True)
class Booked:
    """One order as the book has it."""

    ref: str
    amount: int
    facts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Happened:
    """One event of an order."""

    number: int
    key: str
    kind: str
    reason: str
    ref: str
    amount: int
    happened_at: datetime


@dataclass(frozen=True, slots=True)
class OrderBook:
    """The orders in one file; `prefix` begins their references."""

    path: Path
    prefix: str

    def plan(self, plan: FaultPlan) -> None:
        """Set the fault plan; it lasts, so that other processes follow it too."""
        with self._open() as file:
            file.execute("INSERT OR REPLACE INTO plan VALUES (1, ?)", [json.dumps(asdict(plan))])

    def book(
        self,
        *,
        key: str,
        commodity: str,
        amount: int,
        payee: str,
        at: datetime,
        facts: Mapping[str, str],
    ) -> Booked:
        """Book an order once per key, or lose it by the plan. Raises LostOnTheWay, OtherOrder."""
        with self._open() as file:
            plan, call = _plan(file), _count_call(file, key)
        if plan.hits("lost_before", key, call):
            raise LostOnTheWay(key)
        with self._open() as file:
            ref = f"{self.prefix}-{hashlib.sha256(key.encode()).hexdigest()[:12]}"
            file.execute(
                "INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING",
                [key, commodity, amount, payee, ref, at.isoformat(), json.dumps(dict(facts))],
            )
            row = file.execute("SELECT * FROM orders WHERE key = ?", [key]).fetchone()
            if (row["commodity"], row["amount"], row["payee"]) != (commodity, amount, payee):
                raise OtherOrder(key)
        if plan.hits("lost_after", key, call):
            raise LostOnTheWay(key)
        return _booked(row)

    def find(self, key: str) -> Booked | None:
        """Return the order of a key."""
        with self._open() as file:
            row = file.execute("SELECT * FROM orders WHERE key = ?", [key]).fetchone()
        return _booked(row) if row else None

    def count(self) -> int:
        """Return how many orders were ever booked."""
        with self._open() as file:
            return int(file.execute("SELECT count(*) FROM orders").fetchone()[0])

    def kept(self) -> dict[str, list[int]]:
        """Return the amounts each payee still has: booked, and not come back since."""
        with self._open() as file:
            rows = file.execute(
                "SELECT payee, amount FROM orders WHERE key NOT IN"
                " (SELECT key FROM reports WHERE kind IN ('bounced', 'returned')) ORDER BY key"
            ).fetchall()
        amounts: dict[str, list[int]] = {}
        for row in rows:
            amounts.setdefault(row["payee"], []).append(row["amount"])
        return amounts

    def events(self, *, since: int, at: datetime) -> Iterator[Happened]:
        """Let time pass until `at`, then yield the events after number `since`."""
        with self._open() as file:
            _let_time_pass(file, at)
            rows = file.execute(
                "SELECT reports.*, orders.ref FROM reports JOIN orders ON orders.key = order_key"
                " WHERE number > ? ORDER BY number",
                [since],
            ).fetchall()
        for row in rows:
            happened_at = datetime.fromisoformat(row["happened_at"])
            yield Happened(
                number=row["number"],
                key=row["key"],
                kind=row["kind"],
                reason=row["reason"],
                ref=row["ref"],
                amount=row["amount"],
                happened_at=happened_at,
            )

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(self.path, timeout=20, isolation_level=None)) as file:
            file.row_factory = sqlite3.Row
            # As durable as the database beside it: the demo and the simulator wait for no disk.
            file.execute(f"PRAGMA synchronous={getattr(settings, 'SYNCHRONOUS', 'FULL')}")
            file.execute("BEGIN IMMEDIATE")
            for statement in filter(str.strip, SCHEMA.split(";")):
                file.execute(statement)
            try:
                yield file
            except BaseException:
                file.execute("ROLLBACK")
                raise
            file.execute("COMMIT")


def _booked(row: sqlite3.Row) -> Booked:
    return Booked(row["ref"], row["amount"], json.loads(row["facts"]))


def _plan(file: sqlite3.Connection) -> FaultPlan:
    row = file.execute("SELECT plan FROM plan").fetchone()
    return FaultPlan(**json.loads(row["plan"])) if row else FaultPlan()


def _count_call(file: sqlite3.Connection, key: str) -> int:
    file.execute(
        "INSERT INTO calls VALUES (?, 1) ON CONFLICT (key) DO UPDATE SET calls = calls + 1", [key]
    )
    return int(file.execute("SELECT calls FROM calls WHERE key = ?", [key]).fetchone()["calls"])


@dataclass(frozen=True, slots=True)
class _Report:
    """One line that the bank will report of an order; `part` makes it once."""

    part: int
    kind: str
    at: datetime
    shown_at: datetime
    amount: int
    reason: str = ""
    stranger: bool = False


def _let_time_pass(file: sqlite3.Connection, at: datetime) -> None:
    plan = _plan(file)
    rows = file.execute(
        "SELECT orders.*, (SELECT group_concat(part) FROM reports WHERE order_key = orders.key)"
        " AS parts FROM orders ORDER BY booked_at, key"
    ).fetchall()
    for row in rows:
        told = set((row["parts"] or "").split(","))
        for report in _reports(plan, row):
            if str(report.part) in told or report.shown_at > at:
                continue
            key = f"{row['key']}?" if report.stranger else row["key"]
            file.execute(
                "INSERT INTO reports (order_key, part, key, kind, reason, amount, happened_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                [row["key"], report.part, key, report.kind, report.reason, report.amount,
                 report.at.isoformat()],
            )  # fmt: skip


_MAIN, _REPEAT, _STRANGER, _RETURN = 0, 1, 2, 3


def _reports(plan: FaultPlan, row: sqlite3.Row) -> list[_Report]:
    """Return what the bank reports of an order, in the order in which it does."""
    key, amount = row["key"], row["amount"]
    late = plan.days_late if plan.hits("late", key) else 0
    settles = datetime.fromisoformat(row["booked_at"]) + timedelta(days=plan.days_to_settle + late)
    returns = settles + timedelta(days=plan.days_to_return)
    if plan.hits("bounce", key):
        cause = "name_differs" if plan.hits("other_cause", key) else "account_unknown"
        return [_Report(_MAIN, "bounced", settles, settles, amount, cause)]
    said = amount - 1 if plan.hits("wrong_amount", key) and amount > 1 else amount
    settled = [_Report(_MAIN, "settled", settles, settles, said)]
    if plan.hits("repeat", key):
        settled.append(_Report(_REPEAT, "settled", settles, settles, said))
    if plan.hits("unknown_key", key):
        settled.append(_Report(_STRANGER, "settled", settles, settles, amount, stranger=True))
    if not plan.hits("late_return", key):
        return settled
    back = _Report(_RETURN, "returned", returns, returns, amount, "account_closed")
    if plan.hits("out_of_order", key):
        return [back, replace(settled[0], shown_at=returns), *settled[1:]]
    return [*settled, back]
