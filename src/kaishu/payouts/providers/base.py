"""What `payouts` needs of whoever pays: send once, look up, report. One provider a file.

A provider keeps the key of every order and books it once, however often it hears of it. Where
it cannot promise that, it must not be written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


class Unknown(Exception):
    """Nobody can say whether the order was booked: look it up before doing anything else."""


class Refused(Exception):
    """The provider said no, for good. `reason` is a code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NotNow(Exception):
    """The provider booked nothing and will later; the same order may be sent again. A code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One order. `amount` in minor units or pieces; `payee_ref` is a person id."""

    key: str
    commodity: str
    amount: int
    payee_ref: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Sent:
    """The provider booked the order under its own `ref`; `facts` are kept (serial, tracking)."""

    ref: str
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What became of an order: kind "settled", "bounced" or "returned" (after it was settled).

    `amount` is what the provider says it moved, None where it does not say.
    """

    number: int
    key: str
    kind: str
    ref: str
    happened_at: datetime
    reason: str = ""
    amount: int | None = None


class Provider(Protocol):
    """One way to pay."""

    @property
    def name(self) -> str:
        """Name the provider, as instructions and events do."""
        ...

    def send(self, order: Order) -> Sent:
        """Book an order, once per key. Raises Unknown, Refused, NotNow."""
        ...

    def lookup(self, key: str) -> Sent | None:
        """Return what was booked under a key, or None. Raises Unknown where nobody answers."""
        ...

    def results(self, *, since: int, at: datetime) -> Iterator[Result]:
        """Yield results in order of their numbers; those up to `since` may be left out."""
        ...
