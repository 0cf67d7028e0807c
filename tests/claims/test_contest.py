"""One serial, one unit, one holder: whenever it is found out that two claims mean the same unit."""

from __future__ import annotations

import pytest

from kaishu.books import corrections
from kaishu.books.errors import SerialElsewhere
from kaishu.books.models import Entry
from kaishu.claims import actions
from kaishu.claims.errors import UnitContested
from kaishu.claims.population import open_population
from kaishu.editions.models import Recall
from kaishu.returns import actions as returns
from tests.claims.world import World, recall


def test_a_parcel_that_came_before_its_approval_is_the_unit_of_its_serial(world: World) -> None:
    first = world.claim("SN5000", key="a").case_no
    second = world.claim("SN5000", key="b", name="Ito").case_no
    returns.scan_parcel(
        case_no=first, unit_no=1, site="east", outcome="ok", by="jun", at=world.now(), key="s"
    )
    world.approve(first)
    before = world.books()
    with pytest.raises(UnitContested):
        world.approve(second)
    assert world.books() == before
    assert world.unit(second).unit_id == world.unit(first).unit_id


def test_a_parcel_of_a_serial_that_another_claim_was_promised_for_is_not_approved(
    world: World,
) -> None:
    first = world.claim("SN5000", key="a").case_no
    second = world.claim("SN5000", key="b", name="Ito").case_no
    returns.scan_parcel(
        case_no=first, unit_no=1, site="east", outcome="ok", by="jun", at=world.now(), key="s"
    )
    world.approve(second)
    before = world.books()
    with pytest.raises(SerialElsewhere):
        world.approve(first)
    assert world.books() == before


def test_a_serial_that_a_reviewer_reads_and_another_claim_holds_makes_the_claim_contested(
    world: World,
) -> None:
    world.claim("SN0001", key="a")
    late = world.claim("", key="b", name="Ito").case_no
    before = world.books()
    with pytest.raises(UnitContested):
        world.approve(late, serial="SN0001")
    assert (world.books(), world.stage("")) == (before, "contested")
    unit = world.unit(late)
    assert (unit.contested, unit.newest_decision) == (True, None)
    actions.hand_over_holder(claim_unit_id=unit.id, by="rei", at=world.now(), seen=None)
    assert (world.unit(late).contested, world.unit("SN0001").contested) == (False, True)
    assert world.books() == before


def test_a_contested_claim_that_answered_a_question_is_still_contested(world: World) -> None:
    world.claim("SN0001", key="a")
    late = world.claim("SN0001", key="b", name="Ito").case_no
    world.decide(late, "asked", "proof_needed")
    assert world.stage(late) == "question"
    world.decide(late, "answered", "owner_answered")
    assert world.stage(late) == "contested"


def test_a_population_taken_back_is_posted_again(world: World) -> None:
    row, before = Recall.objects.get(), world.books()
    who = {"recall_row": row, "recall": recall(), "by": "mika"}
    assert open_population(**who, at=world.now()) == []
    for _ in range(2):
        corrections.reverse(
            entry_id=Entry.objects.filter(kind__startswith="population.").latest("id").id,
            reason="mistake",
            key=f"back {world.minutes}",
            door="test",
            by="mika",
            at=world.now(),
        )
        open_population(**who, at=world.now())
        assert open_population(**who, at=world.now()) == []
        assert world.books() == before
