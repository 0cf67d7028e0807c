"""A person who approves an edition sees every change of a rule, whatever kind it is of."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date
from typing import Any

import pytest

from kaishu.core.recall import Conditions, Effect, Rule, RuleKind, Window
from kaishu.editions.compare import _leaves
from kaishu.editions.drafting.differences import _rule_line

DAY = date(2025, 1, 2)
# One rule of each kind of C1, as real recalls have it.
KINDS: dict[RuleKind, dict[str, Any]] = {
    RuleKind.LIST: {"file": "m1.csv"},
    RuleKind.RANGE: {"first": "A1", "last": "A9"},
    RuleKind.COUNTER: {"head": "A", "first": "01", "last": "99", "digits": "0123456789"},
    RuleKind.PREFIX: {"prefix": "A1", "length": 9},
    RuleKind.TAIL: {"endings": ("K",), "safe_endings": ("L",)},
    RuleKind.CODES: {"codes": ("2024A",)},
    RuleKind.UNLABELLED: {"labels": ("missing",)},
    RuleKind.MODEL: {},
    RuleKind.LOOKUP: {},
}
CHANGED: dict[str, Any] = {
    "product": "M2", "kind": RuleKind.MODEL, "effect": Effect.EXCLUDE, "length": 7,
    "endings": ("X",), "safe_endings": ("Y",), "codes": ("Z",), "labels": ("illegible",),
}  # fmt: skip
WHEN: dict[str, Any] = {
    "bought_from": DAY, "bought_to": DAY, "made": (Window(start=DAY), Window(end=DAY)),
}  # fmt: skip


@pytest.mark.parametrize("kind", RuleKind)
def test_whatever_changes_in_a_rule_changes_its_line(kind: RuleKind) -> None:
    rule = Rule(no=1, product="M1", kind=kind, **KINDS[kind])
    assert _rule_line(replace(rule, no=2)) == _rule_line(rule)  # only moved
    lines = [_rule_line(rule)]
    for field in fields(Rule):
        if field.name in ("no", "when", "note", "verified", "why"):
            continue
        other = CHANGED.get(field.name, f"other {field.name}")
        lines += [_rule_line(replace(rule, **{field.name: other}))] * (
            getattr(rule, field.name) != other
        )
    for field in fields(Conditions):
        when = replace(Conditions(), **{field.name: WHEN.get(field.name, ("P6",))})
        lines.append(_rule_line(replace(rule, when=when)))
        assert dict(_leaves(replace(rule, when=when), "")) != dict(_leaves(rule, ""))
    assert len(set(lines)) == len(lines)


def test_a_rule_of_safe_units_reads_otherwise_than_one_that_takes_them_in() -> None:
    rule = Rule(
        no=1, product="M1", kind=RuleKind.CODES, codes=("2024A",), effect=Effect.EXCLUDE,
        when=Conditions(channels=("web",), not_variants=("M1-B",), made=(Window(start=DAY),)),
    )  # fmt: skip
    assert _rule_line(rule) == (
        "M1 · codes · 2024A · effect exclude · not variants M1-B · channels web · made 2025-01-02–"
    )
