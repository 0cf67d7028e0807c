"""Incident reports with real commits: nothing readable on the disk, one row for a crowd."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path

from django.db import connection

from kaishu.incidents import actions
from kaishu.incidents.models import Incident
from kaishu.notices.models import CallBack
from kaishu.people.contact import Contact
from kaishu.people.models import Person

AT = datetime(2026, 4, 3, 1, 0, tzinfo=UTC)
WORDS = "机の上で急に膨らみ、焦げたにおいがした。"


def report(*, kind: str, words: str = "") -> Incident:
    """Report something with a way to be reached."""
    return actions.report(
        key="k1",
        recall_slug="kumo-jp-2026",
        market="jp",
        product="K100",
        kind=kind,
        door="public",
        by="owner",
        at=AT,
        words=words,
        language="ja",
        contact=Contact(name="佐藤 花子", phone="0312345678"),
    )


def test_the_words_are_nowhere_in_the_database_file(fresh_db: str) -> None:
    report(kind="swollen", words=WORDS)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM incidents_incident")
        stored = repr(cursor.fetchall())
    assert WORDS not in stored and "佐藤" not in stored
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        raw = Path(connection.settings_dict["NAME"]).read_bytes()
        for private in (WORDS, "佐藤", "0312345678"):
            assert private.encode() not in raw
        assert b"kumo-jp-2026" in raw  # the file is the one that was written


def test_eight_processes_that_send_the_same_report_make_one(fresh_db: str) -> None:
    numbers: list[str] = []

    def send() -> None:
        try:
            numbers.append(report(kind="hot").number)
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(numbers) == 8 and len(set(numbers)) == 1
    assert Incident.objects.count() == CallBack.objects.count() == Person.objects.count() == 1
