"""Answers that come late, twice or out of order: each counts once, and none is lost."""

from __future__ import annotations

from typing import Any

import pytest

from kaishu.payouts import actions, queries, sending
from kaishu.payouts.models import Instruction
from kaishu.payouts.providers.bank import Bank
from kaishu.payouts.providers.base import Order
from kaishu.payouts.providers.simulated_bank import simulated_bank
from kaishu.payouts.providers.simulated_orders import FaultPlan
from tests.claims.world import World
from tests.payouts.teller import approved_batch, make_due, rounds, transfers
from tests.support.databases import together


def ready_again(world: World) -> Instruction:
    """Bring one order to where its request seems lost and it waits to be sent again."""
    simulated_bank().plan(FaultPlan(lost_before=1.0))
    make_due(world, "SN0001")
    approved_batch(world)
    actions.send_due(at=world.now())
    line = Instruction.objects.get()
    sending.resolve(instruction_id=line.id, at=world.now(), by="worker", tally=sending.Tally())
    line.refresh_from_db()
    assert (line.state, transfers()) == ("ready", 0)
    return line


@pytest.mark.parametrize(("bounce", "money"), [(0.0, "paid 3990"), (1.0, "owed 3990")])
def test_a_request_that_arrives_late_still_gets_its_result(
    world: World, bounce: float, money: str
) -> None:
    line = ready_again(world)
    simulated_bank().plan(FaultPlan(bounce=bounce))
    simulated_bank().book(
        key=line.key, commodity="JPY", amount=3990, payee=line.payee, at=world.now(), facts={}
    )
    rounds(world, 3)
    assert f"JPY: cost -3990  {money}" in world.books()
    assert (transfers(), queries.unmatched_events()) == (1, [])


def test_an_answer_to_an_earlier_try_changes_nothing_once_another_has_begun(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = ready_again(world)
    simulated_bank().plan(FaultPlan(days_to_settle=1))
    real = Bank.send

    def send(bank: Bank, order: Order) -> Any:
        booked = real(bank, order)
        assert not sending._postpone(line, "first_try_says_not_now", world.now(), "worker")
        return booked

    monkeypatch.setattr(Bank, "send", send)
    actions.send_due(at=world.now())
    assert "JPY: cost -3990  sent 3990" in world.books()
    assert (transfers(), Instruction.objects.get().state) == (1, "sent")


def test_what_nobody_approved_is_not_sent_even_when_asked_for_by_number(world: World) -> None:
    make_due(world, "SN0001")
    batch = actions.propose_batch(by="fumi", at=world.now())
    before = world.books()
    line = batch.instructions.get()
    sending.send_one(instruction_id=line.id, at=world.now(), by="worker", tally=sending.Tally())
    assert (world.books(), transfers()) == (before, 0)


def test_four_readers_at_once_count_each_result_once(real_world: World) -> None:
    make_due(real_world, *(f"SN{number:04d}" for number in range(1, 9)))
    approved_batch(real_world)
    at = real_world.now()
    actions.send_due(at=at)
    read = together([lambda: actions.read_results(at=at).settled for _ in range(4)])
    assert sum(count for count in read if isinstance(count, int)) == 8, read
    assert [problem for problem in read if isinstance(problem, Exception)] == []
    assert queries.unmatched_events() == []
    assert "JPY: cost -31920  paid 31920" in real_world.books()


def test_a_message_that_cannot_be_written_does_not_undo_what_the_bank_did(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(sending, "tell_unit", broken)
    make_due(world, "SN0001")
    approved_batch(world)
    rounds(world, 3)
    assert Instruction.objects.get().state == "settled"
    assert (transfers(), queries.unmatched_events()) == (1, [])
