"""Payouts: two people, one key an attempt, no blind resend, and the books tell it all."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from kaishu.claims.errors import RemedyLeft
from kaishu.payouts import actions, queries
from kaishu.payouts.batches import due
from kaishu.payouts.errors import (
    BatchChanged,
    BatchDecided,
    CodeNotFound,
    NoProvider,
    NothingDue,
    SelfApproval,
)
from kaishu.payouts.models import Batch, Instruction, ProviderEvent, ShopCode, StockUnit
from kaishu.payouts.providers import provider_name
from kaishu.payouts.providers.bank import Bank
from kaishu.payouts.providers.base import Order
from kaishu.payouts.providers.simulated_bank import simulated_bank
from kaishu.payouts.providers.simulated_orders import FaultPlan
from tests.claims.world import START, World
from tests.payouts.teller import (
    approved_batch,
    make_due,
    owners_correct,
    rounds,
    scanned,
    transfers,
)
from tests.support import seeds
from tests.support.databases import together
from tests.support.environment import ENGINE

UNITS = "declared -1000  unsold 100  at_large 899  depot 1"
KIT = "kit:bag: cost -1  waived 1"


def books(money: str) -> str:
    """Return the whole balance after one refunded unit."""
    return f"{UNITS} | JPY: cost -3990  {money} | {KIT}"


def test_a_due_refund_is_proposed_approved_sent_and_settled(world: World) -> None:
    make_due(world, "SN0001")
    batch = approved_batch(world)
    assert (batch.totals, batch.maker, batch.approver) == ({"JPY": 3990}, "fumi", "goro")
    rounds(world, 1)
    assert world.books() == books("paid 3990")
    line = queries.batch(batch.id).lines[0]
    assert (line.state, line.attempt, line.provider) == ("settled", 1, "bank")
    assert line.key.startswith(f"{line.case_no}-1-")
    assert world.stage("SN0001") == "done"


def test_nothing_is_due_before_approval_and_collection(world: World) -> None:
    world.claim("SN0001")
    assert due() == []
    world.approve("SN0001")
    assert due() == []
    with pytest.raises(NothingDue):
        actions.propose_batch(by="fumi", at=world.now())
    world.claim("SN0002", remedy="credit", key="k")
    world.approve("SN0002")
    assert [(line.commodity, line.quantity, line.why) for line in due()] == [
        ("coupon:JPY", 4040, "approved")
    ]


def test_what_lies_in_a_batch_is_not_due_again(world: World) -> None:
    make_due(world, "SN0001")
    actions.propose_batch(by="fumi", at=world.now())
    with pytest.raises(NothingDue):
        actions.propose_batch(by="hana", at=world.now())


def test_nothing_is_sent_before_the_approval(world: World) -> None:
    make_due(world, "SN0001")
    actions.propose_batch(by="fumi", at=world.now())
    rounds(world)
    assert (world.books(), transfers()) == (books("owed 3990"), 0)


def test_the_maker_cannot_approve(world: World) -> None:
    make_due(world, "SN0001")
    batch = actions.propose_batch(by="fumi", at=world.now())
    with pytest.raises(SelfApproval):
        actions.approve_batch(batch_id=batch.id, by="fumi", at=world.now())
    rounds(world)
    assert (world.books(), transfers()) == (books("owed 3990"), 0)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE payouts_batch SET approver = maker, approved_at = proposed_at",
        "UPDATE payouts_batch SET maker = 'somebody else'",
        "INSERT INTO payouts_batch (maker, proposed_at, totals, digest, approver, approved_at)"
        " SELECT maker, proposed_at, totals, digest, maker, proposed_at FROM payouts_batch",
        "UPDATE payouts_batch SET approver = 'goro'",
        "UPDATE payouts_batch SET totals = '{}'",
        "UPDATE payouts_instruction SET quantity = 9999999",
        "UPDATE payouts_instruction SET payee = 'me'",
    ],
)
def test_the_database_itself_refuses_one_person_approving_and_other_tricks(
    world: World, statement: str
) -> None:
    make_due(world, "SN0001")
    batch = actions.propose_batch(by="fumi", at=world.now())
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    batch.refresh_from_db()
    assert (batch.maker, batch.approver, Batch.objects.count()) == ("fumi", None, 1)


def test_a_promise_has_one_living_instruction_in_the_database_too(world: World) -> None:
    make_due(world, "SN0001")
    actions.propose_batch(by="fumi", at=world.now())
    twin = Instruction.objects.get()
    twin.pk, twin.attempt, twin.key = None, 2, "another key"
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save(force_insert=True)


def test_a_batch_is_approved_as_it_was_shown_and_once(world: World) -> None:
    make_due(world, "SN0001")
    batch = actions.propose_batch(by="fumi", at=world.now())
    who = {"batch_id": batch.id, "by": "goro", "at": world.now()}
    with pytest.raises(BatchChanged):
        actions.approve_batch(**who, digest="0" * 64)
    actions.approve_batch(**who, digest=batch.digest)
    with pytest.raises(BatchDecided):
        actions.approve_batch(**who)


def test_a_withdrawn_batch_is_not_sent_and_its_promises_are_due_again(world: World) -> None:
    make_due(world, "SN0001")
    batch = approved_batch(world)
    actions.withdraw_batch(batch_id=batch.id, by="fumi", at=world.now())
    rounds(world)
    assert (world.books(), transfers()) == (books("owed 3990"), 0)
    approved_batch(world)
    rounds(world, 1)
    assert (world.books(), transfers()) == (books("paid 3990"), 1)
    assert [i.attempt for i in Instruction.objects.order_by("id")] == [1, 2]


def test_a_promise_that_changed_after_the_approval_is_not_sent(world: World) -> None:
    make_due(world, "SN0001")
    approved_batch(world)
    world.decide("SN0001", "remedy_changed", "owner_asked", remedy="replacement")
    before = world.books()
    actions.send_due(at=world.now())
    assert (world.books(), transfers()) == (before, 0)
    assert [(i.state, i.reason) for i in Instruction.objects.all()] == [("void", "promise_changed")]


def test_while_an_order_is_under_way_nobody_can_change_the_remedy(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_due(world, "SN0001")
    approved_batch(world)
    seen: list[str] = []
    real = Bank.send

    def send(bank: Bank, order: Order) -> Any:
        for kind, reason, more in (
            ("remedy_changed", "owner_asked", {"remedy": "replacement"}),
            ("withdrawn", "owner_withdrew", {}),
            ("reopened", "our_mistake", {}),
        ):
            with pytest.raises(RemedyLeft):
                world.decide("SN0001", kind, reason, **more)
            seen.append(kind)
        return real(bank, order)

    monkeypatch.setattr(Bank, "send", send)
    rounds(world, 1)
    assert seen == ["remedy_changed", "withdrawn", "reopened"]
    assert world.books() == books("paid 3990")


def test_an_answer_that_was_lost_is_looked_up_and_not_sent_again(world: World) -> None:
    simulated_bank().plan(FaultPlan(lost_after=1.0, days_to_settle=1))
    make_due(world, "SN0001")
    approved_batch(world)
    tally = actions.send_due(at=world.now())
    assert (tally.unknown, Instruction.objects.get().state) == (1, "unknown")
    assert world.books() == books("sent 3990")
    tally = actions.send_due(at=world.now())
    assert (tally.resolved, tally.sent, Instruction.objects.get().state) == (1, 0, "sent")
    assert (transfers(), Instruction.objects.get().tries) == (1, 1)


def test_a_request_that_was_lost_is_sent_again_under_its_own_key(world: World) -> None:
    simulated_bank().plan(FaultPlan(lost_before=1.0))
    make_due(world, "SN0001")
    approved_batch(world)
    actions.send_due(at=world.now())
    key = Instruction.objects.get().key
    assert (Instruction.objects.get().state, transfers()) == ("unknown", 0)
    simulated_bank().plan(FaultPlan())
    rounds(world, 1)
    line = Instruction.objects.get()
    assert (line.key, line.tries, line.state, transfers()) == (key, 2, "settled", 1)
    assert world.books() == books("paid 3990")


def test_a_bounce_gives_the_promise_back_and_only_then_comes_another_attempt(
    world: World,
) -> None:
    simulated_bank().plan(FaultPlan(bounce=1.0))
    make_due(world, "SN0001")
    approved_batch(world)
    actions.send_due(at=world.now())
    with pytest.raises(NothingDue):
        actions.propose_batch(by="fumi", at=world.now())
    actions.read_results(at=world.now())
    assert world.books() == books("owed 3990")
    assert [line.reason for line in queries.attention()] == ["account_unknown"]
    rounds(world)
    assert transfers() == 1
    simulated_bank().plan(FaultPlan())
    with pytest.raises(NothingDue):
        approved_batch(world)
    owners_correct(world)
    approved_batch(world)
    rounds(world, 1)
    assert (world.books(), transfers()) == (books("paid 3990"), 2)
    lines = Instruction.objects.order_by("id")
    assert [(line.attempt, line.state) for line in lines] == [(1, "bounced"), (2, "settled")]
    assert len({line.key for line in lines}) == 2


def test_money_that_comes_back_late_is_owed_again(world: World) -> None:
    simulated_bank().plan(FaultPlan(late_return=1.0, days_to_return=0))
    make_due(world, "SN0001")
    approved_batch(world)
    rounds(world, 1)
    rounds(world, 1)
    assert world.books() == books("owed 3990")
    kinds = ProviderEvent.objects.order_by("number").values_list("kind", flat=True)
    assert list(kinds) == ["settled", "returned"]
    assert due() == []
    owners_correct(world)
    assert [line.commodity for line in due()] == ["JPY"]


def test_results_read_twice_count_once(world: World) -> None:
    make_due(world, "SN0001")
    approved_batch(world)
    actions.send_due(at=world.now())
    assert actions.read_results(at=world.now()).settled == 1
    assert actions.read_results(at=world.now()).settled == 0
    assert world.books() == books("paid 3990")


def test_a_result_that_names_nothing_of_ours_is_kept_for_a_person(world: World) -> None:
    simulated_bank().book(key="stranger", commodity="JPY", amount=5, payee="x", at=START, facts={})
    assert actions.read_results(at=world.now()).unmatched == 1
    assert [event.key for event in queries.unmatched_events()] == ["stranger"]
    assert world.books() == "declared -1000  unsold 100  at_large 900"


def test_shop_credit_is_sent_when_issued_and_paid_when_the_owner_sees_it(world: World) -> None:
    assert actions.load_codes(commodity="coupon:JPY", codes=["AAA", "BBB", "AAA"], at=START) == 2
    make_due(world, "SN0001", remedy="credit")
    approved_batch(world)
    rounds(world, 1)
    money = f"{UNITS} | coupon:JPY: cost -4040  {{}} 4040 | {KIT}"
    assert world.books() == money.format("sent")
    case_no = world.unit("SN0001").claim.case_no
    for _ in range(2):
        shown = actions.show_code(case_no=case_no, unit_no=1, at=world.now())
        assert (shown.code, shown.amount) == ("AAA", 4040)
    rounds(world, 1)
    assert world.books() == money.format("paid")
    assert queries.free_codes(commodity="coupon:JPY") == 1


def test_an_empty_pool_of_codes_leaves_the_promise_owed_and_the_order_ready(
    world: World,
) -> None:
    make_due(world, "SN0001", remedy="credit")
    approved_batch(world)
    for _ in range(3):
        assert actions.send_due(at=world.now()).postponed == 1
    assert world.books() == f"{UNITS} | coupon:JPY: cost -4040  owed 4040 | {KIT}"
    with pytest.raises(CodeNotFound):
        actions.show_code(case_no=world.unit("SN0001").claim.case_no, unit_no=1, at=world.now())
    actions.load_codes(commodity="coupon:JPY", codes=["AAA"], at=START)
    assert actions.send_due(at=world.now()).sent == 1
    assert Instruction.objects.count() == 1
    assert world.books() == f"{UNITS} | coupon:JPY: cost -4040  sent 4040 | {KIT}"


def test_a_replacement_goes_out_with_a_serial_that_no_recall_names(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def recalled(model: str, serial: str) -> bool:
        asked.append(serial)
        return len(asked) < 3

    monkeypatch.setattr("kaishu.payouts.stock.recalled", recalled)
    make_due(world, "SN0001", remedy="replacement")
    approved_batch(world)
    rounds(world, 1)
    line = Instruction.objects.get()
    # Two serials were refused; the third was asked when it came in, was reserved, and left.
    assert (line.facts["serial"], asked[2:]) == (asked[2], [asked[2]] * 4)
    assert line.facts["tracking"].startswith("T")
    assert StockUnit.objects.get().reserved_key == line.key
    assert world.books() == f"{UNITS} | {KIT} | sku:A1637: cost -1  paid 1"


@pytest.mark.parametrize("commodity", ["kit:bag", "jpy", "sku:", "gold"])
def test_what_nobody_pays_has_no_provider(commodity: str) -> None:
    with pytest.raises(NoProvider):
        provider_name(commodity)


def test_four_workers_at_once_send_each_order_once(real_world: World) -> None:
    serials = [f"SN{number:04d}" for number in range(1, 7)]
    make_due(real_world, *serials)
    approved_batch(real_world)
    results = together([lambda: actions.send_due(at=START) for _ in range(4)])
    assert [result for result in results if isinstance(result, Exception)] == []
    assert transfers() == 6
    assert sum(line.tries for line in Instruction.objects.all()) == 6
    assert "JPY: cost -23940  sent 23940" in real_world.books()


def test_ten_orders_at_once_get_ten_codes(real_world: World) -> None:
    actions.load_codes(commodity="coupon:JPY", codes=[f"C{n}" for n in range(10)], at=START)
    serials = [f"SN{number:04d}" for number in range(1, 11)]
    make_due(real_world, *serials, remedy="credit")
    approved_batch(real_world)
    together([lambda: actions.send_due(at=START) for _ in range(4)])
    assert ShopCode.objects.filter(issued_key__isnull=False).count() == 10
    assert "coupon:JPY: cost -40400  sent 40400" in real_world.books()


@pytest.mark.parametrize("number", seeds.runs(20 if ENGINE == "sqlite" else 7, 1000))
def test_whatever_the_bank_does_nobody_is_paid_twice_and_nobody_is_lost(
    world: World, number: int
) -> None:
    serials = [f"SN{number:04d}" for number in range(1, 9)]
    make_due(world, *serials)
    faults = {"lost_before": 0.3, "lost_after": 0.3, "bounce": 0.3, "late_return": 0.2}
    simulated_bank().plan(FaultPlan(seed=seeds.FIRST + number, days_to_return=0, **faults))
    _many_rounds(world, 8)
    simulated_bank().plan(FaultPlan())
    _many_rounds(world, 3)
    assert "JPY: cost -31920  paid 31920" in world.books()
    assert list(simulated_bank().kept().values()) == [[3990]] * 8


def _many_rounds(world: World, count: int) -> None:
    for _ in range(count):
        owners_correct(world)
        if due():
            approved_batch(world)
        rounds(world, 1)


def test_a_batch_that_has_left_cannot_be_withdrawn(world: World) -> None:
    make_due(world, "SN0001")
    batch = approved_batch(world)
    rounds(world, 1)
    with pytest.raises(BatchDecided):
        actions.withdraw_batch(batch_id=batch.id, by="fumi", at=world.now())
    assert Batch.objects.get().withdrawn_at is None


def test_a_unit_that_is_here_already_needs_no_kit(world: World) -> None:
    world.claim("SN0001")
    scanned(world, "SN0001")
    world.approve("SN0001")
    assert world.books() == f"{UNITS} | JPY: cost -3990  owed 3990"
