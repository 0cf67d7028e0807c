"""Rules of one product that may select the same unit are found before publishing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaishu.core.overlaps import Overlap, can_both_hold, overlaps
from kaishu.core.recall import Conditions, Rule, RuleKind
from tests.core.small_recall import ALPHABET, recall, rule

LIST, RANGE, PREFIX, MODEL = RuleKind.LIST, RuleKind.RANGE, RuleKind.PREFIX, RuleKind.MODEL
LISTS = {
    "one.csv": [b"A1000000", b"A5000000"],
    "two.csv": [b"A5000000", b"A6000000"],
    "three.csv": [b"A7000000"],
}


@pytest.mark.parametrize(
    ("rules", "found"),
    [
        ([rule(1, MODEL), rule(2, MODEL)], [(1, 2, "same_model")]),
        ([rule(1, MODEL), rule(2, MODEL, "M2")], []),
        ([rule(1, PREFIX, prefix="A5"), rule(2, MODEL)], [(1, 2, "model_covers")]),
        (
            [
                rule(1, RANGE, first="A1000000", last="A1000005"),
                rule(2, RANGE, first="A1000005", last="A1000009"),
                rule(3, RANGE, first="A100000A", last="A100000B"),
            ],
            [(1, 2, "spans")],
        ),
        (
            [rule(1, PREFIX, prefix="A57", length=8), rule(2, PREFIX, prefix="A5")],
            [(1, 2, "spans")],
        ),
        ([rule(1, PREFIX, prefix="A57", length=8), rule(2, PREFIX, prefix="A58")], []),
        (
            [rule(1, RANGE, first="A0000000", last="A2000000"), rule(2, PREFIX, prefix="A1")],
            [(1, 2, "spans")],
        ),
        (
            [
                rule(1, LIST, file="one.csv"),
                rule(2, RANGE, first="A4ZZZZZZ", last="A5000000"),
                rule(3, RANGE, first="A1000001", last="A4ZZZZZY"),
                rule(4, PREFIX, prefix="A1"),
            ],
            [(1, 2, "list_in_span"), (1, 4, "list_in_span"), (3, 4, "spans")],
        ),
        (
            [
                rule(1, LIST, file="one.csv"),
                rule(2, LIST, file="two.csv"),
                rule(3, LIST, file="three.csv"),
            ],
            [(1, 2, "lists_share")],
        ),
        ([rule(1, LIST, file="one.csv"), rule(2, LIST, "M2", file="two.csv")], []),
    ],
)
def test_overlaps_are_named_by_rule_numbers(
    rules: list[Rule], found: list[tuple[int, int, str]]
) -> None:
    assert overlaps(recall(*rules), LISTS) == tuple(Overlap(*each) for each in found)


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        (Conditions(), Conditions(), True),
        (Conditions(colours=("black",)), Conditions(colours=("white",)), False),
        (Conditions(colours=("black", "red")), Conditions(colours=("red",)), True),
        (Conditions(colours=("white",)), Conditions(not_colours=("white",)), False),
        (Conditions(not_colours=("black",)), Conditions(not_colours=("white",)), True),
        (Conditions(markets=("jp",)), Conditions(markets=("cn",)), False),
        (Conditions(bought_to=date(2025, 1, 1)), Conditions(bought_from=date(2025, 1, 2)), False),
        (Conditions(bought_to=date(2025, 1, 1)), Conditions(bought_from=date(2025, 1, 1)), True),
    ],
)
def test_rules_whose_conditions_exclude_each_other_do_not_overlap(
    one: Conditions, other: Conditions, both: bool
) -> None:
    assert can_both_hold(one, other) is both
    assert can_both_hold(other, one) is both
    models = recall(rule(1, MODEL, when=one), rule(2, MODEL, when=other))
    assert (overlaps(models, {}) != ()) is both


serial_pairs = st.tuples(*[st.text(alphabet=ALPHABET[-3:], min_size=2, max_size=2)] * 2).map(sorted)


@given(st.lists(serial_pairs, min_size=1, max_size=6))
def test_overlapping_ranges_are_exactly_the_pairs_that_share_a_serial(
    ends: list[list[str]],
) -> None:
    rules = [
        rule(no, RANGE, first=f"A00000{first}", last=f"A00000{last}")
        for no, (first, last) in enumerate(ends, start=1)
    ]
    shared = {
        (one.no, other.no)
        for one in rules
        for other in rules
        if one.no < other.no and one.first <= other.last and other.first <= one.last
    }
    assert {(each.first, each.second) for each in overlaps(recall(*rules), {})} == shared


def test_a_range_and_a_list_follow_the_order_of_the_alphabet_not_of_ascii() -> None:
    what = recall(rule(1, LIST, file="one.csv"), rule(2, RANGE, first="AZZZZZZZ", last="A0000000"))
    backwards = replace(what.formats[0], alphabet=ALPHABET[::-1])
    what = replace(what, formats=(backwards,))
    assert overlaps(what, {"one.csv": [b"A1000000"]}) == (Overlap(1, 2, "list_in_span"),)
