"""What a reviewer corrects, and what stays corrected: part, product, serial, holder, second look."""

from __future__ import annotations

import pytest

from kaishu.books.models import Promise, Unit
from kaishu.claims import actions
from kaishu.claims.audit import audit
from kaishu.claims.errors import PartStands, SecondLookNeeded, UnitMovedOn
from kaishu.claims.models import ClaimUnit, Decision
from kaishu.returns import actions as returns
from tests.claims.world import World

HELD = "declared -1000  unsold 100  at_large 899  owner 1"


def owed(world: World) -> dict[str, int]:
    """Return what is owed, by commodity, but for the kits."""
    rows = Promise.objects.filter(account="owed", role="remedy")
    return dict(rows.values_list("commodity", "quantity"))


def test_a_changed_remedy_never_pays_more_than_the_part_that_was_approved(world: World) -> None:
    world.claim("SN0001")
    world.approve("SN0001", "partial", amount=2500)
    world.decide("SN0001", "remedy_changed", "owner_asked", by="owner", remedy="credit")
    assert owed(world) == {"coupon:JPY": 2500}
    world.decide("SN0001", "remedy_changed", "owner_asked", by="owner", remedy="refund")
    assert owed(world) == {"JPY": 2500}


def test_goods_are_not_given_in_place_of_a_part(world: World) -> None:
    world.claim("SN0001")
    world.approve("SN0001", "partial", amount=2500)
    before = world.books()
    with pytest.raises(PartStands):
        world.decide("SN0001", "remedy_changed", "owner_asked", by="owner", remedy="replacement")
    assert (world.books(), Decision.objects.count()) == (before, 1)


def test_a_part_ends_with_a_new_judgement(world: World) -> None:
    world.claim("SN0001")
    world.approve("SN0001", "partial", amount=2500)
    world.decide("SN0001", "reopened", "our_mistake")
    world.approve("SN0001")
    world.decide("SN0001", "remedy_changed", "owner_asked", by="owner", remedy="credit")
    assert owed(world) == {"coupon:JPY": 4040}


def test_a_corrected_product_is_the_books_product(world: World) -> None:
    world.claim("SN0001")
    world.approve("SN0001", product="L100", serial="L05")
    row = world.unit("SN0001")
    assert (row.product, row.serial) == ("L100", "L05")
    held = Unit.objects.get(id=row.unit_id)
    assert (held.product, held.account) == ("L100", "owner")
    assert Unit.objects.get(serial="SN0001").account == "at_large"
    assert [str(finding) for finding in audit()] == []


def test_a_serial_that_was_mistyped_is_let_go_for_its_real_owner(world: World) -> None:
    world.claim("SN0001")
    world.approve("SN0001", serial="SN0002")
    assert world.books().startswith(HELD)
    assert world.unit("SN0001").serial == "SN0002"
    right = world.claim("SN0001", key="right", name="Ito")
    assert not world.unit(right.case_no).contested
    assert [str(finding) for finding in audit()] == []


def test_a_unit_that_has_moved_on_keeps_its_product(world: World) -> None:
    first = world.claim("SN5000").case_no
    returns.scan_parcel(
        case_no=first, unit_no=1, site="east", outcome="ok", by="jun", at=world.now(), key="s"
    )
    before = world.books()
    with pytest.raises(UnitMovedOn):
        world.approve(first, product="L100", serial="L05")
    assert world.books() == before


def test_a_serial_known_under_another_model_can_still_change_its_holder(world: World) -> None:
    world.claim("L05", model="L100")
    world.approve("L05", product="M100", serial="SN0007")
    world.decide("L05", "reopened", "our_mistake")
    wrong = world.claim("SN0007", key="b", name="Ito").case_no
    assert world.unit(wrong).contested
    ClaimUnit.objects.filter(id=world.unit(wrong).id).update(unit_id=None)  # as older rows are
    before = world.books()
    actions.hand_over_holder(
        claim_unit_id=world.unit(wrong).id, by="rei", at=world.now(), seen=None
    )
    assert (world.unit(wrong).contested, world.unit("L05").contested) == (False, True)
    assert world.books() == before
    world.approve(wrong)
    assert owed(world) == {"JPY": 3990}


@pytest.mark.parametrize("kind", ["approved", "refused"])
def test_whoever_decided_does_not_open_it_again(world: World, kind: str) -> None:
    world.claim("SN0001")
    world.decide("SN0001", kind, "checked" if kind == "approved" else "no_answer", by="rei")
    before = world.books()
    with pytest.raises(SecondLookNeeded):
        world.decide("SN0001", "reopened", "our_mistake", by="rei")
    assert (world.books(), Decision.objects.count()) == (before, 1)
    world.decide("SN0001", "reopened", "new_evidence", by="jun")
    assert world.unit("SN0001").standing == "open"


def test_what_a_second_person_opened_again_the_first_may_judge(world: World) -> None:
    world.claim("SN0001")
    world.decide("SN0001", "refused", "no_answer", by="rei")
    world.decide("SN0001", "reopened", "new_evidence", by="jun")
    world.approve("SN0001", by="rei")
    assert owed(world) == {"JPY": 3990}
