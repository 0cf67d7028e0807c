"""CPSC's contact figures come from the outbox, the calls and the claims' doors, by period."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from kaishu.core.report import Period, Value
from kaishu.markets.forms import load_form
from kaishu.notices import actions as notices
from kaishu.notices.models import CallBack
from kaishu.reports import facts
from kaishu.reports.forms import us_monthly
from tests.doors import desk_world, kumo
from tests.doors.desk_world import START, DeskWorld, member
from tests.doors.pages import find, parsed, text

HOUR = timedelta(hours=1)
FIELDS = ("notified_email", "notified_phone", "responded_web", "responded_phone")


@pytest.fixture
def world(db: None, data_dir: Path) -> DeskWorld:
    return desk_world.open_world(data_dir)


def test_each_channel_is_counted_once_an_owner_and_by_period(world: DeskWorld) -> None:
    world.claim("web", serial=kumo.LISTED)
    world.claim("danger", serial="A1", condition="swollen")
    world.claim("telephone", serial=kumo.NOT_LISTED, door="hotline")
    for outcome in ("no_answer", "reached"):
        call = CallBack.objects.get(done_at=None)
        notices.finish_call(call_id=call.id, outcome=outcome, by="mika", at=world.now())
    assert counted(START, START + HOUR) == [3, 1, 2, 1]
    assert counted(START + HOUR, START + 2 * HOUR) == [0, 0, 0, 0]
    world.minutes = 70
    world.decide("web", "asked", "serial_photo_unclear")  # a second mail to the same owner
    assert counted(START + HOUR, START + 2 * HOUR) == [1, 0, 0, 0]
    assert counted(START, START + 2 * HOUR) == [3, 1, 2, 1]
    rows = filled(START, START + HOUR)["responded_web"].rows
    page = parsed(member("rei-g", "regulator").get(rows))
    assert text(find(page, ".says")[0]) == "2"


def counted(since: datetime, until: datetime) -> list[object]:
    found = filled(since, until)
    return [found[name].of for name in FIELDS]


def filled(since: datetime, until: datetime) -> dict[str, Value]:
    form = load_form("us_monthly")
    asked = facts.gather(
        form=form,
        slug=kumo.SLUG,
        subject="",
        as_of=until,
        known_at=until,
        period=Period(since=since, until=until),
        typed={},
    )
    found = us_monthly.fill(asked)
    return {name: each for name, each in found.items() if isinstance(each, Value)}
