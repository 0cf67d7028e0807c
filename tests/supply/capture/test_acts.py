"""What events come to: who made what of what, where it lies, who has it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kaishu.core.genealogy.acts import Act, Amount, Did, columns
from kaishu.core.genealogy.forward import forward
from kaishu.core.genealogy.graph import Graph, build
from kaishu.supply.capture import acts
from kaishu.supply.capture.pools import pool
from tests.supply.capture.world import (
    AT,
    CARTON,
    LOT,
    PACK,
    PHONE,
    PLANT,
    SHOP,
    event,
    made,
    network,
    send,
)

NINE = int(AT.timestamp())
LOT_, PACK_ = "/01/04999901000102/10/L77", "/01/04999902000200/21/P1"
PHONE_, PACKS_LOT = "/01/04999903000308/21/S1", "/01/04999902000200/10/PL7"
CARTON_ = "/00/049999030000000018"
SHOP_, PLANT_ = "/417/4999903000094", "/414/4999903000018"
AT_PLANT = {"readPoint": {"id": PLANT}}
TO_SHOP = {"destinationList": [{"type": "possessing_party", "destination": SHOP}]}


def acts_of(said: dict[str, Any]) -> list[tuple[Did, tuple[Amount, ...], tuple[Amount, ...]]]:
    found = acts.acts_of("k", said)
    assert all(act.key == "k" and act.at == NINE for act in found)
    return [(act.did, act.inputs, act.outputs) for act in found if act.did is not Did.MOVED]


def moved(said: dict[str, Any]) -> tuple[str, str]:
    (act,) = [act for act in acts.acts_of("k", said) if act.did is Did.MOVED]
    return act.party, act.place


def test_units_that_say_their_lot_are_made_of_it() -> None:
    said = made(PACK, lot="PL7")
    assert acts_of(said) == [(Did.MADE, (Amount(PACKS_LOT, 1),), (Amount(PACK_),))]
    link = "https://id.gs1.org/01/04999902000200/10/PL7/21/P1"
    assert acts_of(made(link)) == acts_of(said)
    both = event(
        "TransformationEvent",
        inputQuantityList=[{"epcClass": LOT, "quantity": 6}],
        outputEPCList=[PACK],
        ilmd={"cbvmda:lotNumber": "PL7"},
    )
    assert acts_of(both) == [
        (Did.MADE, (Amount(LOT_, 6),), (Amount(PACKS_LOT, 1),)),
        (Did.MADE, (Amount(PACKS_LOT, 1),), (Amount(PACK_),)),
    ]


def test_kilograms_count_nothing_and_a_class_without_a_lot_stays_an_input() -> None:
    fed = [
        {"epcClass": LOT, "quantity": 20.5, "uom": "KGM"},
        {"epcClass": "urn:epc:idpat:sgtin:4999901.000010.*", "quantity": 3},
        {"epcClass": "https://a.example/x/item/GLUE/lot/G1", "quantity": 2, "uom": "EA"},
    ]
    said = event("TransformationEvent", inputQuantityList=fed, outputEPCList=[PACK])
    glue = Amount("/x/item/GLUE/lot/G1", 2)
    some = Amount("/01/04999901000102", 3)
    assert acts_of(said) == [(Did.MADE, (Amount(LOT_), some, glue), (Amount(PACK_),))]


def test_ends_boxes_and_parts() -> None:
    ended = event(epcList=[PACK], action="DELETE", bizStep="destroying", **AT_PLANT)
    assert acts_of(ended) == [(Did.ENDED, (Amount(PACK_),), ())]
    for kind, parent, whole, dids in (
        ("AggregationEvent", CARTON, CARTON_, (Did.PACKED, Did.SEEN_IN, Did.UNPACKED)),
        ("AssociationEvent", PHONE, PHONE_, (Did.FITTED, Did.FITTED, Did.REMOVED)),
    ):
        for action, did in zip(("ADD", "OBSERVE", "DELETE"), dids, strict=True):
            said = event(kind, parentID=parent, childEPCs=[PACK], action=action)
            assert acts_of(said) == [(did, (Amount(PACK_),), (Amount(whole),))]
        emptied = event(kind, parentID=parent, action="DELETE")
        assert acts_of(emptied) == [(dids[2], (), (Amount(whole),))]


def test_things_are_where_the_event_says_that_they_are_from_then_on() -> None:
    seen: dict[str, Any] = {"epcList": [CARTON], "action": "OBSERVE", **AT_PLANT}
    hall = {"bizLocation": {"id": "https://a.example/x/place/HALL"}}
    assert moved(event(**seen, bizStep="receiving")) == ("", PLANT_)
    assert moved(event(**seen, **hall, bizStep="storing")) == ("", "/x/place/HALL")
    assert moved(event(**seen, **TO_SHOP, bizStep="receiving")) == (SHOP_, PLANT_)
    assert moved(event(**seen, **TO_SHOP, bizStep="shipping")) == (SHOP_, "")
    assert moved(event(**seen, bizStep="shipping")) == ("", "/x/place/in_transit")
    assert moved(event(**seen, bizStep="retail_selling")) == ("", "/x/place/retail_sold")
    assert moved(event(**seen, disposition="retail_sold")) == ("", "/x/place/retail_sold")
    fixed = event("AssociationEvent", parentID=PLANT, childEPCs=[PACK], action="ADD")
    assert moved(fixed) == ("", PLANT_)
    assert acts.acts_of("k", event(epcList=[CARTON], action="OBSERVE")) == []
    sensed = event(action="OBSERVE", sensorElementList=[{"sensorReport": [{"type": "Speed"}]}])
    assert acts.acts_of("k", sensed) == []


@pytest.mark.django_db
def test_events_with_one_transformation_id_are_one_making() -> None:
    kumo = network()
    fed = [{"epcClass": LOT, "quantity": 100}]
    one: dict[str, Any] = {"transformationID": "urn:uuid:0-1"}
    assert send(kumo, event("TransformationEvent", inputQuantityList=fed, **one)).kept == 1
    assert list(acts.read(kumo)) == []
    mark = acts.newest(kumo)
    more = event("TransformationEvent", inputQuantityList=fed, hour=10, **one)
    out = event("TransformationEvent", outputEPCList=[PACK], hour=11, eventID="urn:out", **one)
    assert send(kumo, out, more).kept == 2
    assert acts.changes_before(kumo, mark)
    early, late, act = acts.read(kumo)
    put = Amount(pool("urn:uuid:0-1", LOT_), 100)
    assert (early.at, early.inputs, early.outputs) == (NINE, (Amount(LOT_, 100),), (put,))
    assert (late.at, late.inputs, late.outputs) == (NINE + 3600, (Amount(LOT_, 100),), (put,))
    later, both = NINE + 2 * 3600, Amount(put.code, 200)
    assert act == Act("urn:out", Did.MADE, later, (both,), (Amount(PACK_),))
    last = event("TransformationEvent", outputEPCList=[PHONE], hour=12, **one)
    assert send(kumo, last).kept == 1
    _, _, first, second = acts.read(kumo)
    assert (first.inputs, first.outputs) == ((Amount(put.code),), (Amount(PACK_),))
    assert (second.inputs, second.outputs) == ((Amount(put.code),), (Amount(PHONE_),))


@pytest.mark.django_db
def test_an_input_of_a_long_making_leaves_its_lot_when_it_was_put_in(tmp_path: Path) -> None:
    kumo = network()
    one: dict[str, Any] = {"transformationID": "urn:uuid:0-2"}
    fed, lid = [{"epcClass": LOT, "quantity": 9}], "https://a.example/x/item/LID/lot/X"
    lids = [{"epcClass": lid, "quantity": 9}]
    send(
        kumo,
        event("TransformationEvent", inputQuantityList=fed, **one),
        event("TransformationEvent", inputQuantityList=lids, hour=10, **one),
        event("TransformationEvent", outputEPCList=[PACK, PHONE], hour=11, **one),
    )
    build(columns(acts.read(kumo)), tmp_path / "g")
    with Graph.open(tmp_path / "g") as graph:
        inside = forward(graph, [LOT_], since=NINE, until=NINE + 600)
        assert set(graph.codes(inside.units())) == {PACK_, PHONE_}
        certain = dict(zip(graph.codes(inside.nodes), inside.levels.tolist(), strict=True))
        assert (certain[PACK_], certain[PHONE_]) == (2, 2)
        later = forward(graph, [LOT_], since=NINE + 600)
        assert len(later.units()) == 0
