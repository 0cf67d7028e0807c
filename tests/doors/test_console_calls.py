"""Calls and incidents in the console: who may see what, what is written down, what it comes to."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from kaishu.base import clock
from kaishu.base.roles import Role
from kaishu.incidents import actions
from kaishu.incidents.models import Incident, IncidentNote, IncidentTask
from kaishu.notices import actions as notices
from kaishu.notices.models import CallBack
from kaishu.people import actions as people
from kaishu.people.contact import Contact
from kaishu.people.models import RevealLog
from tests.doors import desk_world, kumo
from tests.doors.desk_world import DeskWorld, member
from tests.doors.pages import find, parsed, text

pytestmark = pytest.mark.django_db
R, OP, M, U = Role.REVIEWER, Role.OPERATOR, Role.MANAGER, Role.AUDITOR
CALLERS = {R, OP, M}
MAY_GET = {
    "/staff/calls/": CALLERS | {U},
    "/staff/calls/CALL/": CALLERS | {U},
    "/staff/incidents/": CALLERS | {U},
    "/staff/incidents/?shown=closed": CALLERS | {U},
    "/staff/incidents/NUMBER/": CALLERS | {U},
}
MAY_POST = {
    "/staff/calls/CALL/contact/": CALLERS,
    "/staff/calls/CALL/finish/": CALLERS,
    "/staff/incidents/NUMBER/words/": CALLERS,
    "/staff/incidents/NUMBER/duty/": {M},
    "/staff/incidents/NUMBER/close/": {M},
}
CONTACT = Contact(name="佐藤 花子", phone="03-1234-5678", email="hanako@example.jp")


@pytest.fixture
def world(db: None, data_dir: Path) -> DeskWorld:
    """Open the recall, without claims."""
    return desk_world.open_world(data_dir)


def report(key: str = "k1", **changes: Any) -> Incident:
    """Report a hot unit of somebody who can be called, an hour and a half ago."""
    usual: dict[str, Any] = {
        "recall_slug": kumo.SLUG,
        "market": "jp",
        "product": "K100",
        "kind": "hot",
        "door": "public",
        "by": "owner",
        "at": clock.now() - timedelta(minutes=90),
        "words": "<b>Smoke</b> from my desk",
        "language": "ja",
        "contact": CONTACT,
    }
    return actions.report(key=key, **(usual | changes))


def send(client: Client, path: str, **fields: str) -> HttpResponse:
    """Send a form."""
    return client.post(path, fields)


def said(response: HttpResponse) -> str:
    """Return the page's summary or notice."""
    root = parsed(response)
    return " ".join(text(n) for s in (".summary", ".notice") for n in find(root, s))


@pytest.mark.parametrize("role", list(Role))
def test_each_role_opens_its_pages_and_no_other(world: DeskWorld, role: Role) -> None:
    made, call = report(), CallBack.objects.get()
    client = member("someone", role)
    for path, roles in MAY_GET.items():
        place = path.replace("CALL", str(call.id)).replace("NUMBER", made.number)
        assert client.get(place).status_code == (200 if role in roles else 403), path
    for path, roles in MAY_POST.items():
        place = path.replace("CALL", str(call.id)).replace("NUMBER", made.number)
        assert (client.post(place).status_code == 403) == (role not in roles), path


def test_the_left_side_counts_what_waits(world: DeskWorld) -> None:
    report(), report("k2", kind="wet", contact=None)
    root = parsed(member("mika", R).get("/staff/claims/"))
    counts = {
        text(find(link, "span")[0]): text(find(link, "b")[0])
        for link in find(root, "nav a")
        if find(link, "b")
    }
    assert (counts["Calls"], counts["Incidents"]) == ("1", "2")
    links = [link.get("href") for link in find(parsed(member("kei", U).get("/staff/claims/")), "a")]
    assert "/staff/incidents/" in links and "/staff/calls/" not in links


def test_late_calls_come_first_and_details_are_hidden(world: DeskWorld) -> None:
    report("k1", kind="wet"), report("k2")
    page = member("mika", R).get("/staff/calls/")
    rows = [text(row) for row in find(parsed(page), "tbody tr")]
    assert len(rows) == 2
    assert rows[0].startswith("30 min late Danger: It is hot, smells or smokes佐*** …5678")
    assert rows[1].startswith("in 22 h")
    assert "1234" not in page.content.decode().replace("12345", "")
    assert RevealLog.objects.count() == 0


def test_a_call_says_what_to_say_first_in_the_owners_language(world: DeskWorld) -> None:
    report()
    call = CallBack.objects.get()
    root = parsed(member("mika", R).get(f"/staff/calls/{call.id}/"))
    (first,) = find(root, ".says")
    assert first.get("lang") == "ja" and text(first).startswith("すぐに離れて")


def test_the_number_is_shown_once_asked_and_the_look_is_logged(world: DeskWorld) -> None:
    made = report()
    call = CallBack.objects.get()
    client = member("mika", R)
    root = parsed(client.post(f"/staff/calls/{call.id}/contact/"))
    assert find(root, "aside a")[0].get("href") == "tel:03-1234-5678"
    assert list(RevealLog.objects.values_list("person_id", "by", "why")) == [
        (made.person_id, "mika", "call_owner")
    ]
    assert "03-1234-5678" not in client.get(f"/staff/calls/{call.id}/").content.decode()


def test_a_call_is_finished_once_and_the_form_sent_twice_is_one_act(world: DeskWorld) -> None:
    report()
    call = CallBack.objects.get()
    client, other = member("mika", R), member("jun", OP)
    form = {"outcome": "reached", "key": "a" * 32}
    for _again in range(2):
        response = send(client, f"/staff/calls/{call.id}/finish/", **form)
        assert response.headers["Location"] == "/staff/calls/"
    assert "Call written down: Reached." in said(client.get("/staff/calls/"))
    late = send(other, f"/staff/calls/{call.id}/finish/", outcome="no_answer", key="b" * 32)
    assert late.status_code == 422 and find(parsed(late), ".summary")
    call.refresh_from_db()
    assert (call.outcome, call.done_by, CallBack.objects.count()) == ("reached", "mika", 1)


def test_nobody_answering_puts_the_next_call_on_the_list(world: DeskWorld) -> None:
    made = report()
    client = member("mika", R)
    path = f"/staff/calls/{CallBack.objects.get().id}/finish/"
    send(client, path, outcome="no_answer", key="a" * 32)
    assert "the next call is on the list" in said(client.get("/staff/calls/"))
    following = CallBack.objects.get(done_at=None)
    assert following.attempt == 2
    again = parsed(client.get(f"/staff/calls/{following.id}/"))
    assert f"/staff/incidents/{made.number}/" in [a.get("href") for a in find(again, "main a")]


def test_an_outcome_that_is_none_finishes_nothing(world: DeskWorld) -> None:
    report()
    call = CallBack.objects.get()
    response = send(member("mika", R), f"/staff/calls/{call.id}/finish/", outcome="", key="a" * 32)
    assert response.status_code == 422
    call.refresh_from_db()
    assert call.done_at is None


def test_a_call_for_other_reasons_and_of_a_forgotten_person_is_shown(world: DeskWorld) -> None:
    person = people.register(contact=CONTACT, language="ja", at=world.now())
    case_no = world.claim("first", serial=kumo.LISTED)
    number = notices.call_back(
        why="mail_undeliverable",
        key="m1",
        person_id=person,
        recall_slug=kumo.SLUG,
        case_no=case_no,
        due_at=clock.now() + timedelta(days=1),
        at=clock.now(),
    )
    people.forget(person_id=person, at=clock.now())
    client = member("mika", R)
    root = parsed(client.get(f"/staff/calls/{number}/"))
    assert not find(root, ".says") and "the details were deleted" in text(root)
    refused = client.post(f"/staff/calls/{number}/contact/")
    assert refused.status_code == 422 and RevealLog.objects.count() == 0
    assert client.get("/staff/calls/99999/").status_code == 404


def test_the_worst_report_comes_first(world: DeskWorld) -> None:
    for key, facts in {"a": {"kind": "wet"}, "b": {"injured": True}, "c": {}}.items():
        report(key, **facts)
    root = parsed(member("hana", M).get("/staff/incidents/"))
    chips = [text(chip) for chip in find(root, "td.severity .chip")]
    assert chips == ["Somebody hurt", "Hot or smoking", "Damaged"]


def test_the_words_are_hidden_until_asked_and_the_look_is_written_down(world: DeskWorld) -> None:
    made = report()
    client = member("hana", M)
    path = f"/staff/incidents/{made.number}/"
    assert "from my desk" not in client.get(path).content.decode()
    shown = client.post(f"{path}words/").content.decode()
    assert "&lt;b&gt;Smoke&lt;/b&gt; from my desk" in shown
    note = IncidentNote.objects.get()
    assert (note.step, note.by, note.about) == ("words_read", "hana", "handle")
    assert "from my desk" not in client.get(path).content.decode()
    actions.forget_person(person_id=made.person_id, at=clock.now())
    assert "as the person asked" in text(parsed(client.get(path)))
    assert client.post(f"{path}words/").status_code == 422


def test_a_duty_is_a_question_to_people_and_the_answer_is_kept(world: DeskWorld) -> None:
    made = report(at=clock.now().replace(year=2026, month=4, day=1, hour=3))
    client = member("hana", M)
    path = f"/staff/incidents/{made.number}/"
    page = text(parsed(client.get(path)))
    assert "Check whether it must be reported" in page
    assert "Last day if it applies: 10 April 2026" in page
    assert " late" in text(parsed(client.get("/staff/incidents/")))
    unknown = send(client, f"{path}duty/", duty="made_up", step="duty_not_due", key="a" * 32)
    assert unknown.status_code == 422 and IncidentNote.objects.count() == 0
    good = {"duty": "jp_serious_accident", "step": "duty_not_due", "key": "b" * 32}
    for _again in range(2):
        assert send(client, f"{path}duty/", **good).status_code == 302
    note = IncidentNote.objects.get()
    assert (note.about, note.step, note.by) == ("jp_serious_accident", "duty_not_due", "hana")
    assert "10 April 2026" not in text(parsed(client.get("/staff/incidents/")))
    assert IncidentTask.objects.get(about="jp_serious_accident").done_by == "hana"


def test_a_report_is_closed_with_its_outcome(world: DeskWorld) -> None:
    made = report()
    client = member("hana", M)
    path = f"/staff/incidents/{made.number}/close/"
    empty = send(client, path, outcome="", key="a" * 32)
    assert empty.status_code == 422
    assert find(parsed(empty), ".summary a")[0].get("href") == "#id-outcome"
    early = send(client, path, outcome="collected", key="d" * 32)
    assert early.status_code == 422 and "every duty" in text(parsed(early))
    assert send(client, path, outcome="duplicate", key="b" * 32).status_code == 302
    made.refresh_from_db()
    assert (made.outcome, made.closed_by) == ("duplicate", "hana")
    assert not find(parsed(client.get("/staff/incidents/")), "#reports")
    closed = parsed(client.get("/staff/incidents/?shown=closed"))
    assert len(find(closed, "#reports tbody tr")) == 1
    again = send(client, path, outcome="duplicate", key="c" * 32)
    assert again.status_code == 422 and not find(parsed(again), "#id-outcome")
    assert client.get("/staff/incidents/0000000000/").status_code == 404


def test_empty_lists_say_what_comes_here(world: DeskWorld) -> None:
    client = member("hana", M)
    for path in ("/staff/calls/", "/staff/incidents/", "/staff/incidents/?shown=closed"):
        assert find(parsed(client.get(path)), ".empty"), path
