"""May it fly: each rule on its own route and days, the strictest word wins, danger never softens."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaishu.core.sentences import codes
from kaishu.core.travel import (
    BARS,
    CARRY,
    CONDITIONS,
    MARKS,
    ROUTES,
    UNITS,
    Journey,
    Permission,
    Rule,
    TravelAnswer,
    may_fly,
)
from kaishu.markets import travel_rules

YES, ASK, NO = Permission.YES, Permission.ASK_AIRLINE, Permission.NO
SUMMER = date(2026, 7, 1)
FINE = Journey(
    route="cn_domestic",
    on=SUMMER,
    model="K100",
    unit="not_affected",
    mark="clear",
    wh=Decimal(37),
    condition="intact",
)


def ask(**changes: object) -> TravelAnswer:
    return may_fly(replace(FINE, **changes), travel_rules())  # type: ignore[arg-type]


def code(**changes: object) -> tuple[Permission, str]:
    answer = ask(**changes)
    return answer.answer, answer.reasons[0].code


@pytest.mark.parametrize(
    ("changes", "answer", "reason"),
    [
        ({}, YES, "fly_mark_clear"),
        ({"mark": "none"}, NO, "fly_mark_none"),
        ({"mark": "unclear"}, NO, "fly_mark_unclear"),
        ({"mark": "unknown"}, NO, "fly_mark_unknown"),
        ({"mark": "what?"}, NO, "fly_mark_unknown"),
        ({"recalled": True}, NO, "fly_recalled_model"),
        ({"unit": "affected"}, NO, "fly_recalled_unit"),
        ({"wh": Decimal(100)}, YES, "fly_mark_clear"),
        ({"wh": Decimal("100.01")}, ASK, "fly_energy_needs_approval"),
        ({"wh": Decimal(160)}, ASK, "fly_energy_needs_approval"),
        ({"wh": Decimal("160.01")}, NO, "fly_energy_too_high"),
        ({"wh": None}, NO, "fly_energy_unmarked"),
        ({"condition": "swollen"}, NO, "fly_swollen"),
        ({"condition": "unknown"}, NO, "fly_condition_unknown"),
        ({"condition": "what?"}, NO, "fly_condition_unknown"),
        ({"on": date(2025, 6, 27), "mark": "none"}, YES, "fly_energy_free"),
        ({"on": date(2025, 6, 28), "mark": "none"}, NO, "fly_mark_none"),
        ({"on": date(2025, 6, 27), "recalled": True}, ASK, "fly_same_model"),
        ({"on": date(2014, 8, 7)}, ASK, "fly_no_rule"),
    ],
)
def test_within_china(changes: dict[str, object], answer: Permission, reason: str) -> None:
    assert code(**changes) == (answer, reason)


@pytest.mark.parametrize("route", ["jp", "international"])
@pytest.mark.parametrize(
    ("changes", "answer", "reason"),
    [
        ({}, YES, "fly_energy_free"),
        ({"mark": "none"}, YES, "fly_energy_free"),
        ({"recalled": True}, ASK, "fly_same_model"),
        ({"recalled": True, "unit": "unknown"}, NO, "fly_unit_not_checked"),
        ({"unit": "affected"}, NO, "fly_recalled_unit"),
        ({"wh": Decimal(120)}, ASK, "fly_energy_needs_approval"),
        ({"wh": Decimal(161)}, NO, "fly_energy_too_high"),
        ({"wh": None}, ASK, "fly_energy_unknown"),
        ({"condition": "hot"}, NO, "fly_hot"),
        ({"on": date(2025, 12, 31)}, ASK, "fly_no_rule"),
        ({"on": date(2025, 12, 31), "condition": "wet"}, NO, "fly_wet"),
    ],
)
def test_in_japan_and_abroad(
    route: str, changes: dict[str, object], answer: Permission, reason: str
) -> None:
    assert code(route=route, **changes) == (answer, reason)


def test_a_recalled_model_is_refused_within_china_whatever_the_serial() -> None:
    for unit in UNITS:
        assert ask(recalled=True, unit=unit).answer is NO


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("condition", [each for each in CONDITIONS if each != "intact"])
def test_a_defective_battery_flies_nowhere(route: str, condition: str) -> None:
    assert ask(route=route, condition=condition).answer is NO
    assert ask(route=route, unit="affected", condition=condition).reasons[0].rule is not None


def test_a_draft_is_a_question_to_the_airline_and_no_law() -> None:
    before = ask(route="international", on=date(2026, 3, 26))
    after = ask(route="international", on=date(2026, 3, 27))
    assert before.carry == ("hand_baggage", "two_with_approval")
    assert after.carry == (*before.carry, "ask_number", "ask_charging")
    assert (before.answer, after.answer) == (YES, YES)


def test_how_to_carry_it_is_said_only_if_it_may_fly() -> None:
    assert ask().carry == ("hand_baggage", "two_with_approval", "no_charging")
    assert ask(wh=Decimal(120)).carry == ask().carry
    assert ask(mark="none").carry == ()


def test_every_reason_carries_its_rule_and_figures() -> None:
    reason = ask(wh=Decimal("161.50")).reasons[0]
    assert reason.facts == {"wh": "161.5", "free": "100", "limit": "160"}
    assert reason.rule is not None and reason.rule.id == "caac-2014-08-08"
    assert ask(wh=Decimal("161.50")).wh == Decimal("161.50")


def test_all_that_forbids_it_is_said_and_nothing_that_consoles() -> None:
    answer = ask(recalled=True, mark="none", wh=Decimal(200), condition="swollen")
    assert [reason.code for reason in answer.reasons] == [
        "fly_recalled_model",
        "fly_mark_none",
        "fly_energy_too_high",
        "fly_swollen",
    ]


def test_every_rule_names_source_day_and_known_words() -> None:
    rules = travel_rules()
    assert len({rule.id for rule in rules}) == len(rules)
    for rule in rules:
        assert rule.routes <= set(ROUTES) and rule.bars <= set(BARS)
        assert set(rule.carry) <= set(CARRY)
        assert rule.source.startswith("http") and set(rule.name) == {"ja", "zh-Hans", "en"}
        assert (rule.free_wh is None) == (rule.asked_wh is None)
    assert {word for rule in rules for word in rule.bars} == set(BARS)
    assert {word for rule in rules for word in rule.carry} == set(CARRY)


def test_every_word_has_its_sentence() -> None:
    more = {"mark_clear", "energy_free", "energy_needs_approval", "energy_too_high"}
    more |= {"energy_unknown", "no_rule"}
    assert {f"fly_{word}" for word in (*BARS, *more)} | {
        f"carry_{word}" for word in CARRY
    } <= codes()


def test_a_rule_that_ended_speaks_no_more() -> None:
    old = Rule(
        id="old",
        routes=frozenset({"jp"}),
        from_date=date(2020, 1, 1),
        until=date(2021, 1, 1),
        name={},
        source="",
        bars=frozenset({"mark_none"}),
    )
    journey = replace(FINE, route="jp", mark="none", on=date(2020, 12, 31))
    assert may_fly(journey, [old]).answer is NO
    assert may_fly(replace(journey, on=date(2021, 1, 1)), [old]).answer is ASK


# From mild to bad, for each thing that can be worse.
WORSE = {
    "recalled": [False, True],
    "unit": ["not_affected", "unknown", "affected"],
    "mark": ["clear", "unknown", "unclear", "none"],
    "condition": ["intact", "unknown", "damaged", "swollen", "leaking", "wet", "hot"],
}
JOURNEYS = st.builds(
    Journey,
    route=st.sampled_from(ROUTES),
    on=st.dates(date(2013, 1, 1), date(2030, 1, 1)),
    recalled=st.booleans(),
    unit=st.sampled_from(UNITS),
    mark=st.sampled_from(MARKS),
    wh=st.none() | st.decimals("0.1", "400", places=2),
    condition=st.sampled_from(CONDITIONS),
)


@given(journey=JOURNEYS, what=st.sampled_from(sorted(WORSE)), data=st.data())
def test_more_danger_never_makes_the_answer_milder(
    journey: Journey, what: str, data: st.DataObject
) -> None:
    scale = WORSE[what]
    at = scale.index(getattr(journey, what))
    worse = replace(journey, **{what: data.draw(st.sampled_from(scale[at:]))})
    assert may_fly(worse, travel_rules()).answer >= may_fly(journey, travel_rules()).answer


@given(journey=JOURNEYS, more=st.decimals("0", "400", places=2))
def test_more_energy_or_none_known_never_makes_the_answer_milder(
    journey: Journey, more: Decimal
) -> None:
    small = replace(journey, wh=journey.wh or Decimal(1))
    larger = may_fly(replace(small, wh=small.wh + more), travel_rules())  # type: ignore[operator]
    assert larger.answer >= may_fly(small, travel_rules()).answer
    mild = may_fly(replace(journey, wh=Decimal(1)), travel_rules())
    assert may_fly(replace(journey, wh=None), travel_rules()).answer >= mild.answer


@given(journey=JOURNEYS)
def test_no_rule_speaks_before_its_day(journey: Journey) -> None:
    for reason in may_fly(journey, travel_rules()).reasons:
        assert reason.rule is None or reason.rule.from_date <= journey.on


@given(journey=JOURNEYS, rule=st.sampled_from(travel_rules()))
def test_the_day_before_a_rule_is_as_if_it_were_not_there(journey: Journey, rule: Rule) -> None:
    eve = replace(journey, on=rule.from_date - timedelta(days=1))
    without = [each for each in travel_rules() if each is not rule]
    assert may_fly(eve, travel_rules()) == may_fly(eve, without)


@given(journey=JOURNEYS.filter(lambda each: each.on >= date(2016, 9, 1)))
def test_yes_means_that_all_is_known_and_well(journey: Journey) -> None:
    if may_fly(journey, travel_rules()).answer is YES:
        assert journey.condition == "intact" and journey.unit != "affected"
        assert journey.wh is not None and journey.wh <= 100
        assert not (journey.recalled and journey.unit == "unknown")
