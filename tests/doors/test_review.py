"""Review: filters, who has what, who reads what, what looks alike, conflicts that lose nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.test import Client

from kaishu.base import clock
from kaishu.base.roles import Role
from kaishu.claims.models import ClaimUnit, Decision, Reading, SavedFilter
from kaishu.core.recall import Service
from kaishu.doors.console.review import saved
from tests.doors import desk_world, kumo
from tests.doors.desk_world import DeskWorld, member
from tests.doors.pages import find, parsed, text

pytestmark = pytest.mark.django_db
R, F = Role.REVIEWER, Role.FINANCE
SECOND = "AK20230001000043"


@pytest.fixture
def world(db: None, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> DeskWorld:
    """Open the recall, which promises to look at a claim within three days."""
    promised = replace(desk_world.recall(), service=Service(review_days=3))
    monkeypatch.setattr(desk_world, "recall", lambda: promised)
    opened = desk_world.open_world(data_dir)
    monkeypatch.setattr(clock, "now", lambda: desk_world.START + timedelta(days=3, hours=12))
    return opened


def cases(response: HttpResponse) -> list[str]:
    """Return the case numbers of a queue page's rows, in its order."""
    return [link.get("href").split("/")[3] for link in find(parsed(response), "tbody td.tight a")]


def queue(client: Client, **given: str) -> HttpResponse:
    """Open a queue with a filter."""
    return client.get("/staff/claims/", {"queue": "to_review", **given})


def test_a_queue_is_narrowed_by_each_of_its_filters(world: DeskWorld) -> None:
    plain = world.claim("plain", serial=kumo.LISTED, order_amount=3000)
    photo = world.claim("photo", serial=SECOND, evidence=(desk_world.photo(),), order_amount=9000)
    grey = {"model": "K200", "serial": "AK20230001000501", "colour": "grey"}
    other = world.claim("other", remedy="replace", **grey)
    unsure = world.claim("unsure", serial="A1")
    client = member("mika", R)
    everything = [plain, photo, other, unsure]
    assert cases(queue(client)) == everything
    for given, expected in (
        ({"recall": kumo.SLUG}, everything),
        ({"recall": "another"}, []),
        ({"product": "K200"}, [other]),
        ({"verdict": "ask"}, [unsure]),
        ({"evidence": "yes"}, [photo]),
        ({"evidence": "no"}, [plain, other, unsure]),
        ({"evidence": "proof"}, []),
        ({"remedy": "replace"}, [other]),
        ({"language": "en"}, []),
        ({"language": "ja"}, everything),
        ({"least": "5000"}, [photo]),
        ({"most": "5000"}, [plain]),
        ({"least": "¥ 9,000"}, [photo]),
        ({"least": "2999.5", "most": "3000.9"}, [plain]),
        ({"contested": "yes"}, []),
        ({"who": "nobody"}, everything),
        ({"verdict": "drop table", "least": "x"}, everything),
    ):
        assert cases(queue(client, **given)) == expected, given


def test_age_is_read_against_the_promised_days(world: DeskWorld) -> None:
    old = world.claim("old", serial=kumo.LISTED)
    world.minutes += 24 * 60
    young = world.claim("young", serial=SECOND)
    client = member("mika", R)
    page = queue(client)
    assert [text(node) for node in find(parsed(page), ".due")] == ["11 h overdue", "12 h left"]
    assert cases(queue(client, age="overdue")) == [old]
    assert cases(queue(client, age="soon")) == [young]
    assert cases(queue(client, age="week")) == []
    assert "11 h overdue" in text(find(parsed(client.get(f"/staff/claims/{old}/")), ".panel")[0])


def test_the_next_claim_of_a_filtered_queue_stays_in_the_filter(world: DeskWorld) -> None:
    world.claim("first", serial=kumo.LISTED)
    other = world.claim("other", model="K200", serial="AK20230001000501")
    client = member("mika", R)
    queue(client, product="K200")
    opened = client.post("/staff/review/next/", {"queue": "to_review"})
    assert opened.headers["Location"] == f"/staff/claims/{other}/?queue=to_review"
    assert ClaimUnit.objects.get(product="K200").assigned_to == "mika"
    done = client.post(
        f"/staff/claims/{other}/1/decide/",
        {"kind": "approved", "reason": "checked", "seen": "", "queue": "to_review"},
    )
    assert done.headers["Location"] == "/staff/claims/?queue=to_review"


def test_two_reviewers_are_handed_different_claims(world: DeskWorld) -> None:
    first = world.claim("first", serial=kumo.LISTED)
    second = world.claim("second", serial=SECOND)
    opened = [
        member(name, R).post("/staff/review/next/", {}).headers["Location"]
        for name in ("mika", "jun", "rei")
    ]
    assert [path.split("/")[3] for path in opened[:2]] == [first, second]
    assert opened[2].startswith("/staff/claims/?queue=to_review")


def test_a_claim_is_taken_handed_over_and_given_back(world: DeskWorld) -> None:
    case_no = world.claim("first", serial=kumo.LISTED)
    mika, jun = member("mika", R), member("jun", R)
    member("sora", Role.COLLECTOR)
    there = f"/staff/review/{case_no}/1/assign/"
    mika.post(there, {"do": "take", "has": ""})
    late = jun.post(there, {"do": "take", "has": ""})
    assert late.status_code == 409
    assert "mika has this claim now" in text(find(parsed(late), ".summary")[0])
    mika.post(there, {"do": "give", "to": "sora", "has": "mika"})
    assert ClaimUnit.objects.get().assigned_to == "mika"
    mika.post(there, {"do": "give", "to": "jun", "has": "mika"})
    assert ClaimUnit.objects.get().assigned_to == "jun"
    assert cases(queue(jun, who="me")) == [case_no]
    assert cases(queue(mika, who="me")) == []
    jun.post(there, {"do": "release", "has": "jun"})
    assert ClaimUnit.objects.get().assigned_to == ""
    assert member("yuki", F).post(there, {"do": "take"}).status_code == 403


def test_a_filter_is_kept_shared_and_deleted(world: DeskWorld) -> None:
    mika, jun = member("mika", R), member("jun", R)
    save = "/staff/review/filters/"
    query = "queue=to_review&verdict=ask&evil=1"
    mika.post(save, {"name": "Unsure", "query": query})
    mika.post(save, {"name": "All yen", "query": "queue=all&least=1", "shared": "yes"})
    mika.post(save, {"name": " ", "query": query})
    assert [text(node) for node in find(parsed(queue(mika)), ".saved a")] == ["All yen", "Unsure"]
    assert [text(node) for node in find(parsed(queue(jun)), ".saved a")] == ["All yen"]
    row = SavedFilter.objects.get(name="Unsure")
    assert row.query == "queue=to_review&verdict=ask"
    jun.post(f"{save}{row.id}/forget/")
    assert SavedFilter.objects.filter(id=row.id).exists()
    mika.post(f"{save}{row.id}/forget/")
    assert not SavedFilter.objects.filter(id=row.id).exists()


def test_who_reads_a_case_is_shown_to_others_only(world: DeskWorld) -> None:
    case_no = world.claim("first", serial=kumo.LISTED)
    jun, mika = member("jun", R), member("mika", R)
    page = jun.get(f"/staff/claims/{case_no}/")
    assert "is reading this" not in page.content.decode()
    page = mika.get(f"/staff/claims/{case_no}/")
    assert "jun is reading this" in text(find(parsed(page), "#readers")[0])
    corner = jun.post(f"/staff/review/{case_no}/here/").content.decode()
    assert "mika is reading this" in corner
    assert "jun" not in corner


def test_a_page_that_is_fetched_ahead_leaves_no_trace(world: DeskWorld) -> None:
    case_no = world.claim("first", serial=kumo.LISTED)
    second = world.claim("second", serial=SECOND)
    client = member("mika", R)
    page = client.get(f"/staff/claims/{case_no}/")
    ahead = find(parsed(page), "link[rel=prefetch]")[0].get("href")
    assert ahead == f"/staff/claims/{second}/?queue=to_review"
    act = {"do": "give", "to": "mika", "has": ""}
    member("jun", R)
    client.post(f"/staff/review/{case_no}/1/assign/", {**act, "to": "jun"})
    fetched = client.get(ahead, headers={"Sec-Purpose": "prefetch"})
    assert fetched.status_code == 200
    assert "no-store" in fetched.headers["Cache-Control"]
    assert not Reading.objects.filter(claim__case_no=second).exists()
    assert not ClaimUnit.objects.filter(claim__case_no=second).exclude(assigned_to="").exists()
    assert "jun has this claim now" in client.get("/staff/claims/").content.decode()


def test_what_claims_share_is_named_with_its_reason(world: DeskWorld) -> None:
    photo = desk_world.photo()
    first = world.claim("first", serial=kumo.LISTED, evidence=(photo,), order_no="1-1")
    second = world.claim("second", serial=kumo.LISTED, evidence=(photo,), order_no="1-1")
    page = parsed(member("mika", R).get(f"/staff/claims/{second}/"))
    said = text(find(page, ".signals")[0])
    for reason in (
        *("same unit", "the very same file", "same order number"),
        *("same telephone", "same e-mail", "same address", "has the unit"),
    ):
        assert reason in said, reason
    assert find(page, f".signals [href='/staff/claims/{first}/#unit-1']")


def test_a_conflict_keeps_what_was_typed(world: DeskWorld) -> None:
    case_no = world.claim("first", serial=kumo.LISTED, remedy="credit")
    world.decide("first", "asked", "order_amount_needed")
    client = member("mika", R)
    lost = client.post(
        f"/staff/claims/{case_no}/1/decide/",
        {
            "kind": "approved",
            "reason": "checked",
            "order_amount": "4980",
            "shown": "4980",
            "seen": "",
        },
    )
    assert lost.status_code == 409
    assert "4980" in text(find(parsed(lost), ".facts")[0])
    again = next(
        node.get("href")
        for node in find(parsed(lost), "a.button")
        if f"/staff/claims/{case_no}/" in node.get("href")
    )
    page = parsed(client.get(again))
    assert find(page, "[name=order_amount]")[0].get("value") == "4980"
    assert Decision.objects.count() == 1


def test_whoever_decided_is_told_that_a_colleague_opens_it_again(world: DeskWorld) -> None:
    case_no = world.claim("first", serial=kumo.LISTED)
    client = member("mika", R)
    where = f"/staff/claims/{case_no}/1/decide/"
    client.post(where, {"kind": "refused", "reason": "no_answer", "seen": ""})
    page = client.get(f"/staff/claims/{case_no}/")
    assert "a colleague does it" in page.content.decode()
    assert not find(parsed(page), "#id-reopen-1")
    alone = {"kind": "reopened", "reason": "our_mistake", "seen": "1"}
    assert client.post(where, alone).status_code == 422
    assert member("jun", R).post(where, alone).status_code == 302
    assert world.unit("first").standing == "open"


def test_a_queue_is_saved_as_a_file_with_its_filter(world: DeskWorld) -> None:
    world.claim("first", serial=kumo.LISTED)
    other = world.claim("other", model="K200", serial="AK20230001000501", order_no="=1+1")
    response = queue(member("mika", R), product="K200", **{"as": "csv"})
    lines = b"".join(response.streaming_content).decode().splitlines()  # type: ignore[attr-defined]
    assert len(lines) == 2
    assert other in lines[1]


def test_an_amount_that_is_none_is_named_and_kept_as_typed(world: DeskWorld) -> None:
    case_no = world.claim("plain", serial=kumo.LISTED, order_amount=3000)
    page = queue(member("mika", R), least="abc", most="4000")
    assert page.status_code == 422
    assert cases(page) == [case_no]
    tree = parsed(page)
    assert find(tree, "a[href='#f-least']")
    assert find(tree, "#f-least")[0].get("value") == "abc"
    assert find(tree, "#f-most")[0].get("value") == "4000"


def test_a_filter_is_kept_under_a_name_that_fits_and_never_cut(world: DeskWorld) -> None:
    client, save = member("mika", R), "/staff/review/filters/"
    long = "過去七日に届いた写真のない申し込み " * 4
    page = client.post(save, {"name": long, "query": "queue=all&least=1"})
    assert page.status_code == 422
    assert find(parsed(page), "#f-name")[0].get("value") == long
    assert "60 characters at most" in page.content.decode()
    assert "no name" in client.post(save, {"name": " ", "query": "queue=all"}).content.decode()
    assert not SavedFilter.objects.exists()
    for number in range(saved.MOST):
        saved.save(name=f"{number}", query="queue=all", shared=False, by="mika")
    page = client.post(save, {"name": "one more", "query": "queue=all&least=1"})
    assert "30 filters" in page.content.decode()
    assert SavedFilter.objects.count() == saved.MOST
