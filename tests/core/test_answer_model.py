"""`judge` against a slow model that tries every way the unknown facts could be.

A verdict may say affected only if the unit is in whatever the unknown facts are, and not affected
only if it is out whatever they are. With every fact known it may not ask.
"""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product as pairs

from hypothesis import given, settings
from hypothesis import strategies as st

from kaishu.core.answer import Inspection, judge
from kaishu.core.recall import Conditions, Rule, RuleKind
from kaishu.core.verdict import Answer
from tests.core.small_recall import publish, recall

SERIALS = [f"A000000{letter}" for letter in "0123456789"]
COLOURS = ["black", "white"]
MARKETS = ["jp", "cn"]
DAYS = [date(2025, 1, 1) + timedelta(days=number) for number in range(6)]


@st.composite
def conditions(draw: st.DrawFn) -> Conditions:
    start, end = draw(st.sampled_from([None, *DAYS[:4]])), draw(st.sampled_from([None, *DAYS[1:]]))
    return Conditions(
        colours=draw(st.sampled_from([(), (), ("black",), ("white",)])),
        not_colours=draw(st.sampled_from([(), (), ("white",)])),
        bought_from=start,
        bought_to=end if end is None or start is None or end >= start else start,
        markets=draw(st.sampled_from([(), (), ("jp",), ("jp", "cn")])),
    )


@st.composite
def rules(draw: st.DrawFn) -> tuple[tuple[Rule, ...], dict[str, list[bytes]]]:
    made: list[Rule] = []
    lists: dict[str, list[bytes]] = {}
    for no in range(1, draw(st.integers(1, 5)) + 1):
        kind = draw(st.sampled_from(list(RuleKind)))
        more: dict[str, object] = {}
        if kind is RuleKind.LIST:
            more = {"file": f"{no}.csv"}
            chosen = draw(st.sets(st.sampled_from(SERIALS), max_size=5))
            lists[f"{no}.csv"] = [serial.encode() for serial in chosen]
        if kind is RuleKind.RANGE:
            ends = sorted(draw(st.tuples(*[st.sampled_from(SERIALS)] * 2)))
            more = {"first": ends[0], "last": ends[1]}
        if kind is RuleKind.PREFIX:
            more = {"prefix": draw(st.sampled_from(["A0", "A1", "A0000003", "A0000009"]))}
            more["length"] = draw(st.sampled_from([0, 8, 9]))
        model = draw(st.sampled_from(["M1", "M1", "M1", "M2"]))
        made.append(Rule(no=no, product=model, kind=kind, when=draw(conditions()), **more))
    return tuple(made), lists


def is_in(rule: Rule, lists: dict[str, list[bytes]], unit: tuple[str, str, date, str]) -> bool:
    """Say whether a fully known unit falls under a rule, as plainly as can be."""
    serial, colour, bought, market = unit
    when = rule.when
    selected = {
        RuleKind.LIST: lambda: serial.encode() in lists[rule.file],
        RuleKind.RANGE: lambda: rule.first <= serial <= rule.last,
        RuleKind.PREFIX: lambda: serial.startswith(rule.prefix) and rule.length in (0, 8),
        RuleKind.MODEL: lambda: True,
    }[rule.kind]()
    if rule.kind is RuleKind.LIST:  # it names the unit: nothing else is needed
        return selected
    return (
        selected
        and (not when.colours or colour in when.colours)
        and colour not in when.not_colours
        and (when.bought_from or DAYS[0]) <= bought <= (when.bought_to or DAYS[-1])
        and (not when.markets or market in when.markets)
    )


@settings(max_examples=150, deadline=None)
@given(
    rules(),
    st.lists(
        st.tuples(
            st.sampled_from(["", *SERIALS]),
            st.sampled_from(["", *COLOURS]),
            st.sampled_from([None, *DAYS]),
            st.sampled_from(["", *MARKETS]),
        ),
        min_size=5,
        max_size=20,
    ),
)
def test_judge_never_answers_what_depends_on_an_unknown_fact_and_never_asks_needlessly(
    tmp_path_factory, given_rules, units
) -> None:
    of_recall, lists = given_rules
    if not any(rule.product == "M1" for rule in of_recall):
        return
    pack = publish(tmp_path_factory.mktemp("editions"), recall(*of_recall), lists)
    for serial, colour, bought, market in units:
        worlds = pairs(
            [serial] if serial else [*SERIALS, "AZZZZZZZ"],
            [colour] if colour else COLOURS,
            [bought] if bought else DAYS,
            [market] if market else [*MARKETS, "us"],
        )
        mine = [rule for rule in of_recall if rule.product == "M1"]
        possible = {any(is_in(rule, lists, unit) for rule in mine) for unit in worlds}
        said = judge(
            pack,
            Inspection(model="M1", serial=serial, colour=colour, bought=bought, market=market),
        )
        if said.answer is Answer.AFFECTED:
            assert possible == {True}
        elif said.answer is Answer.NOT_AFFECTED:
            assert False in possible
            assert possible == {False} or not serial
        else:
            assert said.answer is Answer.ASK
            known = serial and colour and bought and market
            assert not known or said.reason == "listed_but_differs"
