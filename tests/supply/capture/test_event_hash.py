"""The event hash: the same for two writings of one event, another for every other event."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kaishu.supply.capture import reading
from kaishu.supply.capture.event_hash import event_hash, pre_hash, spaces_of
from tests.supply.capture.world import event

FOLDER = Path(__file__).parents[1] / "standard"
ONE: dict[str, Any] = event(
    "AggregationEvent",
    action="OBSERVE",
    parentID="urn:epc:id:sscc:0614141.1234567890",
    childEPCs=["urn:epc:id:sgtin:0614141.107346.2018", "urn:epc:id:sgtin:0614141.107346.2017"],
    childQuantityList=[{"epcClass": "urn:epc:idpat:sgtin:4012345.098765.*", "quantity": 10}],
    bizStep="receiving",
    bizTransactionList=[{"type": "po", "bizTransaction": "http://acme.example/po/1"}],
)
OTHER: dict[str, Any] = {
    **dict(reversed(ONE.items())),
    "eventTime": "2026-03-01T18:00:00+09:00",
    "eventID": "urn:uuid:1",
    "recordTime": "2026-03-02T00:00:00Z",
    "parentID": "https://a.example/00/106141412345678908",
    "childEPCs": [
        "https://id.gs1.org/01/10614141073464/21/2017?17=261231",
        "https://id.gs1.org/01/10614141073464/10/L/21/2018",
    ],
    "childQuantityList": [{"quantity": 10.0, "epcClass": "https://id.gs1.org/01/04012345987652"}],
    "bizStep": "urn:epcglobal:cbv:bizstep:receiving",
    "bizTransactionList": [
        {"bizTransaction": "http://acme.example/po/1", "type": "https://ref.gs1.org/cbv/BTT-po"}
    ],
}


def test_the_text_that_is_hashed_follows_the_order_of_the_standard() -> None:
    assert pre_hash(ONE) == (
        "eventType=AggregationEvent"
        "eventTime=2026-03-01T09:00:00.000Z"
        "eventTimeZoneOffset=+00:00"
        "parentID=https://id.gs1.org/00/106141412345678908"
        "childEPCs"
        "epc=https://id.gs1.org/01/10614141073464/21/2017"
        "epc=https://id.gs1.org/01/10614141073464/21/2018"
        "childQuantityList"
        "quantityElementepcClass=https://id.gs1.org/01/04012345987652quantity=10"
        "action=OBSERVE"
        "bizStep=https://ref.gs1.org/cbv/BizStep-receiving"
        "bizTransactionList"
        "bizTransaction=http://acme.example/po/1type=https://ref.gs1.org/cbv/BTT-po"
    )


def test_two_writings_of_one_event_have_one_hash() -> None:
    assert pre_hash(OTHER) == pre_hash(ONE)
    assert event_hash(OTHER) == event_hash(ONE)


@pytest.mark.parametrize(
    "change",
    [
        {"action": "DELETE"},
        {"eventTime": "2026-03-01T09:00:00.001Z"},
        {"bizStep": "shipping"},
        {"parentID": "urn:epc:id:sscc:0614141.1234567891"},
        {"childEPCs": ONE["childEPCs"][:1]},
        {"childQuantityList": [{**ONE["childQuantityList"][0], "uom": "KGM"}]},
        {"cbvmda:lotNumber": "007"},
        {"readPoint": {"id": "urn:epc:id:sgln:0614141.07346.1234"}},
    ],
    ids=lambda change: next(iter(change)),
)
def test_every_change_of_an_event_changes_its_hash(change: dict[str, Any]) -> None:
    assert event_hash({**ONE, **change}) != event_hash(ONE)
    assert event_hash({**ONE, "cbvmda:lotNumber": "7"}) != event_hash(
        {**ONE, "cbvmda:lotNumber": "007"}
    )


# What the public reference program (epcis-event-hash-generator 1.9.3) answers.
KNOWN = {
    "AssociationEvent-a.jsonld": (
        "39141606ab0b3f7839735303d670b16acdd6faf573d27564ebb3f76ad23e4ff7",
    ),
    "AssociationEvent-b.jsonld": (
        "2a4801ee770582c1952504052703f6ccca6b6a11ddd85936365bd7d01c6729c7",
    ),
    "AssociationEvent-c.jsonld": (
        "847bbfc737fe2de2af46f2f334225a53ce680361a5ba2a0269e4a50fc4923429",
    ),
    "AssociationEvent-d.jsonld": (
        "b9350b16fd98c704364d0b37fc39bb7816459c42e46fb1fd1ccd4f2135b9b8d3",
    ),
    "AssociationEvent-e.jsonld": (
        "2820137e367df426b0eb62660bb1baf8f2f06d5306a0e1568230067b526c4566",
    ),
    "AssociationEvent-g.jsonld": (
        "b9350b16fd98c704364d0b37fc39bb7816459c42e46fb1fd1ccd4f2135b9b8d3",
    ),
    "Example_9.6.3-AggregationEvent.jsonld": (
        "96b6bf98742a60dbfaa2dda08b63435ce67079d224ea27d63e55e62a7843b878",
    ),
    "Example_9.6.4-TransformationEvent.jsonld": (
        "c794227acf3a4d9be9ba1f8340425782f88a0f4e3f35b533a8bf8f1bc206a379",
    ),
    "Example_9.6.3-AggregationEventWithDigitalLink.jsonld": (
        "c6d04a3b2879ee8b89a595053f328830b802fb76f7d148909c574174561465e4",
    ),
    "Example_9.6.4-TransformationEventWithDigitalLink.jsonld": (
        "c794227acf3a4d9be9ba1f8340425782f88a0f4e3f35b533a8bf8f1bc206a379",
    ),
    "ErrorDeclarationAndCorrectiveEvent.jsonld": (
        "db50dd61ad0309f0f727d7b1f9335728d77c07b2ba13f82fe58a87f42e943a2a",
        "e74d8397fb06e337c3a9ffdf00effff305de5fc8ec6f0fbae28b036f4320cfda",
    ),
    "SensorDataExample1.jsonld": (
        "4eea934e9e0b466884b4b444a5924cabb9e649cdff0447b97e1b688c802a91bb",
    ),
    "SensorDataExample10.jsonld": (
        "6dfb6e940ab80102b951989a22129949b0e54c43d2764a55b48586dba271599c",
    ),
    "SensorDataExample4.jsonld": (
        "eeb655259427b5adef79f56d50fefbbdce790e306bf46ddf92f0965ba2f2a792",
    ),
}


@pytest.mark.parametrize("name", KNOWN)
def test_the_hash_of_the_standards_examples_is_that_of_the_reference_program(name: str) -> None:
    document = reading.parse(next(FOLDER.rglob(name)).read_bytes())
    spaces = spaces_of(document["@context"])
    found = [event_hash(each, spaces) for each in document["epcisBody"]["eventList"]]
    assert found == [f"ni:///sha-256;{digest}?ver=CBV2.0" for digest in KNOWN[name]]
