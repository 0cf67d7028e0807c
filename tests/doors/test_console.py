"""The console: who may open what, how a decision is made, and what nobody can do alone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.test import Client

from kaishu.base.roles import Role, routes_without_policy
from kaishu.books.queries import trial_balance
from kaishu.claims.models import Decision, Evidence
from kaishu.people.models import RevealLog
from tests.doors import desk_world, kumo
from tests.doors.desk_world import DeskWorld, member
from tests.doors.pages import find, parsed, text

pytestmark = pytest.mark.django_db
RECALL = f"/staff/recalls/{kumo.SLUG}"
R, OP, M, F, A, U, G = (
    Role.REVIEWER,
    Role.OPERATOR,
    Role.MANAGER,
    Role.FINANCE,
    Role.APPROVER,
    Role.AUDITOR,
    Role.REGULATOR,
)
CASES = {R, OP, M, F, A, U}
MAY_GET = {
    "/staff/claims/": CASES,
    "/staff/claims/CASE/": CASES,
    "/staff/evidence/FILE/": {R, OP, M, U},
    "/staff/kits/": {R, OP, M, U},
    "/staff/kits/stock/": {R, OP, M, U},
    "/staff/kits/reminders/": {R, OP, M, U},
    "/staff/kits/file/": {R, OP, M, U},
    "/staff/payouts/": {F, A, M, U},
    "/staff/payouts/due/": {F, A, M, U},
    "/staff/payouts/lines/": {F, A, M, U},
    "/staff/payouts/promises/": {F, A, M, U},
    "/staff/payouts/forecast/": {F, A, M, U},
    "/staff/payouts/funds/": {F, A, M, U},
    "/staff/payouts/rules/": {F, A, M, U},
    "/staff/payouts/pauses/": {F, A, M, U},
    "/staff/payouts/results/": {F, A, M, U},
    "/staff/payouts/recoveries/": {F, A, M, U},
    "/staff/payouts/codes/": {F, A, M, U},
    "/staff/payouts/stock/": {OP, F, A, M, U},
    f"{RECALL}/progress/": CASES | {G},
    f"{RECALL}/entries/?account=owner": CASES | {G},
}
MAY_POST = {
    "/staff/claims/CASE/contact/": {R, OP, M},
    "/staff/claims/CASE/1/decide/": {R, M},
    "/staff/claims/CASE/1/holder/": {R, M},
    "/staff/kits/addresses/": {R, OP, M},
    "/staff/kits/letters/": {R, OP, M},
    "/staff/kits/pick/": {R, OP, M},
    "/staff/kits/mark/": {R, OP, M},
    "/staff/kits/file/": {R, OP, M},
    "/staff/kits/stock/": {R, OP, M},
    "/staff/kits/reminders/1/": {R, OP, M},
    "/staff/kits/CASE/1/": {R, OP, M},
    "/staff/payouts/due/": {F},
    "/staff/payouts/funds/": {F},
    "/staff/payouts/rules/": {F},
    "/staff/payouts/recoveries/": {F},
    "/staff/payouts/pauses/": {F, A, M},
    "/staff/payouts/codes/": {F},
    "/staff/payouts/stock/": {F, OP},
    "/staff/payouts/run/": {F, A},
}


@pytest.fixture
def world(db: None, data_dir: Path) -> DeskWorld:
    """Open the recall, without claims."""
    return desk_world.open_world(data_dir)


def send(client: Client, path: str, **fields: object) -> HttpResponse:
    """Send a form."""
    return client.post(path, {name: str(value) for name, value in fields.items()})


def said(response: HttpResponse) -> str:
    """Return the page's summary, band or notice."""
    root = parsed(response)
    return " ".join(text(n) for s in (".summary", ".notice") for n in find(root, s))


def decide(client: Client, case_no: str, **fields: object) -> HttpResponse:
    """Send a decision about the first unit."""
    usual = {"kind": "approved", "reason": "checked", "seen": ""}
    return send(client, f"/staff/claims/{case_no}/1/decide/", **(usual | fields))


def test_no_route_of_the_staff_doors_lacks_a_policy() -> None:
    assert routes_without_policy() == []


@pytest.mark.parametrize("role", list(Role))
def test_each_role_opens_its_pages_and_no_other(world: DeskWorld, role: Role) -> None:
    case_no = world.claim("first", serial=kumo.LISTED, evidence=(desk_world.photo(),))
    file = str(Evidence.objects.get().id)
    client = member("someone", role)
    for path, roles in MAY_GET.items():
        response = client.get(path.replace("CASE", case_no).replace("FILE", file))
        assert response.status_code == (200 if role in roles else 403), path
        if role not in roles:
            assert "another role" in text(find(parsed(response), "h1")[0])
    for path, roles in MAY_POST.items():
        refused = client.post(path.replace("CASE", case_no)).status_code == 403
        assert refused == (role not in roles), path


@pytest.mark.parametrize("path", [*MAY_GET, "/staff/"])
def test_a_visitor_is_asked_to_sign_in(world: DeskWorld, path: str) -> None:
    response = Client().get(path.replace("CASE", "1").replace("FILE", "1"))
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/staff/sign-in/?next=/staff/")


def test_sign_in_leads_to_the_first_page_of_the_role_and_sign_out_ends_it(world: DeskWorld) -> None:
    first = {
        R: "/staff/claims/",
        F: "/staff/payouts/",
        Role.COLLECTOR: "/depot/",
        Role.RECYCLER: "/depot/certificates/",
        G: f"{RECALL}/dashboard/",
    }
    for role, page in first.items():
        member(f"a-{role}", role)
        client = Client()
        wrong = client.post("/staff/sign-in/", {"username": f"a-{role}", "password": "no"})
        assert wrong.status_code == 422
        assert find(parsed(wrong), "#id-username")[0].get("value") == f"a-{role}"
        client.post("/staff/sign-in/", {"username": f"a-{role}", "password": "a long password"})
        assert client.get("/staff/").headers["Location"].startswith(page)
        client.post("/staff/sign-out/")
        assert client.get("/staff/").headers["Location"].startswith("/staff/sign-in/")


def test_sign_in_never_leads_to_another_site(world: DeskWorld) -> None:
    member("mika", R)
    fields = {"username": "mika", "password": "a long password", "next": "https://evil.example/"}
    assert Client().post("/staff/sign-in/", fields).headers["Location"] == "/staff/"


def test_a_reviewer_approves_and_goes_on_to_the_next_case(world: DeskWorld) -> None:
    first = world.claim("first", serial=kumo.LISTED)
    second = world.claim("second", serial="AK20230001000043")
    client = member("mika", R)
    page = parsed(client.get(f"/staff/claims/{first}/"))
    assert "¥3,990 + 1 return bag" in text(find(page, ".says")[0])
    response = decide(client, first)
    assert response.headers["Location"] == f"/staff/claims/{second}/?queue=to_review"
    assert f"{first[:4]}-{first[4:8]}-{first[8:]}-1: Approved." in said(
        client.get(response.headers["Location"])
    )
    tally = trial_balance(recall_id=world.recall_id)
    assert tally.promised("JPY", "owed") == 3990
    assert tally.promised("kit:bag", "owed") == 1


def test_the_same_decision_sent_twice_is_one(world: DeskWorld) -> None:
    case_no = world.claim("first", serial=kumo.LISTED)
    client = member("mika", R)
    answers = [decide(client, case_no, key="a" * 32) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert Decision.objects.count() == 1


def test_a_decision_on_what_was_not_read_is_a_conflict_with_a_next_step(world: DeskWorld) -> None:
    case_no = world.claim("first", serial=kumo.LISTED)
    world.decide("first", "asked", "proof_needed")
    before = trial_balance(recall_id=world.recall_id).sentence()
    response = decide(member("mika", R), case_no, seen="")
    assert response.status_code == 409
    assert "Question asked (proof needed), rei" in said(response)
    again = find(parsed(response), f"[href*='/staff/claims/{case_no}/?']")[0].get("href")
    assert again.endswith("reason=checked&kind=approved#unit-1")
    assert Decision.objects.count() == 1
    assert trial_balance(recall_id=world.recall_id).sentence() == before


def test_a_new_order_amount_is_read_before_it_is_promised(world: DeskWorld) -> None:
    case_no = world.claim("first", serial=kumo.LISTED, remedy="credit")
    client = member("mika", R)
    missing = decide(client, case_no)
    assert missing.status_code == 422
    assert not Decision.objects.exists()
    unread = decide(client, case_no, order_amount="4,980円")
    assert unread.status_code == 200
    assert "¥5,030" in text(find(parsed(unread), ".says")[0])
    assert not Decision.objects.exists()
    assert decide(client, case_no, order_amount="4,980円", shown=4980).status_code == 302
    assert trial_balance(recall_id=world.recall_id).promised("coupon:JPY", "owed") == 5030
    letters = decide(client, case_no, order_amount="much", seen=1)
    assert letters.status_code == 422
    assert "cannot be read" in said(letters)


def test_a_part_is_less_than_the_whole(world: DeskWorld) -> None:
    case_no = world.claim("first", serial=kumo.LISTED)
    client = member("mika", R)
    too_much = decide(client, case_no, reason="partial", amount="9999", shown=9999)
    assert too_much.status_code == 422
    assert decide(client, case_no, reason="partial", amount="2000", shown=2000).status_code == 302
    assert trial_balance(recall_id=world.recall_id).promised("JPY", "owed") == 2000


def test_a_serial_from_the_photo_is_checked_and_then_bound(world: DeskWorld) -> None:
    case_no = world.claim("unread", serial="A1")
    client = member("mika", R)
    tried = decide(client, case_no, do="try", serial=kumo.NOT_LISTED)
    assert "Not affected" in said(tried)
    tried = decide(client, case_no, do="try", serial=kumo.LISTED)
    assert "Affected" in said(tried)
    assert find(parsed(tried), "[name=serial]")[0].get("value") == kumo.LISTED
    assert not Decision.objects.exists()
    decide(client, case_no, serial=kumo.LISTED)
    assert world.unit("unread").serial == kumo.LISTED


def test_a_refusal_shows_the_sentence_that_the_owner_reads(world: DeskWorld) -> None:
    case_no = world.claim("first", serial=kumo.LISTED)
    client = member("mika", R)
    page = parsed(client.get(f"/staff/claims/{case_no}/"))
    for radio in find(page, "[type=radio]"):
        shown = radio.getparent()
        assert find(shown, "[lang=ja]"), radio.get("value")
        assert re.search("[ぁ-ん]", text(shown))
    response = decide(client, case_no, kind="refused", reason="proof_does_not_match")
    assert response.status_code == 302
    assert world.unit("first").newest_decision.standing == "refused"  # type: ignore[union-attr]
    again = decide(client, case_no, kind="refused", reason="checked", seen=1)
    assert again.status_code == 422


def test_two_claims_on_one_serial_stand_side_by_side(world: DeskWorld) -> None:
    first = world.claim("first", serial=kumo.LISTED)
    second = world.claim("second", serial=kumo.LISTED)
    client = member("mika", R)
    page = parsed(client.get(f"/staff/claims/{second}/"))
    assert find(page, f".signals [href='/staff/claims/{first}/#unit-1']")
    assert not find(page, "[value=checked]")
    both = parsed(client.get(f"/staff/review/{second}/1/compare/"))
    assert len(find(both, ".side-by-side section")) == 2
    assert len(find(both, "[action*='/holder/']")) == 1
    moved = send(client, f"/staff/claims/{second}/1/holder/", seen="")
    assert moved.headers["Location"] == f"/staff/claims/{second}/"
    assert decide(client, second, seen=1).status_code == 302
    assert world.unit("first").contested


def test_details_are_masked_until_a_look_is_logged(world: DeskWorld) -> None:
    case_no = world.claim("first", serial=kumo.LISTED)
    client = member("mika", R)
    page = client.get(f"/staff/claims/{case_no}/").content.decode()
    assert "花子" not in page
    assert "hanako" not in page
    assert not RevealLog.objects.exists()
    nothing = send(client, f"/staff/claims/{case_no}/contact/", why="curious")
    assert nothing.status_code == 422
    shown = send(client, f"/staff/claims/{case_no}/contact/", why="call_owner")
    assert "佐藤 花子" in shown.content.decode()
    assert "no-store" in shown.headers["Cache-Control"]
    assert list(RevealLog.objects.values_list("by", "why")) == [("mika", "call_owner")]


def test_evidence_is_served_where_it_can_do_nothing(world: DeskWorld) -> None:
    world.claim("first", serial=kumo.LISTED, evidence=(desk_world.photo(),))
    file = Evidence.objects.get().id
    response = member("mika", R).get(f"/staff/evidence/{file}/")
    assert response.headers["Content-Type"] == "image/png"
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"] == "no-store"
    assert member("jun", R).get(f"/staff/evidence/{file + 1}/").status_code == 404


def test_a_kit_is_packed_with_a_logged_address_and_leaves_once(world: DeskWorld) -> None:
    case_no = world.claim("first", serial=kumo.LISTED)
    world.decide("first")
    client = member("jun", OP)
    assert "港区" not in client.get("/staff/kits/").content.decode()
    assert "東京都港区1-2-3" in client.post("/staff/kits/addresses/").content.decode()
    assert list(RevealLog.objects.values_list("by", "why")) == [("jun", "kit")]
    for _ in range(2):
        sent = send(client, f"/staff/kits/{case_no}/1/", tracking="T 1", key="b" * 32)
        assert sent.headers["Location"] == "/staff/kits/"
    assert trial_balance(recall_id=world.recall_id).promised("kit:bag", "sent") == 1
    late = send(client, f"/staff/kits/{case_no}/1/", tracking="T 2")
    assert late.status_code == 422
    assert "No kit waits" in text(find(parsed(late), ".empty")[0])


def test_the_sender_runs_by_a_button_only_in_the_demo(world: DeskWorld, settings: object) -> None:
    client = member("yuki", F)
    assert "Run the sender" not in client.get("/staff/payouts/").content.decode()
    settings.KAISHU_MODE = "demo"  # type: ignore[attr-defined]
    assert "Run the sender" in client.get("/staff/payouts/").content.decode()
    send(client, "/staff/payouts/run/")
    assert "ran once" in said(client.get("/staff/payouts/"))


def test_every_number_of_the_balance_is_the_sum_of_its_rows(world: DeskWorld) -> None:
    desk_world.lively(world)
    client = member("kei", U)
    page = parsed(client.get(f"{RECALL}/progress/"))
    links = find(page, ".tally a")
    assert len(links) > 15
    for link in links:
        rows = parsed(client.get(link.get("href")))
        assert text(find(rows, ".says")[0]) == text(link), link.get("href")
    assert text(find(page, "tfoot a")[-1]) == "3,040"


def test_an_understated_population_is_a_warning(world: DeskWorld) -> None:
    from kaishu.books import actions as books
    from kaishu.books.values import Place, UnitMove

    move = UnitMove(
        product="K300",
        pool="consumer",
        quantity=1001,
        source=Place("at_large"),
        target=Place("owner"),
    )
    books.post(
        kind="holder.known",
        moves=(move,),
        recall_id=world.recall_id,
        key="k",
        door="test",
        by="t",
        at=world.now(),
    )
    response = member("kei", U).get(f"{RECALL}/progress/")
    assert "K300: -1" in said(response)


def test_a_case_is_found_by_its_number_and_by_its_serial(world: DeskWorld) -> None:
    case_no = world.claim("first", serial=kumo.LISTED)
    client = member("mika", R)
    spaced = f"{case_no[:4]} {case_no[4:8]}-{case_no[8:]}"
    found = client.get("/staff/claims/", {"search": spaced})
    assert found.headers["Location"] == f"/staff/claims/{case_no}/"
    by_serial = parsed(client.get("/staff/claims/", {"search": "ak2023 0001"}))
    assert find(by_serial, f"[href*='{case_no}']")
    wrong = str((int(case_no) + 1) % 10**12).zfill(12)
    assert "check digits" in said(client.get("/staff/claims/", {"search": wrong}))
    assert find(parsed(client.get("/staff/claims/", {"search": "zzz"})), ".empty")


def test_each_queue_counts_what_it_lists(world: DeskWorld) -> None:
    desk_world.lively(world)
    client = member("mika", R)
    expected = {
        "to_review": 3,
        "urgent": 1,
        "contested": 1,
        "asked": 1,
        "kit_due": 2,
        "collected": 2,
        "done": 0,
        "refused": 0,
        "withdrawn": 0,
        "all": 11,
    }
    for name, number in expected.items():
        page = parsed(client.get("/staff/claims/", {"queue": name}))
        assert len(find(page, "tbody tr")) == number, name
        shown = find(page, ".queues [aria-current] b")
        assert text(shown[0]) == str(number), name
