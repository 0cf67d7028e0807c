"""A worker killed anywhere: each promise is paid exactly once in the end."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from kaishu.payouts import actions
from kaishu.payouts.due import due
from kaishu.payouts.models import CALLING, READY, SENT, Instruction, ShopCode, StockUnit
from kaishu.payouts.providers.simulated_bank import simulated_bank
from kaishu.payouts.providers.simulated_orders import FaultPlan
from kaishu.payouts.sending import LEASE
from tests.claims.world import World
from tests.payouts.teller import (
    approved_batch,
    make_due,
    owners_correct,
    rounds,
    scanned,
    transfers,
)
from tests.payouts.worker_process import run_until
from tests.support import seeds
from tests.support.forked import forked

OWED = "JPY: cost -3990  owed 3990"
IN_FLIGHT = "JPY: cost -3990  sent 3990"
PAID = "JPY: cost -3990  paid 3990"


SERIALS = ("SN0001", "SN0002", "SN0003")
FAULTS = {"lost_before": 0.3, "lost_after": 0.3, "bounce": 0.3, "late_return": 0.2, "repeat": 0.3}
POINTS = (
    "while the promise is taken",
    "before the call",
    "after the call",
    "while the answer is kept",
    "after the answer was kept",
    "while an unknown order is looked up",
    "after an unknown order was looked up",
    "while the counts are watched",
    "while a bounce is moved",
    "while a result is read",
    "after a result was moved",
)


def run_worker_that_dies(world: World, point: str) -> None:
    """Run the worker in another process until it dies at the point."""
    assert run_worker(world, point) == 9


def run_worker(world: World, point: str) -> int:
    """Run the worker in another process, which dies if it comes to the point; its exit code."""
    at = world.now()
    code = forked(lambda: run_until(point, at))
    assert code in (0, 9)
    return code


@pytest.mark.parametrize(
    ("point", "state", "money", "booked"),
    [
        ("while the promise is taken", READY, OWED, 0),
        ("before the call", CALLING, IN_FLIGHT, 0),
        ("after the call", CALLING, IN_FLIGHT, 1),
        ("while the answer is kept", CALLING, IN_FLIGHT, 1),
        ("after the answer was kept", SENT, IN_FLIGHT, 1),
        ("while a result is read", SENT, IN_FLIGHT, 1),
        ("after a result was moved", SENT, IN_FLIGHT, 1),
    ],
)
def test_a_worker_killed_at_any_point_pays_once(
    real_world: World, point: str, state: str, money: str, booked: int
) -> None:
    make_due(real_world, "SN0001")
    approved_batch(real_world)
    run_worker_that_dies(real_world, point)
    assert Instruction.objects.get().state == state
    assert (money in real_world.books(), transfers()) == (True, booked)
    rounds(real_world)
    assert (PAID in real_world.books(), transfers()) == (True, 1)
    assert Instruction.objects.count() == 1


@pytest.mark.parametrize("number", seeds.runs(3, 500))
def test_a_worker_killed_again_and_again_pays_once(real_world: World, number: int) -> None:
    dice = random.Random(seeds.FIRST + number)
    make_due(real_world, "SN0001", "SN0002")
    approved_batch(real_world)
    for _ in range(dice.randint(1, 3)):
        run_worker(real_world, dice.choice(POINTS))
        real_world.minutes += dice.choice([1, LEASE // timedelta(minutes=1)])
    rounds(real_world)
    assert ("JPY: cost -7980  paid 7980" in real_world.books(), transfers()) == (True, 2)


@pytest.mark.parametrize("number", seeds.runs(2, 300))
def test_a_worker_killed_among_a_bank_s_faults_pays_each_promise_once(
    real_world: World, number: int
) -> None:
    seed = seeds.FIRST + number
    dice = random.Random(seed)
    make_due(real_world, *SERIALS)
    simulated_bank().plan(FaultPlan(seed=seed, days_to_return=0, **FAULTS))
    for _ in range(4):
        owners_correct(real_world)
        if due():
            approved_batch(real_world)
        run_worker(real_world, dice.choice(POINTS))
        real_world.minutes += LEASE // timedelta(minutes=1)
    simulated_bank().plan(FaultPlan())
    for _ in range(4):
        owners_correct(real_world)
        if due():
            approved_batch(real_world)
        rounds(real_world, 2)
    paid = 3990 * len(SERIALS)
    assert f"JPY: cost -{paid}  paid {paid}" in real_world.books()
    assert list(simulated_bank().kept().values()) == [[3990]] * len(SERIALS)


@pytest.mark.parametrize(
    ("remedy", "point", "money"),
    [
        ("credit", "after a code was issued", "coupon:JPY: cost -4040  sent 4040"),
        ("replacement", "after a unit was reserved", "sku:A1637: cost -1  paid 1"),
        ("replacement", "after goods were handed over", "sku:A1637: cost -1  paid 1"),
    ],
)
def test_a_code_or_a_unit_is_given_once_though_the_worker_dies(
    real_world: World, remedy: str, point: str, money: str
) -> None:
    actions.load_codes(commodity="coupon:JPY", codes=["AAA", "BBB"], at=real_world.now())
    real_world.claim("SN0001", remedy=remedy)
    real_world.approve("SN0001")
    scanned(real_world, "SN0001")
    approved_batch(real_world)
    run_worker_that_dies(real_world, point)
    rounds(real_world)
    assert money in real_world.books()
    given = ShopCode.objects.filter(issued_key__isnull=False).count()
    assert (given, StockUnit.objects.count()) == ((1, 0) if remedy == "credit" else (0, 1))
