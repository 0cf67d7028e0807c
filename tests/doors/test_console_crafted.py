"""Forms that no page of the console offers, posted all the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from kaishu.base.roles import Role
from kaishu.claims.models import Decision
from kaishu.payouts import actions as payouts
from kaishu.payouts.models import Batch
from tests.doors import desk_world, kumo
from tests.doors.desk_world import DeskWorld, member


@pytest.fixture
def world(db: None, data_dir: Path) -> DeskWorld:
    """Open the recall, without claims."""
    return desk_world.open_world(data_dir)


def test_an_act_nobody_offers_leaves_the_batch_as_it_is(world: DeskWorld) -> None:
    world.claim("first", serial=kumo.LISTED)
    world.decide("first")
    world.scan("first")
    made = payouts.propose_batch(by="yuki", at=world.now())
    member("yuki", Role.FINANCE).post(f"/staff/payouts/{made.id}/", {"do": "nonsense"})
    assert Batch.objects.get().withdrawn_at is None


def test_an_inspection_is_a_scan_and_no_form(world: DeskWorld) -> None:
    case_no = world.claim("first", serial=kumo.LISTED)
    forged = {"kind": "inspected", "reason": "unit_ok", "seen": ""}
    refused = member("mika", Role.REVIEWER).post(f"/staff/claims/{case_no}/1/decide/", forged)
    assert refused.status_code == 422
    assert Decision.objects.count() == 0


def test_a_label_as_printed_finds_its_case(world: DeskWorld) -> None:
    case_no = world.claim("first", serial=kumo.LISTED)
    label = f"{case_no[:4]}-{case_no[4:8]}-{case_no[8:]}-1"
    page = member("mika", Role.REVIEWER).get("/staff/claims/", {"search": label})
    assert case_no in page.content.decode().replace(" ", "")
