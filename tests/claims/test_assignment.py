"""Who has which claim: nobody gets what another has, and nothing stays with who went home."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kaishu.claims import assignment
from kaishu.claims.errors import AssignedElsewhere, ClaimNotFound
from kaishu.claims.models import ClaimUnit
from tests.claims.world import START, World
from tests.support.databases import together


def numbers(*names: str, world: World) -> list[int]:
    """File claims and return their claim unit ids in this order."""
    return [world.unit(world.claim(name, key=name).case_no).id for name in names]


def test_the_next_claim_is_the_dangerous_then_the_oldest_free_one(world: World) -> None:
    first, second = numbers("SN0001", "SN0002", world=world)
    hot = world.unit(world.claim("SN0003", condition="swollen").case_no).id
    given = [assignment.take_next(by=who, at=world.now()) for who in ("mika", "jun", "rei", "kei")]
    assert [unit and unit.id for unit in given] == [hot, first, second, None]


def test_whoever_asks_again_keeps_the_claim_they_have(world: World) -> None:
    first, _ = numbers("SN0001", "SN0002", world=world)
    for _ in range(2):
        unit = assignment.take_next(by="mika", at=world.now())
        assert unit is not None
        assert unit.id == first


def test_a_hold_ends_by_itself_and_a_taken_claim_does_not(world: World) -> None:
    first, second = numbers("SN0001", "SN0002", world=world)
    assignment.take(claim_unit_id=second, by="jun", at=START)
    assignment.take_next(by="mika", at=START)
    later = START + assignment.HOLD + timedelta(minutes=1)
    unit = assignment.take_next(by="rei", at=later)
    assert unit is not None
    assert unit.id == first
    assert ClaimUnit.objects.get(id=second).assigned_to == "jun"


def test_a_claim_that_a_colleague_has_is_not_taken_by_accident(world: World) -> None:
    (first,) = numbers("SN0001", world=world)
    assignment.take(claim_unit_id=first, by="mika", at=world.now())
    with pytest.raises(AssignedElsewhere) as refused:
        assignment.take(claim_unit_id=first, by="jun", at=world.now())
    assert refused.value.facts == {"by": "mika"}
    assignment.take(claim_unit_id=first, by="jun", at=world.now(), from_whom="mika")
    assert ClaimUnit.objects.get().assigned_to == "jun"
    assert not assignment.release(claim_unit_id=first, by="mika")
    assert assignment.release(claim_unit_id=first, by="jun")
    with pytest.raises(ClaimNotFound):
        assignment.take(claim_unit_id=first + 1, by="jun", at=world.now())


def test_a_given_claim_is_its_owners_next(world: World) -> None:
    _, second = numbers("SN0001", "SN0002", world=world)
    assignment.give(claim_unit_id=second, to="jun", by="mika", at=world.now())
    unit = assignment.take_next(by="jun", at=world.now())
    assert unit is not None
    assert unit.id == second


@pytest.mark.parametrize("kind", ["approved", "refused", "asked"])
def test_a_decision_frees_the_claim(world: World, kind: str) -> None:
    (first,) = numbers("SN0001", world=world)
    assignment.take(claim_unit_id=first, by="rei", at=world.now())
    reason = {"approved": "checked", "refused": "no_answer", "asked": "proof_needed"}[kind]
    world.decide("SN0001", kind, reason)
    assert ClaimUnit.objects.get().assigned_to == ""


def test_a_peek_takes_nothing(world: World) -> None:
    (first,) = numbers("SN0001", world=world)
    seen = assignment.peek(by="mika")
    assert seen is not None
    assert (seen.id, ClaimUnit.objects.get(id=first).assigned_to) == (first, "")


def test_twelve_reviewers_at_once_get_twelve_claims(real_world: World) -> None:
    for number in range(1, 13):
        real_world.claim(f"SN{number:04d}", key=str(number))

    def ask(number: int) -> int:
        unit = assignment.take_next(by=f"reviewer {number}", at=START)
        assert unit is not None
        return unit.id

    got = together([lambda number=number: ask(number) for number in range(12)])
    assert len(set(got)) == 12
