"""A script gets at most one serial in a hundred of a range a day; everybody else gets an answer."""

from __future__ import annotations

import pytest

from tests.simulations import gate_news
from tests.simulations.gate_day import RANGE, Script, live
from tests.support.seeds import TORTURE

ONE_IN_A_HUNDRED = RANGE // 100
PATIENCE = 900  # seconds of the unluckiest, with an old phone, while a script presses


@pytest.mark.parametrize(
    "script",
    [
        Script(),  # 50 subnets, new sessions, random order, proofs on a core all day, and waits
        *([Script(10), Script(1), Script(at_once=20), Script(slow_lane=False)] if TORTURE else []),
    ],
)
def test_a_script_reads_at_most_one_in_a_hundred_and_nobody_is_left_out(script: Script) -> None:
    day = live(script)
    assert 100 < len(day.read) <= ONE_IN_A_HUNDRED
    unanswered = [each for each in day.people if not each.answered]
    assert unanswered == []
    assert len(day.people) > 1900
    assert max(each.waited for each in day.people) <= PATIENCE
    at_once = sum(each.waited < 1 for each in day.people)
    assert at_once > 0.75 * len(day.people)


def test_on_a_quiet_day_nearly_nobody_waits() -> None:
    day = live(None)
    assert all(each.answered for each in day.people)
    assert sum(each.waited > 60 for each in day.people) <= 10
    behind = [each.waited for each in day.people if each.who == "behind one address"]
    assert len(behind) == 300
    assert max(behind) <= 30


@pytest.mark.parametrize("script", [Script(1, 0, True, True, False)])
def test_a_script_that_does_not_calculate_gets_what_a_family_gets(script: Script) -> None:
    assert len(live(script, families=0).read) == 2


def test_after_the_news_everybody_with_a_script_is_answered_within_minutes() -> None:
    day = gate_news.live(gate_news.News(people=800, carriers=8, script=None))
    assert len(day.people) == 800
    waits = sorted(p.waited for p in day.people if p.who == gate_news.WITH and p.answered)
    assert len(waits) == 784
    assert waits[-1] <= 600  # the highest price on an old phone
