"""A dead worker is missed within minutes; one that stops on purpose is not."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kaishu.base import heartbeat
from kaishu.base.models import Worker
from tests.support.environment import DATABASE_URL, ENGINE

AT = datetime(2026, 4, 2, 9, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.mark.django_db
def test_a_beat_is_written_at_most_every_twenty_seconds() -> None:
    for passed in (0, 5, 19):
        heartbeat.beat(who="a:1", at=AT + passed * SECOND)
        assert Worker.objects.get().beat_at == AT
    heartbeat.beat(who="a:1", at=AT + 20 * SECOND)
    assert heartbeat.silence(AT + 80 * SECOND) == 60.0
    heartbeat.beat(who="a:1", at=AT - 3600 * SECOND)  # the machine's clock was set back
    assert heartbeat.silence(AT) == 3600.0


@pytest.mark.django_db
def test_silence_is_of_the_last_worker_that_beat_and_none_without_any() -> None:
    assert heartbeat.silence(AT) is None
    heartbeat.beat(who="a:1", at=AT)
    heartbeat.beat(who="b:2", at=AT + 200 * SECOND)
    assert heartbeat.silence(AT + 230 * SECOND) == 30.0
    assert heartbeat.counts(AT + 301 * SECOND) == {"alive": 1, "silent": 1}
    heartbeat.leave(who="a:1")
    assert heartbeat.counts(AT + 301 * SECOND) == {"alive": 1, "silent": 0}


@pytest.mark.django_db
def test_a_row_that_nobody_comes_back_to_goes_after_a_day() -> None:
    heartbeat.beat(who="dead:1", at=AT)
    heartbeat.beat(who="new:2", at=AT + timedelta(hours=23))
    assert Worker.objects.count() == 2
    heartbeat.beat(who="next:3", at=AT + timedelta(hours=25))
    assert sorted(Worker.objects.values_list("name", flat=True)) == ["new:2", "next:3"]


def test_a_worker_is_there_while_it_runs_and_says_goodbye(fresh_db: str, tmp_path: Path) -> None:
    running = _worker(fresh_db, tmp_path)
    try:
        assert _soon(lambda: Worker.objects.filter(name__endswith=f":{running.pid}").exists())
    finally:
        running.send_signal(signal.SIGTERM)
        running.wait(60)
    assert not Worker.objects.exists()


def _worker(name: str, folder: Path) -> subprocess.Popen[bytes]:
    code = "from kaishu.cli.main import main; main()"
    server = DATABASE_URL.rsplit("/", 1)[0]
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "kaishu.config.settings",
        "KAISHU_DATA_DIR": str(folder),
        "KAISHU_DATABASE_URL": f"sqlite:///{name}" if ENGINE == "sqlite" else f"{server}/{name}",
    }
    return subprocess.Popen(
        [sys.executable, "-c", code, "worker", "--every", "0.1"], env=environment
    )


def _soon(true: Callable[[], bool], seconds: float = 150) -> bool:
    ends = time.monotonic() + seconds
    while not true():
        if time.monotonic() > ends:
            return False
        time.sleep(0.05)
    return True
