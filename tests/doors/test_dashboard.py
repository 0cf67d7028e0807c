"""The dashboard: any day on two clocks, and every number is the sum of the rows it opens."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client

from kaishu.base.roles import Role
from kaishu.books import actions as books
from kaishu.books import closings
from kaishu.books.values import Place, UnitMove
from kaishu.claims.models import Claim
from kaishu.people.contact import Contact
from kaishu.people.regions import region_of
from tests.doors import desk_world, kumo
from tests.doors.desk_world import START, DeskWorld, member
from tests.doors.pages import find, parsed, text

pytestmark = pytest.mark.django_db
BOARD = f"/staff/recalls/{kumo.SLUG}/dashboard/"
DAY = START.date()


@pytest.fixture
def world(db: None, data_dir: Path) -> DeskWorld:
    """Open the recall, without claims."""
    return desk_world.open_world(data_dir)


@pytest.fixture
def client(world: DeskWorld) -> Client:
    """A regulator, who reads and changes nothing, over a day that had everything."""
    desk_world.lively(world)
    return member("rei-g", Role.REGULATOR)


def late_total(world: DeskWorld, units: int) -> None:
    """Book units of the first day that we heard of ten days later."""
    books.post(
        kind="parcel.received",
        moves=(
            UnitMove(
                product="K100",
                pool="consumer",
                quantity=units,
                source=Place("at_large"),
                target=Place("depot", "east"),
            ),
        ),
        recall_id=world.recall_id,
        key="late",
        door="import",
        by="hana",
        happened_at=START + timedelta(hours=1),
        at=START + timedelta(days=10),
    )


@pytest.mark.parametrize("when", ["", f"?day={DAY}", f"?day={DAY}&known=then"])
def test_every_number_is_the_sum_of_the_rows_it_opens(
    client: Client, world: DeskWorld, when: str
) -> None:
    late_total(world, 7)
    page = parsed(client.get(f"{BOARD}{when}"))
    links = [a for a in find(page, "section a") if "/entries/" in (a.get("href") or "")]
    assert len(links) > 12
    for link in links:
        rows = parsed(client.get(link.get("href")))
        assert text(find(rows, ".says")[0]) == text(link), link.get("href")


def collected(client: Client, when: str) -> int:
    """Return the units that the funnel shows as collected."""
    page = parsed(client.get(f"{BOARD}{when}"))
    return int(text(find(page, ".funnel a")[3]).replace(",", ""))


def test_a_past_day_is_shown_as_it_was_and_as_it_was_known(
    client: Client, world: DeskWorld
) -> None:
    before = collected(client, f"?day={DAY}")
    late_total(world, 7)
    assert collected(client, f"?day={DAY}") == before + 7
    assert collected(client, f"?day={DAY}&known=then") == before
    assert collected(client, "") == collected(client, f"?day={DAY}")
    assert collected(client, "?passed=1") == before + 7


def test_a_closing_changes_no_figure(client: Client, world: DeskWorld) -> None:
    late_total(world, 7)
    addresses = ("", f"?day={DAY}", f"?day={DAY}&known=then")
    before = [figures(client, when) for when in addresses]
    if not closings.close(at=world.now(), after=1)["closed"]:
        pytest.skip("PostgreSQL closes nothing inside a test's own transaction")
    assert [figures(client, when) for when in addresses] == before


def figures(client: Client, when: str) -> list[str]:
    """Return every number that stands in a table or beside a chart."""
    page = parsed(client.get(f"{BOARD}{when}"))
    return [text(each) for each in find(page, "td.num, svg text, .places li, .rates b")]


@pytest.mark.parametrize(
    "wrong", ["?day=yesterday", "?day=2999-01-01", "?day=0001-01-01", "?passed=99999", "?passed=-1"]
)
def test_a_day_that_is_none_becomes_the_nearest(client: Client, wrong: str) -> None:
    assert client.get(f"{BOARD}{wrong}").status_code == 200


def test_work_by_age_counts_what_the_queue_lists(client: Client, world: DeskWorld) -> None:
    reviewer = member("mika", Role.REVIEWER)
    page = parsed(reviewer.get(BOARD))
    links = [a for a in find(page, "section a") if "/staff/claims/" in (a.get("href") or "")]
    assert links
    for link in links:
        listed = parsed(reviewer.get(link.get("href")))
        counted = int(text(link).replace(",", ""))
        assert len(find(listed, "table.rows tbody tr")) == counted, link.get("href")


def people_links(client: Client, when: str) -> dict[str, str]:
    """Return the address behind each count of people, with the number that it shows."""
    page = parsed(client.get(f"{BOARD}{when}"))
    found = [a for a in find(page, "section a") if "/dashboard/" in (a.get("href") or "")]
    return {a.get("href"): text(a).split()[0].replace(",", "") for a in found}


def test_every_count_of_people_is_the_number_of_rows_it_opens(
    client: Client, world: DeskWorld
) -> None:
    judge_again(world)
    for when in ("", f"?day={DAY}&known=then"):
        links = people_links(client, when)
        assert len(links) >= 6
        for href, shown in links.items():
            rows = parsed(client.get(href))
            assert text(find(rows, ".says")[0]) == shown, href
            assert len(find(rows, "table.rows tbody tr")) == int(shown), href


def judge_again(world: DeskWorld) -> None:
    """Take one decision back and judge it again, each step by another person."""
    world.decide("credit", "reopened", "new_evidence", by="toma")
    world.decide("credit", "refused", "proof_does_not_match", by="mika")
    world.decide("kit", "reopened", "our_mistake", by="toma")
    world.decide("kit", by="mika")


def test_judges_agree_by_what_a_second_person_came_to(client: Client, world: DeskWorld) -> None:
    assert "No decision was judged by a second person yet." in text(parsed(client.get(BOARD)))
    judge_again(world)
    assert "Same answer: 50.0 %" in text(parsed(client.get(BOARD)))
    rows = find(parsed(client.get(f"{BOARD}second-looks/")), "table.rows tbody tr")
    assert sorted(text(find(row, "td")[-1]) for row in rows) == ["No", "Yes"]


def test_a_claim_written_down_later_was_not_known_then(client: Client, world: DeskWorld) -> None:
    before = [claims_shown(client, when) for when in (f"?day={DAY}", f"?day={DAY}&known=then")]
    late = Claim.objects.earliest("id")
    late.pk, late.case_no, late.key, late.token_hash = None, "999999999999", "late", "late"
    late.recorded_at = world.now() + timedelta(days=9)
    late.save(force_insert=True)
    after = [claims_shown(client, when) for when in (f"?day={DAY}", f"?day={DAY}&known=then")]
    assert after == [before[0] + 1, before[1]]


def claims_shown(client: Client, when: str) -> int:
    """Return the number of all claims: no column narrows its list."""
    links = people_links(client, when)
    return next(int(shown) for href, shown in links.items() if "/claims/?as_of=" in href)


def test_only_who_may_open_a_case_gets_its_address(client: Client, world: DeskWorld) -> None:
    assert find(parsed(client.get(f"{BOARD}claims/")), "td a") == []
    reviewer = member("mika", Role.REVIEWER)
    case = find(parsed(reviewer.get(f"{BOARD}claims/")), "td a")[0]
    assert reviewer.get(case.get("href")).status_code == 200


def test_a_list_that_is_asked_for_wrongly_is_still_a_page(client: Client) -> None:
    for wrong in ("week=x", "side=up", "as_of=1", "door=none", "severity="):
        for name in ("claims", "incidents", "second-looks"):
            assert client.get(f"{BOARD}{name}/?{wrong}").status_code == 200


def test_the_list_of_days_is_saved_as_a_file(client: Client) -> None:
    body = b"".join(client.get(f"{BOARD}?as=csv")).decode("utf-8-sig")
    head, *days = body.strip().splitlines()
    assert head.startswith("Day,") and head.endswith("Population")
    assert [day[:10] for day in days[:2]] == [str(DAY - timedelta(days=1)), str(DAY)]
    assert days[0].endswith(",40,3000,3040")


def test_the_charts_say_in_words_what_they_show(client: Client) -> None:
    page = parsed(client.get(BOARD))
    charts = find(page, "svg.chart")
    assert len(charts) >= 3
    assert all(chart.get("aria-label") for chart in charts)


def test_only_a_prefecture_or_province_is_kept_of_an_address() -> None:
    known = [
        ("JP", "東京都"),
        ("JP", "東京"),
        ("CN", "广东"),
        ("cn", "北京市"),
        ("JP", "港区1-2-3"),
    ]
    found = [region_of(Contact(country=country, region=said)) for country, said in known]
    assert found == ["東京都", "東京都", "广东省", "北京市", ""]
