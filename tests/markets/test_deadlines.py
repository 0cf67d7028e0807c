"""The duties on file: each with its source, its way of counting, and a question for people."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from kaishu.core.deadlines import Calendar, Counting, Limit, due
from kaishu.core.recall import LANGUAGES
from kaishu.markets.deadlines import load_duties
from kaishu.markets.market import FOLDER

ON_FILE = sorted(path.parent.name for path in FOLDER.glob("*/deadlines.toml"))


@pytest.mark.parametrize("market", ON_FILE)
def test_every_duty_names_its_source_and_asks_in_three_languages(market: str) -> None:
    duties = load_duties(market)
    assert len({duty.code for duty in duties}) == len(duties) > 0
    for duty in duties:
        assert duty.fact.basis in {"law", "house"}
        assert duty.fact.article and duty.fact.source.startswith("http")
        assert duty.fact.from_date >= date(2020, 1, 1)
        assert set(duty.name) == set(duty.check) == set(LANGUAGES)
        assert duty.counting_basis in ({"law", "house"} if duty.limit else {""})
        assert (duty.limit is None) == (duty.target_hours is not None)


def test_a_serious_accident_in_japan_is_reported_on_the_tenth_day_at_the_latest() -> None:
    duty = next(each for each in load_duties("jp") if each.code == "jp_serious_accident")
    assert duty.limit == Limit(days=10, counting=Counting.CALENDAR, start_inclusive=True)
    known = datetime(2026, 4, 1, 3, tzinfo=UTC)
    assert due(duty.limit, known, zone=ZoneInfo("Asia/Tokyo"), calendar=Calendar()) == date(
        2026, 4, 10
    )


def test_a_possible_defect_in_china_is_reported_within_two_working_days() -> None:
    (duty,) = load_duties("cn")
    assert duty.limit == Limit(days=2, counting=Counting.WORKING, start_inclusive=True)
    assert duty.counting_basis == "house"  # the source is silent about the first day


def test_where_no_number_was_seen_there_is_none_but_a_target_of_our_own() -> None:
    (europe,) = load_duties("eu")
    report, investigation = load_duties("us")
    assert (europe.limit, europe.target_hours) == (None, 24)
    assert report.limit == Limit(hours=24, counting=Counting.WORKING, start_inclusive=True)
    assert (report.seen, investigation.seen) == ("secondary", "text")
    assert investigation.limit == Limit(days=10, counting=Counting.WORKING, start_inclusive=True)


@pytest.mark.parametrize("market", ["mars", "../jp", ""])
def test_a_market_without_data_has_no_clock(market: str) -> None:
    assert load_duties(market) == ()
