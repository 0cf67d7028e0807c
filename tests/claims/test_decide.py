"""Deciding: append-only, compare-and-set, and the books follow or nothing happens."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from kaishu.books.errors import CannotReverse
from kaishu.books.models import Promise
from kaishu.claims import actions, queries
from kaishu.claims.errors import (
    AmountWrong,
    DecisionConflict,
    DecisionNotOpen,
    ProductUnknown,
    ReasonUnknown,
    RemedyLeft,
    RemedyNotOffered,
    SecondLookNeeded,
    SerialUnreadable,
    UnitContested,
    UnitPromised,
)
from kaishu.claims.models import ClaimUnit, Decision
from kaishu.core.remedy import AmountMissing
from tests.claims.world import START, World
from tests.support.databases import together

CLAIMED = "declared -1000  unsold 100  at_large 899  owner 1"
REFUND_OWED = f"{CLAIMED} | JPY: cost -3990  owed 3990 | kit:bag: cost -1  owed 1"


def send(world: World, serial: str, role: str) -> None:
    """Let a promise leave, as returns or payouts would."""
    from kaishu.books import actions as books

    case_no = world.unit(serial).claim.case_no
    promise = Promise.objects.get(case_no=case_no, role=role, account="owed")
    books.move_promise(
        promise_id=promise.id,
        kind="payout.sent",
        target="sent",
        key=f"send {promise.id}",
        door="test",
        by="mika",
        at=world.now(),
    )


def test_approving_promises_the_remedy_and_the_kit(world: World) -> None:
    world.claim("SN0001")
    decision = world.approve("SN0001")
    assert (decision.number, decision.standing) == (1, "approved")
    assert world.books() == REFUND_OWED
    assert world.stage("SN0001") == "kit_due"


def test_the_reviewers_amount_counts_and_the_typed_one_stays(world: World) -> None:
    world.claim("SN0001")
    world.approve("SN0001", order_amount=4200)
    assert world.unit("SN0001").order_amount == 3990
    assert world.books() == f"{CLAIMED} | JPY: cost -4200  owed 4200 | kit:bag: cost -1  owed 1"


def test_an_order_amount_that_nobody_knows_stops_the_approval(world: World) -> None:
    world.claim("SN0001", order_amount=None)
    with pytest.raises(AmountMissing):
        world.approve("SN0001")
    assert (Decision.objects.count(), world.books()) == (0, CLAIMED)


def test_an_approval_after_a_question_names_the_unit_and_its_owner(world: World) -> None:
    world.claim("SN1", key="k")
    world.decide("SN1", "asked", "serial_photo_unclear")
    assert world.stage("SN1") == "question"
    world.decide("SN1", "answered", "owner_answered", by="owner")
    world.approve("SN1", serial="sn-0007")
    assert world.unit("SN1").serial == "SN0007"
    assert world.books() == REFUND_OWED


@pytest.mark.parametrize(
    "facts", [{"serial": "SN5000"}, {"serial": ""}, {"serial": "L05", "model": "L100"}]
)
def test_a_person_who_insists_is_heard(world: World, facts: dict[str, str]) -> None:
    world.claim(**facts)
    world.approve(facts["serial"])
    assert world.books() == REFUND_OWED
    assert world.unit(facts["serial"]).unit_id is not None


def test_a_model_that_is_not_in_the_recall_needs_the_reviewers_model(world: World) -> None:
    world.claim("SN0001", model="X9")
    with pytest.raises(ProductUnknown):
        world.approve("SN0001")
    assert Decision.objects.count() == 0
    world.approve("SN0001", product="M100", serial="SN0001")
    assert world.books() == REFUND_OWED


def test_a_serial_that_cannot_be_read_does_not_approve(world: World) -> None:
    world.claim("")
    with pytest.raises(SerialUnreadable):
        world.approve("", serial="??")
    assert (Decision.objects.count(), world.books()[:12]) == (0, "declared -10")


def test_a_remedy_that_is_not_offered_does_not_approve(world: World) -> None:
    world.claim("SN0001", remedy="a castle")
    with pytest.raises(RemedyNotOffered):
        world.approve("SN0001")
    world.decide("SN0001", "remedy_changed", "owner_asked", remedy="credit")
    world.approve("SN0001")
    assert world.books() == (
        f"{CLAIMED} | coupon:JPY: cost -4040  owed 4040 | kit:bag: cost -1  owed 1"
    )


def test_who_read_an_older_case_is_told(world: World) -> None:
    world.claim("SN0001")
    world.decide("SN0001", "asked", "proof_needed")
    with pytest.raises(DecisionConflict):
        world.approve("SN0001", seen=None)
    assert (Decision.objects.count(), world.books()) == (1, CLAIMED)


def test_the_same_decision_sent_twice_is_one(world: World) -> None:
    world.claim("SN0001")
    first = world.approve("SN0001", seen=None)
    assert world.approve("SN0001", seen=None).id == first.id
    assert world.books() == REFUND_OWED


def test_twenty_reviewers_at_once_make_one_decision(real_world: World) -> None:
    real_world.claim("SN0001")
    unit_id = ClaimUnit.objects.get().id

    def approve(number: int) -> int:
        return actions.decide(
            claim_unit_id=unit_id,
            kind="approved",
            reason="checked",
            by=f"reviewer {number}",
            at=START,
            seen=None,
        ).number

    results = together([lambda number=number: approve(number) for number in range(20)])
    assert results.count(1) == 1
    assert {type(result) for result in results} == {int, DecisionConflict}
    assert real_world.books() == REFUND_OWED


@pytest.mark.parametrize(
    ("kind", "reason", "error"),
    [
        ("approved", "because", ReasonUnknown),
        ("blessed", "checked", ReasonUnknown),
        ("answered", "owner_answered", DecisionNotOpen),
    ],
)
def test_a_decision_outside_the_list_is_refused(
    world: World, kind: str, reason: str, error: type[Exception]
) -> None:
    world.claim("SN0001")
    with pytest.raises(error):
        world.decide("SN0001", kind, reason)
    assert (Decision.objects.count(), world.books()) == (0, CLAIMED)


def test_a_refusal_can_be_contested_and_approved(world: World) -> None:
    world.claim("SN0001")
    world.decide("SN0001", "refused", "proof_does_not_match")
    assert world.stage("SN0001") == "refused"
    with pytest.raises(DecisionNotOpen):
        world.approve("SN0001")
    world.decide("SN0001", "reopened", "owner_contests", by="owner")
    world.approve("SN0001", by="jun")
    assert world.books() == REFUND_OWED


def test_a_changed_remedy_closes_what_was_owed_in_one_entry(world: World) -> None:
    world.claim("SN0001")
    world.approve("SN0001")
    world.decide("SN0001", "remedy_changed", "owner_asked", by="owner", remedy="replacement")
    assert world.books() == (f"{CLAIMED} | kit:bag: cost -1  owed 1 | sku:A1637: cost -1  owed 1")
    kinds = [entry.kind for entry in queries.case(world.unit("SN0001").claim.case_no).entries]
    assert kinds == ["holder.known", "promise.awarded", "promise.changed"]


def test_the_remedy_stays_once_the_kit_has_left(world: World) -> None:
    world.claim("SN0001")
    world.approve("SN0001")
    send(world, "SN0001", "kit")
    before = world.books()
    with pytest.raises(RemedyLeft):
        world.decide("SN0001", "remedy_changed", "owner_asked", remedy="credit")
    assert (world.books(), Decision.objects.count()) == (before, 1)


def test_a_partial_refund_promises_less(world: World) -> None:
    world.claim("SN0001")
    world.approve("SN0001", "partial", amount=3000)
    assert world.books() == f"{CLAIMED} | JPY: cost -3000  owed 3000 | kit:bag: cost -1  owed 1"


def test_a_partial_refund_of_an_owed_promise_closes_it_and_opens_a_smaller_one(
    world: World,
) -> None:
    world.claim("SN0001")
    world.approve("SN0001")
    send(world, "SN0001", "kit")
    world.approve("SN0001", "partial", amount=2500)
    assert world.books() == f"{CLAIMED} | JPY: cost -2500  owed 2500 | kit:bag: cost -1  sent 1"


@pytest.mark.parametrize("amount", [None, 0, 3990, 5000, -1])
def test_a_partial_amount_lies_between_nothing_and_all(world: World, amount: int | None) -> None:
    world.claim("SN0001")
    with pytest.raises(AmountWrong):
        world.approve("SN0001", "partial", amount=amount)
    assert (Decision.objects.count(), world.books()) == (0, CLAIMED)


def test_a_second_full_approval_is_refused(world: World) -> None:
    world.claim("SN0001")
    world.approve("SN0001")
    with pytest.raises(DecisionNotOpen):
        world.approve("SN0001", by="another")
    assert world.books() == REFUND_OWED


def test_a_withdrawal_waives_what_is_owed(world: World) -> None:
    world.claim("SN0001")
    world.approve("SN0001")
    world.decide("SN0001", "withdrawn", "owner_withdrew", by="owner")
    assert world.books() == (
        f"{CLAIMED} | JPY: cost -3990  waived 3990 | kit:bag: cost -1  waived 1"
    )
    assert world.stage("SN0001") == "withdrawn"


def test_a_withdrawal_after_the_money_left_is_refused(world: World) -> None:
    world.claim("SN0001")
    world.approve("SN0001")
    send(world, "SN0001", "remedy")
    before = world.books()
    with pytest.raises(RemedyLeft):
        world.decide("SN0001", "withdrawn", "owner_withdrew")
    assert (world.books(), Decision.objects.count()) == (before, 1)


def test_reopening_an_approval_takes_its_promises_back(world: World) -> None:
    world.claim("SN0001")
    world.approve("SN0001")
    send(world, "SN0001", "kit")
    world.decide("SN0001", "reopened", "our_mistake")
    assert world.books() == f"{CLAIMED} | kit:bag: cost -1  sent 1"
    world.approve("SN0001")
    assert world.books() == f"{CLAIMED} | JPY: cost -3990  owed 3990 | kit:bag: cost -1  sent 1"


def test_a_contested_unit_is_approved_only_after_the_holder_was_changed(world: World) -> None:
    first = world.claim("SN0001")
    second = world.claim("SN0001", name="Suzuki").case_no
    with pytest.raises(UnitContested) as refused:
        world.approve(second)
    assert refused.value.facts == {"case_no": first.case_no}
    assert (Decision.objects.count(), world.books()) == (0, CLAIMED)
    actions.hand_over_holder(
        claim_unit_id=world.unit(second).id, by="rei", at=world.now(), seen=None
    )
    assert (world.unit(first.case_no).contested, world.unit(second).contested) == (True, False)
    assert world.books() == CLAIMED
    world.approve(second)
    with pytest.raises(UnitContested):
        world.approve(first.case_no)
    assert world.books() == REFUND_OWED


def test_a_holder_who_was_approved_keeps_the_unit(world: World) -> None:
    first = world.claim("SN0001").case_no
    second = world.unit(world.claim("SN0001", name="Suzuki").case_no)
    world.approve(first)
    with pytest.raises(UnitPromised):
        actions.hand_over_holder(claim_unit_id=second.id, by="rei", at=world.now(), seen=None)
    assert (Decision.objects.count(), world.books()) == (1, REFUND_OWED)


def test_a_unit_that_has_moved_on_keeps_its_holder(world: World) -> None:
    from kaishu.books import actions as books
    from kaishu.books.values import Place

    first = world.unit(world.claim("SN0001").case_no)
    second = world.unit(world.claim("SN0001", name="Suzuki").case_no)
    books.move_unit(
        unit_id=first.unit_id or 0,
        kind="parcel.received",
        target=Place("depot", "east"),
        key="p",
        door="test",
        by="mika",
        at=world.now(),
    )
    with pytest.raises(CannotReverse):
        actions.hand_over_holder(claim_unit_id=second.id, by="rei", at=world.now(), seen=None)
    assert Decision.objects.count() == 0
    assert world.books() == "declared -1000  unsold 100  at_large 899  depot 1"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE claims_decision SET reason = 'goodwill'",
        "DELETE FROM claims_decision",
        "UPDATE claims_claimunit SET order_amount = 1",
        "UPDATE claims_claim SET case_no = '000000000000'",
    ],
)
def test_what_was_said_and_decided_cannot_be_rewritten(world: World, statement: str) -> None:
    world.claim("SN0001")
    world.approve("SN0001")
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_queue_shows_dangerous_units_first_and_counts_add_up(world: World) -> None:
    world.claim("SN0001")
    world.claim("SN0002", condition="swollen")
    world.claim("SN0003")
    world.claim("SN0003", name="Suzuki", key="other")
    world.claim("SN0004")
    world.approve("SN0004")
    rows = queries.queue()
    assert [row.serial for row in rows] == ["SN0002", "SN0001", "SN0003"]
    assert (rows[0].dangerous, rows[0].newest) == (True, None)
    assert queries.queue_counts() == {
        "to_review": 3,
        "urgent": 1,
        "contested": 1,
        "asked": 0,
        "approved": 1,
        "refused": 0,
        "withdrawn": 0,
        "all": 5,
    }


def test_a_case_shows_who_else_claims_its_unit(world: World) -> None:
    first = world.claim("SN0001").case_no
    second = world.claim("SN0001", name="Suzuki").case_no
    others = queries.case(second).units[0].others
    assert [(other.case_no, other.holds) for other in others] == [(first, True)]
    assert queries.case(second).units[0].account is None
    assert queries.case(first).units[0].account == "owner"


@pytest.mark.parametrize("kind", ["approved", "refused"])
def test_whoever_refused_cannot_judge_the_objection(world: World, kind: str) -> None:
    world.claim("SN0001")
    world.decide("SN0001", "refused", "proof_does_not_match", by="rei")
    world.decide("SN0001", "reopened", "owner_contests", by="owner")
    reason = "checked" if kind == "approved" else "no_answer"
    with pytest.raises(SecondLookNeeded):
        world.decide("SN0001", kind, reason, by="rei")
    assert world.books() == CLAIMED
    world.decide("SN0001", kind, reason, by="jun")
    assert world.unit("SN0001").newest_decision.standing == kind
