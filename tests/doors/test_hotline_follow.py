"""Follow a claim for a caller: questions first, danger always, and calls that one person makes."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from kaishu.base import clock
from kaishu.base.roles import Role
from kaishu.claims.hotline.models import CallerCheck
from kaishu.incidents import actions as incidents
from kaishu.incidents.models import Incident
from kaishu.notices import actions as notices
from kaishu.notices import calls
from kaishu.notices.errors import CallTaken
from kaishu.notices.models import CallBack, Message
from kaishu.people import queries as people
from kaishu.people.contact import Contact
from tests.doors import desk_world, kumo
from tests.doors.desk_world import DeskWorld, member
from tests.doors.pages import parsed, text

pytestmark = pytest.mark.django_db
RIGHT = {"phone": "03-1234-5678", "postcode": "105-0001"}


@pytest.fixture
def world(db: None, data_dir: Path) -> DeskWorld:
    """Open the recall with one claim."""
    opened = desk_world.open_world(data_dir)
    opened.claim("first", serial=kumo.LISTED)
    return opened


def act(client: Client, world: DeskWorld, name: str, **typed: Any) -> Any:
    """Press one button of the page."""
    path = f"/staff/hotline/claims/{world.cases['first']}/{name}/"
    return client.post(path, {"unit": 1, "seen": "", **typed})


def test_the_stage_is_read_out_in_the_callers_language(world: DeskWorld) -> None:
    page = member("mio", Role.OPERATOR).get(f"/staff/hotline/claims/{world.cases['first']}/")
    words = text(parsed(page))
    assert "お申し込みは、いま担当者が確認しています。" in words
    assert "hanako@example.jp" not in words


def test_an_open_question_is_answered_for_a_known_caller_only(world: DeskWorld) -> None:
    world.decide("first", "asked", "order_amount_needed")
    client = member("mio", Role.OPERATOR)
    answer = {"order_amount": "¥3,990", "currency": "JPY", "seen": 1}
    assert act(client, world, "answer", **answer).status_code == 422
    assert act(client, world, "check", **{**RIGHT, "postcode": "1"}).status_code == 422
    assert act(client, world, "check", **RIGHT).status_code == 302
    assert act(client, world, "answer", **answer).status_code == 302
    decision = world.unit("first").newest_decision
    assert decision is not None
    assert (decision.kind, decision.by, decision.facts) == (
        "answered",
        "mio",
        {"order_amount": 3990},
    )
    assert [row.passed for row in CallerCheck.objects.order_by("id")] == [False, True]


def test_danger_the_link_and_a_note_need_no_questions(world: DeskWorld) -> None:
    client = member("mio", Role.OPERATOR)
    assert act(client, world, "danger", condition="hot", words="Smoke").status_code == 302
    incident = Incident.objects.get()
    assert (incident.kind, incident.door, incident.by) == ("hot", "console", "mio")
    assert world.unit("first").condition == "hot"
    assert act(client, world, "link").status_code == 302
    mail = Message.objects.filter(template="link_again").get()
    assert mail.case_no == world.cases["first"]
    assert act(client, world, "note", words="Calls again on Monday").status_code == 302
    assert world.unit("first").notes.get().by == "mio"


def test_withdrawing_and_new_details_need_the_questions(world: DeskWorld) -> None:
    client = member("mio", Role.OPERATOR)
    for name, typed in (("withdraw", {}), ("contact", {"street": "9-9"}), ("code", {})):
        assert act(client, world, name, **typed).status_code == 422
    act(client, world, "check", **RIGHT)
    assert act(client, world, "contact", street="9-9").status_code == 302
    person_id = world.unit("first").claim.person_id
    assert people.contact(person_id).street == "9-9"
    assert people.contact(person_id).name == "佐藤 花子"
    assert act(client, world, "withdraw").status_code == 302
    assert world.unit("first").standing == "withdrawn"


@pytest.mark.parametrize("role", [Role.FINANCE, Role.AUDITOR, Role.REGULATOR])
def test_nobody_else_acts_for_a_caller(world: DeskWorld, role: Role) -> None:
    client = member("x", role)
    for name in ("check", "answer", "withdraw", "danger", "link", "code", "contact", "note"):
        assert act(client, world, name, condition="hot", words="x").status_code == 403
    assert not Incident.objects.exists()


def owed(world: DeskWorld) -> CallBack:
    """Owe a call and return it."""
    case_no = world.cases["first"]
    number = notices.call_back(
        why="danger",
        key="k",
        person_id=world.unit("first").claim.person_id,
        recall_slug=kumo.SLUG,
        case_no=case_no,
        due_at=clock.now() + timedelta(hours=1),
        at=clock.now(),
    )
    return CallBack.objects.get(id=number)


def test_one_person_takes_a_call_and_a_colleague_may_take_it_over(world: DeskWorld) -> None:
    call, mio, ken = owed(world), member("mio", Role.OPERATOR), member("ken", Role.OPERATOR)
    path = f"/staff/hotline/calls/{call.id}/take/"
    assert mio.post(path, {"do": "take"})["Location"] == f"/staff/calls/{call.id}/"
    assert ken.post(path, {"do": "take"})["Location"] == "/staff/calls/"
    call.refresh_from_db()
    assert call.taken_by == "mio"
    with pytest.raises(CallTaken):
        notices.finish_call(call_id=call.id, outcome="reached", by="ken", at=clock.now())
    ken.post(path, {"do": "over"})
    call.refresh_from_db()
    assert call.taken_by == "ken"
    again = notices.finish_call(call_id=call.id, outcome="no_answer", by="ken", at=clock.now())
    following = CallBack.objects.get(id=again)
    assert (following.attempt, following.taken_by) == (2, "")


def test_a_call_is_given_to_a_named_colleague(world: DeskWorld) -> None:
    call, mio, ken = owed(world), member("mio", Role.OPERATOR), member("ken", Role.OPERATOR)
    path = f"/staff/hotline/calls/{call.id}/take/"
    assert mio.post(path, {"do": "give", "to": "nobody"})["Location"] == "/staff/calls/"
    call.refresh_from_db()
    assert call.taken_by == ""
    mio.post(path, {"do": "give", "to": "ken"})
    call.refresh_from_db()
    assert call.taken_by == "ken"
    mio.post(path, {"do": "give", "to": "mio"})
    call.refresh_from_db()
    assert call.taken_by == "ken"
    assert "You make this call." in ken.get(f"/staff/calls/{call.id}/").content.decode()


def test_a_call_that_was_taken_and_not_made_is_free_again(world: DeskWorld) -> None:
    call, at = owed(world), clock.now()
    calls.take(call_id=call.id, who="mio", at=at)
    with pytest.raises(CallTaken):
        calls.take(call_id=call.id, who="ken", at=at + timedelta(minutes=29))
    calls.take(call_id=call.id, who="ken", at=at + calls.HELD_FOR)
    calls.hand_back(call_id=call.id, by="mio")
    call.refresh_from_db()
    assert call.taken_by == "ken"
    calls.hand_back(call_id=call.id, by="ken")
    call.refresh_from_db()
    assert (call.taken_by, call.taken_at) == ("", None)


def test_the_list_of_calls_is_saved_without_names(world: DeskWorld) -> None:
    owed(world)
    answer = member("mio", Role.OPERATOR).get("/staff/calls/?as=csv")
    saved = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    assert world.cases["first"] in saved
    assert "佐" not in saved


def test_reports_have_no_limit_and_calls_to_one_number_have(world: DeskWorld) -> None:
    def report(number: int, phone: str) -> None:
        incidents.report(
            key=f"public:{number}",
            recall_slug=kumo.SLUG,
            market="jp",
            product="K100",
            kind="hot",
            door="public",
            by="owner",
            at=clock.now(),
            contact=Contact(phone=phone),
            language="ja",
        )

    for number in range(6):
        report(number, "03-1234-5678" if number % 2 else "+81 3 1234 5678")
    assert (Incident.objects.count(), CallBack.objects.count()) == (6, 3)
    report(9, "03-9999-9999")
    assert (Incident.objects.count(), CallBack.objects.count()) == (7, 4)


def test_a_flood_of_invented_numbers_stops_at_what_a_team_can_call(
    world: DeskWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(incidents, "CALLS_AN_HOUR", 5)
    for number in range(8):
        incidents.report(
            key=f"public:{number}",
            recall_slug=kumo.SLUG,
            market="jp",
            product="K100",
            kind="hot",
            door="public",
            by="owner",
            at=clock.now(),
            contact=Contact(phone=f"03-0000-{number:04d}"),
            language="ja",
        )
    assert (Incident.objects.count(), CallBack.objects.count()) == (8, 5)
    case_no = world.cases["first"]
    incidents.report(
        key="known",
        recall_slug=kumo.SLUG,
        market="jp",
        product="K100",
        kind="hot",
        door="public",
        by="owner",
        at=clock.now(),
        case_no=case_no,
        unit_no=1,
        person_id=world.unit("first").claim.person_id,
    )
    assert CallBack.objects.filter(case_no=case_no).count() == 1
