"""What callers hand to the books: places, moves and the event they belong to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from kaishu.books.errors import PlaceWrong, QuantityWrong
from kaishu.core.accounts import UNIT_ACCOUNTS, WITH_PARTY


@dataclass(frozen=True, slots=True)
class Place:
    """One account, with the party who holds it where the account has one."""

    account: str
    party: str = ""

    def __post_init__(self) -> None:
        """Refuse a place that the closed list does not have."""
        if self.account not in UNIT_ACCOUNTS or (self.account in WITH_PARTY) != bool(self.party):
            raise PlaceWrong(account=self.account, party=self.party)

    def __str__(self) -> str:
        return f"{self.account}:{self.party}" if self.party else self.account


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitMove:
    """`quantity` units go from one place to another; `unit` is the id of a named unit."""

    product: str
    pool: str
    quantity: int
    source: Place
    target: Place
    unit: int | None = None

    def __post_init__(self) -> None:
        """Refuse a quantity that is not positive, or several of one named unit."""
        if self.quantity < 1 or (self.unit is not None and self.quantity != 1):
            raise QuantityWrong(quantity=self.quantity)


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseMove:
    """A promise goes from one account to another, whole."""

    commodity: str
    quantity: int
    source: str
    target: str
    promise: int | None = None

    def __post_init__(self) -> None:
        """Refuse a quantity that is not positive."""
        if self.quantity < 1:
            raise QuantityWrong(quantity=self.quantity)


Move = UnitMove | PromiseMove


def chain_name(*, recall_id: int, case_no: str) -> str:
    """Name a digest chain: the case's own, else the recall's."""
    return case_no or f"recall-{recall_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What happened, as the caller states it; the same event under the same key is a repeat.

    `door` and `by` say who speaks, `key` which of their acts this is; together they are unique.
    `happened_at` is the world's clock, `at` ours. `reason` is a code, never free text.
    """

    kind: str
    recall_id: int
    key: str
    door: str
    by: str
    at: datetime
    happened_at: datetime
    case_no: str = ""
    unit_no: int | None = None
    reason: str = ""
    reverses: int | None = None
    moves: Sequence[Move] = ()

    @property
    def chain(self) -> str:
        """Name the digest chain that this event belongs to."""
        return chain_name(recall_id=self.recall_id, case_no=self.case_no)

    def request(self) -> dict[str, object]:
        """Return what must be equal for a repeat to count as the same request."""
        return {
            "kind": self.kind,
            "recall": self.recall_id,
            "case": self.case_no,
            "unit": self.unit_no,
            "reason": self.reason,
            "reverses": self.reverses,
            "moves": self.moves,
        }
