"""Each part is broken once: the page says 503, and names the part to us only."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from kaishu.base import heartbeat
from kaishu.base.keeping import tables
from kaishu.base.models import Job, Tries, Worker
from kaishu.config import readiness
from kaishu.notices.models import Message
from tests.books.test_audit import damage
from tests.keeping.kept import filled

TOKEN = "a token of the tests, long enough to guess never"
Patch = pytest.MonkeyPatch


@pytest.fixture(autouse=True)
def house(db: None, data_dir: Path, settings: Settings) -> None:
    settings.KAISHU_METRICS_TOKEN = TOKEN
    filled(data_dir / "packs")
    Message.objects.update(queued_at=timezone.now())
    heartbeat.beat(who="tests:1", at=timezone.now())
    readiness._migrated.clear()


def no_write(patch: Patch) -> None:
    def refused(**_: object) -> None:
        raise OperationalError("attempt to write a readonly database")

    patch.setattr(Tries.objects, "create", refused)


def old_job(_: Patch) -> None:
    long_ago = timezone.now() - timedelta(hours=1)
    Job.objects.create(kind="x", key="k", by="b", started_at=long_ago)


BREAKS: dict[str, Callable[[Patch], object]] = {
    "database": no_write,
    "migrations": lambda patch: patch.setattr(tables, "pending", lambda: ["books.0099_more"]),
    "disk": lambda patch: patch.setattr(readiness, "LEAST_FREE", 10**18),
    "worker": lambda _: Worker.objects.update(beat_at=timezone.now() - timedelta(minutes=6)),
    "queue": old_job,
    "mail": lambda _: Message.objects.update(
        state="queued", failed_at=None, queued_at=timezone.now() - timedelta(hours=2)
    ),
    "clock": lambda _: damage("UPDATE books_entry SET recorded_at = '2999-01-01 00:00:00+00:00'"),
}


def test_ready_says_so_and_leaves_no_row(client: Client) -> None:
    before = Tries.objects.count()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.content) == (200, b"ready")
    assert Tries.objects.count() == before
    assert not answer.cookies


@pytest.mark.parametrize("part", BREAKS)
def test_a_broken_part_is_named_to_us_and_hidden_from_others(
    client: Client, monkeypatch: Patch, part: str
) -> None:
    BREAKS[part](monkeypatch)
    here = client.get("/readyz")
    assert (here.status_code, here.content.decode().split("\n")) == (503, ["not ready", part])
    others: tuple[dict[str, str], ...] = ({"x-forwarded-proto": "https"}, {"via": "1.1 proxy"})
    for headers in others:  # a proxy on this machine asks for a stranger
        assert client.get("/readyz", headers=headers).content == b"not ready"
    outside = client.get("/readyz", REMOTE_ADDR="203.0.113.9")
    assert (outside.status_code, outside.content) == (503, b"not ready")
    token = {"authorization": f"Bearer {TOKEN}", "x-forwarded-for": "203.0.113.9"}
    assert client.get("/readyz", headers=token).content.endswith(part.encode())


def test_all_that_is_broken_is_named_at_once(client: Client, monkeypatch: Patch) -> None:
    for part in ("disk", "queue", "migrations"):
        BREAKS[part](monkeypatch)
    assert client.get("/readyz").content == b"not ready\nmigrations\ndisk\nqueue"
