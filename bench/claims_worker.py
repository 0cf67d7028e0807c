"""One process that submits claims, as one web worker does, told what to do through a pipe."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import wraps
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from unittest.mock import patch

import psycopg

from bench import installation, published

Span = tuple[float, float]
LIMIT_TABLE = "CREATE TABLE bench_limit (id bigint PRIMARY KEY, fact varchar(200) NOT NULL)"
FACT = "x" * 200
ORDER_AMOUNT = 4_990


def serve(pipe: Connection, folder: Path, url: str) -> None:
    """Run in the new process: do what is asked, answer, until the pipe ends."""
    installation.start(folder, url)
    worker = Worker(url)
    while True:
        try:
            name, values = pipe.recv()
        except EOFError:
            return
        pipe.send(getattr(worker, name)(**values))


class Worker:
    """What the process can do; every method answers with plain values."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.serials: list[bytes] = []
        self.limit: sqlite3.Connection | psycopg.Connection[Any] | None = None

    def prepare(self, *, recall_folder: Path) -> None:
        """Make the tables, publish the recall, open its population."""
        from django.db import connection

        installation.migrate()
        published.publish(recall_folder)
        with connection.cursor() as cursor:
            cursor.execute(LIMIT_TABLE)

    def learn(self, *, serials: list[bytes]) -> None:
        """Keep the serials to claim."""
        self.serials = serials

    def submit(self, *, first: int, count: int) -> Span:
        """Submit claims one after the other; returns when it began and ended."""
        from kaishu.claims.actions import submit_claim

        begin = time.perf_counter()
        for number in range(first, first + count):
            done = submit_claim(
                facts=self._facts(number),
                key=f"form-{number}",
                door="web",
                by="",
                at=installation.START,
            )
            assert done.case_no and not done.repeated
        return begin, time.perf_counter()

    def insert(self, *, first: int, count: int) -> Span:
        """Insert durable single rows with the bare driver: the limit of this machine."""
        if self.limit is None:
            self.limit = _bare(self.url)
        mark = "?" if isinstance(self.limit, sqlite3.Connection) else "%s"
        statement = f"INSERT INTO bench_limit VALUES ({mark}, {mark})"
        begin = time.perf_counter()
        for number in range(first, first + count):
            self.limit.execute(statement, (number, FACT))
        return begin, time.perf_counter()

    def settings(self) -> str:
        """Return what the database says of its durability."""
        from django.db import connection

        sqlite = connection.vendor == "sqlite"
        asked = ("journal_mode", "synchronous") if sqlite else ("fsync", "synchronous_commit")
        with connection.cursor() as cursor:
            found = []
            for name in asked:
                cursor.execute(f"{'PRAGMA' if sqlite else 'SHOW'} {name}")
                found.append(f"{name}={cursor.fetchone()[0]}")
        return ", ".join(found)

    def parts(self, *, first: int, count: int) -> dict[str, float]:
        """Submit claims under a stopwatch: queries a claim, and seconds by part."""
        from django.db import connection

        taken: dict[str, float] = {"queries": 0}

        def watched(execute: Any, *call: Any) -> Any:
            taken["queries"] += 1
            begin = time.perf_counter()
            try:
                return execute(*call)
            finally:
                taken["statements"] = taken.get("statements", 0) + time.perf_counter() - begin

        with stopwatches(taken), connection.execute_wrapper(watched):
            before = time.process_time()
            begin, end = self.submit(first=first, count=count)
        return taken | {"all": end - begin, "cpu": time.process_time() - before}

    def books(self) -> dict[str, int]:
        """Return what the books and the claims say at the end, and how much the audit finds."""
        from kaishu.books.audit import audit
        from kaishu.books.queries import trial_balance
        from kaishu.claims.models import Claim, ClaimUnit

        recall_id = ClaimUnit.objects.values_list("recall_id", flat=True)[0]
        return {
            "claims": Claim.objects.count(),
            "holders": ClaimUnit.objects.filter(holder_entry_id__isnull=False).count(),
            "owners": trial_balance(recall_id=recall_id).units_in("owner"),
            "findings": len(list(audit())),
        }

    def _facts(self, number: int) -> Any:
        from kaishu.claims.facts import ClaimFacts, UnitFacts
        from kaishu.people.contact import Contact

        unit = UnitFacts(
            model=published.MODEL,
            serial=self.serials[number].decode(),
            colour=published.COLOUR,
            order_no=f"250-{number:07d}",
            shop="Online",
            bought_on=published.BOUGHT,
            order_amount=ORDER_AMOUNT,
            remedy="replace-a1263",
        )
        contact = Contact(
            name="佐藤 花子",
            email=f"owner-{number}@example.test",
            phone="03-1234-5678",
            postcode="100-0001",
            address="東京都千代田区千代田1-1",
        )
        return ClaimFacts(
            recall=published.SLUG,
            language="ja",
            contact=contact,
            units=(unit,),
            consent="2026-01",
        )


@contextmanager
def stopwatches(taken: dict[str, float]) -> Iterator[None]:
    """Add up the time inside the parts of `submit_claim`."""
    from django.db import connection

    from kaishu.claims import submit
    from kaishu.people import actions as people

    def watch(name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(work)
        def timed(*args: Any, **kwargs: Any) -> Any:
            begin = time.perf_counter()
            try:
                return work(*args, **kwargs)
            finally:
                taken[name] = taken.get(name, 0) + time.perf_counter() - begin

        return timed

    with ExitStack() as stack:
        for owner, attribute, name in (
            (people, "seal", "sealing"),
            (submit, "judge", "verdict"),
            (submit, "try_to_hold", "books"),
            (connection, "_commit", "commit"),
        ):
            work = watch(name, getattr(owner, attribute))
            stack.enter_context(patch.object(owner, attribute, work))
        yield


def _bare(url: str) -> sqlite3.Connection | psycopg.Connection[Any]:
    if not url.startswith("sqlite"):
        return psycopg.connect(url, autocommit=True, prepare_threshold=1)
    connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None, timeout=20)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute(f"PRAGMA synchronous={os.environ['KAISHU_SQLITE_SYNCHRONOUS']}")
    return connection
