"""Time passes: what goes when, what stays, and that a dry run touches nothing."""

from __future__ import annotations

import os
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session

from kaishu.base.access.models import SignIn
from kaishu.base.storage import evidence_store
from kaishu.claims.models import AccessCode, Evidence, EvidenceErased
from kaishu.cli._retention import daily, sweep
from kaishu.core.answer import Inspection
from kaishu.doors.public.claiming import answers, store
from kaishu.doors.public.models import Draft
from kaishu.editions import actions as editions
from kaishu.incidents import actions as incidents
from kaishu.incidents.models import Incident
from kaishu.notices import watches
from kaishu.notices.models import Message, Watch
from kaishu.people import queries as people
from kaishu.people.contact import Contact
from tests.claims.test_erasure import photo
from tests.claims.world import SLUG, World

DAY = timedelta(days=1)


@pytest.fixture
def world(db: None, tmp_path: Path) -> World:
    """Open the recall."""
    return World().open(tmp_path)


def files() -> int:
    """Count the stored files."""
    root = settings.KAISHU_DATA_DIR / "evidence"
    return sum(1 for place in root.rglob("*") if place.is_file())


def stored_at(name: str, at: datetime) -> None:
    """Set the clock of a stored file back."""
    place = settings.KAISHU_DATA_DIR / "evidence" / name[:2] / name[2:4] / name
    os.utime(place, (at.timestamp(), at.timestamp()))


def close(world: World) -> datetime:
    """Close the recall; returns when."""
    at = world.now()
    editions.close(slug=SLUG, reason="all done", by="mika", at=at)
    return at


def test_files_stay_until_ninety_days_after_the_close(world: World) -> None:
    world.claim("SN0001", evidence=(photo(),))
    running = sweep(at=world.now() + 4000 * DAY)
    assert (running["files"], running["owners"]) == (0, 0)
    world.decide("SN0001", "refused", "proof_does_not_match")
    closed = close(world)
    assert sweep(at=closed + 89 * DAY)["files"] == 0
    assert files() == 1
    assert sweep(at=closed + 90 * DAY)["files"] == 1
    assert files() == 0
    assert EvidenceErased.objects.get().why == "time_is_up"
    assert Evidence.objects.count() == 1


def test_files_of_a_claim_that_waits_for_its_decision_stay(world: World) -> None:
    world.claim("SN0001", evidence=(photo(),))
    closed = close(world)
    assert sweep(at=closed + 400 * DAY)["files"] == 0
    world.decide("SN0001", "refused", "proof_does_not_match")
    assert sweep(at=closed + 400 * DAY)["files"] == 1


def test_reopening_keeps_what_a_close_would_have_taken(world: World) -> None:
    world.claim("SN0001", evidence=(photo(),))
    closed = close(world)
    editions.reopen(slug=SLUG, reason="a new find", by="mika", at=closed + DAY)
    assert sweep(at=closed + 400 * DAY)["files"] == 0
    assert files() == 1


def test_owners_are_forgotten_a_year_after_the_close_unless_something_is_open(
    world: World,
) -> None:
    for serial in ("SN0001", "SN0002", "SN0003"):
        world.claim(serial)
    world.decide("SN0001", "refused", "proof_does_not_match")
    world.approve("SN0002")  # owed
    closed = close(world)
    assert sweep(at=closed + 364 * DAY)["owners"] == 0
    books = world.books()
    assert sweep(at=closed + 365 * DAY)["owners"] == 1
    gone = [
        people.forgotten_at(world.unit(serial).claim.person_id) is not None
        for serial in ("SN0001", "SN0002", "SN0003")
    ]
    assert gone == [True, False, False]
    assert world.books() == books
    assert not Message.objects.filter(template="data_erased").exists()


def test_files_that_nothing_names_go_after_a_week(world: World) -> None:
    now = datetime.now(UTC)
    held, orphan, half, fresh = photo(), photo(), photo(), photo()
    world.claim("SN0001", evidence=(held,))
    for item in (held, orphan, half):
        stored_at(item.name, now - 8 * DAY)
    whole = settings.KAISHU_DATA_DIR / "evidence" / half.name[:2] / half.name[2:4] / half.name
    whole.rename(whole.with_suffix(".part"))
    assert sweep(at=now, dry_run=True)["orphan_files"] == 2
    assert files() == 4
    assert sweep(at=now)["orphan_files"] == 2
    assert files() == 2
    for item in (held, fresh):
        assert evidence_store().get(item.name)
    assert sweep(at=now)["orphan_files"] == 0


def draft_with(file_name: str, at: datetime) -> None:
    """Keep a draft that has one file."""
    item = answers.KeptFile(
        kind="proof",
        file_name="a.png",
        name=file_name,
        sha256="0" * 64,
        media_type="image/png",
        size=1,
    )
    unit = answers.Unit(id=1, files=(item,))
    store.make(recall_slug=SLUG, answers=answers.Answers(units=(unit,)), at=at)


def test_a_draft_keeps_its_files_for_thirty_days(world: World) -> None:
    now = datetime.now(UTC)
    item = photo()
    stored_at(item.name, now - 20 * DAY)
    draft_with(item.name, now - 20 * DAY)
    assert sweep(at=now)["orphan_files"] == 0
    assert sweep(at=now + 9 * DAY)["drafts"] == 0
    assert sweep(at=now + 10 * DAY, dry_run=True)["drafts"] == 1
    assert (Draft.objects.count(), files()) == (1, 1)
    assert sweep(at=now + 10 * DAY)["drafts"] == 1
    assert (Draft.objects.count(), files()) == (0, 0)


def test_a_draft_that_is_continued_while_old_ones_go_keeps_everything(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime.now(UTC)
    item = photo()
    draft_with(item.name, now - 30 * DAY)
    first = store._drop

    def continued(draft_id: uuid.UUID, at: datetime) -> bool:
        Draft.objects.filter(id=draft_id).update(expires_at=at + DAY)
        return first(draft_id, at)

    monkeypatch.setattr(store, "_drop", continued)
    assert store.drop_old(at=now) == 0
    assert (Draft.objects.count(), files()) == (1, 1)


def test_a_draft_that_cannot_be_read_does_not_keep_everything_else(world: World) -> None:
    now = datetime.now(UTC)
    item = photo()
    stored_at(item.name, now - 8 * DAY)
    draft_with(item.name, now)
    Draft.objects.update(sealed=b"of another key, lost for good")
    done = sweep(at=now)
    # Whose files these are is not known: none of them is deleted.
    assert (done["failed_steps"], "orphan_files" in done, files()) == (1, False, 1)
    assert {"drafts", "files", "messages", "watches", "sessions"} <= set(done)
    done = sweep(at=now + 30 * DAY)
    assert (done["drafts"], done["orphan_files"], "failed_steps" in done) == (1, 1, False)


def test_codes_and_sign_ins_end_with_their_time(world: World) -> None:
    world.claim("SN0001")
    at = world.now()
    AccessCode.objects.all().delete()
    AccessCode.objects.create(claim=world.unit("SN0001").claim, code_hash="0" * 64, made_at=at)
    Session.objects.create(session_key="k", session_data="", expire_date=at + DAY)
    before = sweep(at=at + 29 * DAY - timedelta(seconds=1))
    assert (before["access_codes"], before["sessions"]) == (0, 1)
    assert sweep(at=at + 30 * DAY)["access_codes"] == 1
    assert not AccessCode.objects.exists()


def test_when_staff_signed_in_is_forgotten_after_half_a_year(world: World) -> None:
    at, user = world.now(), User.objects.create_user("mori")
    for number, ended in (("1", at), ("2", None)):
        SignIn.objects.create(user=user, number=number, started_at=at, seen_at=at, ended_at=ended)
    assert sweep(at=at + 180 * DAY - timedelta(seconds=1))["sign_ins"] == 0
    assert sweep(at=at + 180 * DAY, dry_run=True)["sign_ins"] == 2
    assert sweep(at=at + 180 * DAY)["sign_ins"] == 2
    assert not SignIn.objects.exists()


def test_a_message_that_waited_a_month_is_emptied_and_ended(world: World) -> None:
    world.claim("SN0001")
    queued = Message.objects.latest("queued_at").queued_at
    assert sweep(at=queued + 29 * DAY)["messages"] == 0
    assert sweep(at=queued + 30 * DAY)["messages"] == 1
    message = Message.objects.get()
    assert (message.sealed, message.sealed_to, message.state) == (None, None, "given_up")


def test_watches_go_unconfirmed_after_a_week_and_confirmed_after_the_close(world: World) -> None:
    at = world.now()
    for number in ("SN5001", "SN5002"):
        unit = Inspection(model="M100", serial=number)
        watches.register(
            recall_slug=SLUG, inspection=unit, email="me@example.test", language="en", at=at
        )
    Watch.objects.filter(id=Watch.objects.latest("id").id).update(confirmed_at=at)
    assert sweep(at=at + 6 * DAY)["watches"] == 0
    assert sweep(at=at + 7 * DAY)["watches"] == 1
    closed = close(world)
    assert sweep(at=closed + 89 * DAY)["watches"] == 0
    assert sweep(at=closed + 90 * DAY)["watches"] == 1
    assert not Watch.objects.exists()


def test_the_words_of_a_closed_report_go_after_a_year_with_a_reporter_who_has_no_claim(
    world: World,
) -> None:
    at = world.now()
    made = incidents.report(
        key="r1",
        recall_slug=SLUG,
        market="jp",
        product="M100",
        kind="hot",
        door="public",
        by="owner",
        at=at,
        words="it smoked on my desk",
        language="ja",
        contact=Contact(name="Sato", phone="0312345678"),
    )
    assert sweep(at=at + 4000 * DAY)["incident_words"] == 0
    incidents.close(incident_id=made.id, outcome="duplicate", by="mika", at=at)
    assert sweep(at=at + 364 * DAY)["incident_words"] == 0
    done = sweep(at=at + 365 * DAY)
    assert (done["incident_words"], done["reporters"]) == (1, 1)
    assert Incident.objects.get().sealed is None
    assert people.forgotten_at(made.person_id) is not None


def test_the_worker_sweeps_once_a_day_and_counts_without_names(world: World) -> None:
    at = world.now()
    first = daily(at=at)
    assert set(first) >= {"drafts", "files", "orphan_files", "messages", "watches"}
    assert all(isinstance(number, int) for number in first.values())
    assert daily(at=at + timedelta(hours=1)) == {}
    assert daily(at=at + DAY) != {}
