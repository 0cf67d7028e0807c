"""The same request has the same hash; another request has another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from kaishu.base.clock import now
from kaishu.base.idempotency import new_key, request_hash


@dataclass(frozen=True)
class Asked:
    serial: str
    at: datetime


def test_a_repeat_has_the_same_hash_whatever_zone_the_time_is_written_in() -> None:
    tokyo = timezone(timedelta(hours=9))
    first = request_hash(Asked("𠮷1", datetime(2026, 3, 1, 0, 0, tzinfo=UTC)))
    assert first == request_hash(Asked("𠮷1", datetime(2026, 3, 1, 9, 0, tzinfo=tokyo)))
    assert first != request_hash(Asked("吉1", datetime(2026, 3, 1, 0, 0, tzinfo=UTC)))
    assert len(first) == 64


def test_two_forms_never_share_a_key() -> None:
    assert len({new_key() for _ in range(1000)}) == 1000


def test_the_clock_knows_its_zone() -> None:
    assert now().utcoffset() == timedelta(0)
