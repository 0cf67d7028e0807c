"""What a copy consists of, as plain values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

Advance = Callable[[str, int, int], None]  # (what, done, total); total 0 = not known


def silent(what: str, done: int, total: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Member:
    """One file of a copy: the digests of what it holds and of what lies on the disk, in bytes."""

    name: str
    sha256: str
    stored_sha256: str
    stored_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a copy says about itself. No key and nothing personal is in it.

    `migrations` are the applied ones, `rows` the count of each table, `last_ids` the last number
    that each table gave out, `keys` a fingerprint of each key that is needed to use what was
    copied, by its name ("field:1", "secret").
    """

    format: int
    kind: str
    version: str
    made_at: str
    database: str
    how: str
    migrations: Mapping[str, list[str]]
    rows: Mapping[str, int]
    last_ids: Mapping[str, int] = field(default_factory=dict)
    keys: Mapping[str, str]
    recipients: list[str]
    members: int
    members_sha256: str
    bytes: int
