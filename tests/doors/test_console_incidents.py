"""The pages of incidents: writing one down, time left, tasks, filings, before and after."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.test import Client

from kaishu.base import clock
from kaishu.base.roles import Role
from kaishu.doors.console.incidents.intake import IntakeForm
from kaishu.incidents import queries
from kaishu.incidents.models import Filing, Incident, IncidentTask
from tests.claims.world import START
from tests.doors import desk_world, kumo
from tests.doors.desk_world import DeskWorld, member
from tests.doors.pages import find, parsed, text

pytestmark = pytest.mark.django_db
NEW = "/staff/incidents/new/"


@pytest.fixture
def world(db: None, data_dir: Path) -> DeskWorld:
    """Open the recall, without claims."""
    return desk_world.open_world(data_dir)


def send(client: Client, path: str, **fields: str) -> HttpResponse:
    """Send a form."""
    return client.post(path, fields)


def intake(**more: str) -> dict[str, str]:
    said = {
        "product": f"{kumo.SLUG}|K100",
        "kind": "hot",
        "injured": "no",
        "fire": "yes",
        "key": "a" * 32,
    }
    return {
        **said,
        "words": "It burned on the desk",
        "phone": "09012345678",
        "language": "ja",
    } | more


def test_a_caller_s_report_is_written_down_once_and_leads_to_its_duties(world: DeskWorld) -> None:
    client, said = member("oto", Role.OPERATOR), intake()
    first, again = send(client, NEW, **said), send(client, NEW, **said)
    made = Incident.objects.get()
    assert first["Location"] == again["Location"] == f"/staff/incidents/{made.number}/"
    assert (made.door, made.by, made.fire, made.injured) == ("console", "oto", True, False)
    assert made.person_id and b"burned" not in bytes(made.sealed or b"")
    page = text(parsed(client.get(first["Location"])))
    assert " left" in page and "Decide whether to report" in page


def test_what_is_missing_is_named_and_what_was_typed_stays(world: DeskWorld) -> None:
    client = member("oto", Role.OPERATOR)
    wrong = {"kind": "", "happened_on": "1900-01-01", "known_at": "yesterday"}
    answer = send(client, NEW, **intake(**wrong))
    assert answer.status_code == 422 and Incident.objects.count() == 0
    page = parsed(answer)
    linked = [link.get("href") for link in find(page, ".summary a")]
    assert linked == ["#id-kind", "#id-happened_on", "#id-known_at"]
    assert text(find(page, "#id-words")[0]) == "It burned on the desk"
    future = send(client, NEW, **intake(known_at="2999-01-01T10:00"))
    assert future.status_code == 422 and "in the future" in text(parsed(future))
    assert Incident.objects.count() == 0


def test_a_filing_needs_a_time_and_keeps_the_number(world: DeskWorld) -> None:
    send(member("oto", Role.OPERATOR), NEW, **intake())
    made = Incident.objects.get()
    client, path = member("hana", Role.MANAGER), f"/staff/incidents/{made.number}/"
    duty = IncidentTask.objects.filter(what="decide_duty").values_list("about", flat=True)[0]
    empty = send(client, f"{path}filed/", duty=duty, reference="CAA-7", key="b" * 32)
    assert empty.status_code == 422 and Filing.objects.count() == 0
    assert find(parsed(empty), f"#ref-{duty}")[0].get("value") == "CAA-7"
    good = {"duty": duty, "reference": "CAA-7", "filed_at": "2026-01-02T10:00", "key": "c" * 32}
    assert send(client, f"{path}filed/", **good).status_code == 302
    assert Filing.objects.get().reference == "CAA-7"
    assert "CAA-7" in text(parsed(client.get(path)))
    other = member("jun", Role.OPERATOR)
    assert send(other, f"{path}filed/", **{**good, "key": "d" * 32}).status_code == 403


def test_tasks_are_added_taken_done_and_listed(world: DeskWorld) -> None:
    client = member("oto", Role.OPERATOR)
    send(client, NEW, **intake())
    made = Incident.objects.get()
    path = f"/staff/incidents/{made.number}/tasks/"
    nothing = send(client, path, do="add", what="", key="b" * 32)
    assert nothing.status_code == 422
    assert send(client, path, do="add", what="tell_insurer", due="week", key="c" * 32)
    task = IncidentTask.objects.get(what="tell_insurer")
    send(client, path, do="take", task=str(task.id), key="d" * 32)
    mine = find(parsed(client.get("/staff/incidents/tasks/?whose=mine")), "tbody tr")
    assert len(mine) == 1 and "Tell the insurer" in text(mine[0])
    send(client, path, do="done", task=str(task.id), key="e" * 32)
    again = send(client, path, do="done", task=str(task.id), key="f" * 32)
    assert again.status_code == 422
    assert not find(parsed(client.get("/staff/incidents/tasks/?whose=mine")), "tbody tr")


def test_the_list_is_saved_as_a_file_and_counts_open_their_rows(world: DeskWorld) -> None:
    client = member("hana", Role.MANAGER)
    send(client, NEW, **intake())
    file = b"".join(client.get("/staff/incidents/?as=csv").streaming_content)  # type: ignore[attr-defined]
    rows = list(csv.reader(io.StringIO(file.decode("utf-8-sig"))))
    assert rows[1][0] == Incident.objects.get().number
    page = parsed(client.get("/staff/incidents/"))
    for link in find(page, ".panel tbody a"):
        listed = find(
            parsed(client.get("/staff/incidents/" + str(link.get("href")))),
            "#reports tbody tr",
        )
        assert len(listed) == int(text(link))


def test_the_file_holds_every_report_though_the_page_shows_the_first(
    world: DeskWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "LIST", 1)
    client = member("oto", Role.OPERATOR)
    for key in "ab":
        send(client, NEW, **intake(key=key * 32))
    for shown in ("open", "closed"):
        answer = client.get(f"/staff/incidents/?as=csv&shown={shown}")
        content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
        assert len(list(csv.reader(io.StringIO(content.decode())))) == 3
        Incident.objects.update(closed_at=START, outcome="made_safe", closed_by="hana")


def test_today_is_the_day_of_the_market(world: DeskWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    half_past_midnight_in_tokyo = datetime(2026, 4, 1, 15, 30, tzinfo=UTC)
    monkeypatch.setattr(clock, "now", lambda: half_past_midnight_in_tokyo)
    assert "happened_on" not in IntakeForm(intake(happened_on="2026-04-02")).errors
    assert "happened_on" in IntakeForm(intake(happened_on="2026-04-03")).errors
    assert "happened_on" in IntakeForm(intake(happened_on="2026-04-02", product="")).errors
