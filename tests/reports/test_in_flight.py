"""Filing waits for whoever is still writing: `known_at` never misses what it claims to know."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from pathlib import Path

from django.conf import LazySettings
from django.db import connection, transaction

from kaishu.markets.forms import load_form
from kaishu.reports import filing
from tests.claims.world import SLUG
from tests.reports.report_world import AS_OF, KNOWN, told, total


def test_an_entry_being_written_is_waited_for_and_counted(
    fresh_db: object, tmp_path: Path, settings: LazySettings
) -> None:
    settings.KAISHU_DATA_DIR = tmp_path
    story = told(tmp_path)
    began, order = threading.Event(), []

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
    assert order == ["written", "filed"]
    assert '"done":291' in row.content
    assert filing.verify(row, at=KNOWN + timedelta(days=30)).holds
