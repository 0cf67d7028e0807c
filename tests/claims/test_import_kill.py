"""A worker killed in the middle of an import: it goes on where it stopped, and nothing is twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from kaishu.base import jobs
from kaishu.base.clock import now
from kaishu.base.jobs.run import LEASE, run_due
from kaishu.books.audit import audit
from kaishu.claims.audit import audit as audit_claims
from kaishu.claims.imports import actions, queries
from kaishu.claims.imports.tie_out import tie_out
from kaishu.claims.models import Claim
from kaishu.config.jobs import KINDS
from kaishu.people.models import Person
from tests.claims.import_process import run_until
from tests.claims.imports_world import brought, open_world, results, row, tried
from tests.claims.world import World
from tests.support.forked import forked


@pytest.fixture
def real_old(fresh_db: str, tmp_path: Path) -> Iterator[World]:
    yield open_world(tmp_path)
    assert [str(finding) for finding in (*audit(), *audit_claims())] == []


def worker_that_dies(rows: int, point: str) -> None:
    """Run the worker in another process until it dies; the rows before are its last."""
    assert forked(lambda: run_until(point, rows)) == 9


def work_after_the_lease() -> None:
    """Let another worker find the job once its lease is over."""
    while any(run_due(at=now() + LEASE + timedelta(seconds=1), kinds=KINDS, seconds=60).values()):
        pass


@pytest.mark.parametrize(
    ("point", "after"),
    [("in a claim", 2), ("in a decision", 5), ("in a move", 5), ("in a payment", 5)],
)
def test_an_import_goes_on_where_a_killed_worker_stopped(
    real_old: World, point: str, after: int
) -> None:
    rows = [
        row(f"C-{number}", f"SN00{number:02d}", paid="3990", came="2025-11-01")
        for number in range(1, 7)
    ]
    source = brought(rows)
    tried(source)
    job = actions.start_import(import_id=source.id, typed="6", by="jun", at=now())
    worker_that_dies(after, point)
    assert jobs.counts(job.id) == {"done": 2, "waiting": 4}
    assert (Claim.objects.count(), Person.objects.count()) == (2, 2)
    work_after_the_lease()
    source = queries.found(source.id)
    assert results(source) == [("created", "")] * 6
    assert (Claim.objects.count(), Person.objects.count()) == (6, 6)
    assert tie_out(source).holds
    assert real_old.books() == (
        "declared -1000  unsold 100  at_large 894  depot 6 | JPY: cost -23940  paid 23940"
    )
