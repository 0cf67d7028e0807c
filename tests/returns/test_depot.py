"""The depot: who works where, what may be taken back, what a seal, a signature and a count mean."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from kaishu.books import actions as books
from kaishu.books.models import Unit
from kaishu.books.queries import promises_of_case
from kaishu.books.values import Place, UnitMove
from kaishu.claims import actions as claims
from kaishu.claims.queries import due_facts
from kaishu.core.errors import Refusal
from kaishu.incidents.models import Incident
from kaishu.notices.models import CallBack
from kaishu.returns import actions, limits, numbers, queries, stocktakes
from kaishu.returns.errors import (
    CertificateTooMany,
    CertificateTotalWrong,
    ContainerEnergy,
    ContainerFull,
    ContainerNotSealed,
    ContainerSealed,
    ContainerTooHeavy,
    ContainerWeightNeeded,
    HandOverDiffers,
    HandOverNameNeeded,
    HandOverOpen,
    HandOverSamePerson,
    LiesElsewhere,
    NotYourSite,
    ScanNotUndone,
    SealDiffers,
    StocktakeSamePerson,
    StocktakeStale,
    UnitSealed,
)
from kaishu.returns.hand_overs import Signature, signer_of
from kaishu.returns.models import Container, Scan
from tests.claims.world import World

START_OF_BOOKS = "declared -1000  unsold 100  at_large 899"
OWED = "JPY: cost -3990  owed 3990"


@pytest.fixture
def approved(world: World) -> World:
    """One approved claim whose kit is owed."""
    world.claim("SN0001")
    world.approve("SN0001")
    return world


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


def test_containers_are_numbered_by_site_and_year(world: World) -> None:
    first, second = filled(world), filled(world)
    assert (first.number, second.number) == ("EAST-2025-0001", "EAST-2025-0002")
    assert [numbers.tidy(t) for t in (" e 7 ", "E/7", "Ｅ－７", "日本", "", "-")] == [
        *["E-7"] * 3,
        *[""] * 3,
    ]


def test_a_container_takes_no_more_than_its_pieces_and_its_energy(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = filled(world, "SN0001", max_units=1)
    world.claim("SN0002")
    unit_id = scan(world, "SN0002").unit_id or 0
    with pytest.raises(ContainerFull):
        actions.put_in_container(container_id=box.id, unit_id=unit_id)
    recall = limits.recall_of(world.recall_id)
    products = tuple(replace(p, capacity="10,000 mAh") for p in recall.products)
    monkeypatch.setattr(limits, "recall_of", lambda _: replace(recall, products=products))
    other = filled(world, max_wh=36)
    with pytest.raises(ContainerEnergy) as refused:
        actions.put_in_container(container_id=other.id, unit_id=unit_id)
    assert refused.value.facts == {"limit": "36", "wanted": "37"}
    assert (box.lines.count(), other.lines.count()) == (1, 0)


def test_energy_is_read_from_the_label() -> None:
    said = {"10,000 mAh / 38.48 Wh": 39, "10,000 mAh": 37, "27650mAh, 99.54Wh": 100, "large": None}
    assert {text: limits.watt_hours(text) for text in said} == said


def test_a_seal_keeps_everything_in_and_out(world: World) -> None:
    box = filled(world, "SN0001", max_net_g=5000)
    with pytest.raises(ContainerWeightNeeded):
        actions.seal_container(seal_no="S-1", **act(world, box))
    with pytest.raises(ContainerTooHeavy):
        actions.seal_container(seal_no="S-1", net_g=5001, **act(world, box))
    for _ in range(2):
        actions.seal_container(seal_no="s 1", net_g=5000, **act(world, box))
    with pytest.raises(ContainerSealed):
        actions.take_out_of_container(container_id=box.id, line_id=box.lines.get().id)
    with pytest.raises(Refusal):
        actions.unseal_container(reason="because", **act(world, box))
    actions.give(**act(world, box))
    with pytest.raises(HandOverOpen):
        actions.unseal_container(reason="count_again", **act(world, box))
    actions.give_back(**act(world, box))
    actions.unseal_container(reason="count_again", **act(world, box))
    with pytest.raises(ContainerNotSealed):
        actions.give(**act(world, box))
    steps = [(step.step, step.reason) for step in box.steps.order_by("id")]
    assert steps == [
        ("opened", ""),
        ("sealed", ""),
        ("given", ""),
        ("given_back", ""),
        ("unsealed", "count_again"),
    ]


def test_nothing_moves_before_the_second_signature(world: World) -> None:
    box = given(world, "SN0001", "SN0002")
    at_depot = "declared -1000  unsold 100  at_large 898  depot 2"
    actions.tie(account="kei", party="green", by="mika", at=world.now())
    account = Signature(how="account", by="kei")
    for refused, counted, more in (
        (HandOverDiffers, 3, {}),
        (HandOverDiffers, 1, {}),
        (NotYourSite, 2, {"signature": Signature(how="account", by="ren")}),
        (HandOverNameNeeded, 2, {"signature": Signature(how="code", by="")}),
        (SealDiffers, 2, {"signature": account, "seal_no": "S-2"}),
    ):
        with pytest.raises(refused):
            take(world, box, counted, **more)
    assert world.books() == at_depot
    for _ in range(2):
        take(world, box, 2, signature=account, seal_no="s-1")
    assert world.books() == "declared -1000  unsold 100  at_large 898  recycler 2"


def test_both_signatures_are_not_one_persons(world: World) -> None:
    box = given(world, "SN0001")
    actions.tie(account="jun", party="green", by="mika", at=world.now())
    with pytest.raises(HandOverSamePerson):
        take(world, box, 1, signature=Signature(how="account", by="jun"))


def test_what_is_missing_at_the_hand_over_stays_with_the_depot(world: World) -> None:
    box = given(world, "SN0001", "SN0002")
    line = box.lines.order_by("id").first()
    assert line is not None
    signed = take(
        world, box, 1, missing=[line.id], signature=Signature(how="code", by="", name=" Toda ")
    )
    assert (signed.stated, signed.counted, signer_of(signed)) == (2, 1, "Toda")
    assert world.books() == "declared -1000  unsold 100  at_large 898  depot 1  recycler 1"
    assert [unit.id for unit in queries.to_pack(site="east")] == [line.unit_id]


def certify(world: World, box: Container, number: str, **more: Any) -> Any:
    usual = {"issued_on": date(2025, 11, 1), "by": "kei", "at": world.now()}
    return actions.certify(container_id=box.id, certificate_no=number, **(usual | more))


def test_a_certificate_may_cover_a_part_and_the_rest_stays_with_the_recycler(
    world: World,
) -> None:
    box = given(world, "SN0001", "SN0002")
    take(world, box, 2)
    first, second = box.lines.order_by("id")
    before = world.books()
    with pytest.raises(CertificateTooMany):
        certify(world, box, "C-1", parts={first.id: 2})
    with pytest.raises(CertificateTotalWrong):
        certify(world, box, "C-1", parts={first.id: 1}, units=2)
    assert world.books() == before
    for _ in range(2):
        certify(world, box, "C-1", parts={first.id: 1}, units=1, net_g=350)
    assert world.books() == "declared -1000  unsold 100  at_large 898  recycler 1  disposed 1"
    assert queries.containers(site="east")[0].state == "part_certified"
    case_no = world.unit("SN0001").claim.case_no
    paper = queries.certificate_of(case_no=case_no, unit_no=1)
    assert paper is not None and paper.certificate_no == "C-1"
    other = world.unit("SN0002").claim.case_no
    assert queries.certificate_of(case_no=other, unit_no=1) is None
    certify(world, box, "C-2", units=1)
    assert world.books() == "declared -1000  unsold 100  at_large 898  disposed 2"
    assert (queries.containers(site="east")[0].state, second.certified.count()) == ("certified", 1)


def count(world: World, by: str = "jun") -> dict[str, Any]:
    begun = actions.open_stocktake(recall_id=world.recall_id, site="east", by=by, at=world.now())
    return {"stocktake_id": begun.id, "by": by, "at": world.now()}


def test_a_count_names_what_is_missing_and_a_second_person_posts_it(world: World) -> None:
    for serial in ("SN0001", "SN0002"):
        world.claim(serial)
        scan(world, serial)
    going = count(world)
    assert count(world)["stocktake_id"] == going["stocktake_id"]
    here = world.unit("SN0001").unit_id or 0
    assert actions.count_unit(unit_id=here, **going) is True
    assert actions.count_unit(unit_id=here, **going) is False
    closed = actions.close_count(**going)
    line = stocktakes.differences(closed)[0]
    assert (line.counted, line.expected, line.quantity) == (1, 2, -1)
    assert [unit.serial for unit in line.missing] == ["SN0002"]
    before = world.books()
    with pytest.raises(StocktakeSamePerson):
        actions.post_count(**going)
    assert world.books() == before
    for _ in range(2):
        actions.post_count(**{**going, "by": "kei"})
    assert world.books() == "declared -1000  unsold 100  at_large 899  depot 1"


def test_a_count_by_number_may_find_too_many_while_a_named_unit_is_missing(world: World) -> None:
    world.claim("SN0001")
    scan(world, "SN0001")
    move_stock_to_east(world, 5)
    going = count(world)
    for pool, counted in (("consumer", 0), ("retailer", 7)):
        actions.count_number(
            stocktake_id=going["stocktake_id"],
            product="M100",
            pool=pool,
            counted=counted,
            by="jun",
        )
    actions.close_count(**going)
    actions.post_count(**{**going, "by": "kei"})
    assert world.books() == "declared -1000  unsold 95  at_large 898  depot 7"


def move_stock_to_east(world: World, quantity: int) -> None:
    """Let counted shop stock lie at "east", as a quarantine in its own back room would."""
    books.post(
        kind="stock.quarantined",
        moves=[
            UnitMove(
                product="M100",
                pool="retailer",
                quantity=quantity,
                source=Place("unsold", "shop-1"),
                target=Place("depot", "east"),
            )
        ],
        recall_id=world.recall_id,
        key="to-east",
        door="test",
        by="ken",
        at=world.now(),
    )


def test_a_count_that_the_books_ran_past_is_not_posted(world: World) -> None:
    world.claim("SN0001")
    scan(world, "SN0001")
    going = count(world)
    actions.close_count(**going)
    world.claim("SN0002")
    scan(world, "SN0002")
    before = world.books()
    with pytest.raises(StocktakeStale):
        actions.post_count(**{**going, "by": "kei"})
    assert world.books() == before
    actions.drop_count(**going)
    assert count(world)["stocktake_id"] != going["stocktake_id"]


def test_a_sealed_container_is_counted_whole_and_a_stranger_is_named(world: World) -> None:
    box = filled(world, "SN0001", "SN0002")
    actions.seal_container(seal_no="S", **act(world, box))
    world.claim("SN0003")
    scan(world, "SN0003", site="west")
    going = count(world)
    assert actions.count_sealed(number=box.number, **going) == 2
    actions.count_unit(unit_id=world.unit("SN0003").unit_id or 0, **going)
    closed = actions.close_count(**going)
    assert [unit.serial for unit in stocktakes.strangers(closed)] == ["SN0003"]
    assert all(not line.quantity for line in stocktakes.differences(closed))
    before = world.books()
    actions.post_count(**{**going, "by": "kei"})
    assert world.books() == before
