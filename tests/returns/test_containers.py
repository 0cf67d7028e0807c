"""Containers: what lies in them goes on together, and a certificate closes each unit once."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from kaishu.books.errors import TooLittle
from kaishu.returns import actions, queries
from kaishu.returns.errors import (
    AlreadyPacked,
    CertificateDiffers,
    ContainerClosed,
    ContainerEmpty,
    ContainerNotHandedOver,
    NotInDepot,
)
from kaishu.returns.models import Container
from tests.claims.world import World

OWED = "JPY: cost -3990  owed 3990 | kit:bag: cost -1  waived 1"


@pytest.fixture
def arrived(world: World) -> World:
    """One approved unit lies at the depot "east"."""
    world.claim("SN0001")
    world.approve("SN0001")
    actions.scan_parcel(
        case_no=world.unit("SN0001").claim.case_no,
        unit_no=1,
        site="east",
        outcome="ok",
        by="jun",
        at=world.now(),
        key="scan",
    )
    return world


def container(world: World, number: str = "C-1", site: str = "east") -> Container:
    return actions.open_container(
        recall_id=world.recall_id,
        number=number,
        site=site,
        recycler="green",
        by="jun",
        at=world.now(),
    )


def certify(world: World, box: Container, number: str = "CERT-9") -> Any:
    return actions.certify(
        container_id=box.id,
        certificate_no=number,
        issued_on=date(2025, 11, 1),
        by="kei",
        at=world.now(),
    )


def test_a_unit_goes_to_the_recycler_and_is_disposed_of_with_its_certificate(
    arrived: World,
) -> None:
    box = container(arrived)
    unit_id = arrived.unit("SN0001").unit_id or 0
    assert [unit.id for unit in queries.to_pack(site="east")] == [unit_id]
    actions.put_in_container(container_id=box.id, unit_id=unit_id)
    assert list(queries.to_pack(site="east")) == []
    for _ in range(2):
        actions.hand_over(container_id=box.id, by="jun", at=arrived.now())
    assert arrived.books() == f"declared -1000  unsold 100  at_large 899  recycler 1 | {OWED}"
    assert arrived.stage("SN0001") == "collected"
    for _ in range(2):
        certify(arrived, box)
    assert arrived.books() == f"declared -1000  unsold 100  at_large 899  disposed 1 | {OWED}"
    with pytest.raises(CertificateDiffers):
        certify(arrived, box, "CERT-10")
    view = queries.containers(site="east")[0]
    assert (view.quantity, view.certificate_no) == (1, "CERT-9")


def test_a_scan_after_disposal_is_harmless(arrived: World) -> None:
    test_a_unit_goes_to_the_recycler_and_is_disposed_of_with_its_certificate(arrived)
    before = arrived.books()
    answer = actions.scan_parcel(
        case_no=arrived.unit("SN0001").claim.case_no,
        unit_no=1,
        site="west",
        outcome="ok",
        by="jun",
        at=arrived.now(),
        key="late",
    )
    assert (answer.code, arrived.books()) == ("already_scanned", before)


def test_a_container_takes_only_what_lies_beside_it(arrived: World) -> None:
    unit_id = arrived.unit("SN0001").unit_id or 0
    with pytest.raises(NotInDepot):
        actions.put_in_container(container_id=container(arrived, "W", "west").id, unit_id=unit_id)
    first = container(arrived)
    line = actions.put_in_container(container_id=first.id, unit_id=unit_id)
    assert actions.put_in_container(container_id=first.id, unit_id=unit_id).id == line.id
    with pytest.raises(AlreadyPacked):
        actions.put_in_container(container_id=container(arrived, "C-2").id, unit_id=unit_id)


def test_order_matters_pack_then_hand_over_then_certify(arrived: World) -> None:
    box = container(arrived)
    before = arrived.books()
    with pytest.raises(ContainerEmpty):
        actions.hand_over(container_id=box.id, by="jun", at=arrived.now())
    with pytest.raises(ContainerNotHandedOver):
        certify(arrived, box)
    assert arrived.books() == before
    unit_id = arrived.unit("SN0001").unit_id or 0
    actions.put_in_container(container_id=box.id, unit_id=unit_id)
    actions.hand_over(container_id=box.id, by="jun", at=arrived.now())
    with pytest.raises(ContainerClosed):
        actions.put_in_container(container_id=box.id, unit_id=unit_id)


def stock(world: World, act: Any, quantity: int, **more: Any) -> Any:
    return act(
        recall_id=world.recall_id,
        product="M100",
        shop="shop-1",
        quantity=quantity,
        by="ken",
        at=world.now(),
        key=f"stock {quantity}",
        **more,
    )


def test_shop_stock_is_quarantined_and_shipped_by_count(world: World) -> None:
    stock(world, actions.quarantine_stock, 60)
    stock(world, actions.quarantine_stock, 60)
    assert world.books() == "declared -1000  unsold 40  at_large 900  depot 60"
    stock(world, actions.ship_stock, 50, recycler="green")
    assert world.books() == "declared -1000  unsold 40  at_large 900  depot 10  recycler 50"


def test_a_shop_cannot_give_more_than_it_has(world: World) -> None:
    with pytest.raises(TooLittle):
        stock(world, actions.quarantine_stock, 101)
    assert world.books() == "declared -1000  unsold 100  at_large 900"


def test_counted_stock_lies_in_a_container_like_units(world: World) -> None:
    stock(world, actions.quarantine_stock, 60)
    box = container(world, "S", "shop-1")
    stocked = {"container_id": box.id, "product": "M100", "key": "first"}
    with pytest.raises(TooLittle):
        actions.put_stock_in_container(**stocked, quantity=70)
    line = actions.put_stock_in_container(**stocked, quantity=45)
    assert actions.put_stock_in_container(**stocked, quantity=45).id == line.id
    other = container(world, "S-2", "shop-1")
    with pytest.raises(TooLittle):  # 45 of the 60 lie in the first one
        actions.put_stock_in_container(
            container_id=other.id, product="M100", key="other", quantity=16
        )
    assert world.books() == "declared -1000  unsold 40  at_large 900  depot 60"
    actions.take_out_of_container(container_id=box.id, line_id=line.id)
    actions.put_stock_in_container(**stocked, quantity=60)
    actions.hand_over(container_id=box.id, by="ken", at=world.now())
    certify(world, box)
    assert world.books() == "declared -1000  unsold 40  at_large 900  disposed 60"
