"""Speak to the books as a story: serials instead of ids, one key an act, clocks that tick."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from kaishu.books import actions, corrections, queries
from kaishu.books.models import Entry, Promise, Unit
from kaishu.books.values import Place, UnitMove
from kaishu.core.remedy import Award

START = datetime(2025, 10, 21, 9, 0, tzinfo=UTC)
RECALL, PRODUCT = 1, "M100"
AT_LARGE, OWNER = Place("at_large"), Place("owner")
DEPOT, POST = Place("depot", "depot-east"), Place("transit", "post")
RECYCLER, DISPOSED = Place("recycler", "green"), Place("disposed")
SHOP, BACK_ROOM = Place("unsold", "shop-1"), Place("depot", "shop-1")


@dataclass
class Books:
    """One recall's books. `case` is used for every act on a serial that has claimed."""

    acts: int = 0
    cases: dict[str, str] = field(default_factory=dict)

    def who(self, by: str = "mika") -> dict[str, object]:
        """Return a fresh key, the actor, and a clock one minute later."""
        self.acts += 1
        at = START + timedelta(minutes=self.acts)
        return {"key": f"act-{self.acts}", "door": "test", "by": by, "at": at}

    def open(self, *, at_large: int = 0, unsold: int = 0) -> None:
        """Open the population."""
        for place, quantity, pool in ((AT_LARGE, at_large, "consumer"), (SHOP, unsold, "retailer")):
            if quantity:
                self.count("population.opened", Place("declared"), place, quantity, pool=pool)

    def count(
        self, kind: str, source: Place, target: Place, quantity: int, *, pool: str = "consumer"
    ) -> Entry:
        """Move a mere quantity."""
        move = UnitMove(product=PRODUCT, pool=pool, quantity=quantity, source=source, target=target)
        return actions.post(kind=kind, moves=(move,), recall_id=RECALL, **self.who())

    def name(self, serial: str, *, place: Place = AT_LARGE, pool: str = "consumer") -> Unit:
        """Name one unit of a place."""
        return actions.identify(
            recall_id=RECALL, product=PRODUCT, pool=pool, place=place, serial=serial
        )

    def claim(self, serial: str) -> Entry:
        """An owner turns up."""
        self.cases[serial] = f"{len(self.cases) + 1:012d}"
        return self.move(serial, "holder.known", OWNER)

    def move(self, serial: str, kind: str, target: Place, **more: object) -> Entry:
        """Move a named unit."""
        return actions.move_unit(
            unit_id=self.name(serial).id,
            kind=kind,
            target=target,
            case_no=self.cases.get(serial, ""),
            unit_no=1 if serial in self.cases else None,
            **{**self.who(), **more},
        )

    def award(self, serial: str, *awards: tuple[str, int]) -> list[Promise]:
        """Promise something to the holder of a serial; kit:* is a kit, all else the remedy."""
        entry = actions.award_promises(
            recall_id=RECALL,
            case_no=self.cases[serial],
            unit_no=1,
            awards=[Award(c, q, "kit" if c.startswith("kit:") else "remedy") for c, q in awards],
            terms="refund",
            edition_id=1,
            **self.who(),
        )
        return list(Promise.objects.filter(moves__entry=entry).order_by("id"))

    def pay(self, promise: Promise, *kinds: str) -> Entry:
        """Move a promise along: payout.sent, payout.settled, payout.bounced, payout.returned."""
        targets = {"payout.sent": "sent", "payout.settled": "paid", "payout.recovered": "cost"}
        for kind in kinds:
            entry = actions.move_promise(
                promise_id=promise.id, kind=kind, target=targets.get(kind, "owed"), **self.who()
            )
        return entry

    def reverse(self, entry: Entry) -> Entry:
        """Take an entry back."""
        return corrections.reverse(entry_id=entry.id, reason="mistake", **self.who())

    def place_of(self, serial: str) -> str:
        """Say where a named unit stands."""
        unit = Unit.objects.get(serial=serial)
        return str(Place(unit.account, unit.party))

    def __str__(self) -> str:
        return queries.trial_balance(recall_id=RECALL).sentence()
