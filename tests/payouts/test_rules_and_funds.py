"""Why something is due or waits, the rules that hold it back, and the funds that cover it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from kaishu.payouts import actions, forecast, funds, queries, shop_codes, stock
from kaishu.payouts.due import due, groups
from kaishu.payouts.errors import (
    ActDecided,
    FundKnown,
    FundsShort,
    FundWrong,
    LimitWrong,
    RuleWrong,
    SelfApproval,
    StockRecalled,
    StockUnknown,
    TotalDiffers,
)
from kaishu.payouts.models import Fund, Instruction, StockUnit
from kaishu.payouts.providers.simulated_bank import simulated_bank
from kaishu.payouts.providers.simulated_orders import FaultPlan
from kaishu.payouts.rules import Rule
from tests.books.test_audit import damage
from tests.claims.world import World
from tests.payouts.teller import approved_batch, make_due, owners_correct, rounds, scanned


def whys(world: World) -> dict[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    for group in groups(recall_id=world.recall_id):
        count, total = found.get(group.why, (0, 0))
        found[group.why] = (count + group.count, total + group.total)
    return found


def rule(world: World, **more: Any) -> None:
    usual = {"received_above": None, "flag_above": None, "sample_permille": 0}
    made = actions.propose_rule(
        recall_id=world.recall_id, by="fumi", at=world.now(), **{**usual, **more}
    )
    with pytest.raises(SelfApproval):
        actions.approve_rule(rule_id=made.id, by="fumi", at=world.now())
    actions.approve_rule(rule_id=made.id, by="goro", at=world.now())
    with pytest.raises(ActDecided):
        actions.approve_rule(rule_id=made.id, by="hana", at=world.now())


def fund(world: World, quantity: int, document: str = "R-1", **more: Any) -> Fund:
    made = actions.propose_fund(
        recall_id=world.recall_id,
        commodity="JPY",
        quantity=quantity,
        document=document,
        by="fumi",
        at=world.now(),
        **more,
    )
    return actions.approve_fund(fund_id=made.id, by="goro", at=world.now())


def test_a_first_receipt_below_what_had_left_stops_payouts_and_is_no_fault(world: World) -> None:
    make_due(world, "SN0001")
    approved_batch(world)
    rounds(world, 1)  # 3,990 left while nobody counted the funds
    fund(world, 300)
    assert [(each.available, each.short) for each in funds.figures()] == [(-3690, True)]
    assert funds.overdrawn() == []
    make_due(world, "SN0002")
    with pytest.raises(FundsShort):
        approved_batch(world)


def test_money_that_left_without_cover_is_named(world: World) -> None:
    fund(world, 5000)
    make_due(world, "SN0001")
    approved_batch(world)
    rounds(world, 1)
    damage("UPDATE payouts_fund SET quantity = 1000", apps=("payouts",))
    assert [(each.commodity, missing) for each, missing in funds.overdrawn()] == [("JPY", 2990)]
    damage("UPDATE payouts_fund SET quantity = 5000", apps=("payouts",))


def credit(world: World, serial: str, amount: int = 3990) -> None:
    world.claim(serial, remedy="credit", key=f"form {serial}", order_amount=amount)
    world.approve(serial)


def test_each_promise_says_why_it_is_due_or_waits(world: World) -> None:
    make_due(world, "SN0001")
    credit(world, "SN0002")
    world.claim("SN0003", key="k3")
    world.approve("SN0003")
    assert whys(world) == {
        "collected": (1, 3990),
        "approved": (1, 4040),
        "not_collected": (1, 3990),
    }
    actions.pause(recall_id=world.recall_id, note="look", by="mika", at=world.now())
    assert whys(world) == {"paused": (3, 12020)}
    assert due() == []


def test_a_bounce_waits_for_its_owner_and_the_owner_is_told_why(world: World) -> None:
    from kaishu.notices.models import Message

    simulated_bank().plan(FaultPlan(bounce=1.0, other_cause=1.0))
    make_due(world, "SN0001")
    approved_batch(world)
    rounds(world, 1)
    assert whys(world) == {"correct_first": (1, 3990)}
    told = Message.objects.get(template="remedy_came_back")
    assert told.facts["reason"] == "口座の名義が、お申し込みのお名前と違いました。"
    owners_correct(world)
    assert whys(world) == {"collected": (1, 3990)}


def test_age_asks_for_what_was_decided_long_ago(world: World) -> None:
    make_due(world, "SN0001")
    world.minutes += 3 * 24 * 60
    make_due(world, "SN0002")
    assert len(due(before=world.now() - timedelta(days=2))) == 1
    assert len(due(before=world.now())) == 2


def test_above_an_amount_the_unit_comes_first(world: World) -> None:
    credit(world, "SN0001", 3990)
    credit(world, "SN0002", 9000)
    rule(world, commodity="coupon:JPY", received_above=5000)
    assert whys(world) == {"approved": (1, 4040), "receipt_first": (1, 9050)}
    scanned(world, "SN0002")
    assert whys(world)["collected"] == (1, 9050)


def test_a_sampled_unit_is_inspected_first_and_the_sample_never_changes(world: World) -> None:
    credit(world, "SN0001")
    rule(world, commodity="coupon:JPY", sample_permille=1000)
    assert whys(world) == {"sample": (1, 4040)}
    assert due() == []
    scanned(world, "SN0001")
    assert whys(world) == {"collected": (1, 4040)}


def test_about_one_in_a_hundred_is_sampled_and_always_the_same(world: World) -> None:
    one_percent = Rule(sample_permille=10)
    asked = [
        {"recall_id": 1, "case_no": f"{number:012d}", "unit_no": 1} for number in range(20_000)
    ]
    first = [one_percent.sampled(**each) for each in asked]
    assert first == [one_percent.sampled(**each) for each in asked]
    assert 150 <= sum(first) <= 250
    twice = Rule(sample_permille=20)
    assert all(twice.sampled(**each) for each, hit in zip(asked, first, strict=True) if hit)


@pytest.mark.parametrize(
    "wrong", [{"sample_permille": 1001}, {"flag_above": -1}, {"commodity": ""}]
)
def test_a_rule_that_means_nothing_is_refused(world: World, wrong: dict[str, Any]) -> None:
    with pytest.raises(RuleWrong):
        rule(world, **{"commodity": "JPY", **wrong})


def test_what_is_approved_is_covered_by_funds(world: World) -> None:
    make_due(world, "SN0001", "SN0002")
    fund(world, 5000)
    with pytest.raises(FundsShort):
        approved_batch(world)
    second = fund(world, 2980, "R-2")
    assert second.approver == "goro"
    batch = queries.batches()[0]
    actions.approve_batch(batch_id=batch.batch_id, by="goro", at=world.now())
    stands = funds.figure(recall_id=world.recall_id, commodity="JPY")
    assert (stands.funded, stands.committed, stands.free) == (7980, 7980, 0)
    rounds(world, 1)
    stands = funds.figure(recall_id=world.recall_id, commodity="JPY")
    assert (stands.paid, stands.available, stands.committed) == (7980, 0, 0)


def test_nothing_is_given_back_that_is_needed_and_no_document_counts_twice(world: World) -> None:
    make_due(world, "SN0001")
    fund(world, 5000)
    approved_batch(world)
    with pytest.raises(FundsShort):
        fund(world, 2000, "B-1", kind="given_back")
    fund(world, 1010, "B-2", kind="given_back")
    with pytest.raises(FundKnown):
        fund(world, 5000)
    for wrong in ({"document": " "}, {"quantity": 0}):
        with pytest.raises(FundWrong):
            fund(world, **{"quantity": 1, "document": "x", **wrong})


def test_in_production_no_fund_means_no_payout(world: World, settings: Any) -> None:
    settings.KAISHU_FUNDS_REQUIRED = True
    make_due(world, "SN0001")
    with pytest.raises(FundsShort):
        approved_batch(world)


def test_a_batch_keeps_to_its_limits_and_its_typed_total(world: World) -> None:
    make_due(world, "SN0001", "SN0002", "SN0003")
    chosen: dict[str, Any] = {"recall_id": world.recall_id, "commodity": "JPY", "by": "fumi"}
    with pytest.raises(LimitWrong):
        actions.propose_batch(**chosen, at=world.now(), most=3989)
    batch = actions.propose_batch(**chosen, at=world.now(), most=8000)
    assert batch.totals == {"JPY": 7980}
    with pytest.raises(TotalDiffers):
        actions.approve_batch(batch_id=batch.id, by="goro", at=world.now(), typed={"JPY": 79800})
    actions.approve_batch(batch_id=batch.id, by="goro", at=world.now(), typed={"JPY": 7980})


def test_the_forecast_follows_its_formula(world: World) -> None:
    assert forecast.forecast(recall_id=world.recall_id, at=world.now()) == []
    make_due(world, "SN0001", "SN0002")
    credit(world, "SN0003")
    world.claim("SN0004", key="no")
    world.decide("SN0004", "refused", "serial_not_in_recall")
    for number in range(5, 9):
        world.claim(f"SN000{number}", key=f"open {number}")
    (week,) = forecast.forecast(recall_id=world.recall_id, at=world.now())
    # 4 open units x 3 of 4 approved x 2 of 3 refunds of 3,990 and 1 of 3 credits of 4,040
    assert (week.units, week.needs) == (4, {"JPY": 7980, "coupon:JPY": 4040})
    assert week.monday.isoformat() == "2025-10-20"


def test_a_recalled_unit_never_leaves_and_another_may_take_its_place(
    world: World, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.KAISHU_WAREHOUSE = "ours"
    bad: set[str] = {"C3"}
    monkeypatch.setattr(stock, "recalled", lambda model, serial: serial in bad)
    received = actions.receive_stock(
        commodity="sku:A1637", serials=["c1", "c2", "c3", "c1", "c 4!"], document="IN",
        by="olga", at=world.now(),
    )  # fmt: skip
    assert (received.units, received.twice, received.recalled) == (3, ("C1",), ("C3",))
    make_due(world, "SN0001", remedy="replacement")
    approved_batch(world)
    rounds(world, 1)
    key = Instruction.objects.get().key
    usual: dict[str, Any] = {"key": key, "tracking": "T", "by": "olga"}
    bad.add("C1")
    with pytest.raises(StockRecalled):
        actions.dispatch_goods(**usual, serial="C1", at=world.now())
    with pytest.raises(StockUnknown):
        actions.dispatch_goods(**usual, serial="C9", at=world.now())
    actions.dispatch_goods(**usual, serial="C2", at=world.now())
    assert StockUnit.objects.get(serial="C1").reserved_key is None
    assert Instruction.objects.get().facts["serial"] == "C2"
    actions.note_back(key=key, reason="lost_on_the_way", at=world.now())
    rounds(world, 1)
    assert "sku:A1637: cost -1  owed 1" in world.books()
    assert [
        unit.reserved_key for unit in stock.owners_of(commodity="sku:A1637", serials=["C2"])
    ] == [key]


def test_a_code_that_its_owner_saw_can_be_made_void_and_issued_anew(world: World) -> None:
    actions.load_codes(commodity="coupon:JPY", codes=["AAA", "BBB"], at=world.now())
    credit(world, "SN0001")
    approved_batch(world)
    rounds(world, 1)
    case_no = world.unit("SN0001").claim.case_no
    actions.show_code(case_no=case_no, unit_no=1, at=world.now())
    rounds(world, 1)
    (code,) = shop_codes.codes_in("issued")
    actions.void_code(code_id=code.id, reason="code_leaked", by="fumi", at=world.now())
    rounds(world, 1)
    assert "coupon:JPY: cost -4040  owed 4040" in world.books()
    approved_batch(world)
    rounds(world, 1)
    assert actions.show_code(case_no=case_no, unit_no=1, at=world.now()).code == "BBB"
    (pool,) = shop_codes.pools()
    assert (pool.free, pool.void, pool.low) == (0, 1, True)
