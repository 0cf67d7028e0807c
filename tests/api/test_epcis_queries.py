"""Named queries, lists of what events name, and the standard's own problems, over HTTP."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from kaishu.supply.capture import parameters
from kaishu.supply.capture.errors import QueryWrong
from kaishu.supply.capture.models import NamedQuery
from tests.api.test_epcis import events_of
from tests.api.world import connect
from tests.doors.desk_world import DeskWorld
from tests.supply.capture.world import CONTEXT, PACK, PLANT, document, event, made, network

SPACE = "https://ns.example.com/a/"
CELSIUS = {"sensorReport": [{"type": "Temperature", "value": 61.5, "uom": "CEL"}]}


def sent(system: Any) -> None:
    seen = {"epcList": [PACK], "action": "OBSERVE", "bizStep": "receiving"}
    body = document(
        made(PACK, hour=1, lot="L77", readPoint={"id": PLANT}),
        event(hour=2, **seen, **{"a:colour": "red"}),
        event(hour=3, **seen, sensorElementList=[CELSIUS], disposition="in_transit"),
        context=[CONTEXT, {"a": SPACE}],
    )
    assert system.post("epcis/capture", body).json()["kept"] == 3


@pytest.mark.django_db
def test_a_named_query_is_kept_asked_and_taken_away(world: DeskWorld) -> None:
    network()
    system = connect("epcis:write", "epcis:read")
    sent(system)
    hot = {"GT_value_CEL": 60, "eventType": ["ObjectEvent", "AggregationEvent"]}
    answer = system.post("epcis/queries", {"name": "hot", "query": hot})
    assert (answer.status_code, answer.json()["query"]) == (201, hot)
    assert answer["Location"].endswith("/api/v1/epcis/queries/hot")
    assert system.post("epcis/queries", {"name": "hot", "query": hot}).status_code == 201
    other = system.post("epcis/queries", {"name": "hot", "query": {}})
    assert (other.status_code, other.json()["code"]) == (409, "epcis_query_there")
    red = {"@context": {"b": SPACE}, "EQ_b:colour": ["red|blue", "red"]}
    assert system.post("epcis/queries", {"name": "red", "query": red}).status_code == 201
    assert [each["name"] for each in system.get("epcis/queries").json()] == ["hot", "red"]
    assert system.get("epcis/queries/red").json()["query"] == red
    asked = system.get("epcis/queries/hot/events")
    assert asked.json()["epcisBody"]["queryResults"]["queryName"] == "hot"
    assert [each["eventTime"][11:13] for each in events_of(asked)] == ["03"]
    (one,) = events_of(system.get("epcis/queries/red/events?perPage=1"))
    assert one["a:colour"] == "red"
    site = connect("epcis:read", party="depot-east")
    assert site.get("epcis/queries/red/events").json()["code"] == "epcis_query_unknown"
    assert system.delete("epcis/queries/red").status_code == 204
    assert system.get("epcis/queries/red").status_code == 404
    assert NamedQuery.objects.count() == 1


@pytest.mark.django_db
def test_what_is_no_query_is_refused_and_subscriptions_are_told_to_be_missing(
    world: DeskWorld,
) -> None:
    network()
    system = connect("epcis:read")
    for name, query, code in (
        ("a b", {}, "epcis_query_name"),
        ("a", {"EQ_nothing": 1}, "epcis_query"),
        ("a", {"GE_eventTime": [["x"]]}, "epcis_query"),
        ("a", {"EQ_action": []}, "epcis_query"),
        ("a", {"EQ_action": {"x": 1}}, "epcis_query"),
        ("a", {"EQ_source_\0": "x"}, "epcis_query"),
        ("a", {"EQ_a:b": "x" * 60_000}, "epcis_query"),
        ("a", {"@context": {"a": "\0"}}, "epcis_query"),
        ("a", {"EQ_nothing": {"GE": 1.5}}, "epcis_query"),
        ("a", {"EQ_a:b": "\ud800"}, "epcis_query"),
        ("a", {f"EXISTS_a{number}:b": "true" for number in range(1200)}, "epcis_query"),
    ):
        told = system.post("epcis/queries", {"name": name, "query": query})
        assert (told.status_code, told.json()["code"]) == (400, code), query
    assert NamedQuery.objects.count() == 0
    half = system.post("epcis/queries", {"name": "half", "query": {"GE_quantity": 1.5}})
    assert half.status_code == 201
    system.post("epcis/queries", {"name": "all", "query": {}})
    told = system.get("epcis/queries/all/subscriptions")
    assert (told.status_code, told.json()["type"]) == (
        501,
        "epcisException:ImplementationException",
    )
    more = system.get("epcis/queries/all/events?EQ_action=ADD").json()
    assert (more["code"], more["type"]) == ("epcis_query", "epcisException:QueryParameterException")


@pytest.mark.django_db
def test_what_events_name_is_listed_and_leads_to_them(world: DeskWorld) -> None:
    network()
    system = connect("epcis:write", "epcis:read")
    sent(system)
    assert "bizSteps" in system.get("epcis").json()
    unit, place = (
        "https://id.gs1.org/01/04999902000200/21/P1",
        "https://id.gs1.org/414/4999903000018",
    )
    expected = {
        "epcs": [unit],
        "bizSteps": ["commissioning", "receiving"],
        "dispositions": ["in_transit"],
        "readPoints": [place],
        "bizLocations": [],
    }
    for resource, members in expected.items():
        answer = system.get(f"epcis/{resource}")
        assert answer.json()["member"] == members, resource
        assert answer["GS1-EPCIS-Version"] == "2.0.0"
        for member in members:
            name = quote(member, safe="")
            assert system.get(f"epcis/{resource}/{name}").json() == ["events"]
            assert events_of(system.get(f"epcis/{resource}/{name}/events")), member
    first = system.get("epcis/bizSteps?perPage=1")
    assert first.json()["member"] == ["commissioning"]
    rest = system.get(first["Link"].split(">")[0].partition("/api/v1/")[2])
    assert (rest.json()["member"], "Link" in rest) == (["receiving"], False)
    late = events_of(system.get("epcis/bizSteps/receiving/events?EXISTS_sensorElementList=true"))
    assert [each["eventTime"][11:13] for each in late] == ["03"]
    assert (
        system.get("epcis/bizSteps/receiving/events?EQ_bizStep=x").json()["code"] == "epcis_query"
    )
    assert len(system.get("epcis/eventTypes").json()["member"]) == 5
    assert system.get("epcis/colours").json()["code"] == "epcis_resource_unknown"
    prefixed = system.get("epcis/events?EQ_z:colour=red", **{"GS1-Extensions": f"z={SPACE}"})
    assert len(events_of(prefixed)) == 1
    site = connect("epcis:read", party="depot-east")
    assert site.get("epcis/epcs").json()["member"] == []


@pytest.mark.django_db
def test_the_answer_to_a_query_can_be_captured_in_turn(world: DeskWorld) -> None:
    network()
    system = connect("epcis:write", "epcis:read")
    sent(system)
    answer = system.get("epcis/events").json()
    again = system.post("epcis/capture", answer).json()
    assert (again["success"], again["kept"], again["known"]) == (True, 0, 3)
    rows = answer["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
    rows[2]["action"] = "SEE"
    told = system.post("epcis/capture", answer).json()
    place = "/epcisBody/queryResults/resultsBody/eventList/2/action"
    assert [each["pointer"] for each in told["errors"]] == [place]
    answer["epcisBody"] = {"queryResults": {}}
    missing = system.post("epcis/capture", answer).json()
    assert missing["errors"][0]["field"] == "/epcisBody/queryResults"


@pytest.mark.parametrize("given", [{"EQ_eventID": ["\ud800"]}, {"EXISTS_\ud800:b": ["true"]}])
def test_half_a_sign_is_no_text_to_look_for(given: dict[str, list[str]]) -> None:
    with pytest.raises(QueryWrong):
        parameters.read(given)
