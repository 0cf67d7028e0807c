"""Random lives of claims: every act either happens whole or is refused and moves nothing."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta

import pytest

from kaishu.books import queries as books_queries
from kaishu.books.audit import audit
from kaishu.claims import actions as claims
from kaishu.claims.models import ClaimUnit
from kaishu.claims.reasons import REASONS
from kaishu.core.errors import Refusal
from kaishu.payouts import actions as payouts
from kaishu.payouts.models import Batch
from kaishu.payouts.providers.simulated_bank import simulated_bank
from kaishu.payouts.providers.simulated_orders import FaultPlan
from kaishu.returns import actions as returns
from tests.claims.world import World
from tests.payouts.teller import owners_correct
from tests.support import seeds

SERIALS = ("SN0001", "SN0001", "SN0001", "SN0002", "SN9999", "")
REMEDIES = ("refund", "credit", "replacement", "castle")


class Life:
    """One random life; `act` does one random thing."""

    def __init__(self, world: World, seed: int) -> None:
        self.world, self.dice = world, random.Random(seed)
        self.acts: list[Callable[[], object]] = [
            self.claim, self.decide, self.decide, self.decide, self.approve, self.approve,
            self.hand_over, self.kit, self.scan, self.scan, self.send_parcel, self.lose, self.lose,
            self.propose, self.sign, self.work, self.work, self.withdraw,
        ]  # fmt: skip

    def act(self) -> bool:
        """Do one random thing; False if it was refused, which moved nothing."""
        before = self.world.books()
        act = self.dice.choice(self.acts)
        try:
            act()
        except Refusal as refusal:
            assert self.world.books() == before, (act.__name__, refusal)
            return False
        return True

    def unit(self) -> ClaimUnit:
        # Mostly the newest, so that claims on one unit meet each other.
        units = ClaimUnit.objects.select_related("claim", "newest_decision").order_by("-id")
        return self.dice.choice(list(units[: self.dice.choice([3, 3, 3, 20])]))

    def claim(self) -> None:
        amount = self.dice.choice([3990, 1, None])
        self.world.claim(
            self.dice.choice(SERIALS),
            key=f"k{self.world.minutes}",
            remedy=self.dice.choice(REMEDIES),
            order_amount=amount,
        )

    def decide(self) -> None:
        kind = self.dice.choice(list(REASONS))
        self._decide(kind, self.dice.choice(REASONS[kind]))

    def approve(self) -> None:
        self._decide("approved", "checked")

    def _decide(self, kind: str, reason: str) -> None:
        unit = self.unit()
        newest = unit.newest_decision
        claims.decide(
            claim_unit_id=unit.id,
            kind=kind,
            reason=reason,
            by="jun" if kind == "reopened" else "rei",
            at=self.world.now(),
            seen=newest.number if newest else None,
            amount=self.dice.choice([None, 500]),
            remedy=self.dice.choice(REMEDIES) if kind == "remedy_changed" else "",
            serial=self.dice.choice(["", "", "SN0005"]),
        )

    def hand_over(self) -> None:
        unit = self.unit()
        newest = unit.newest_decision
        claims.hand_over_holder(
            claim_unit_id=unit.id,
            by="rei",
            at=self.world.now(),
            seen=newest.number if newest else None,
        )

    def kit(self) -> None:
        returns.send_kit(
            claim_unit_id=self.unit().id,
            tracking="",
            by="mika",
            at=self.world.now(),
            key=f"k{self.world.minutes}",
        )

    def scan(self) -> None:
        outcome = self.dice.choice(["ok", "ok", "swollen", "wrong_item", "empty"])
        site = self.dice.choice(["east", "west"])
        returns.scan_parcel(**self._parcel(), outcome=outcome, site=site)

    def send_parcel(self) -> None:
        returns.parcel_sent(**self._parcel(), carrier="post")

    def lose(self) -> None:
        returns.lose_parcel(**self._parcel())

    def _parcel(self) -> dict[str, object]:
        unit = self.unit()
        at = self.world.now()
        key = f"k{self.world.minutes}"
        case_no = unit.claim.case_no
        return {"case_no": case_no, "unit_no": 1, "by": "jun", "at": at, "key": key}

    def propose(self) -> None:
        owners_correct(self.world)
        payouts.propose_batch(by=self.dice.choice(["fumi", "goro"]), at=self.world.now())

    def sign(self) -> None:
        batch = self.dice.choice([*Batch.objects.all(), Batch(id=0)])
        by = self.dice.choice(["fumi", "goro"])
        payouts.approve_batch(batch_id=batch.id or 0, by=by, at=self.world.now())

    def withdraw(self) -> None:
        batch = self.dice.choice([*Batch.objects.all(), Batch(id=0)])
        payouts.withdraw_batch(batch_id=batch.id or 0, by="fumi", at=self.world.now())

    def work(self) -> None:
        payouts.send_due(at=self.world.now() + timedelta(minutes=self.dice.choice([0, 10])))
        payouts.read_results(at=self.world.now())


@pytest.mark.parametrize("number", seeds.runs(6, 200))
def test_whatever_people_do_the_books_tie_out_and_no_unit_is_paid_for_twice(
    world: World, number: int
) -> None:
    seed = seeds.FIRST + number
    faults = {"lost_before": 0.2, "lost_after": 0.2, "bounce": 0.2, "late_return": 0.1}
    simulated_bank().plan(FaultPlan(seed=seed, days_to_return=0, **faults))
    payouts.load_codes(commodity="coupon:JPY", codes=["A", "B"], at=world.now())
    life = Life(world, seed)
    life.claim()
    done = sum(life.act() for _ in range(150))
    assert done > 40
    assert [str(finding) for finding in audit()] == []
    tally = books_queries.trial_balance(recall_id=world.recall_id)
    assert (tally.impossible(), tally.population) == ((), 1000)
    assert all(len(amounts) <= 1 for amounts in simulated_bank().kept().values())
    _no_unit_is_promised_twice()


def _no_unit_is_promised_twice() -> None:
    seen: dict[int, str] = {}
    for row in ClaimUnit.objects.select_related("claim").exclude(unit_id=None):
        promises = books_queries.promises_of_case(row.claim.case_no)
        living = [
            p for p in promises if p.role == "remedy" and p.account in ("owed", "sent", "paid")
        ]
        assert len(living) <= 1, row
        if living and row.unit_id is not None:
            assert row.unit_id not in seen, (row, seen[row.unit_id])
            seen[row.unit_id] = str(row)
