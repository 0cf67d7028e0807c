"""The standard's own examples go in and come out without loss; what is made wrong is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kaishu.supply.capture import actions, parameters, queries
from kaishu.supply.capture.documents import read_document
from kaishu.supply.capture.errors import FieldMissing, KeyTwice
from kaishu.supply.capture.models import CapturedEvent
from kaishu.supply.models import Partner
from tests.supply.capture.world import AT, CONTEXT, event, network, send

FOLDER = Path(__file__).parents[1] / "standard"
TWICE = "AssociationEvent-h.jsonld"
MASTERS = "Example_9.8.1-MasterData-complying-with-schema.jsonld"
OF_A_CLASS = "SensorDataExample17.jsonld"
APART = (TWICE, MASTERS, OF_A_CLASS)
EXAMPLES = [path for path in sorted(FOLDER.rglob("*.jsonld")) if path.name not in APART]


@pytest.mark.django_db
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_of_the_standard_is_captured_and_read_back_without_loss(path: Path) -> None:
    kumo = network()
    body = path.read_bytes()
    sent = json.loads(body)
    whole = sent["epcisBody"]
    if sent["type"] == "EPCISQueryDocument":
        whole = whole["queryResults"]["resultsBody"]
    events = whole["eventList"]

    def capture() -> Any:
        return actions.capture(
            network=kumo, body=body, rollback=True, party="", by="api:maker", at=AT
        )

    job = capture()
    assert (job.errors, job.success, job.kept) == ([], True, len(events))
    ask = parameters.read({"orderBy": ["recordTime"], "orderDirection": ["ASC"]})
    rows = queries.find(CapturedEvent.objects.all(), ask, count=100).rows
    answer = queries.query_document(rows, at=AT)
    found = answer["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
    for each, was in zip(found, events, strict=True):
        assert each.pop("recordTime") == "2026-03-01T09:00:00.000000Z"
        if "eventID" not in was:
            assert each.pop("eventID").startswith("ni:///sha-256;")
        was.pop("recordTime", None)
        assert each == was
    context = sent["@context"]
    assert answer["@context"] == (context if isinstance(context, list) else [context])
    again = capture()
    assert (again.kept, again.known, again.success) == (0, len(events), True)


def test_an_example_with_one_name_twice_is_refused() -> None:
    body = next(FOLDER.rglob(TWICE)).read_bytes()
    with pytest.raises(KeyTwice, match="eventID"):
        read_document(body)


@pytest.mark.django_db
def test_an_example_with_a_class_in_a_list_of_single_things_is_refused() -> None:
    body = next(FOLDER.rglob(OF_A_CLASS)).read_bytes()
    job = actions.capture(
        network=network(), body=body, rollback=True, party="", by="api:maker", at=AT
    )
    told = [(each["pointer"], each["code"]) for each in job.errors]
    assert told == [("/epcisBody/eventList/0/epcList/0", "epcis_instance_needed")]


@pytest.mark.django_db
def test_master_data_of_the_standard_is_kept_and_names_what_it_calls_by_name() -> None:
    kumo = network()
    draft = json.loads(next(FOLDER.rglob(MASTERS)).read_text())
    with pytest.raises(FieldMissing, match="type"):  # the example has the words of a draft
        read_document(json.dumps(draft).encode())
    sent = json.loads(json.dumps(draft).replace('"isA"', '"type"'))
    vocabularies = sent["epcisHeader"]["epcisMasterData"]["vocabularyList"]
    vocabularies[0]["type"] = "urn:epcglobal:epcis:vtype:BusinessLocation"
    vocabularies[0]["vocabularyElementList"][0]["attributes"].append(
        {"id": "cbvmda:name", "attribute": "Plant 1"}
    )
    job = actions.capture(
        network=kumo,
        body=json.dumps(sent).encode(),
        rollback=True,
        party="",
        by="api:maker",
        at=AT,
    )
    assert (job.success, job.kept, job.total) == (True, 0, 0)
    job.refresh_from_db()
    assert job.header == sent["epcisHeader"]
    assert [(p.code, p.name) for p in Partner.objects.all()] == [("/414/0037000007296", "Plant 1")]


A_UNIT = "urn:epc:id:sgtin:4999903.000030.S1"
SEEN = {"epcList": [A_UNIT], "action": "OBSERVE"}
MAKING = {"inputEPCList": [A_UNIT], "outputEPCList": ["urn:epc:id:sgtin:4999903.000030.S2"]}
PACKING = {"parentID": "urn:epc:id:sscc:4999903.0000000001", "childEPCs": [A_UNIT], "action": "ADD"}
BAD: list[tuple[Any, str, str]] = [
    (event(**SEEN, eventTime="2026-03-01T09:00:00"), "/eventTime", "epcis_field_wrong"),
    (event(**SEEN, eventTime="2026-02-30T09:00:00Z"), "/eventTime", "epcis_time"),
    (event(**SEEN, eventTime="1901-02-03T09:00:00Z"), "/eventTime", "epcis_time"),
    (
        event(**SEEN, eventTimeZoneOffset="+15:00"),
        "/eventTimeZoneOffset",
        "epcis_field_wrong",
    ),
    (event(**SEEN, bizStp="shipping"), "", "epcis_field_unknown"),
    (event(**SEEN, **{"my:field": 1}), "/my:field", "epcis_prefix"),
    (event(**SEEN, ilmd={"cbvmda:x": {"my:y": 1}}), "/ilmd/cbvmda:x/my:y", "epcis_prefix"),
    (event(**{**SEEN, "action": "SEE"}), "/action", "epcis_field_wrong"),
    (event(**{**SEEN, "epcList": []}), "", "epcis_nothing_named"),
    (event(**{**SEEN, "epcList": ["S1"]}), "/epcList/0", "epcis_field_wrong"),
    (event(**{**SEEN, "epcList": [A_UNIT, A_UNIT]}), "/epcList/1", "epcis_named_twice"),
    (
        event(**{**SEEN, "epcList": ["urn:epc:class:lgtin:4999903.000030.L1"]}),
        "/epcList/0",
        "epcis_instance_needed",
    ),
    (
        event(quantityList=[{"epcClass": A_UNIT, "quantity": 1}], action="OBSERVE"),
        "/quantityList/0/epcClass",
        "epcis_class_needed",
    ),
    (
        event(quantityList=[{"epcClass": "urn:epc:idpat:sgtin:4999903.*.*"}], action="OBSERVE"),
        "/quantityList/0/epcClass",
        "epc_pattern",
    ),
    (
        event(quantityList=[{"epcClass": "https://a.example/c", "quantity": 0}], action="ADD"),
        "/quantityList/0/quantity",
        "epcis_field_wrong",
    ),
    (event("TransformationEvent", inputEPCList=[A_UNIT]), "", "epcis_nothing_named"),
    (event("TransformationEvent", **MAKING, action="ADD"), "", "epcis_field_unknown"),
    (event("AggregationEvent", **{**PACKING, "childEPCs": []}), "", "epcis_nothing_named"),
    (
        event("AggregationEvent", **{**PACKING, "parentID": A_UNIT}),
        "/childEPCs/0",
        "epcis_in_itself",
    ),
    (event("TransactionEvent", **SEEN), "", "epcis_field_missing"),
    (event("AssociationEvent", childEPCs=[A_UNIT], action="ADD"), "", "epcis_field_missing"),
    (event("Event", **SEEN), "/type", "epcis_type_unknown"),
    ({**event(**SEEN), "type": ["ObjectEvent"]}, "/type", "epcis_type_unknown"),
    ("text", "", "epcis_field_wrong"),
    (event(**SEEN, readPoint={"id": "urn:epc:id:sgln:4999903.1.0"}), "/readPoint/id", "epc_length"),
    (
        event(**SEEN, errorDeclaration={"reason": "incorrect_data"}),
        "/errorDeclaration",
        "epcis_field_missing",
    ),
    (event(**SEEN, **{"cbv:a": json.loads("[" * 70 + "]" * 70)}), "", "epcis_too_deep"),
]


@pytest.mark.django_db
def test_each_wrong_event_is_refused_with_its_place_and_the_good_one_is_kept() -> None:
    kumo = network()
    good = event(**SEEN, hour=1)
    told = send(kumo, good, *(bad for bad, _, _ in BAD), context=[CONTEXT])
    assert (told.kept, told.refused, told.success) == (1, len(BAD), False)
    found: dict[str, tuple[str, str]] = {}
    for each in told.errors:
        parts = each["pointer"].split("/")
        found.setdefault(parts[3], ("/".join(["", *parts[4:]]) if parts[4:] else "", each["code"]))
    assert [found[str(number)] for number in range(1, len(BAD) + 1)] == [
        (place, code) for _, place, code in BAD
    ]
    nothing = send(kumo, event(**SEEN, hour=2), BAD[0][0], rollback=True)
    assert (nothing.kept, nothing.refused, nothing.success) == (0, 1, False)
    assert CapturedEvent.objects.count() == 1
