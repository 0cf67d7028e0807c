"""The pages that bring records into a network, and those that say who may speak."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import patch

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from kaishu.base import uploads
from kaishu.base.jobs.run import run_due
from kaishu.base.roles import Role
from kaishu.config.jobs import KINDS
from kaishu.supply.capture import speaking
from kaishu.supply.links.models import Brought, LinkFile, SavedMapping
from kaishu.supply.models import CaptureJob, Network, SpeakerStep
from kaishu.supply.network import actions
from tests.doors.desk_world import member
from tests.doors.pages import find, parsed, text
from tests.support import trace_world as world

pytestmark = pytest.mark.django_db
TRACE = "/staff/trace/"
HERE = f"{TRACE}in/new/records/"
SPEAK = f"{TRACE}in/new/speakers/"
MARCH = (
    "Cell issue,,\n\nDate,Cell lot,Serial\n2025/03/01,L77,S1\n2025/03/02,L77,S2\n13/40,L78,=S3\n"
)
SAID = {
    "act": "made", "col-parent": "Cell lot", "col-child": "Serial", "col-time": "Date",
    "parent-is": "lot", "parent-item": "CELL-A", "child-is": "unit", "child-item": "PACK-9",
    "zone": "UTC",
}  # fmt: skip


@pytest.fixture
def hana(data_dir: Path) -> Client:
    """A manager with a network that knows nothing yet."""
    Network.objects.create(slug="new", name="New", created_by="a", created_at=world.AT)
    return member("hana", Role.MANAGER)


def send(client: Client, content: str, name: str = "march.csv") -> str:
    file = SimpleUploadedFile(name, content.encode())
    return client.post(f"{HERE}files", {"files": file}).headers["Location"]


def work() -> None:
    run_due(at=datetime.now(UTC), kinds=KINDS)


def test_a_spreadsheet_becomes_an_answer(hana: Client) -> None:
    one = send(hana, MARCH)
    page = parsed(hana.get(one))
    assert text(find(page, ".heads .names td")[0]) == "Date"
    wrong = hana.post(f"{one}mean/", {**SAID, "child-item": "", "save": "Cells"})
    assert wrong.status_code == 422
    problem = find(parsed(wrong), "#problems a[href='#id-child-item']")
    assert problem and find(parsed(wrong), "#id-parent-item")[0].get("value") == "CELL-A"
    assert hana.post(f"{one}mean/", {**SAID, "save": "Cells"}).status_code == 302
    page = parsed(hana.get(one))
    means = [text(each) for each in find(page, "#means tbody td")]
    assert means[1:4] == ["Lot CELL-A L77", "made", "Unit PACK-9 S1"]
    assert "is no time that can be read" in text(find(page, "#means")[0])
    assert SavedMapping.objects.get().name == "Cells"
    hana.post(f"{one}try/")
    assert "Waiting for its turn." in text(parsed(hana.get(one)))
    work()
    page = parsed(hana.get(one))
    assert "2 rows are loaded. 1 bad rows stay out" in text(find(page, "#load")[0])
    sent = b"".join(hana.get(f"{one}?as=csv").streaming_content).decode("utf-8-sig")
    assert next(csv.reader(io.StringIO(sent.splitlines()[1])))[1:4] == [
        "6",
        "13/40",
        "link_row_time",
    ]
    hana.post(f"{one}load/")
    work()
    assert "It is loaded, as link file" in text(parsed(hana.get(one)))
    actions.catch_up(slug="new", by="t", at=world.AT)
    answer = parsed(hana.get(f"{TRACE}in/new/?lots=L77"))
    assert [text(each) for each in find(answer, "#problems li")] == []
    assert "2 units certainly" in text(answer)
    listed = [text(each) for each in find(parsed(hana.get(HERE)), "tbody td")]
    assert listed[1:4] == ["march.csv", "2", "1"] and listed[5] == "hana"


def test_the_same_file_again_changes_nothing_and_a_saved_mapping_fits_the_next(
    hana: Client,
) -> None:
    one = send(hana, MARCH)
    hana.post(f"{one}mean/", {**SAID, "save": "Cells"})
    for act in ("try/", "load/"):
        hana.post(one + act)
        work()
    again = send(hana, MARCH)
    hana.post(f"{again}mean/", SAID)
    hana.post(f"{again}try/")
    work()
    assert "was loaded before in the same way" in text(parsed(hana.get(again)))
    hana.post(f"{again}load/")
    work()
    assert LinkFile.objects.count() == 1
    april = send(hana, MARCH.replace("03/", "04/"), "april.csv")
    saved = SavedMapping.objects.get().pk
    page = parsed(hana.get(f"{april}?saved={saved}"))
    assert find(page, "#id-parent-item")[0].get("value") == "CELL-A"
    assert find(page, "#id-col-parent")[0].xpath(".//option[@selected]/@value") == ["Cell lot"]


def test_a_loaded_file_is_taken_back_with_a_reason(hana: Client) -> None:
    one = send(hana, MARCH)
    hana.post(f"{one}mean/", SAID)
    for act in ("try/", "load/"):
        hana.post(one + act)
        work()
    file = f"{HERE}links/{LinkFile.objects.get().pk}/"
    refused = hana.post(f"{file}void/", {"reason": " "})
    assert find(parsed(refused), "#problems a[href='#id-reason']")
    hana.post(f"{file}void/", {"reason": "wrong month"})
    shown = text(parsed(hana.get(file)))
    assert "It was taken back." in shown and "wrong month hana" in shown
    assert "taken back: wrong month" in text(parsed(hana.get(HERE)))


def test_an_auditor_reads_and_nobody_else_comes_in(hana: Client) -> None:
    one = send(hana, MARCH)
    kei = member("kei", Role.AUDITOR)
    page = parsed(kei.get(one))
    assert [text(each) for each in find(page, "main button.button")] == ["Show it this way"]
    assert not find(parsed(kei.get(HERE)), "#id-files")
    for path in (f"{one}mean/", f"{one}try/", f"{one}load/", f"{one}away/", f"{HERE}files"):
        assert kei.post(path).status_code == 403
    assert kei.post(f"{SPEAK}let/").status_code == 403
    assert member("ola", Role.OPERATOR).get(HERE).status_code == 403


def test_what_cannot_be_taken_is_said_on_the_list(hana: Client) -> None:
    assert hana.post(f"{HERE}files").headers["Location"] == HERE
    assert "file" in text(find(parsed(hana.get(HERE)), ".notice")[0]).lower()
    send(hana, "%PDF-1.7", "cells.csv")
    assert find(parsed(hana.get(HERE)), ".notice.affected")
    assert hana.get(f"{HERE}99/").status_code == 404
    assert hana.get(f"{TRACE}in/nobody/records/").status_code == 404
    one = send(hana, MARCH)
    hana.post(f"{one}away/")
    assert Brought.objects.get().pieces == [] and hana.post(f"{one}try/").status_code == 422


def test_events_go_to_the_capture(hana: Client) -> None:
    document = """{"@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
     "type": "EPCISDocument", "schemaVersion": "2.0", "creationDate": "2025-03-01T00:00:00Z",
     "epcisBody": {"eventList": [{"type": "ObjectEvent", "eventTime": "2025-03-01T00:00:00Z",
      "eventTimeZoneOffset": "+00:00", "action": "ADD", "bizStep": "commissioning",
      "epcList": ["urn:epc:id:sgtin:4548736.012003.S1"]}, {"type": "ObjectEvent"}]}}"""
    shown = text(parsed(hana.get(send(hana, document, "events.json"))))
    assert "Some events were refused; the good ones are kept." in shown
    assert CaptureJob.objects.get().kept == 1
    assert "EPCIS documents" in text(parsed(hana.get(HERE)))
    assert hana.get(f"{HERE}events/none/").status_code == 404


def test_who_may_speak_is_said_and_ended_with_a_reason(hana: Client) -> None:
    told = {"party": "cellco", "prefixes": "4999901\nhttps://cellco.example/", "reason": "contract"}
    wrong = hana.post(f"{SPEAK}let/", {**told, "prefixes": "cells"})
    assert "cannot be read as a company prefix" in text(find(parsed(wrong), "#problems")[0])
    assert find(parsed(wrong), "#id-party")[0].get("value") == "cellco"
    assert hana.post(f"{SPEAK}let/", told).status_code == 302
    network = Network.objects.get(slug="new")
    assert speaking.held(network, "cellco") == ("4999901", "https://cellco.example/")
    again = hana.post(f"{SPEAK}end/", {"ended": "cellco", "why": ""})
    assert find(parsed(again), "#problems a[href='#id-why']")
    hana.post(f"{SPEAK}end/", {"ended": "cellco", "why": "contract ended"})
    assert speaking.held(network, "cellco") == ()
    steps = [(step.prefixes != [], step.reason, step.by) for step in SpeakerStep.objects.all()]
    assert steps == [(True, "contract", "hana"), (False, "contract ended", "hana")]
    assert "contract ended" in text(parsed(hana.get(SPEAK)))


def test_only_a_page_of_ours_opens_the_way_for_a_large_file(hana: Client) -> None:
    path = f"{HERE}files"
    query = uploads.large_upload("hana").removeprefix("?")
    assert uploads.request_limit(path, query) > uploads.RECORDS_LIMIT
    assert uploads.request_limit(path, "pass=made-up") == uploads.REQUEST_LIMIT
    assert uploads.request_limit("/ja/d/T/photo", query) == uploads.REQUEST_LIMIT
    with patch("time.time", return_value=datetime.now(UTC).timestamp() + 13 * 3600):
        assert uploads.request_limit(path, query) == uploads.REQUEST_LIMIT
    assert query in find(parsed(hana.get(HERE)), "form[action*=files]")[0].get("action")
