"""What a seal, a second signature, a certificate in parts and a blind count mean."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from kaishu.books import actions as books
from kaishu.books.values import Place, UnitMove
from kaishu.core.errors import Refusal
from kaishu.core.text import TextTooLong
from kaishu.returns import actions, limits, numbers, queries, stocktakes
from kaishu.returns.errors import (
    CertificateTooMany,
    CertificateTotalWrong,
    ContainerEnergy,
    ContainerForIntact,
    ContainerFull,
    ContainerNotSealed,
    ContainerSealed,
    ContainerTooHeavy,
    ContainerWeightNeeded,
    HandOverDiffers,
    HandOverNameNeeded,
    HandOverOpen,
    HandOverSamePerson,
    NotYourSite,
    SealDiffers,
    SealNotRead,
    StocktakeSamePerson,
    StocktakeStale,
)
from kaishu.returns.hand_overs import Signature, signer_of
from kaishu.returns.models import Container
from tests.claims.world import World
from tests.returns.bench import act, filled, given, scan, take


def test_containers_are_numbered_by_site_and_year(world: World) -> None:
    first, second = filled(world), filled(world)
    assert (first.number, second.number) == ("EAST-2025-0001", "EAST-2025-0002")
    assert [numbers.tidy(t) for t in (" e 7 ", "E/7", "Ｅ－７", "日本", "", "-")] == [
        *["E-7"] * 3,
        *[""] * 3,
    ]


def test_a_swollen_unit_goes_into_a_case_and_never_into_a_box(world: World) -> None:
    box = filled(world, "SN0001")
    case = filled(world, kind="case")
    world.claim("SN0002")
    unit_id = scan(world, "SN0002", outcome="swollen").unit_id or 0
    with pytest.raises(ContainerForIntact):
        actions.put_in_container(container_id=box.id, unit_id=unit_id)
    assert actions.put_in_container(container_id=case.id, unit_id=unit_id).container_id == case.id


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
    long = Signature(how="code", by="", name="x" * 81)
    for refused, counted, more in (
        (HandOverDiffers, 3, {}),
        (HandOverDiffers, 1, {}),
        (NotYourSite, 2, {"signature": Signature(how="account", by="ren")}),
        (HandOverNameNeeded, 2, {"signature": Signature(how="code", by="")}),
        (SealDiffers, 2, {"signature": account, "seal_no": "S-2"}),
        (SealNotRead, 2, {"signature": account, "seal_no": " "}),
        (SealNotRead, 2, {"signature": Signature(how="code", by="", name="Toda")}),
        (TextTooLong, 2, {"signature": long, "seal_no": "s-1"}),
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
        world,
        box,
        1,
        missing=[line.id],
        signature=Signature(how="code", by="", name=" Toda "),
        seal_no="S-1",
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
