"""How long finance waits for the due list: 200,000 promises owed, most of them not due yet.

    python -m bench.payouts_due [--promises 200000]

9 in 10 wait for their unit, 1 in 20 is not approved any more, and 1 in 20 may leave; the due ones
lie at the end, where a reader that walks from the oldest finds them last. Prints medians of five,
and how much of each this process worked: on PostgreSQL without what the server does.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.common import Goal, durable_postgres, fresh_database, goals, seconds

MANY = 200_000
ONE = "KAISHU_BENCH_ONE"  # set in the process that measures one database
ROUNDS = 5


def main() -> None:
    """Build the rows and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--promises", type=int, default=MANY)
    many = parser.parse_args().promises
    if not os.environ.get(ONE):
        _both(many)
        return
    with tempfile.TemporaryDirectory() as folder:
        _settings(Path(folder))
        import django

        django.setup()
        from django.core.management import call_command
        from django.db import connection

        call_command("migrate", verbosity=0)
        recall_id, edition_id = _publish(Path(folder))
        _fill(many, recall_id, edition_id)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        name = "PostgreSQL" if connection.vendor == "postgresql" else "SQLite"
        found, busy = _measure(recall_id)
        print(f"{name}, {many:,} promises owed:\n\n{goals(found)}\n\nOf our CPU: {busy}.\n")


def _both(many: int) -> None:
    """Measure each database in a process of its own."""
    command = [sys.executable, "-m", "bench.payouts_due", "--promises", str(many)]
    with durable_postgres() as server, fresh_database(server) as url:
        for environment in ({}, {"KAISHU_TEST_DATABASE_URL": url}):
            sys.stdout.flush()
            subprocess.run(command, env={**os.environ, ONE: "1", **environment}, check=True)


def _measure(recall_id: int) -> tuple[list[Goal], str]:
    from kaishu.payouts.batches import due
    from kaishu.payouts.due import groups
    from kaishu.payouts.funds import figures
    from kaishu.payouts.pauses import watch
    from tests.claims.world import START

    assert len(due(limit=500)) == 500
    found: list[Goal] = []
    own: list[str] = []
    for what, most, work in (
        ("first 500 due, ms", 1_500, lambda: due(limit=500)),
        ("first 500 due of one recall and kind, ms", 1_500,
         lambda: due(recall_id=recall_id, commodity="JPY", limit=500)),
        ("all counts by reason, ms", 3_000, groups),
        ("funds of all recalls, ms", 500, figures),
        ("claims and payouts against the population, ms", 1_000, lambda: watch(at=START)),
    ):  # fmt: skip
        before = time.process_time()
        took = statistics.median(seconds(work) for _ in range(ROUNDS))
        busy = (time.process_time() - before) / ROUNDS
        own.append(f"{what.removesuffix(', ms')} {busy * 1000:,.0f} ms")
        found.append(Goal(what=what, goal=most, figure=took * 1000, most=True))
    return found, ", ".join(own)


def _settings(folder: Path) -> None:
    os.environ["KAISHU_DATA_DIR"] = str(folder)
    url = os.environ.get("KAISHU_TEST_DATABASE_URL")
    os.environ["KAISHU_DATABASE_URL"] = url or f"sqlite:///{folder / 'bench.sqlite3'}"
    os.environ["DJANGO_SETTINGS_MODULE"] = "kaishu.config.settings"


def _publish(folder: Path) -> tuple[int, int]:
    from kaishu.editions.models import Edition
    from tests.claims.world import World

    world = World().open(folder)
    return world.recall_id, Edition.objects.get().id


def _fill(many: int, recall_id: int, edition_id: int) -> None:
    """Multiply one approved claim by SQL; no entry: nothing here is posted."""
    from kaishu.books.models import Promise, Unit
    from kaishu.claims.models import Claim, ClaimUnit, Decision
    from kaishu.people.models import Person
    from tests.claims.world import World

    world = World(recall_id=recall_id)
    world.claim("SN0001")
    world.approve("SN0001")
    claim, unit = Claim.objects.get(), Unit.objects.get()
    claim_unit, decision = ClaimUnit.objects.get(), Decision.objects.get()
    due_from = many - many // 20
    _copy(Person, claim.person_id, many, id="'p' || i")
    _copy(Unit, unit.id, many, id="100 + i", serial="'S' || i",
          account=f"CASE WHEN i > {due_from} THEN 'depot' ELSE 'owner' END")  # fmt: skip
    _copy(Claim, claim.id, many, id="100 + i", case_no="CAST(100000000000 + i AS varchar(12))",
          person_id="'p' || i", key="'k' || i", token_hash="'t' || i")  # fmt: skip
    _copy(ClaimUnit, claim_unit.id, many, id="100 + i", claim_id="100 + i", unit_id="100 + i",
          newest_decision_id="NULL")  # fmt: skip
    _copy(Decision, decision.id, many, id="100 + i", claim_unit_id="100 + i",
          standing=f"CASE WHEN i %% 20 = 0 AND i <= {due_from} "
          "THEN 'refused' ELSE 'approved' END")  # fmt: skip
    _run("UPDATE claims_claimunit SET newest_decision_id = id WHERE id > 100")
    promise = Promise.objects.get(role="remedy")
    _copy(Promise, promise.id, many, id="100 + i",
          case_no="CAST(100000000000 + i AS varchar(12))")  # fmt: skip


def _copy(model: Any, template: object, many: int, **changes: str) -> None:
    """Insert `many` rows like one row, with some columns as SQL of the number `i`."""
    columns = [field.column for field in model._meta.fields]
    chosen = ", ".join(changes.get(name, f"t.{name}") for name in columns)
    table = model._meta.db_table
    _run(
        f"INSERT INTO {table} ({', '.join(columns)})"
        f" WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {many})"
        f" SELECT {chosen} FROM n, {table} t WHERE t.id = %s",
        template,
    )


def _run(statement: str, *values: object) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)


if __name__ == "__main__":
    main()
