"""Kits out and parcels in: custody follows the thing, repeats are harmless."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from kaishu.books.errors import UnitMoved
from kaishu.books.models import Entry
from kaishu.claims import decide, owner
from kaishu.claims import queries as claims
from kaishu.claims.errors import ClaimNotFound
from kaishu.returns import actions
from kaishu.returns.errors import (
    KitChanged,
    KitNotOwed,
    LiesElsewhere,
    OutcomeUnknown,
    ParcelNotOnWay,
    ScanKeyReused,
    StrayNotHere,
)
from kaishu.returns.models import Kit, Scan
from tests.claims.world import START, World
from tests.support.databases import together

START_OF_BOOKS = "declared -1000  unsold 100  at_large 899"
REFUND = "JPY: cost -3990  owed 3990"


def send_kit(world: World, serial: str, **more: Any) -> Kit:
    usual = {"tracking": "T1", "by": "mika", "at": world.now(), "key": f"kit {serial}"}
    return actions.send_kit(claim_unit_id=world.unit(serial).id, **(usual | more))


def scan(world: World, serial: str, outcome: str = "ok", **more: Any) -> actions.Scanned:
    unit = world.unit(serial)
    usual = {"site": "east", "by": "jun", "at": world.now(), "key": f"scan {world.minutes}"}
    return actions.scan_parcel(
        case_no=unit.claim.case_no, unit_no=unit.unit_no, outcome=outcome, **(usual | more)
    )


@pytest.fixture
def approved(world: World) -> World:
    world.claim("SN0001")
    world.approve("SN0001")
    return world


def test_a_kit_leaves_comes_back_and_the_unit_is_in_the_depot(approved: World) -> None:
    send_kit(approved, "SN0001")
    assert approved.books() == f"{START_OF_BOOKS}  owner 1 | {REFUND} | kit:bag: cost -1  sent 1"
    assert approved.stage("SN0001") == "kit_sent"
    answer = scan(approved, "SN0001")
    assert (answer.code, answer.repeated) == ("scan_ok", False)
    assert approved.books() == f"{START_OF_BOOKS}  depot 1 | {REFUND} | kit:bag: cost -1  paid 1"
    assert approved.stage("SN0001") == "collected"


def test_a_kit_is_sent_once(approved: World) -> None:
    first = send_kit(approved, "SN0001")
    assert send_kit(approved, "SN0001").id == first.id
    with pytest.raises(KitNotOwed):
        send_kit(approved, "SN0001", tracking="T2", key="another")
    assert Kit.objects.count() == 1
    assert approved.books() == f"{START_OF_BOOKS}  owner 1 | {REFUND} | kit:bag: cost -1  sent 1"


def test_a_bag_packed_before_the_owner_reported_danger_does_not_leave(approved: World) -> None:
    unit = approved.unit("SN0001")
    owner.report_danger(claim_unit_id=unit.id, condition="swollen", at=approved.now(), key="d")
    before = approved.books()
    with pytest.raises(KitChanged):
        send_kit(approved, "SN0001", kit="kit:bag")
    assert (approved.books(), Kit.objects.count()) == (before, 0)
    send_kit(approved, "SN0001", kit="kit:pickup")
    assert "kit:pickup: cost -1  sent 1" in approved.books()


def test_nobody_gets_a_kit_before_an_approval(world: World) -> None:
    world.claim("SN0001")
    with pytest.raises(KitNotOwed):
        send_kit(world, "SN0001")
    assert world.books() == f"{START_OF_BOOKS}  owner 1"


@pytest.mark.parametrize("key", ["scan 1", "another key"])
def test_a_second_scan_is_harmless_and_says_so(approved: World, key: str) -> None:
    first = scan(approved, "SN0001", key="scan 1")
    before = approved.books()
    again = scan(approved, "SN0001", key=key)
    assert (again.code, again.repeated, again.at) == ("already_scanned", True, first.at)
    assert (approved.books(), Scan.objects.count()) == (before, 1)


def test_a_scan_key_with_another_parcel_is_refused(approved: World) -> None:
    approved.claim("SN0002")
    scan(approved, "SN0001", key="k")
    before = approved.books()
    with pytest.raises(ScanKeyReused):
        scan(approved, "SN0002", key="k")
    with pytest.raises(ScanKeyReused):
        scan(approved, "SN0001", "empty", key="k")
    assert approved.books() == before


def test_a_parcel_announced_by_its_carrier_goes_through_transit(approved: World) -> None:
    case_no = approved.unit("SN0001").claim.case_no
    who = {"case_no": case_no, "unit_no": 1, "by": "jun"}
    actions.parcel_sent(**who, carrier="post", at=approved.now(), key="p")
    assert approved.books().startswith(f"{START_OF_BOOKS}  transit 1")
    assert approved.stage("SN0001") == "parcel_on_way"
    scan(approved, "SN0001")
    assert approved.books().startswith(f"{START_OF_BOOKS}  depot 1")
    with pytest.raises(ParcelNotOnWay):
        actions.lose_parcel(**who, at=approved.now(), key="l")
    assert approved.books().startswith(f"{START_OF_BOOKS}  depot 1")


def test_a_lost_parcel_is_at_large_again_and_may_still_arrive(approved: World) -> None:
    case_no = approved.unit("SN0001").claim.case_no
    send_kit(approved, "SN0001")
    who = {"case_no": case_no, "unit_no": 1, "by": "jun"}
    actions.parcel_sent(**who, carrier="post", at=approved.now(), key="p")
    actions.lose_parcel(**who, at=approved.now(), key="l")
    assert approved.books().startswith("declared -1000  unsold 100  at_large 900 |")
    assert approved.stage("SN0001") == "parcel_lost"
    scan(approved, "SN0001")
    assert approved.books().startswith(f"{START_OF_BOOKS}  depot 1")


def test_a_lost_unit_stays_its_senders_so_that_one_unit_is_paid_for_once(
    approved: World,
) -> None:
    case_no = approved.unit("SN0001").claim.case_no
    who = {"case_no": case_no, "unit_no": 1, "by": "jun"}
    actions.parcel_sent(**who, carrier="post", at=approved.now(), key="p")
    actions.lose_parcel(**who, at=approved.now(), key="l")
    before = approved.books()
    second = approved.claim("SN0001", name="Suzuki", key="other").case_no
    assert (approved.unit(second).contested, approved.books()) == (True, before)
    approved.decide(case_no, "reopened", "our_mistake")
    decide.hand_over_holder(
        claim_unit_id=approved.unit(second).id, by="rei", at=approved.now(), seen=None
    )
    assert approved.books() == f"{START_OF_BOOKS}  owner 1"
    assert approved.unit(case_no).contested


def test_a_wrong_item_is_kept_as_a_stray_and_the_owners_unit_stays(approved: World) -> None:
    send_kit(approved, "SN0001")
    answer = scan(approved, "SN0001", "wrong_item")
    assert (answer.code, answer.unit_id) == ("scan_wrong_item", None)
    assert approved.books() == (
        "declared -1001  unsold 100  at_large 899  owner 1  depot 1"
        f" | {REFUND} | kit:bag: cost -1  paid 1"
    )
    unit = claims.case(answer.case_no).units[0]
    assert (unit.account, unit.decisions[-1].reason) == ("owner", "wrong_item")
    actions.release_stray(
        unit_id=answer.stray_id or 0, reason="returned", by="jun", at=approved.now(), key="r"
    )
    assert "released 1" in approved.books()
    with pytest.raises(StrayNotHere):
        actions.release_stray(
            unit_id=unit.unit_id or 0, reason="returned", by="jun", at=approved.now(), key="r2"
        )


def test_an_empty_parcel_moves_no_unit(approved: World) -> None:
    send_kit(approved, "SN0001")
    assert scan(approved, "SN0001", "empty").code == "scan_empty"
    assert approved.books() == f"{START_OF_BOOKS}  owner 1 | {REFUND} | kit:bag: cost -1  paid 1"
    assert approved.stage("SN0001") == "kit_sent"


def test_a_swollen_unit_is_received_and_flagged(approved: World) -> None:
    answer = scan(approved, "SN0001", "swollen")
    assert answer.code == "scan_swollen"
    assert approved.books().startswith(f"{START_OF_BOOKS}  depot 1")
    assert claims.case(answer.case_no).units[0].decisions[-1].reason == "unit_swollen"


def test_a_parcel_of_an_unknown_unit_is_received_before_anybody_approved(world: World) -> None:
    world.claim("")
    scan(world, "")
    assert world.books() == f"{START_OF_BOOKS}  depot 1"
    world.approve("", serial="SN0042")
    assert world.books() == f"{START_OF_BOOKS}  depot 1 | {REFUND}"


def test_a_contested_parcel_is_kept_apart_for_a_person(approved: World) -> None:
    second = approved.claim("SN0001", name="Suzuki", key="other").case_no
    answer = scan(approved, second)
    assert (answer.code, answer.outcome) == ("scan_contested", "contested")
    assert "owner 1  depot 1" in approved.books()
    assert approved.unit(second).newest_decision.reason == "contested_arrived"  # type: ignore[union-attr]
    assert scan(approved, second, key="scan 1", at=approved.now()).outcome == "contested"


def test_a_unit_that_another_depot_holds_comes_over(approved: World) -> None:
    scan(approved, "SN0001")
    before = approved.books()
    with pytest.raises(LiesElsewhere) as refused:
        scan(approved, "SN0001", site="west")
    assert (refused.value.facts["site"], approved.books()) == ("east", before)
    moved = scan(approved, "SN0001", site="west", transferred=True)
    assert (moved.code, moved.from_party) == ("scan_ok", "east")
    assert approved.books().startswith(f"{START_OF_BOOKS}  depot 1")
    entry = Entry.objects.order_by("-id").filter(kind="parcel.received").first()
    assert entry is not None and entry.reason == "transferred"


@pytest.mark.parametrize(
    ("case", "outcome", "error"),
    [("000000000000", "ok", ClaimNotFound), (None, "contested", OutcomeUnknown)],
)
def test_a_scan_that_means_nothing_moves_nothing(
    approved: World, case: str | None, outcome: str, error: type[Exception]
) -> None:
    before = approved.books()
    with pytest.raises(error):
        actions.scan_parcel(
            case_no=case or approved.unit("SN0001").claim.case_no,
            unit_no=1,
            site="east",
            outcome=outcome,
            by="jun",
            at=approved.now(),
            key="k",
        )
    assert (approved.books(), Scan.objects.count()) == (before, 0)


def test_a_parcel_goes_out_once(approved: World) -> None:
    case_no = approved.unit("SN0001").claim.case_no
    who = {"case_no": case_no, "unit_no": 1, "by": "jun", "carrier": "post"}
    actions.parcel_sent(**who, at=START, key="p")
    actions.parcel_sent(**who, at=START, key="p")
    before = approved.books()
    with pytest.raises(UnitMoved):
        actions.parcel_sent(**who, at=START, key="p2")
    assert approved.books() == before


def test_ten_scans_at_once_are_one(real_world: World) -> None:
    real_world.claim("SN0001")
    real_world.approve("SN0001")
    case_no = real_world.unit("SN0001").claim.case_no

    def one(key: str) -> bool:
        return actions.scan_parcel(
            case_no=case_no, unit_no=1, site="east", outcome="ok", by="jun", at=START, key=key
        ).repeated

    keys = ["same"] * 5 + [f"key {number}" for number in range(5)]
    results = together([lambda key=key: one(key) for key in keys])
    assert sorted(results, key=str) == [False] + [True] * 9
    assert real_world.books().startswith(f"{START_OF_BOOKS}  depot 1")


def test_scans_and_kits_cannot_be_rewritten(approved: World) -> None:
    send_kit(approved, "SN0001")
    scan(approved, "SN0001")
    for statement in ("UPDATE returns_scan SET outcome = 'empty'", "DELETE FROM returns_kit"):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
