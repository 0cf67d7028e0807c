"""What comes late, twice, or back again: the unit stands in one place, and nobody waits for ever."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kaishu.books import actions as books
from kaishu.books.errors import UnitMoved
from kaishu.books.models import Promise, Unit
from kaishu.books.values import Place
from kaishu.claims import actions as claims
from kaishu.claims import owner, queries
from kaishu.claims.audit import audit
from kaishu.claims.models import ClaimUnit
from kaishu.core.errors import Refusal
from kaishu.payouts.batches import due
from kaishu.returns import actions
from tests.claims.world import START, World
from tests.support.databases import together


@pytest.fixture
def arrived(world: World) -> World:
    """One approved unit lies at the depot "east"."""
    world.claim("SN0001")
    world.approve("SN0001")
    scan(world, "first")
    return world


def scan(world: World, key: str) -> str:
    return actions.scan_parcel(
        **parcel(world, key), site="east", outcome="ok", by="jun", at=world.now()
    ).code


def parcel(world: World, key: str) -> dict[str, object]:
    return {"case_no": world.unit("SN0001").claim.case_no, "unit_no": 1, "key": key}


def move(world: World, kind: str, target: Place) -> None:
    """Move the unit as somebody else would."""
    books.move_unit(
        unit_id=Unit.objects.get().id,
        kind=kind,
        target=target,
        key=kind,
        door="test",
        by="mika",
        at=world.now(),
    )


def test_a_carrier_that_reports_late_does_not_take_the_unit_out_of_the_depot(
    arrived: World,
) -> None:
    before = arrived.books()
    with pytest.raises(UnitMoved):
        actions.parcel_sent(**parcel(arrived, "k"), carrier="post", by="post", at=arrived.now())
    assert arrived.books() == before


def test_a_unit_given_up_for_gone_turns_up_again(arrived: World) -> None:
    unit = Unit.objects.get()
    books.stocktake(
        recall_id=arrived.recall_id,
        product="M100",
        pool="consumer",
        place=Place("depot", "east"),
        counted=0,
        missing=[unit.id],
        key="count",
        door="test",
        by="jun",
        at=arrived.now(),
    )
    move(arrived, "unit.gone", Place("gone"))
    assert scan(arrived, "again") == "scan_ok"
    unit.refresh_from_db()
    assert (unit.account, unit.party) == ("depot", "east")


def test_nothing_is_due_for_a_unit_that_went_back_to_its_owner(arrived: World) -> None:
    assert [line.why for line in due()] == ["collected"]
    move(arrived, "custody.handed_over", Place("transit", "post"))
    actions.parcel_returned(**parcel(arrived, "back"), by="post", at=arrived.now())
    assert due() == []
    assert arrived.stage("SN0001") == "kit_due"


def test_a_parcel_that_comes_back_after_the_claim_was_taken_back_owes_no_kit(world: World) -> None:
    world.claim("SN0001")
    world.approve("SN0001")
    owner.withdraw(claim_unit_id=world.unit("SN0001").id, at=world.now(), seen=1)
    actions.parcel_sent(**parcel(world, "late"), carrier="post", by="post", at=world.now())
    actions.parcel_returned(**parcel(world, "back"), by="post", at=world.now())
    assert Unit.objects.get().account == "owner"
    assert set(Promise.objects.values_list("role", "account")) == {
        ("remedy", "waived"),
        ("kit", "waived"),
    }
    assert list(audit()) == []


def test_a_kit_sent_by_a_double_click_is_one_kit(real_world: World) -> None:
    real_world.claim("SN0001")
    real_world.approve("SN0001")
    unit_id = ClaimUnit.objects.get().id

    def send() -> int:
        kit = actions.send_kit(claim_unit_id=unit_id, tracking="T", by="m", at=START, key="k")
        return int(kit.id)

    kits = together([send for _ in range(8)])
    assert len(set(kits)) == 1, kits
    assert "kit:bag: cost -1  sent 1" in real_world.books()


def test_a_count_and_a_quarantine_of_one_shelf_do_not_wait_for_each_other(
    real_world: World,
) -> None:
    shelf = {"recall_id": real_world.recall_id, "product": "M100", "at": START}

    def count(number: int) -> object:
        return books.stocktake(
            **shelf,
            pool="retailer",
            place=Place("unsold", "shop-1"),
            counted=50,
            key=f"count {number}",
            door="test",
            by="ken",
        )

    def quarantine(number: int) -> object:
        return actions.quarantine_stock(
            **shelf, shop="shop-1", quantity=1, by="ken", key=f"take {number}"
        )

    jobs = [lambda act=act, n=n: act(n) for n in range(10) for act in (count, quarantine)]
    problems = [result for result in together(jobs) if isinstance(result, Exception)]
    assert [problem for problem in problems if not isinstance(problem, Refusal)] == []


def test_two_containers_with_the_same_cases_do_not_wait_for_each_other(
    real_world: World,
) -> None:
    cases = [_two_units(real_world, number) for number in range(6)]
    boxes = [_container(real_world, f"C-{number}") for number in (1, 2)]
    for unit_no, box, order in ((1, boxes[0], cases), (2, boxes[1], cases[::-1])):
        for case_no in order:
            unit_id = queries.claim_unit(case_no=case_no, unit_no=unit_no).unit_id or 0
            actions.put_in_container(container_id=box, unit_id=unit_id)
    gone = together(
        [lambda box=box: actions.hand_over(container_id=box, by="jun", at=START) for box in boxes]
    )
    assert [result for result in gone if isinstance(result, Exception)] == []
    assert "recycler 12" in real_world.books()


def _two_units(world: World, number: int) -> str:
    facts = world.facts("")
    serials = (f"SN{2 * number + 1:04d}", f"SN{2 * number + 2:04d}")
    units = tuple(replace(facts.units[0], serial=serial) for serial in serials)
    case_no = claims.submit_claim(
        facts=replace(facts, units=units), key=f"f{number}", door="web", by="", at=world.now()
    ).case_no
    for unit_no in (1, 2):
        actions.scan_parcel(
            case_no=case_no,
            unit_no=unit_no,
            site="east",
            outcome="ok",
            by="jun",
            at=world.now(),
            key=f"{case_no}-{unit_no}",
        )
    return case_no


def _container(world: World, number: str) -> int:
    return actions.open_container(
        recall_id=world.recall_id,
        number=number,
        site="east",
        recycler="green",
        by="jun",
        at=world.now(),
    ).id
