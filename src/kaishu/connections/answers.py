"""Keep the answer to a POST, so that whoever sends it again gets the same one.

The key belongs to the connection, not to the token: a token that is renewed in the middle of a
retry changes nothing. Source of the rules: the Idempotency-Key draft of the IETF's httpapi group
(other body 422, in flight 409).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from kaishu.base.sealing import keyed_digest, seal, unseal
from kaishu.connections.errors import KeyInFlight, KeyUsed
from kaishu.connections.models import Connection, KeptAnswer
from kaishu.core.canonical import canonical

KEPT_FOR = timedelta(hours=48)
# A request that has not ended by then died with its process. The actions behind are repeatable by
# the same key themselves, so a second one may take its place.
DEAD_AFTER = timedelta(minutes=2)
SWEPT_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Kept:
    """The first answer: its status and its bytes."""

    status: int
    body: bytes


def request_hash(request: object) -> str:
    """Return the digest of what was asked. Keyed: its name and address could be guessed."""
    return keyed_digest(canonical(_told(request)), purpose="api-request").hex()


def _told(value: Any) -> Any:
    """Return free JSON with a form for what `canonical` has none for: fractions, half signs."""
    if isinstance(value, float):
        return {"fraction": repr(value)}
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, Mapping):
        return {_told(key): _told(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_told(item) for item in value]
    return value


def begin(*, connection: Connection, key: str, asked: str, at: datetime) -> Kept | None:
    """Return the kept answer, or None where this request is the one to do the work.

    Raises KeyUsed for another request under the key, KeyInFlight while the first is not done.
    """
    try:
        with transaction.atomic():
            KeptAnswer.objects.create(
                connection=connection,
                key=key,
                request_hash=asked,
                started_at=at,
                until=at + KEPT_FOR,
            )
    except IntegrityError:
        return _known(connection, key, asked, at)
    return None


def finish(*, connection: Connection, key: str, status: int, body: bytes) -> None:
    """Keep the answer for the next who asks the same."""
    rows = KeptAnswer.objects.filter(connection=connection, key=key)
    rows.update(status=status, sealed=seal(body, purpose=_purpose(connection, key)))


def forget(*, connection: Connection, key: str) -> None:
    """Let the same key try again: nothing was done, or nobody knows."""
    KeptAnswer.objects.filter(connection=connection, key=key, status=None).delete()


def sweep(*, at: datetime) -> int:
    """Delete answers whose time is over; returns how many."""
    over = KeptAnswer.objects.filter(until__lte=at).values_list("id", flat=True)[:SWEPT_AT_ONCE]
    return KeptAnswer.objects.filter(id__in=list(over)).delete()[0]


def _known(connection: Connection, key: str, asked: str, at: datetime) -> Kept | None:
    row = KeptAnswer.objects.filter(connection=connection, key=key).first()
    if row is None:  # it failed, or was swept, between the two looks
        raise KeyInFlight
    if row.until <= at:
        KeptAnswer.objects.filter(id=row.id, until__lte=at).delete()
        return begin(connection=connection, key=key, asked=asked, at=at)
    if row.request_hash != asked:
        raise KeyUsed
    if row.status is not None and row.sealed is not None:
        return Kept(row.status, unseal(bytes(row.sealed), purpose=_purpose(connection, key)))
    dead = KeptAnswer.objects.filter(
        id=row.id, status=None, started_at=row.started_at, started_at__lte=at - DEAD_AFTER
    )
    if dead.update(started_at=at):
        return None
    raise KeyInFlight


def _purpose(connection: Connection, key: str) -> str:
    return f"api:answer:{connection.code}:{key}"
