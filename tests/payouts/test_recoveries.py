"""Money that was paid and came back: two people, one entry, and the claim is open again."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from kaishu.payouts import actions, funds
from kaishu.payouts.errors import (
    ActDecided,
    DocumentMissing,
    NotRecoverable,
    ReasonMissing,
    SelfApproval,
)
from kaishu.payouts.models import Instruction, LeftUnits, Recovery
from tests.claims.world import World
from tests.payouts.teller import approved_batch, make_due, rounds

UNITS = "declared -1000  unsold 100  at_large 899  depot 1"
KIT = "kit:bag: cost -1  waived 1"
PAID = f"{UNITS} | JPY: cost -3990  paid 3990 | {KIT}"


@pytest.fixture
def paid(world: World) -> Instruction:
    """One refund that was paid."""
    make_due(world, "SN0001")
    approved_batch(world)
    rounds(world, 1)
    return Instruction.objects.get(state="settled")


def enter(world: World, line: Instruction, **more: str) -> Recovery:
    """Enter that the money of an order is back."""
    said = {"order": line.key, "reason": "other_payee", "document": "B-17", "by": "fumi", **more}
    return actions.propose_recovery(**said, at=world.now())


def test_what_came_back_leaves_the_books_as_if_it_had_not_been_paid(
    world: World, paid: Instruction
) -> None:
    assert LeftUnits.objects.get().units == 1
    row = enter(world, paid)
    assert world.books() == PAID
    with pytest.raises(SelfApproval):
        actions.approve_recovery(recovery_id=row.id, by="fumi", at=world.now())
    assert world.books() == PAID
    actions.approve_recovery(recovery_id=row.id, by="goro", at=world.now())
    assert world.books() == f"{UNITS} | {KIT}"
    assert LeftUnits.objects.get().units == 0
    assert funds.figure(recall_id=paid.recall_id, commodity="JPY").paid == 0
    with pytest.raises(ActDecided):
        actions.approve_recovery(recovery_id=row.id, by="goro", at=world.now())
    with pytest.raises(NotRecoverable):
        enter(world, paid)
    assert world.stage("SN0001") == "in_review"


def test_only_a_settled_order_with_reason_and_document_comes_back_once(
    world: World, paid: Instruction
) -> None:
    for said, refusal in (
        ({"order": "nothing"}, NotRecoverable),
        ({"reason": "because"}, ReasonMissing),
        ({"document": " "}, DocumentMissing),
    ):
        with pytest.raises(refusal):
            enter(world, paid, **said)
    row = enter(world, paid)
    with pytest.raises(ActDecided):
        enter(world, paid)
    actions.withdraw_recovery(recovery_id=row.id, by="fumi", at=world.now())
    with pytest.raises(ActDecided):
        actions.approve_recovery(recovery_id=row.id, by="goro", at=world.now())
    assert enter(world, paid).id != row.id
    assert world.books() == PAID


@pytest.mark.parametrize("change", ["approver = maker", "document = 'B-18'", "reason = 'x'"])
def test_the_database_keeps_two_people_and_what_they_agreed_to(
    world: World, paid: Instruction, change: str
) -> None:
    enter(world, paid)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE payouts_recovery SET {change}")
