"""Every look is in the log with its reason; watchers see it, and a thief's week stands out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction

from kaishu.base import clock
from kaishu.base.roles import Role
from kaishu.people import actions as people
from kaishu.people import reveals
from kaishu.people.contact import Contact
from kaishu.people.errors import FieldUnknown, PersonForgotten, ReasonMissing
from kaishu.people.models import RevealLog
from kaishu.reports import insiders
from tests.doors.desk_world import DeskWorld, member, open_world
from tests.doors.pages import find, parsed, text

NOW = datetime(2026, 4, 8, 3, 0, tzinfo=UTC)
MONDAY = datetime(2026, 4, 6, tzinfo=ZoneInfo("Asia/Tokyo"))
TOKYO = ZoneInfo("Asia/Tokyo")
HANAKO = Contact(
    name="佐藤 花子", phone="03-1234-5678", postcode="105-0001", city="港区", street="1-2-3"
)


@pytest.fixture(autouse=True)
def database(db: None) -> None:
    """Every test here reads the log."""


def person() -> str:
    return people.register(contact=HANAKO, language="ja", at=NOW)


def look(
    by: str, person_id: str, *, times: int = 1, why: str = "call_owner", at: datetime = NOW
) -> None:
    RevealLog.objects.bulk_create(
        RevealLog(person_id=person_id, by=by, why=why, at=at) for _ in range(times)
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [("phone", "03-1234-5678"), ("name", "佐藤 花子"), ("address", "105-0001\n港区\n1-2-3")],
)
def test_one_field_is_shown_and_the_log_names_it(field: str, value: str) -> None:
    shown = reveals.reveal(person_id=person(), field=field, why="call_owner", by="mika", at=NOW)
    assert shown == value
    assert list(RevealLog.objects.values_list("by", "field", "why")) == [
        ("mika", field, "call_owner")
    ]


def test_without_a_reason_a_field_or_a_person_nothing_is_shown_or_logged() -> None:
    person_id = person()
    facts = {"by": "mika", "at": NOW}
    with pytest.raises(ReasonMissing):
        reveals.reveal(person_id=person_id, field="phone", why=" ", **facts)
    with pytest.raises(FieldUnknown):
        reveals.reveal(person_id=person_id, field="sealed", why="call_owner", **facts)
    people.forget(person_id=person_id, at=NOW)
    with pytest.raises(PersonForgotten):
        reveals.reveal(person_id=person_id, field="phone", why="call_owner", **facts)
    assert not RevealLog.objects.exists()


def test_the_whole_contact_is_the_same_log() -> None:
    people.reveal(person_id=person(), by="mika", why="kit", at=NOW)
    assert RevealLog.objects.get().field == "contact"


def test_the_log_is_still_append_only_after_it_got_a_column() -> None:
    look("mika", person())
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        RevealLog.objects.update(field="name")


def test_one_look_too_many_in_a_day_is_an_alarm(caplog: pytest.LogCaptureFixture) -> None:
    person_id = person()
    look("mika", person_id, times=reveals.MOST_A_DAY)
    look("jun", person_id, times=reveals.MOST_A_DAY + 50, why="kit")
    span = {"since": MONDAY, "until": MONDAY + timedelta(days=7), "zone": TOKYO}
    assert reveals.alarms(**span) == []
    people.reveal(person_id=person_id, by="mika", why="call_owner", at=NOW)
    assert reveals.alarms(**span) == [
        reveals.Alarm("mika", "2026-04-08", reveals.MOST_A_DAY + 1, reveals.MOST_A_DAY)
    ]
    assert "people.many_looks" in caplog.text


def test_a_day_is_a_day_on_the_wall_of_the_market() -> None:
    person_id = person()
    evening = datetime(2026, 4, 8, 14, 0, tzinfo=UTC)  # 23:00 in Tokyo
    look("mika", person_id, times=100, at=evening)
    look("mika", person_id, times=100, at=evening + timedelta(hours=2))
    span = {"since": MONDAY, "until": MONDAY + timedelta(days=7)}
    assert reveals.alarms(**span, zone=TOKYO) == []
    assert len(reveals.alarms(**span, zone=ZoneInfo("UTC"))) == 1


@pytest.fixture
def world(data_dir: Path) -> DeskWorld:
    found = open_world(data_dir)
    for number in range(14):
        found.claim(f"c{number}", model="K200", serial=f"AK2023000200{number:04d}", colour="grey")
    return found


def people_of(world: DeskWorld) -> list[str]:
    return [world.unit(name).claim.person_id for name in world.cases]


def test_a_planted_week_stands_out_and_honest_work_does_not(world: DeskWorld) -> None:
    start = datetime(2026, 3, 30, tzinfo=UTC)  # decisions fall on 2 April
    in_week = start + timedelta(days=4)
    for person_id in people_of(world):
        look("thief", person_id, at=in_week)
        look("rei", person_id, at=in_week)
        look("rei", person_id, at=in_week - timedelta(days=9))
    for name in world.cases:
        world.decide(name)  # by rei
    look("burst", people_of(world)[0], times=30, at=in_week)
    look("burst", people_of(world)[0], times=4, at=in_week - timedelta(days=9))
    lines = {line.by: line for line in insiders.week(since=start, zone=TOKYO).lines}
    assert lines["thief"].marks == (insiders.NOTHING_DONE,)
    assert (lines["thief"].people, lines["thief"].idle) == (14, 14)
    assert lines["rei"].marks == () and lines["rei"].idle == 0
    assert lines["rei"].decisions == 14
    assert lines["burst"].marks == (insiders.MUCH_MORE,)
    assert insiders.week(since=start, zone=TOKYO).lines[-1].by == "rei"


def test_the_page_filters_by_person_reason_and_case_and_names_no_owner(world: DeskWorld) -> None:
    first, second, *_rest = people_of(world)
    look("mika", first, at=clock.now())
    look("jun", second, why="owner_called", at=clock.now())
    client = member("kei", Role.AUDITOR)

    def shown(query: str) -> list[str]:
        page = parsed(client.get(f"/staff/looks/?{query}"))
        return [text(row[1]) for row in find(page, "main table.rows tbody tr")]

    assert sorted(shown("")) == ["jun", "mika"]
    assert shown("by=jun") == ["jun"]
    assert shown("why=call_owner") == ["mika"]
    assert shown(f"case={world.cases['c1']}") == ["jun"]
    assert shown("case=000000000000") == []
    assert shown("to=2020-01-01&from=2019-01-01") == []
    page = client.get("/staff/looks/").content.decode()
    assert "花子" not in page and "hanako" not in page


def test_the_list_is_saved_as_a_file_with_every_line(world: DeskWorld) -> None:
    look("mika", people_of(world)[0], times=250, at=clock.now())
    client = member("kei", Role.AUDITOR)
    saved = b"".join(client.get("/staff/looks/?as=csv").streaming_content).decode("utf-8-sig")
    assert len(saved.strip().splitlines()) == 251
    assert "all details" in saved and "花子" not in saved


def test_the_week_is_a_page_with_a_file(world: DeskWorld) -> None:
    for person_id in people_of(world):
        look("thief", person_id, at=clock.now())
    client = member("kei", Role.AUDITOR)
    page = client.get("/staff/digest/").content.decode()
    assert "thief" in page and "looked at people and did nothing for them" in page
    assert client.get("/staff/digest/?week=not-a-day").status_code == 200
    saved = b"".join(client.get("/staff/digest/?as=csv").streaming_content).decode()
    assert "thief,14,14,14" in saved


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.ADMIN, Role.REGULATOR, Role.FINANCE])
def test_only_watchers_read_the_log(role: Role) -> None:
    client = member("somebody", role)
    assert client.get("/staff/looks/").status_code == 403
    assert client.get("/staff/digest/").status_code == 403
