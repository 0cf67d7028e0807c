"""Reminders: to those who hold a kit, three at most, and never to anybody it no longer concerns."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from kaishu.claims import erasure, owner
from kaishu.core.recall import Service
from kaishu.notices.models import Message
from kaishu.returns import actions, reminders
from kaishu.returns.kit_errors import KitNotHeld, RemindedEnough, RemindedJustNow
from kaishu.returns.models import Kit, KitReminder
from tests.claims.world import World, recall
from tests.returns.test_parcels import scan, send_kit

SERIALS = ("SN0001", "SN0002")
DAYS = timedelta(days=10)


@pytest.fixture
def held(world: World) -> World:
    """Give two owners who were sent a kit."""
    for serial in SERIALS:
        world.claim(serial)
        world.approve(serial)
        send_kit(world, serial)
    return world


def kit(world: World, serial: str) -> Kit:
    return Kit.objects.get(case_no=world.unit(serial).claim.case_no)


def later(world: World, days: float) -> datetime:
    return kit(world, "SN0002").at + timedelta(days=days)


def told() -> list[tuple[int, int]]:
    return [(row.kit_id, row.number) for row in KitReminder.objects.order_by("id")]


def test_who_holds_a_kit_is_reminded_every_ten_days_and_three_times_at_most(held: World) -> None:
    one, two = (kit(held, serial).id for serial in SERIALS)
    assert reminders.remind_due(at=kit(held, "SN0001").at + DAYS - timedelta(seconds=1)) == {
        "reminded": 0, "without_mail": 0, "refused": 0,
    }  # fmt: skip
    for day in range(41):
        reminders.remind_due(at=later(held, day))
    assert told() == [(one, 1), (two, 1), (one, 2), (two, 2), (one, 3), (two, 3)]
    days = [(row.at - row.kit.at).days for row in KitReminder.objects.filter(kit_id=two)]
    assert days == [10, 20, 30]
    mails = Message.objects.filter(template="kit_reminder")
    assert mails.count() == 6
    assert mails.first().facts["tracking"] == "T1"  # type: ignore[union-attr]  # there are six


def test_a_round_ends_at_its_limit_and_the_next_goes_on(held: World) -> None:
    assert reminders.remind_due(at=later(held, 11), most=1)["reminded"] == 1
    assert reminders.remind_due(at=later(held, 11), most=1)["reminded"] == 1
    assert reminders.remind_due(at=later(held, 11), most=1)["reminded"] == 0
    assert [number for _, number in told()] == [1, 1]


def test_the_worker_looks_every_ten_minutes_whichever_comes_first(held: World) -> None:
    at = later(held, 11)
    assert reminders.remind_round(at=at)["reminded"] == 2
    assert reminders.remind_round(at=at + timedelta(seconds=5)) == {}


@pytest.mark.parametrize("what", ["sent", "arrived", "withdrawn", "danger", "forgotten"])
def test_nobody_is_reminded_whom_it_no_longer_concerns(held: World, what: str) -> None:
    unit = held.unit("SN0001")
    number = kit(held, "SN0001").id
    facts = {"case_no": unit.claim.case_no, "unit_no": 1}
    if what == "sent":
        actions.parcel_sent(**facts, carrier="post", by="post", at=held.now(), key="p")
    elif what == "arrived":
        scan(held, "SN0001")
    elif what == "withdrawn":
        owner.withdraw(claim_unit_id=unit.id, at=held.now(), seen=1)
    elif what == "danger":
        owner.report_danger(claim_unit_id=unit.id, condition="hot", at=held.now(), key="d")
    else:
        erasure.erase_person(case_no=unit.claim.case_no, by="owner", at=held.now())
    assert [row.id for row in reminders.held_kits()] == [kit(held, "SN0002").id]
    reminders.remind_due(at=later(held, 30))
    assert told() == [(kit(held, "SN0002").id, 1)]
    with pytest.raises(KitNotHeld):
        reminders.remind(kit_id=number, by="jun", at=later(held, 31))


def test_a_button_reminds_once_a_day_and_counts_with_the_others(held: World) -> None:
    number = kit(held, "SN0001").id
    reminders.remind(kit_id=number, by="jun", at=later(held, 1))
    with pytest.raises(RemindedJustNow):
        reminders.remind(kit_id=number, by="jun", at=later(held, 1.9))
    for day in (3, 5):
        reminders.remind(kit_id=number, by="jun", at=later(held, day))
    with pytest.raises(RemindedEnough):
        reminders.remind(kit_id=number, by="jun", at=later(held, 9))
    with pytest.raises(KitNotHeld):
        reminders.remind(kit_id=999, by="jun", at=later(held, 9))
    assert [row for row, _ in told()] == [number] * 3


def test_an_owner_without_a_mail_address_is_written_down_to_be_called(
    held: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kaishu.notices.actions._has_address", lambda person_id: False)
    assert reminders.remind_due(at=later(held, 11))["without_mail"] == 2
    assert set(KitReminder.objects.values_list("message_id", flat=True)) == {None}


def test_a_recall_may_name_its_own_days(
    db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hurried = replace(recall(), service=Service(remind_days=3))
    monkeypatch.setattr("tests.claims.world.recall", lambda: hurried)
    world = World().open(tmp_path)
    world.claim("SN0002")
    world.approve("SN0002")
    send_kit(world, "SN0002")
    assert reminders.days_for(hurried.slug) == 3
    assert reminders.remind_due(at=later(world, 2.9))["reminded"] == 0
    assert reminders.remind_due(at=later(world, 3))["reminded"] == 1


def test_the_house_rule_says_since_when_it_holds() -> None:
    rule = reminders.house_rule()
    assert (rule.days, rule.most, rule.from_date.isoformat()) == (10, 3, "2026-11-22")


def test_a_list_of_many_is_read_in_one_question(
    held: World, django_assert_num_queries: object
) -> None:
    with django_assert_num_queries(1):  # type: ignore[operator]  # pytest-django's context
        assert len(list(reminders.held_kits())) == 2
