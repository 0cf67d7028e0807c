"""A worker killed at any moment: the next one goes on, and no row is done twice."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings

from kaishu.base import jobs
from kaishu.base.clock import now
from kaishu.base.jobs.run import LEASE, run_due
from kaishu.base.models import Job
from kaishu.claims.bulk import actions
from kaishu.claims.models import ClaimUnit, Decision
from kaishu.config.jobs import KINDS
from tests.claims.world import World
from tests.support import seeds
from tests.support.environment import DATABASE_URL, ENGINE

SCRIPT = Path(__file__).with_name("job_process.py")
ROWS = 24
KILLS = 40 if seeds.TORTURE else 3


@pytest.fixture
def world(fresh_db: str, tmp_path: Path) -> World:
    """Open the recall on a database of its own, with claims that wait."""
    found = World().open(tmp_path)
    for number in range(1, ROWS + 1):
        found.claim(f"SN{number:04d}")
    return found


def test_a_bulk_approval_survives_killed_workers(world: World, fresh_db: str) -> None:
    job_id = _start(world)
    draw = random.Random(seeds.FIRST)
    for _kill in range(KILLS):
        _run_and_kill(fresh_db, draw.uniform(0.0, 0.25))
    run_due(at=now() + LEASE, kinds=KINDS, seconds=120)
    assert jobs.counts(job_id) == {"done": ROWS}
    assert jobs.job_view(job_id).state == "done"
    assert Decision.objects.count() == ROWS
    assert f"JPY: cost -{ROWS * 3990}  owed {ROWS * 3990}" in world.books()


def _start(world: World) -> int:
    ids = list(ClaimUnit.objects.values_list("id", flat=True))
    seen = actions.preview(unit_ids=ids, act="approve", reason="checked", by="mika")
    made = actions.propose(
        unit_ids=ids,
        act="approve",
        reason="checked",
        shown=seen.digest,
        typed=str(ROWS),
        key="k",
        by="mika",
        at=world.now(),
    )
    started = actions.approve(
        bulk_id=made.id, shown=made.digest, typed=str(ROWS), by="ren", at=world.now()
    )
    assert started.job_id is not None
    return started.job_id


def _run_and_kill(database: str, seconds: float) -> None:
    """Let a worker run for a moment after it is up, then kill it; its lease is dead as well."""
    server = DATABASE_URL.rsplit("/", 1)[0]
    url = f"sqlite:///{database}" if ENGINE == "sqlite" else f"{server}/{database}"
    environment = {
        **os.environ,
        "KAISHU_DATABASE_URL": url,
        "KAISHU_DATA_DIR": str(settings.KAISHU_DATA_DIR),
        "DJANGO_SETTINGS_MODULE": "kaishu.config.settings",
    }
    with subprocess.Popen(
        [sys.executable, str(SCRIPT)], env=environment, stdout=subprocess.PIPE, text=True
    ) as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "ready\n"
        time.sleep(seconds)
        worker.kill()
    Job.objects.update(lease_until=None)  # a minute later
