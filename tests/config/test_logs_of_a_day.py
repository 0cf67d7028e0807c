"""A day of claims, looks, mails and mistakes leaves not one personal value in the log (O-M4)."""

from __future__ import annotations

import json
import logging
import logging.config
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from kaishu.base import logs
from kaishu.cli.worker import run_job
from kaishu.notices.sending import send_due
from kaishu.payouts.worker import run_once
from tests.doors import kumo
from tests.doors.desk_world import lively, member, open_world
from tests.doors.owner_world import CONTACT

PERSONAL = (
    "佐藤", "花子", "hanako", "example.jp", "1234-5678", "105-0001", "港区", "コーポ", "250-first",
    CONTACT.name, kumo.LISTED, "AK20230001009999", "aki@secret.example", "a wrong password",
)  # fmt: skip


@pytest.fixture
def log() -> Iterator[StringIO]:
    """Give what the log's own handler writes."""
    stream = StringIO()
    logging.config.dictConfig(logs.LOGGING)
    handler = next(h for h in logging.getLogger().handlers if type(h) is logging.StreamHandler)
    before = handler.setStream(stream)
    yield stream
    handler.setStream(before or handler.stream)


def test_a_day_leaves_nobody_in_the_log(
    db: None, data_dir: Path, log: StringIO, settings: Settings
) -> None:
    settings.KAISHU_MAIL_URL = "smtp://127.0.0.1:1"  # nobody listens: every mail fails
    world = lively(open_world(data_dir))
    owner, staff = Client(raise_request_exception=False), member("hana", "reviewer", "manager")
    query = f"model=K100&serial={kumo.LISTED}"
    owner.get(f"/en/r/{kumo.SLUG}/check/?{query}")
    owner.get(f"/ja/c/{kumo.LISTED}-no-such-token/?name=佐藤")
    owner.get("/佐藤/花子?mail=hanako@example.jp")
    owner.post("/en/find/", {"email": "hanako@example.jp", "case_no": "1"})
    wrong = {"username": "aki@secret.example", "password": "a wrong password"}
    owner.post("/staff/sign-in/", wrong)
    for case_no in world.cases.values():
        staff.get(f"/staff/cases/{case_no}/")
    staff.get("/staff/?q=佐藤+花子")
    staff.get("/staff/search/?q=hanako@example.jp")
    for name, job in (("notices", send_due), ("payouts", run_once), ("broken", _broken)):
        run_job(name, job, timezone.now())
    written = log.getvalue()
    lines = [json.loads(line) for line in written.splitlines()]
    seen = {line["event"] for line in lines}
    assert {"request.done", "worker.round_failed"} <= seen
    requests = [line for line in lines if line["event"] == "request.done"]
    assert len(requests) >= 15
    assert all(line["request_id"] and line["at"].endswith("Z") for line in requests)
    for value in PERSONAL:
        assert value not in written, value
        assert json.dumps(value)[1:-1] not in written, value


def _broken(*, at: object) -> None:
    raise RuntimeError("佐藤 花子, hanako@example.jp, could not be paid")
