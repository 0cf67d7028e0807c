"""A scan that the depot took back found nothing, so nothing may be paid for it."""

from __future__ import annotations

import pytest

from kaishu.payouts import actions as payouts
from kaishu.payouts.errors import NothingDue
from kaishu.returns import actions as returns
from kaishu.returns.models import Scan
from tests.claims.world import World
from tests.payouts.teller import make_due


def test_what_a_depot_took_back_is_not_due(world: World) -> None:
    make_due(world, "SN0001")
    returns.undo_scan(scan_id=Scan.objects.get().id, by="jun", at=world.now())
    before = world.books()
    with pytest.raises(NothingDue):
        payouts.propose_batch(by="fumi", at=world.now())
    assert world.books() == before


def test_it_is_due_once_it_came_after_all(world: World) -> None:
    make_due(world, "SN0001")
    returns.undo_scan(scan_id=Scan.objects.get().id, by="jun", at=world.now())
    returns.scan_parcel(
        case_no=world.unit("SN0001").claim.case_no,
        unit_no=1,
        site="east",
        outcome="ok",
        by="jun",
        at=world.now(),
        key="again",
    )
    assert payouts.propose_batch(by="fumi", at=world.now()).totals == {"JPY": 3990}
