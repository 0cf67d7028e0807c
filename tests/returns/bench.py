"""Short sentences about a depot: scan, fill, sign."""

from __future__ import annotations

from typing import Any

from kaishu.returns import actions
from kaishu.returns.hand_overs import Signature
from kaishu.returns.models import Container
from tests.claims.world import World


def scan(world: World, serial: str = "SN0001", outcome: str = "ok", **more: Any) -> actions.Scanned:
    unit = world.unit(serial)
    usual = {"site": "east", "by": "jun", "at": world.now(), "key": f"scan {world.minutes}"}
    return actions.scan_parcel(
        case_no=unit.claim.case_no, unit_no=1, outcome=outcome, **(usual | more)
    )


def filled(world: World, *serials: str, **more: Any) -> Container:
    """Scan units at "east" and put them into one container."""
    box = actions.open_container(
        recall_id=world.recall_id, site="east", recycler="green", by="jun", at=world.now(), **more
    )
    for serial in serials:
        if serial not in world.claims:
            world.claim(serial)
        unit_id = scan(world, serial).unit_id
        assert unit_id is not None
        actions.put_in_container(container_id=box.id, unit_id=unit_id)
    return box


def act(world: World, box: Container, by: str = "jun") -> dict[str, Any]:
    return {"container_id": box.id, "by": by, "at": world.now()}


def given(world: World, *serials: str) -> Container:
    box = filled(world, *serials)
    actions.seal_container(seal_no="S-1", **act(world, box))
    actions.give(**act(world, box))
    return box


def take(world: World, box: Container, counted: int, **more: Any) -> Any:
    usual = {"signature": Signature(how="paper", by="kei"), "at": world.now()}
    return actions.take(container_id=box.id, counted=counted, **(usual | more))
