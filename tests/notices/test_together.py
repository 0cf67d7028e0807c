"""Workers side by side and workers that die: nobody is written to twice without need."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings

from kaishu.notices.audit import audit
from kaishu.notices.models import Message
from kaishu.notices.sending import send_due
from tests.notices.outbox import NOW, MailServer, person, queue
from tests.support.databases import together
from tests.support.environment import DATABASE_URL, ENGINE

SCRIPT = Path(__file__).with_name("sending_process.py")


def test_three_workers_at_once_send_each_mail_once(fresh_db: str, mail_server: MailServer) -> None:
    for number in range(60):
        queue(person(f"owner{number}@example.org"), key=f"k{number}")
    results = together([lambda: send_due(at=NOW)] * 3)
    assert sum(done["sent"] for done in results if isinstance(done, dict)) == 60, results
    assert Counter(to for _, to, _ in mail_server.mails) == {
        f"owner{number}@example.org": 1 for number in range(60)
    }
    assert set(Message.objects.values_list("state", "attempts")) == {("sent", 1)}


def test_the_same_key_from_many_threads_is_one_message(fresh_db: str) -> None:
    who = person()
    numbers = together([lambda: queue(who, key="same")] * 8)
    assert len(set(map(str, numbers))) == 1, numbers
    assert Message.objects.count() == 1


@pytest.mark.parametrize(("point", "mails"), [("before", 1), ("after", 2)])
def test_a_worker_that_dies_costs_one_repeat_at_most_under_the_same_name(
    fresh_db: str, mail_server: MailServer, point: str, mails: int
) -> None:
    number = queue(person())
    server = DATABASE_URL.rsplit("/", 1)[0]
    url = f"sqlite:///{fresh_db}" if ENGINE == "sqlite" else f"{server}/{fresh_db}"
    environment = {
        **os.environ,
        "KAISHU_DATABASE_URL": url,
        "KAISHU_DATA_DIR": str(settings.KAISHU_DATA_DIR),
        "KAISHU_MAIL_URL": settings.KAISHU_MAIL_URL,
        "KAISHU_MAIL_FROM": settings.KAISHU_MAIL_FROM,
        "KAISHU_PUBLIC_URL": settings.KAISHU_PUBLIC_URL,
        "DJANGO_SETTINGS_MODULE": "kaishu.config.settings",
    }
    done = subprocess.run(
        [sys.executable, str(SCRIPT), point, NOW.isoformat()],
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 9, done.stderr
    assert Message.objects.get(id=number).state == "sending"
    assert dict(send_due(at=NOW + timedelta(minutes=30))) == {}
    assert dict(send_due(at=NOW + timedelta(minutes=61))) == {"sent": 1}
    assert dict(send_due(at=NOW + timedelta(days=1))) == {}
    assert len(mail_server.mails) == mails
    assert len({str(mail["Message-ID"]) for _, _, mail in mail_server.mails}) == 1
    assert [str(found) for found in audit()] == []
