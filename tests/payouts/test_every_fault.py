"""The story of one batch that meets every fault of a bank: each promise is paid once in the end."""

from __future__ import annotations

import random

import pytest

from kaishu.payouts import actions, queries, result_acts
from kaishu.payouts.due import due
from kaishu.payouts.models import Instruction, ProviderEvent
from kaishu.payouts.providers.simulated_bank import simulated_bank
from kaishu.payouts.providers.simulated_orders import FaultPlan
from tests.claims.world import World
from tests.payouts.teller import approved_batch, make_due, owners_correct, rounds
from tests.support import seeds

SERIALS = tuple(f"SN{number:04d}" for number in range(1, 13))
FAULTS = {
    "lost_before": 0.25, "lost_after": 0.25, "bounce": 0.2, "other_cause": 0.5, "late_return": 0.25,
    "late": 0.2, "repeat": 0.3, "wrong_amount": 0.2, "unknown_key": 0.3, "out_of_order": 0.5,
}  # fmt: skip
DAY = 24 * 60


def funded(world: World) -> None:
    """Enter and agree to funds for exactly what is owed."""
    fund = actions.propose_fund(
        recall_id=world.recall_id,
        commodity="JPY",
        quantity=3990 * len(SERIALS),
        document="R-1",
        by="fumi",
        at=world.now(),
    )
    actions.approve_fund(fund_id=fund.id, by="goro", at=world.now())


def people_look(world: World) -> None:
    """Do what two people do about results that fitted nothing, and one about bounces."""
    owners_correct(world)
    for event in queries.unmatched_events(limit=500):
        if event.acts.filter(withdrawn_at=None).exists():
            continue
        order = result_acts.order_of(event)
        posts = order is not None and event.outcome == "amount_differs" and order.state == "sent"
        act = actions.propose_act(
            event_id=event.id,
            act="post" if posts else "dismiss",
            kind="settled" if posts else "",
            key=order.key if order and posts else "",
            why="the bank put it right" if posts else "asked the bank: nothing of ours",
            by="fumi",
            at=world.now(),
        )
        actions.approve_act(act_id=act.id, by="goro", at=world.now())


def live(world: World, days: int) -> None:
    """Let days pass in which the worker runs, people look, and what is due is paid."""
    for _ in range(days):
        people_look(world)
        if due():
            approved_batch(world)
        rounds(world, 1)
        world.minutes += DAY


@pytest.mark.parametrize("number", seeds.runs(2, 300))
def test_each_promise_is_paid_once_whatever_the_bank_does(world: World, number: int) -> None:
    seed = seeds.FIRST + number
    make_due(world, *SERIALS)
    funded(world)
    simulated_bank().plan(FaultPlan(seed=seed, days_to_settle=1, days_to_return=2, **FAULTS))
    live(world, 12 + random.Random(seed).randint(0, 4))
    simulated_bank().plan(FaultPlan())
    live(world, 6)
    paid = 3990 * len(SERIALS)
    assert f"JPY: cost -{paid}  paid {paid}" in world.books()
    assert sorted(simulated_bank().kept().values()) == [[3990]] * len(SERIALS)
    assert queries.unmatched_count() == 0
    stands = Instruction.objects.filter(state="settled")
    assert stands.count() == len(SERIALS)
    assert stands.values("promise_id").distinct().count() == len(SERIALS)


def test_a_return_that_is_reported_before_the_settlement_leaves_the_promise_owed(
    world: World,
) -> None:
    simulated_bank().plan(
        FaultPlan(late_return=1.0, out_of_order=1.0, days_to_settle=0, days_to_return=0)
    )
    make_due(world, "SN0001")
    approved_batch(world)
    rounds(world, 2)
    told = ProviderEvent.objects.order_by("number").values_list("kind", "outcome")
    assert list(told) == [("returned", "moved"), ("settled", "overtaken")]
    assert "JPY: cost -3990  owed 3990" in world.books()


def test_a_result_that_is_told_twice_counts_once_and_bothers_nobody(world: World) -> None:
    simulated_bank().plan(FaultPlan(repeat=1.0))
    make_due(world, "SN0001")
    approved_batch(world)
    rounds(world, 2)
    told = ProviderEvent.objects.order_by("number").values_list("kind", "outcome")
    assert list(told) == [("settled", "moved"), ("settled", "repeated")]
    assert (queries.unmatched_count(), "paid 3990" in world.books()) == (0, True)


def test_another_amount_moves_nothing_until_two_people_agree(world: World) -> None:
    simulated_bank().plan(FaultPlan(wrong_amount=1.0))
    make_due(world, "SN0001")
    approved_batch(world)
    rounds(world, 2)
    assert "JPY: cost -3990  sent 3990" in world.books()
    event = queries.unmatched_events()[0]
    assert (event.outcome, event.amount) == ("amount_differs", 3989)
    act = actions.propose_act(
        event_id=event.id, act="dismiss", why="a slip of the bank", by="fumi", at=world.now()
    )
    actions.withdraw_act(act_id=act.id, by="goro", at=world.now())
    assert queries.unmatched_count() == 1
    people_look(world)
    assert (queries.unmatched_count(), "paid 3990" in world.books()) == (0, True)


def test_what_was_unknown_is_never_sent_under_a_second_key(world: World) -> None:
    simulated_bank().plan(FaultPlan(lost_after=1.0, days_to_settle=30))
    make_due(world, *SERIALS[:3])
    approved_batch(world)
    rounds(world, 5)
    assert Instruction.objects.count() == 3
    assert due() == []
