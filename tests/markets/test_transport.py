"""The marks on file: each with its source and first day; nothing that was not seen in one."""

from __future__ import annotations

from datetime import date

import pytest

from kaishu.core.recall import LANGUAGES
from kaishu.markets.market import CODES
from kaishu.markets.transport import BAG, SLIP, marks_for, transport_marks

TODAY = date(2026, 11, 22)


def test_every_mark_names_its_source_its_first_day_and_its_words() -> None:
    marks = transport_marks()
    assert len({mark.code for mark in marks}) == len(marks)
    for mark in marks:
        assert mark.fact.basis in {"law", "practice"}
        assert mark.fact.article and mark.fact.source.startswith("http")
        assert date(2015, 1, 1) <= mark.fact.from_date <= TODAY
        assert set(mark.markets) <= set(CODES)
        assert mark.where in {SLIP, BAG}
        assert mark.words == {} or all(mark.words[tag] for tag in LANGUAGES)
        assert mark.carrier or mark.words


@pytest.mark.parametrize("market", CODES)
def test_no_recalled_battery_goes_by_air_from_any_market(market: str) -> None:
    assert "not_by_air" in {mark.code for mark in marks_for(market, where=SLIP, on=TODAY)}


def test_each_market_has_its_own_words_and_the_number_that_the_maker_stated() -> None:
    def lines(market: str, number: str = "UN 3480") -> list[str]:
        marks = marks_for(market, where=SLIP, on=TODAY)
        return [line for mark in marks for line in mark.lines("en", number)]

    air = ["FORBIDDEN FOR TRANSPORT BY AIR", "Not by plane: by road, rail or sea only"]
    assert lines("jp") == lines("cn") == air
    assert lines("eu") == [*air, "DAMAGED/DEFECTIVE LITHIUM ION BATTERIES · UN 3480"]
    assert lines("eu", "") == [*air, "DAMAGED/DEFECTIVE LITHIUM ION BATTERIES"]
    assert lines("us") == [*air, "Damaged/defective lithium ion battery"]


def test_what_is_too_large_for_a_letter_is_the_packers_work() -> None:
    assert [mark.code for mark in marks_for("EU", where=BAG, on=TODAY)] == ["class_9"]
    assert marks_for("jp", where=BAG, on=TODAY) == ()


def test_a_mark_is_not_in_force_before_its_first_day() -> None:
    assert marks_for("us", where=SLIP, on=date(2016, 9, 29)) == ()
