"""The pages of an act on many claims: preview, typed confirmation, second person, result, undo."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.test import Client

from kaishu.base.jobs.run import run_due
from kaishu.base.models import Job
from kaishu.base.roles import Role
from kaishu.claims.bulk.models import BulkAct
from kaishu.claims.models import ClaimUnit, Decision
from kaishu.config.jobs import KINDS
from tests.claims.world import World
from tests.doors.desk_world import member
from tests.doors.pages import find, parsed, text

pytestmark = pytest.mark.django_db
BULK = "/staff/bulk/"


@pytest.fixture
def world(db: None, data_dir: Path) -> World:
    """Three claims that wait."""
    found = World().open(data_dir)
    for number in (1, 2, 3):
        found.claim(f"SN000{number}")
    return found


def send(client: Client, path: str, **fields: object) -> HttpResponse:
    return client.post(path, fields)


def chosen() -> list[str]:
    return [str(number) for number in ClaimUnit.objects.values_list("id", flat=True)]


def hidden(page: HttpResponse) -> dict[str, str]:
    """Return what the form of a page carries."""
    fields = find(parsed(page), "main form input")
    return {str(each.get("name")): str(each.get("value") or "") for each in fields}


def proposed(client: Client) -> BulkAct:
    shown = send(client, f"{BULK}preview/", unit=chosen(), act="approve:checked")
    said = hidden(shown) | {"typed": "3"}
    assert send(client, f"{BULK}confirm/", **said).status_code == 302
    return BulkAct.objects.get()


def test_the_preview_says_how_many_and_how_much_and_does_nothing(world: World) -> None:
    client = member("mika", Role.REVIEWER)
    page = text(parsed(send(client, f"{BULK}preview/", unit=chosen(), act="approve:checked")))
    assert "Approve: 3 claims" in page and "¥11,970" in page
    assert "Another person must approve it" in page
    assert Decision.objects.count() == BulkAct.objects.count() == 0


def test_a_wrong_number_keeps_the_page_and_the_choice(world: World) -> None:
    client = member("mika", Role.REVIEWER)
    said = hidden(send(client, f"{BULK}preview/", unit=chosen(), act="approve:checked"))
    wrong = send(client, f"{BULK}confirm/", **{**said, "typed": "30"})
    assert wrong.status_code == 422 and BulkAct.objects.count() == 0
    assert find(parsed(wrong), ".summary a")[0].get("href") == "#id-typed"
    kept = hidden(wrong)
    assert (kept["units"], kept["typed"], kept["key"]) == (said["units"], "30", said["key"])


def test_another_person_approves_and_the_job_tells_each_row(world: World) -> None:
    maker, second = member("mika", Role.REVIEWER), member("ren", Role.APPROVER)
    made = proposed(maker)
    own = text(parsed(maker.get(f"{BULK}{made.id}/")))
    assert "another person must approve it" in own
    assert send(maker, f"{BULK}{made.id}/approve/", typed="3").status_code == 403
    said = {"shown": made.digest, "typed": "3", "key": "b" * 32}
    answer = send(second, f"{BULK}{made.id}/approve/", **said)
    assert answer["Location"] == f"/staff/jobs/{Job.objects.get().id}/"
    run_due(at=datetime.now(UTC), kinds=KINDS, seconds=60)
    page = text(parsed(second.get(answer["Location"])))
    assert "Finished." in page
    file = second.get(answer["Location"] + "?as=csv")
    lines = b"".join(file.streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]
    assert len(lines) == 4 and all("done" in line for line in lines[1:])
    assert all(line.endswith(",Decision number: 1") for line in lines[1:])
    assert "approve again" not in page
    again = send(second, f"{BULK}{made.id}/approve/", **{**said, "key": "c" * 32})
    assert again.status_code == 422


def test_a_manager_can_undo_and_its_maker_cannot(world: World) -> None:
    made = proposed(member("mika", Role.REVIEWER))
    second = member("ren", Role.APPROVER)
    send(second, f"{BULK}{made.id}/approve/", shown=made.digest, typed="3", key="b" * 32)
    run_due(at=datetime.now(UTC), kinds=KINDS, seconds=60)
    answer = send(second, f"{BULK}{made.id}/undo/", typed="3", key="c" * 32)
    assert answer.status_code == 302
    run_due(at=datetime.now(UTC), kinds=KINDS, seconds=60)
    assert set(ClaimUnit.objects.values_list("standing", flat=True)) == {"open"}


def test_nothing_chosen_and_nothing_found_are_said(world: World) -> None:
    client = member("mika", Role.REVIEWER)
    for fields in ({}, {"unit": "x", "act": "approve:checked"}, {"unit": chosen(), "act": "ask"}):
        assert send(client, f"{BULK}preview/", **fields).status_code == 422
    assert client.get(f"{BULK}9999/").status_code == 404
    assert find(parsed(client.get(BULK)), ".empty")


def test_a_stopped_job_says_so_and_only_a_manager_stops(world: World) -> None:
    made = proposed(member("mika", Role.REVIEWER))
    second = member("ren", Role.APPROVER)
    send(second, f"{BULK}{made.id}/approve/", shown=made.digest, typed="3", key="b" * 32)
    stop = f"/staff/jobs/{Job.objects.get().id}/stop/"
    assert send(second, stop).status_code == 403
    assert send(member("hana", Role.MANAGER), stop).status_code == 302
    run_due(at=datetime.now(UTC), kinds=KINDS, seconds=60)
    assert Decision.objects.count() == 0
    page = text(parsed(second.get(f"/staff/jobs/{Job.objects.get().id}/")))
    assert "Stopped. What was done stays done." in page


def test_the_queue_page_leads_here_with_boxes_or_with_all_that_fit(world: World) -> None:
    client = member("mika", Role.REVIEWER)
    page = parsed(client.get("/staff/claims/?queue=to_review"))
    boxes = [str(box.get("value")) for box in find(page, ".pick input")]
    assert sorted(boxes) == sorted(chosen())
    assert find(page, "#id-act option")[1].get("value") == "approve:checked"
    world.claim("SN0009", order_amount=100)
    said = {"queue": "to_review", "scope": "all", "act": "approve:checked"}
    everything = text(parsed(send(client, f"{BULK}preview/", **said)))
    assert "Approve: 4 claims" in everything
    some = text(parsed(send(client, f"{BULK}preview/", **said, query="most=1000")))
    assert "Approve: 1 claim." in some
    nowhere = send(client, f"{BULK}preview/", **{**said, "queue": "made_up"})
    assert nowhere.status_code == 422
