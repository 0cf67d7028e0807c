"""EPCIS over HTTP: captured, told by a job, queried back."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from kaishu.base import clock
from kaishu.supply.capture import speaking
from kaishu.supply.capture.models import CapturedEvent, CaptureJob
from tests.api.world import ROOT, connect
from tests.doors.desk_world import DeskWorld
from tests.supply.capture.world import PACK, PHONE, PHONES, document, event, made, network

URN = "urn:uuid:00000000-0000-4000-8000-000000000001"


def events_of(answer: Any) -> list[Any]:
    found: list[Any] = answer.json()["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
    return found


@pytest.mark.django_db
def test_a_document_is_captured_told_and_read_back_as_it_was_sent(world: DeskWorld) -> None:
    network()
    system = connect("epcis:write", "epcis:read")
    sent = made(PACK, eventID=URN, **{"cbvmda:colour": "red"})
    body = document(sent)
    answer = system.post("epcis/capture", body, key="k1")
    assert answer.status_code == 202
    job = answer.json()
    assert answer["Location"].endswith(f"/api/v1/epcis/capture/{job['captureID']}")
    assert (job["running"], job["success"], job["errors"]) == (False, True, [])
    assert (job["captureErrorBehaviour"], job["kept"]) == ("rollback", 1)
    assert answer["GS1-EPCIS-Version"] == "2.0.0"
    again = system.post("epcis/capture", body, key="k1")
    assert again.json() == job
    assert again["Location"] == answer["Location"]
    assert system.get(f"epcis/capture/{job['captureID']}").json() == job
    assert system.get("epcis/capture").json() == [job]
    found = events_of(system.get(f"epcis/events?MATCH_epc={PACK}"))
    (one,) = events_of(system.get(f"epcis/events/{quote(URN, safe='')}"))
    assert found == [one]
    assert one.pop("recordTime")
    assert one == sent


@pytest.mark.django_db
def test_what_is_wrong_is_told_with_its_place_and_the_rest_is_kept(world: DeskWorld) -> None:
    network()
    system = connect("epcis:write")
    bad = made("https://id.gs1.org/01/09506000134353/21/7")
    body = document(made(PACK), bad, {"type": "ObjectEvent"})
    nothing = system.post("epcis/capture", body).json()
    assert (nothing["success"], nothing["kept"], nothing["refused"]) == (False, 0, 2)
    assert CapturedEvent.objects.count() == 0
    proceed = {"GS1-Capture-Error-Behaviour": "proceed"}
    job = system.post("epcis/capture", body, language="ja", **proceed).json()
    assert (job["success"], job["kept"], job["refused"]) == (False, 1, 2)
    first = job["errors"][0]
    assert first["pointer"] == "/epcisBody/eventList/1/epcList/0"
    assert first["code"] == "epc_check_digit"
    assert "（正しくは 2）" in first["detail"]
    assert {each["code"] for each in job["errors"][1:]} == {
        "epcis_field_missing",
        "epcis_nothing_named",
    }
    assert CapturedEvent.objects.count() == 1


@pytest.mark.django_db
def test_a_document_that_is_none_is_refused_as_a_whole(world: DeskWorld) -> None:
    network()
    system = connect("epcis:write")
    good = document(made(PACK))
    deep = b'{"a":' * 3000 + b"1" + b"}" * 3000
    for body, code, pointer in (
        (b"{", "epcis_not_json", None),
        (b"\xff", "epcis_not_json", None),
        (deep, "epcis_too_deep", None),
        (b'{"type":"EPCISDocument","type":"x"}', "epcis_key_twice", None),
        (b'{"a":1e999}', "epcis_number_too_big", None),
        (b'{"a":' + b"9" * 5000 + b"}", "epcis_number_too_big", None),
        (b'{"a":NaN}', "epcis_not_json", None),
        (b'{"a":"\\ud800"}', "epcis_not_text", None),
        ([], "epcis_field_wrong", ""),
        ({**good, "@context": "https://example.com/else.jsonld"}, "epcis_context", "/@context"),
        ({**good, "creationDate": "2026-03-01T12:00:00"}, "epcis_field_wrong", "/creationDate"),
        ({**good, "schemaVersion": "1.2"}, "epcis_field_wrong", "/schemaVersion"),
        ({**good, "epcisBody": {}}, "epcis_field_missing", "/epcisBody"),
    ):
        answer = system.post("epcis/capture", body)
        said = answer.json()
        assert (answer.status_code, said["code"]) == (400, code)
        assert [each["field"] for each in said["errors"]] == ([] if pointer is None else [pointer])
    big = Client().generic(
        "POST",
        f"{ROOT}epcis/capture",
        b"{}",
        content_type="application/json",
        headers={
            "Authorization": f"Bearer {system.token}",
            "Idempotency-Key": "big",
            "Content-Length": str(2 * 1024**3),
        },
    )
    assert (big.status_code, big.json()["code"]) == (413, "epcis_too_large")
    assert "kaishu trace load" in big.json()["next"]
    parts = system.post("epcis/capture", good, **{"Transfer-Encoding": "chunked"})
    assert parts.json()["code"] == "epcis_length_needed"
    assert CaptureJob.objects.count() == 0


@pytest.mark.django_db
def test_a_site_speaks_for_its_own_prefix_and_reads_what_it_sent(world: DeskWorld) -> None:
    kumo = network()
    speaking.let_speak(
        network=kumo, party="depot-east", prefixes=[PHONES], by="hana", at=clock.now()
    )
    site = connect("epcis:write", "epcis:read", party="depot-east")
    maker = connect("epcis:write", "epcis:read")
    assert maker.post("epcis/capture", document(made(PACK))).json()["kept"] == 1
    proceed = {"GS1-Capture-Error-Behaviour": "proceed"}
    seen = event(epcList=[PACK], action="OBSERVE", bizStep="receiving", hour=10)
    mine = made(PHONE, hour=11)
    job = site.post(
        "epcis/capture", document(made(PACK + "2", hour=12), seen, mine), **proceed
    ).json()
    assert (job["kept"], [each["code"] for each in job["errors"]]) == (2, ["epcis_may_not_speak"])
    assert job["errors"][0]["pointer"] == "/epcisBody/eventList/0/epcList/0"
    assert len(events_of(site.get("epcis/events"))) == 2
    assert len(events_of(maker.get("epcis/events"))) == 3
    assert site.get(f"epcis/capture/{job['captureID']}").status_code == 200
    assert (
        connect("epcis:write", party="minato")
        .get(f"epcis/capture/{job['captureID']}")
        .json()["code"]
        == "epcis_job_unknown"
    )


@pytest.mark.django_db
def test_pages_of_events_lead_on_and_unknown_parameters_are_refused(world: DeskWorld) -> None:
    network()
    system = connect("epcis:write", "epcis:read")
    sent = [event(epcList=[PACK], action="OBSERVE", hour=hour) for hour in range(5)]
    assert system.post("epcis/capture", document(*sent)).json()["kept"] == 5
    first = system.get("epcis/events?perPage=2&orderDirection=ASC")
    assert [each["eventTime"][11:13] for each in events_of(first)] == ["00", "01"]
    link = first["Link"].split(">")[0].partition("/api/v1/")[2]
    second = system.get(link)
    assert [each["eventTime"][11:13] for each in events_of(second)] == ["02", "03"]
    last = system.get(second["Link"].split(">")[0].partition("/api/v1/")[2])
    assert len(events_of(last)) == 1
    assert "Link" not in last
    for query, reason in (
        ("MATCH_epcs=1", "no parameter"),
        ("GT_quantity=many", "number"),
        ("HASATTR_bizLocation=1", "master data"),
        ("GE_eventTime=2026-03-01T00:00:00", "zone"),
        ("MATCH_epc=urn:epc:id:sgtin:1.2.3", "number of characters"),
        ("eventType=Object", "one of"),
        ("eventCountLimit=1&maxEventCount=1", "together"),
        ("eventCountLimit=0", "above 0"),
    ):
        answer = system.get(f"epcis/events?{query}")
        assert (answer.status_code, answer.json()["code"]) == (400, "epcis_query"), query
        assert reason in answer.json()["detail"], query
    large = system.get("epcis/events?maxEventCount=4")
    assert (large.status_code, large.json()["code"]) == (413, "epcis_query_large")
    assert large.json()["type"] == "epcisException:QueryTooLargeException"
    empty = json.loads(system.get("epcis/events?eventCountLimit=3").content)
    assert len(empty["epcisBody"]["queryResults"]["resultsBody"]["eventList"]) == 3
