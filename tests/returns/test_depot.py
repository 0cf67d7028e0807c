"""The bench: who works where, what may be taken back, what has no label."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kaishu.books.models import Unit
from kaishu.books.queries import promises_of_case
from kaishu.claims import actions as claims
from kaishu.claims.queries import due_facts
from kaishu.incidents.models import Incident
from kaishu.notices.models import CallBack, Message
from kaishu.notices.queries import mail_trouble
from kaishu.returns import actions, queries
from kaishu.returns.errors import (
    LiesElsewhere,
    NotYourSite,
    ScanNotUndone,
    UnitSealed,
)
from kaishu.returns.models import Scan
from tests.claims.world import World
from tests.returns.bench import act, filled, scan


@pytest.fixture
def approved(world: World) -> World:
    """One approved claim whose kit is owed."""
    world.claim("SN0001")
    world.approve("SN0001")
    return world


def test_an_account_that_is_tied_to_one_site_acts_at_no_other(approved: World) -> None:
    actions.tie(account="jun", party="west", by="mika", at=approved.now())
    tie = actions.tie(account="jun", party="west", by="mika", at=approved.now())
    before = approved.books()
    with pytest.raises(NotYourSite):
        scan(approved)
    with pytest.raises(NotYourSite):
        filled(approved)
    assert (approved.books(), Scan.objects.count()) == (before, 0)
    actions.untie(workplace_id=tie.id, by="mika", at=approved.now())
    assert scan(approved).code == "scan_ok"


def test_the_last_scan_is_taken_back_whole(approved: World) -> None:
    before, stage = approved.books(), approved.stage("SN0001")
    answer = scan(approved)
    assert approved.books() != before
    for _ in range(2):
        actions.undo_scan(scan_id=answer.scan_id, by="jun", at=approved.now())
    assert (approved.books(), approved.stage("SN0001")) == (before, stage)
    assert scan(approved).repeated is False
    assert approved.stage("SN0001") == "collected"


def test_an_undone_scan_calls_its_mail_off_or_corrects_it(approved: World) -> None:
    arrived = Message.objects.filter(template="parcel_received")
    undo = {"by": "jun", "at": approved.now()}
    actions.undo_scan(scan_id=scan(approved).scan_id, **undo)
    assert [(m.state, m.last_error, m.sealed) for m in arrived] == [
        ("given_up", "taken_back", None)
    ]
    assert mail_trouble(approved.unit("SN0001").claim.case_no) is None
    assert not Message.objects.filter(template="parcel_not_here").exists()
    answer = scan(approved)
    arrived.filter(state="queued").update(state="sent", sent_at=approved.now(), sealed=None)
    for _ in range(2):
        actions.undo_scan(scan_id=answer.scan_id, **undo)
    assert Message.objects.filter(template="parcel_not_here", state="queued").count() == 1


def test_an_undone_scan_makes_no_money_due(approved: World) -> None:
    kit = {"claim_unit_id": approved.unit("SN0001").id, "tracking": "T", "by": "m", "key": "k"}
    actions.send_kit(**kit, at=approved.now())
    case_no = approved.unit("SN0001").claim.case_no
    sent = {"case_no": case_no, "unit_no": 1, "by": "post", "key": "p"}
    actions.parcel_sent(**sent, carrier="post", at=approved.now())
    before = approved.books()
    actions.undo_scan(scan_id=scan(approved).scan_id, by="jun", at=approved.now())
    assert (approved.books(), approved.stage("SN0001")) == (before, "parcel_on_way")
    promises = [p for p in promises_of_case(case_no) if p.role == "remedy"]
    assert due_facts(promises)[case_no, 1].collected is False


def test_what_something_followed_is_not_taken_back(approved: World) -> None:
    first = scan(approved)
    unit = approved.unit("SN0001")
    box = filled(approved)
    actions.put_in_container(container_id=box.id, unit_id=unit.unit_id or 0)
    before = approved.books()
    for scan_id, by in ((first.scan_id, "jun"), (first.scan_id, "kei"), (0, "jun")):
        with pytest.raises(ScanNotUndone):
            actions.undo_scan(scan_id=scan_id, by=by, at=approved.now())
    actions.take_out_of_container(container_id=box.id, line_id=box.lines.get().id)
    approved.claim("SN0002")
    scan(approved, "SN0002")
    with pytest.raises(ScanNotUndone):  # it is not the last any more
        actions.undo_scan(scan_id=first.scan_id, by="jun", at=approved.now())
    assert approved.books() == before.replace("at_large 899  depot 1", "at_large 898  depot 2")


def test_a_scan_that_a_decision_followed_is_not_taken_back(world: World) -> None:
    world.claim("SN0001")
    answer = scan(world)
    world.approve("SN0001")
    before = world.books()
    with pytest.raises(ScanNotUndone):
        actions.undo_scan(scan_id=answer.scan_id, by="jun", at=world.now())
    assert world.books() == before


@pytest.mark.parametrize("outcome", ["wrong_item", "empty"])
def test_a_wrong_item_or_an_empty_parcel_is_taken_back_too(approved: World, outcome: str) -> None:
    before = approved.books()
    answer = scan(approved, outcome=outcome)
    actions.undo_scan(scan_id=answer.scan_id, by="jun", at=approved.now())
    assert approved.books() == before


@pytest.mark.parametrize("outcome", ["swollen", "hot", "leaking"])
def test_a_dangerous_unit_on_the_bench_opens_one_incident(approved: World, outcome: str) -> None:
    answer = scan(approved, outcome=outcome)
    again = scan(approved, outcome=outcome)
    made = Incident.objects.get()
    assert (answer.incident, made.kind, made.door) == (made.number, outcome, "partner")
    assert (again.repeated, again.incident) == (True, "")
    assert approved.stage("SN0001") == "collected"
    assert not CallBack.objects.filter(key__startswith="incident:").exists()


def test_a_unit_that_comes_over_leaves_its_open_container_but_no_sealed_one(
    approved: World,
) -> None:
    box = filled(approved, "SN0001")
    with pytest.raises(LiesElsewhere):
        scan(approved, site="west")
    actions.seal_container(seal_no="S", **act(approved, box))
    before = approved.books()
    with pytest.raises(UnitSealed):
        scan(approved, site="west", transferred=True)
    assert (approved.books(), box.lines.count()) == (before, 1)
    actions.unseal_container(reason="count_again", **act(approved, box))
    assert scan(approved, site="west", transferred=True).from_party == "east"
    assert box.lines.count() == 0
    assert Unit.objects.get().party == "west"


def found(world: World, serial: str = "", key: str = "found-1", **more: Any) -> actions.Scanned:
    usual = {"recall_id": world.recall_id, "site": "east", "by": "jun", "at": world.now()}
    return actions.receive_found(**(usual | {"serial": serial, "key": key} | more))


def test_a_box_without_a_label_is_a_stray_and_twice_is_once(world: World) -> None:
    first = found(world)
    assert (first.code, found(world).repeated) == ("scan_unknown", True)
    assert world.books() == "declared -1001  unsold 100  at_large 900  depot 1"
    assert [unit.id for unit in queries.to_pack(site="east", strays=True)] == [first.stray_id]
    actions.undo_scan(scan_id=first.scan_id, by="jun", at=world.now())
    assert world.books() == "declared -1000  unsold 100  at_large 900"


def test_a_serial_without_a_claim_brings_in_the_unit_that_it_names(world: World) -> None:
    answer = found(world, "sn 0007")
    assert (answer.code, answer.stray_id) == ("scan_found", None)
    assert world.books() == "declared -1000  unsold 100  at_large 899  depot 1"
    assert found(world, "SN0007", key="again").repeated
    with pytest.raises(LiesElsewhere):
        found(world, "SN0007", key="west", site="west")
    # whoever claims it now is contested: it lies with us, and a person decides
    world.claim("SN0007")
    assert world.unit("SN0007").contested


def test_a_serial_outside_every_recall_is_a_stray(world: World) -> None:
    assert found(world, "XX9999").code == "scan_unknown"


def test_the_claims_other_units_are_offered(world: World) -> None:
    facts = world.facts("SN0001")
    units = tuple(replace(facts.units[0], serial=f"SN000{n}") for n in (1, 2, 3))
    case_no = claims.submit_claim(
        facts=replace(facts, units=units), key="three", door="web", by="", at=world.now()
    ).case_no
    actions.scan_parcel(
        case_no=case_no, unit_no=2, site="east", outcome="ok", by="jun", at=world.now(), key="a"
    )
    left = queries.others_of_claim(case_no=case_no, unit_no=2)
    assert [unit.unit_no for unit in left] == [1, 3]
