"""Filing waits for whoever is still writing: `known_at` never misses what it claims to know."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.db import connection, transaction

from kaishu.markets.forms import load_form
from kaishu.reports import filing
from kaishu.reports.models import Filed
from tests.claims.world import SLUG, World
from tests.reports.report_world import AS_OF, KNOWN, told, total


def test_an_entry_being_written_is_waited_for_and_counted(
    fresh_db: object, tmp_path: Path, settings: LazySettings
) -> None:
    settings.KAISHU_DATA_DIR = tmp_path
    order, row = _file_while_somebody_writes(told(tmp_path))
    assert order == ["written", "filed"]
    assert '"done":291' in row.content
    assert filing.verify(row, at=KNOWN + timedelta(days=30)).holds


def test_without_the_wait_the_entry_would_be_missed_and_the_report_not_hold(
    fresh_db: object,
    tmp_path: Path,
    settings: LazySettings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The test above can fail: two connections, and the reader does not see the other's work."""
    settings.KAISHU_DATA_DIR = tmp_path
    story = told(tmp_path)
    monkeypatch.setattr(filing, "wait_out_writers", lambda: None)
    _order, row = _file_while_somebody_writes(story)
    assert '"done":251' in row.content
    assert not filing.verify(row, at=KNOWN + timedelta(days=30)).equal


def _file_while_somebody_writes(story: World) -> tuple[list[str], Filed]:
    """File while an entry of an hour before `known_at` is written and not committed yet."""
    began, order = threading.Event(), list[str]()

    def write() -> None:
        with transaction.atomic():
            total(story, 40, day=AS_OF.date().replace(day=2), recorded=KNOWN - timedelta(hours=1))
            began.set()
            time.sleep(0.8)
            order.append("written")
        connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    began.wait()
    row = filing.file(
        form=load_form("jp_progress"),
        slug=SLUG,
        subject="2026-01-21",
        as_of=AS_OF,
        known_at=KNOWN,
        addressee="METI",
        reference="",
        key="file",
        by="hana",
        at=KNOWN + timedelta(minutes=5),
    )
    order.append("filed")
    writer.join()
    return order, row
