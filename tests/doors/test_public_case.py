"""The owner's own page and the public figures: who opens them, what they say, what they hide."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import translation

from kaishu.claims import actions
from kaishu.claims.facts import ClaimFacts, UnitFacts
from kaishu.claims.models import Claim, ClaimUnit
from kaishu.core.stage import Actor, Stage, StageCode
from kaishu.doors.public.tracking.dates import Promised, promised
from kaishu.doors.public.tracking.next_step import headline, next_step
from kaishu.doors.public.tracking.seat import recall_of, remedy_of
from kaishu.people import actions as people
from kaishu.people.contact import Contact
from tests.doors import kumo
from tests.doors.owner_world import CONTACT, OwnerWorld, file_claim
from tests.doors.pages import find, page, parsed, text

AT = datetime(2026, 4, 2, 3, 30, tzinfo=UTC)
TAGS = {"ja": "ja", "zh-hans": "zh-Hans", "en": "en"}


@pytest.fixture
def token(db: None, data_dir: Path) -> str:
    """Give the link of a claim that was just sent."""
    kumo.publish(data_dir)
    unit = UnitFacts(model="K100", serial=kumo.LISTED, remedy="refund", order_no="250-1")
    contact = Contact(name="Hanako Yoshida", phone="090-1234-5678", address="Chiyoda 1-2-3")
    facts = ClaimFacts(recall=kumo.SLUG, language="ja", contact=contact, units=(unit,))
    return actions.submit_claim(facts=facts, key="k1", door="public", by="owner", at=AT).token


def decide(kind: str, reason: str) -> None:
    """Let a reviewer decide the one unit."""
    unit = ClaimUnit.objects.get()
    actions.decide(claim_unit_id=unit.id, kind=kind, reason=reason, by="mika", at=AT, seen=None)


@pytest.mark.parametrize("code", TAGS)
def test_the_page_shows_the_number_the_product_and_what_comes_next(token: str, code: str) -> None:
    root = page(f"/{code}/c/{token}/")
    assert root.get("lang") == TAGS[code]
    number = Claim.objects.get().case_no
    assert text(find(root, ".reference")[0]) == f"{number[:4]} {number[4:8]} {number[8:]}"
    shown = text(root)
    assert kumo.LISTED in shown.replace(" ", "")
    assert kumo.recall().remedies[1].title[TAGS[code]] in shown
    assert kumo.recall().phone in shown
    steps = find(root, ".stages li")
    assert [step.get("class") for step in steps] == ["done", "now", "next", "next", "next", "next"]


def test_days_are_on_the_clock_of_the_market(token: str) -> None:
    assert "2026年4月2日 12:30" in text(page(f"/ja/c/{token}/"))


def test_the_page_is_for_its_owner_alone(token: str) -> None:
    response = Client().get(f"/en/c/{token}/")
    assert response["Cache-Control"] == "no-store"
    root = parsed(response)
    assert find(root, "meta[name=robots]")[0].get("content") == "noindex, nofollow"
    for secret in ("Hanako", "090-1234-5678", "Chiyoda"):
        assert secret not in text(root)


def test_neither_the_number_nor_a_wrong_link_opens_anything(token: str) -> None:
    number = Claim.objects.get().case_no
    for wrong in (number, f"{number[:4]}-{number[4:8]}-{number[8:]}", token[:-1], token + "A"):
        response = Client().get(f"/ja/c/{wrong}/")
        assert response.status_code == 404
        root = parsed(response)
        assert kumo.LISTED not in text(root)
        assert find(root, ".steps li")
        assert kumo.recall().phone in text(root)


def test_a_question_and_a_refusal_say_why(token: str) -> None:
    decide("asked", "serial_photo_unclear")
    asked = find(page(f"/en/c/{token}/"), ".unit .notice.ask")[0]
    assert "We have a question for you" in text(asked)
    assert len(find(asked, "p")) == 3


def test_an_approval_moves_the_steps_and_names_what_is_owed(token: str) -> None:
    decide("approved", "checked")
    root = page(f"/en/c/{token}/")
    states = [step.get("class") for step in find(root, ".stages li")]
    assert states == ["done", "done", "now", "next", "next", "next"]
    assert "¥3,990" in text(find(root, ".facts")[0])


@pytest.mark.parametrize("code", TAGS)
@pytest.mark.parametrize("stage", StageCode)
@pytest.mark.parametrize("actor", Actor)
def test_every_stage_says_what_who_and_when(code: str, stage: StageCode, actor: Actor) -> None:
    days = (None, Promised(date(2026, 5, 3), late=False), Promised(date(2026, 5, 3), late=True))
    with translation.override(code):
        for remedy in (None, kumo.recall().remedies[0]):
            for promised in days:
                for special in (False, True):
                    said = next_step(
                        Stage(stage, actor, 1), remedy, promised=promised, special=special
                    )
                    assert said.what
                    assert said.who
                    assert said.by
                    assert headline(stage, special=special)


FILED = datetime(2026, 4, 2, 16, 30, tzinfo=UTC)  # past midnight of the third in Japan


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (datetime(2026, 4, 10, 14, 59, tzinfo=UTC), "by 10 April 2026 at the latest"),
        (datetime(2026, 4, 10, 15, 1, tzinfo=UTC), "We promised 10 April 2026 and we are late."),
    ],
)
def test_the_promised_day_is_counted_on_the_market_s_calendar(
    db: None, data_dir: Path, monkeypatch: pytest.MonkeyPatch, now: datetime, words: str
) -> None:
    world = file_claim(data_dir, at=FILED)
    monkeypatch.setattr("django.utils.timezone.now", lambda: now)
    notice = find(world.get(), ".unit .notice")[0]
    assert words in text(notice)
    assert ("ask" in notice.get("class")) == ("are late" in words)
    assert ("call 0120-000-111" in text(notice)) == ("are late" in words)


def test_the_clock_starts_again_with_an_answer_and_for_the_kit_with_the_approval(
    db: None, data_dir: Path
) -> None:
    world = file_claim(data_dir, at=FILED)
    world.at = FILED + timedelta(days=3)
    world.decide("asked", "serial_needed")
    assert "at the latest" not in text(find(world.get(), ".unit .notice")[0])
    world.decide("answered", "owner_answered")
    assert dates_of(world) == date(2026, 4, 13)
    world.decide("approved", "checked")
    assert dates_of(world) == date(2026, 4, 11)
    world.send_kit()
    assert dates_of(world) is None
    world.collect()
    assert dates_of(world) == date(2026, 4, 20)


def test_no_date_is_made_up_where_the_recall_promises_none(db: None, data_dir: Path) -> None:
    world = file_claim(data_dir, value=kumo.recall())
    assert "We have no fixed date yet." in text(find(world.get(), ".unit .notice")[0])


def test_the_place_in_the_queue_is_said_while_a_person_has_to_look(
    db: None, data_dir: Path
) -> None:
    world = file_claim(data_dir, at=FILED)
    assert "yours is next" in text(find(world.get(), ".unit .notice")[0])
    first = OwnerWorld(world.sent, world.at)
    unit = UnitFacts(model="K200", serial="AK20230001000077", colour="grey", remedy="refund")
    contact = Contact(name="B", phone="03-1234-5678")
    facts = ClaimFacts(recall=kumo.SLUG, language="ja", contact=contact, units=(unit,))
    later = actions.submit_claim(
        facts=facts, key="k2", door="public", by="owner", at=FILED + timedelta(hours=1)
    )
    second = OwnerWorld(later, FILED)
    assert "1 product is looked at before yours" in text(find(second.get(), ".unit .notice")[0])
    first.decide("approved", "checked")
    assert "yours is next" in text(find(second.get(), ".unit .notice")[0])
    assert "queue" not in text(find(first.get(), ".unit .notice")[0])


def dates_of(world: OwnerWorld) -> date | None:
    """Return the day that the claim's page promises for its one unit."""
    unit = world.unit()
    found = promised(
        unit, recall=recall_of(unit), remedy=remedy_of(unit), filed=FILED, at=world.now()
    )
    return found.day if found else None


def test_an_erased_claim_says_that_its_details_are_gone(db: None, data_dir: Path) -> None:
    world = file_claim(data_dir)
    people.forget(person_id=world.claim.person_id, at=AT)
    for rest in ("", "email/", "1/remedy/"):
        response = Client().get(f"{world.path}{rest}")
        assert response.status_code == 410
        assert "We deleted your details" in text(parsed(response))


def test_the_public_figures_are_the_books_and_add_up(token: str) -> None:
    root = page(f"/en/r/{kumo.SLUG}/progress/")
    rates, *tables = [
        [" ".join(text(cell) for cell in row) for row in find(table, "tr")]
        for table in find(root, "table")
    ]
    assert rates[0] == "Model Rate Accounted for"
    assert tables[0] == [
        "The whole recall Units",
        "sold, owner not yet known 2,999",
        "with owners we know 1",
        "In all 3,000",
    ]
    assert tables[2][1:] == ["sold, owner not yet known 1,000", "In all 1,000"]
    assert len(tables) == 4


def test_whoever_left_no_way_to_be_reached_is_not_promised_a_call(db: None, data_dir: Path) -> None:
    unit = UnitFacts(model="K100", serial=kumo.LISTED, remedy="refund", condition="swollen")
    quiet = replace(CONTACT, email="", phone="")
    page = file_claim(data_dir, unit, contact=quiet).get()
    said = text(find(page, ".notice.affected")[0])
    assert "Please call us now" in said
    assert "A person calls or writes to you by" not in said
