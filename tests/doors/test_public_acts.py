"""What an owner may do from the claim's page: each act once, on the facts that were read."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.test import Client
from lxml import html

from kaishu.books.queries import trial_balance
from kaishu.claims.models import ClaimUnit, Decision, Evidence
from kaishu.claims.notes import read as read_notes
from kaishu.core.stage import StageCode
from kaishu.incidents.models import Incident
from kaishu.notices.models import Message
from kaishu.people import queries as people
from tests.doors.owner_world import OwnerWorld, file_claim
from tests.doors.pages import find, parsed, text
from tests.evidence import samples


@pytest.fixture
def world(db: None, data_dir: Path) -> OwnerWorld:
    """Give a claim that was just sent."""
    return file_claim(data_dir, at=datetime.now(UTC))


def hidden(page: html.HtmlElement) -> dict[str, str]:
    """Return what the form of an act carries unseen."""
    found = [n for n in find(page, "#act input") if n.get("type") == "hidden"]
    return {str(n.get("name")): str(n.get("value") or "") for n in found}


def balance(world: OwnerWorld) -> str:
    """Return the books on one line."""
    return trial_balance(recall_id=world.claim.recall_id).sentence()


def test_a_question_is_answered_in_writing_and_the_review_goes_on(world: OwnerWorld) -> None:
    world.decide("asked", "serial_needed")
    page = world.get()
    assert find(page, ".unit .act a")[0].get("href") == f"{world.path}1/answer/photo/"
    done = world.act("1/answer/", serial="AK20230001000042", words="On the back")
    assert done["Location"] == f"{world.path}?done=answer#unit-1"
    assert world.unit().stage.code is StageCode.IN_REVIEW
    assert "We have your answer" in text(world.get("?done=answer"))
    assert read_notes([world.unit().claim_unit_id])[0].words == "On the back"


def test_a_photo_is_an_answer(world: OwnerWorld, tmp_path: Path) -> None:
    world.decide("asked", "serial_photo_unclear")
    photo = tmp_path / "p.png"
    photo.write_bytes(samples.picture("PNG"))
    with photo.open("rb") as file:
        done = world.act("1/answer/photo/", photo=file)
    assert done["Location"].endswith("?done=answer#unit-1")
    assert [e.kind for e in Evidence.objects.all()] == ["serial_photo"]
    assert world.unit().stage.code is StageCode.IN_REVIEW


@pytest.mark.parametrize("where", ["1/answer/photo/", "1/photo/"])
def test_a_file_that_is_no_photo_is_refused_with_the_page_again(
    world: OwnerWorld, tmp_path: Path, where: str
) -> None:
    world.decide("asked", "serial_photo_unclear")
    wrong = tmp_path / "p.png"
    wrong.write_bytes(b"#!/bin/sh")
    with wrong.open("rb") as file:
        again = world.act(where, photo=file)
    assert again.status_code == 302
    page = parsed(Client().get(again["Location"]))
    assert find(page, ".summary a")[0].get("href") == "#id-photo"
    assert text(find(page, ".summary a")[0]) == text(find(page, ".error")[0])
    assert text(find(page, "title")[0]).startswith("Error:")
    assert not Evidence.objects.exists()
    assert world.unit().stage.code is StageCode.QUESTION


def test_a_full_disk_says_so_where_the_photo_was_sent(
    world: OwnerWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("kaishu.base.storage.FolderStore.put", full)
    photo = tmp_path / "p.png"
    photo.write_bytes(samples.picture("PNG"))
    with photo.open("rb") as file:
        again = world.act("1/photo/", photo=file)
    said = text(find(parsed(Client().get(again["Location"])), ".summary")[0])
    assert "We could not keep this photo just now." in said
    assert not Evidence.objects.exists()


def test_a_full_claim_says_how_many_photos_it_can_keep(world: OwnerWorld) -> None:
    page = parsed(Client().get(f"{world.path}1/photo/", {"refused": "too_many_files"}))
    assert "A claim can keep 40 photos" in text(find(page, ".summary")[0])


def test_no_photo_at_all_asks_for_one(world: OwnerWorld) -> None:
    again = world.act("1/photo/")
    assert text(find(parsed(Client().get(again["Location"])), ".error")[0]) == "Choose a photo."


@pytest.mark.parametrize(
    ("reason", "said", "fact"),
    [
        ("order_amount_needed", {"order_amount": "¥3,990"}, ("order_amount", 3990)),
        ("remedy_needed", {"remedy": "replace"}, ("remedy", "replace")),
    ],
)
def test_what_was_asked_for_becomes_a_fact_of_the_decision(
    world: OwnerWorld, reason: str, said: dict[str, str], fact: tuple[str, object]
) -> None:
    world.decide("asked", reason)
    assert world.act("1/answer/", **said).status_code == 302
    newest = Decision.objects.order_by("-number")[0]
    assert newest.kind == "answered"
    assert newest.facts == dict([fact])


@pytest.mark.parametrize(
    ("reason", "said", "words"),
    [
        ("order_amount_needed", {}, "Type what you paid."),
        (
            "order_amount_needed",
            {"order_amount": "a lot"},
            "We cannot read this amount. Write only the number.",
        ),
        ("remedy_needed", {}, "Choose what you would like to receive."),
        (
            "serial_needed",
            {"words": "x" * 2001},
            "This is too long. Keep it under 2000 characters.",
        ),
    ],
)
def test_a_mistake_is_said_at_the_field_and_keeps_what_was_typed(
    world: OwnerWorld, reason: str, said: dict[str, str], words: str
) -> None:
    world.decide("asked", reason)
    again = world.act("1/answer/", **said)
    assert again.status_code == 422
    page = parsed(again)
    assert text(find(page, ".error")[0]) == words
    assert text(find(page, ".summary a")[0]) == words
    target = find(page, ".summary a")[0].get("href").removeprefix("#")
    assert find(page, f"#{target}")
    for value in said.values():
        assert value in again.content.decode()
    assert world.unit().stage.code is StageCode.QUESTION


def test_a_page_from_yesterday_cannot_act_on_a_claim_that_was_decided_since(
    world: OwnerWorld,
) -> None:
    page = world.get("1/withdraw/")
    seen = find(page, "[name=seen]")[0].get("value")
    world.decide("approved", "checked")
    before = balance(world)
    late = Client().post(f"{world.path}1/withdraw/", {"seen": seen})
    assert late.status_code == 409
    assert "Your claim has moved on" in text(parsed(late))
    assert "We are preparing your return bag" in text(parsed(late))
    assert balance(world) == before
    assert world.unit().standing == "approved"


def test_a_mistake_does_not_count_as_having_read_what_changed(world: OwnerWorld) -> None:
    world.decide("refused", "no_answer")
    seen = world.unit().newest
    world.decide("reopened", "our_mistake")
    world.decide("refused", "duplicate_claim")
    again = Client().post(f"{world.path}1/contest/", {"seen": seen, "words": ""})
    assert find(parsed(again), "[name=seen]")[0].get("value") == str(seen)


def test_the_remedy_changes_until_the_kit_has_left(world: OwnerWorld) -> None:
    assert world.act("1/remedy/", remedy="replace").status_code == 302
    assert world.unit().remedy == "replace"
    world.decide("approved", "checked")
    assert world.act("1/remedy/", remedy="refund").status_code == 302
    owed = {(p.commodity, p.quantity) for p in world.unit().promises if p.account == "owed"}
    assert owed == {("JPY", 3990), ("kit:bag", 1)}
    carried = hidden(world.get("1/remedy/"))
    world.send_kit()
    before = balance(world)
    page = world.get("1/remedy/")
    assert "This can no longer be changed here" in text(page)
    assert find(page, ".act a")[0].get("href") == "tel:0120-000-111"
    late = Client().post(f"{world.path}1/remedy/", {**carried, "remedy": "replace"})
    assert late.status_code == 422
    assert "has already left" in text(find(parsed(late), ".summary")[0])
    assert balance(world) == before


def test_the_cards_of_a_remedy_choose_nothing_beforehand(world: OwnerWorld) -> None:
    page = world.get("1/remedy/")
    assert len(find(page, ".card")) == 2
    assert not find(page, "[checked]")
    assert "Your choice so far: A refund of ¥3,990." in text(page)


def test_what_is_taken_back_can_be_taken_up_again(world: OwnerWorld) -> None:
    assert world.act("1/withdraw/").status_code == 302
    assert world.unit().stage.code is StageCode.WITHDRAWN
    page = world.get()
    assert text(find(page, ".stages .stopped")[0]).endswith("It ended here")
    taken_up = world.act("1/contest/")
    assert taken_up.status_code == 302
    said = text(find(world.get("?done=again"), "main")[0])
    assert "done=again" in taken_up["Location"]
    assert "We go on where we stopped." in said
    assert world.unit().stage.code is StageCode.IN_REVIEW


def test_a_refusal_is_contested_with_words(world: OwnerWorld) -> None:
    world.decide("refused", "serial_not_in_recall")
    page = world.get()
    assert text(find(page, ".unit .act a")[0]) == "Ask for a second look"
    empty = world.act("1/contest/", words=" ")
    assert empty.status_code == 422
    assert world.act("1/contest/", words="The label says 0001, not 9999.").status_code == 302
    assert world.unit().stage.code is StageCode.IN_REVIEW
    assert [n.words for n in read_notes([world.unit().claim_unit_id])] == [
        "The label says 0001, not 9999."
    ]


@pytest.mark.parametrize(
    ("rest", "said"),
    [
        ("1/contest/", {"words": "No"}),
        ("1/contest/", {}),
        ("1/withdraw/", {}),
        ("1/remedy/", {"remedy": "replace"}),
    ],
)
def test_back_and_send_again_is_one_act(world: OwnerWorld, rest: str, said: dict[str, str]) -> None:
    if rest == "1/contest/":
        world.decide(*(("refused", "no_answer") if said else ("withdrawn", "owner_withdrew")))
    page = world.get(rest)
    carried = hidden(page)
    first = Client().post(f"{world.path}{rest}", {**carried, **said})
    count = Decision.objects.count()
    again = Client().post(f"{world.path}{rest}", {**carried, **said})
    assert first["Location"] == again["Location"]
    assert Decision.objects.count() == count


def test_danger_is_reported_once_and_says_what_to_do_first(world: OwnerWorld) -> None:
    page = world.get("1/danger/")
    assert "call the fire brigade" in text(find(page, ".notice.affected")[0])
    carried = hidden(page)
    said = {**carried, "condition": "hot", "fire": "yes", "words": "smoke"}
    for _ in range(2):
        done = Client().post(f"{world.path}1/danger/", said)
        assert done["Location"] == f"{world.path}?done=danger#unit-1"
    assert Incident.objects.count() == 1
    assert ClaimUnit.objects.get().condition == "hot"
    shown = text(world.get())
    assert "Move away now" in shown
    assert "A person calls or writes to you by" in shown


def test_a_dangerous_unit_is_fetched_and_never_packed(world: OwnerWorld) -> None:
    world.act("1/danger/", condition="swollen")
    world.decide("approved", "checked")
    shown = text(find(world.get(), ".unit")[0])
    assert "must not go by post" in shown
    assert "return bag" not in shown
    assert "The carrier fetches the product from you" in shown


def test_a_new_mail_address_is_told_to_the_old_and_the_new(world: OwnerWorld) -> None:
    before = Message.objects.count()
    assert "h***@e***.jp" in text(world.get("email/"))
    assert world.act("email/", email="new@example.jp").status_code == 302
    assert people.contact(world.claim.person_id).email == "new@example.jp"
    assert Message.objects.filter(template="mail_changed").count() == 2
    assert Message.objects.count() == before + 2


def test_a_new_address_leaves_no_line_of_the_old_one(world: OwnerWorld) -> None:
    done = world.act(
        "address/", postcode="530-0001", region="大阪府", city="大阪市北区", street="梅田1-1"
    )
    assert done.status_code == 302
    contact = people.contact(world.claim.person_id)
    assert contact.address_lines() == ("大阪府大阪市北区", "梅田1-1")
    assert contact.email == "hanako@example.jp"


@pytest.mark.parametrize("rest", ["address/", "phone/", "email/"])
def test_no_page_shows_what_we_know_of_a_person_in_clear(world: OwnerWorld, rest: str) -> None:
    shown = text(world.get(rest))
    for secret in ("花子", "hanako@", "1234-5678", "千代田"):
        assert secret not in shown


@pytest.mark.parametrize(
    ("rest", "said", "words"),
    [
        ("phone/", {"phone": "123"}, "This telephone number is too short."),
        ("phone/", {}, "Type the new telephone number."),
        ("phone/", {"phone": "abc12345678"}, "Write the phone number in digits."),
        ("phone/", {"phone": "0" * 40}, "It seems that nobody can call"),
        ("email/", {"email": "a@b.com,c@d.com"}, "This e-mail address is not complete."),
        ("email/", {"email": "a@"}, "This e-mail address is not complete."),
        ("email/", {}, "Type the new e-mail address."),
        ("address/", {"postcode": "1"}, "Type this part of the address."),
    ],
)
def test_a_mistake_in_the_details_changes_nothing(
    world: OwnerWorld, rest: str, said: dict[str, str], words: str
) -> None:
    before = people.contact(world.claim.person_id)
    again = world.act(rest, **said)
    assert again.status_code == 422
    assert words in text(find(parsed(again), ".summary")[0])
    assert people.contact(world.claim.person_id) == before


def test_the_old_address_stops_working(world: OwnerWorld) -> None:
    done = world.act("link/")
    assert Client().get(world.path).status_code == 404
    assert Client().get(done["Location"]).status_code == 200
    assert world.sent.token not in done["Location"]


def test_looking_changes_nothing_and_a_person_can_still_confirm(world: OwnerWorld) -> None:
    robot = Client(HTTP_USER_AGENT="robot")
    for path in (
        world.path,
        f"{world.path}mail/",
        f"{world.path}link/",
        f"{world.path}1/withdraw/",
    ):
        robot.head(path)
        for _ in range(5):
            assert robot.get(path).status_code == 200
    assert world.claim.mail_confirmed_at is None
    assert not Decision.objects.exists()
    done = Client().post(f"{world.path}mail/", {"do": "confirm"})
    assert done["Location"] == f"{world.path}?done=confirm"
    assert world.claim.mail_confirmed_at is not None
    assert "Our mail reaches you at h***@e***.jp" in text(world.get())


def test_a_form_from_another_site_does_nothing(world: OwnerWorld) -> None:
    for rest in ("1/withdraw/", "link/", "mail/", "email/"):
        refused = Client().post(
            f"{world.path}{rest}",
            {"do": "confirm", "email": "x@example.com"},
            HTTP_SEC_FETCH_SITE="cross-site",
        )
        assert refused.status_code == 403
    assert world.claim.link_no == 1
    assert world.claim.mail_confirmed_at is None
    assert not Decision.objects.exists()


def test_mail_is_sent_again_a_few_times_an_hour(world: OwnerWorld) -> None:
    before = Message.objects.count()
    answers = [Client().post(f"{world.path}mail/", {"do": "again"}).status_code for _ in range(6)]
    assert answers == [302] * 5 + [422]
    assert Message.objects.count() == before + 5


def test_a_unit_of_another_claim_is_not_there(world: OwnerWorld) -> None:
    for rest in ("2/answer/", "9/danger/", "receipt/3/"):
        assert Client().get(f"{world.path}{rest}").status_code == 404


@pytest.mark.parametrize("rest", ["1/answer/", "1/answer/photo/", "1/contest/", "receipt/1/"])
def test_an_act_whose_time_has_not_come_says_where_the_claim_stands(
    world: OwnerWorld, rest: str
) -> None:
    response = Client().get(f"{world.path}{rest}")
    assert response.status_code == 409
    assert "We are checking your claim" in text(parsed(response))
