"""`judge` against a slow model that tries every way the unknown facts could be.

A verdict may say affected only if the unit is in whatever the unknown facts are, and not affected
only if it is out whatever they are. With every fact known it may ask only where the recall itself
leaves it open: an ending nobody spoke of, the maker's own look-up, a contradiction.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import product as pairs
from types import SimpleNamespace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from kaishu.core.answer import Inspection, judge
from kaishu.core.dates import Month
from kaishu.core.recall import Channel, Conditions, Effect, Rule, RuleKind, Window
from kaishu.core.scope import Scope
from kaishu.core.verdict import Answer, EditionRef
from tests.core.small_recall import product, recall, text

SERIALS = [f"A000000{letter}" for letter in "0123456789"]
DAYS = [date(2025, 1, 30) + timedelta(days=number) for number in range(4)]
# Every day of a month that a window could tell from another.
MONTHS = {
    Month(2025, 1): [date(2025, 1, 1), *DAYS[:2]],
    Month(2025, 2): [*DAYS[2:], date(2025, 2, 28)],
}
MODELS = ("M1", "M2")
PRODUCTS = tuple(product(model, "black", "white") for model in MODELS)
CHANNELS = tuple(Channel(code=code, name=text(code)) for code in ("web", "shop"))
# Everything that a unit's facts can be.
FACTS: dict[str, list[Any]] = {
    "colour": ["black", "white"],
    "bought": DAYS,
    "market": ["jp", "cn", "us"],
    "channel": ["web", "shop"],
    "batch": ["P6", "Q1", "R2"],
    "made_on": DAYS,
}
LABELS = ["", "missing", "illegible"]
OPEN, IN, OUT = "open", "in", "out"
CLOSE = {RuleKind.MODEL: 0, RuleKind.LOOKUP: 0, RuleKind.LIST: 2, RuleKind.CODES: 2}


@st.composite
def conditions(draw: st.DrawFn) -> Conditions:
    asked = draw(st.sets(st.sampled_from([*FACTS, "none", "none2"]), max_size=2))
    more: dict[str, Any] = {}
    start, end = sorted(draw(st.tuples(*[st.sampled_from(DAYS)] * 2)))
    if "colour" in asked:
        key = draw(st.sampled_from(["colours", "not_colours"]))
        more[key] = (draw(st.sampled_from(["black", "white"])),)
    if "bought" in asked:
        more |= draw(st.sampled_from([{"bought_from": start}, {"bought_to": end}]))
    if "market" in asked:
        more["markets"] = draw(st.sampled_from([("jp",), ("jp", "cn")]))
    if "channel" in asked:
        more[draw(st.sampled_from(["channels", "not_channels"]))] = ("web",)
    if "batch" in asked:
        more["batches"] = draw(st.sampled_from([("P6",), ("P6", "Q1")]))
    if "made_on" in asked:
        windows = (Window(start=start, end=start), Window(start=end, end=None))
        more["made"] = windows[: draw(st.integers(1, 2))]
    return Conditions(**more)


@st.composite
def rules(draw: st.DrawFn) -> tuple[tuple[Rule, ...], dict[str, list[bytes]]]:
    made: list[Rule] = []
    lists: dict[str, list[bytes]] = {}
    for no in range(1, draw(st.integers(1, 5)) + 1):
        kind = draw(st.sampled_from(list(RuleKind)))
        more: dict[str, Any] = {}
        ends = sorted(draw(st.tuples(*[st.integers(0, 9)] * 2)))
        chosen = tuple(sorted(draw(st.sets(st.sampled_from(SERIALS), min_size=1, max_size=4))))
        if kind is RuleKind.LIST:
            more = {"file": f"{no}.csv"}
            lists[f"{no}.csv"] = [serial.encode() for serial in chosen]
        elif kind is RuleKind.CODES:
            more = {"codes": chosen}
        elif kind is RuleKind.RANGE:
            more = {"first": SERIALS[ends[0]], "last": SERIALS[ends[1]]}
        elif kind is RuleKind.COUNTER:
            digits = draw(st.sampled_from(["", "9876543210", "1234567890"]))
            order = digits or "0123456789"
            more = {"head": "A00000", "digits": digits}
            more |= {"first": "0" + order[ends[0]], "last": "0" + order[ends[1]]}
        elif kind is RuleKind.PREFIX:
            more = {"prefix": draw(st.sampled_from(["A0", "A1", "A0000003", "A0000009"]))}
            more["length"] = draw(st.sampled_from([0, 8, 9]))
        elif kind is RuleKind.TAIL:
            more = {"endings": ("1", "2"), "safe_endings": draw(st.sampled_from([(), ("3", "04")]))}
        elif kind is RuleKind.UNLABELLED:
            more = {"labels": draw(st.sampled_from([(), ("missing",)]))}
        exclude = kind not in (RuleKind.TAIL, RuleKind.UNLABELLED, RuleKind.LOOKUP)
        effect = draw(st.sampled_from([Effect.INCLUDE] * 3 + [Effect.EXCLUDE] * exclude))
        model = draw(st.sampled_from(["M1", "M1", "M1", "M2"]))
        when = draw(conditions())
        made.append(Rule(no=no, product=model, kind=kind, effect=effect, when=when, **more))
    return tuple(made), lists


def counted(rule: Rule) -> set[str]:
    """Write out every serial of a counter, in its own order."""
    order = rule.digits or "0123456789"
    tails = [one + other for one in order for other in order]
    return {rule.head + t for t in tails[tails.index(rule.first) : tails.index(rule.last) + 1]}


def selects(rule: Rule, lists: dict[str, list[bytes]], serial: str, label: str) -> str:
    """Say whether a rule selects a unit, as plainly as can be; open = the recall does not say."""
    if rule.kind is RuleKind.LOOKUP:
        return OPEN
    if rule.kind is RuleKind.TAIL and serial[-1] not in "12":
        return OUT if rule.safe_endings and (serial[-1] == "3" or serial[-2:] == "04") else OPEN
    found = {
        RuleKind.TAIL: lambda: True,
        RuleKind.LIST: lambda: serial.encode() in lists[rule.file],
        RuleKind.CODES: lambda: serial in rule.codes,
        RuleKind.RANGE: lambda: rule.first <= serial <= rule.last,
        RuleKind.COUNTER: lambda: serial in counted(rule),
        RuleKind.PREFIX: lambda: serial.startswith(rule.prefix) and rule.length in (0, 8),
        RuleKind.UNLABELLED: lambda: label in (rule.labels or LABELS[1:]),
        RuleKind.MODEL: lambda: True,
    }
    return IN if found[rule.kind]() else OUT


def met(when: Conditions, unit: dict[str, Any]) -> bool:
    return (
        (not when.colours or unit["colour"] in when.colours)
        and unit["colour"] not in when.not_colours
        and (not when.channels or unit["channel"] in when.channels)
        and unit["channel"] not in when.not_channels
        and (not when.batches or unit["batch"] in when.batches)
        and (when.bought_from or DAYS[0]) <= unit["bought"] <= (when.bought_to or DAYS[-1])
        and (
            not when.made
            or any(w.start <= unit["made_on"] <= (w.end or date.max) for w in when.made)
        )
        and (not when.markets or unit["market"] in when.markets)
    )


def truth(
    mine: list[Rule], lists: dict[str, list[bytes]], unit: dict[str, Any], elsewhere: set[bytes]
) -> str:
    """Say of a fully known unit whether it is in, out, or left open by the recall itself.

    What would be out is open where another model's list names the serial.
    """
    taking, open_, safe = [], [], []
    for rule in mine:
        selected = selects(rule, lists, unit["serial"], unit["label"])
        named = rule.kind in (RuleKind.LIST, RuleKind.CODES)
        if rule.effect is Effect.EXCLUDE:
            safe += [rule] * (selected is IN and met(rule.when, unit))
        elif selected is IN and (named or met(rule.when, unit)):  # a list needs nothing else
            taking.append(rule)
        elif selected is OPEN and met(rule.when, unit):
            open_.append(rule)
    out = OPEN if unit["serial"].encode() in elsewhere else OUT
    if not taking and not open_:
        return out
    if any(all(beats(each, other) for other in taking + open_) for each in safe):
        return out
    return IN if taking and not safe else OPEN


def beats(safe: Rule, other: Rule) -> bool:
    def close(rule: Rule) -> tuple[int, bool]:
        return CLOSE.get(rule.kind, 1), rule.when != Conditions()

    named = other.kind in (RuleKind.LIST, RuleKind.CODES)
    return not named and close(safe) > close(other)


@st.composite
def inspections(draw: st.DrawFn) -> dict[str, Any]:
    """Return what somebody says of a unit: at most two facts are left out, and the serial perhaps."""
    said = {name: draw(st.sampled_from(values)) for name, values in FACTS.items()}
    for name in draw(st.sets(st.sampled_from(list(FACTS)), max_size=2)):
        said[name] = None if name in ("bought", "made_on") else ""
    if said["made_on"] and draw(st.booleans()):
        said["made_on"] = draw(st.sampled_from([*MONTHS]))
    serial = draw(st.sampled_from(["", "", *SERIALS]))
    return {**said, "serial": serial, "label": "" if serial else draw(st.sampled_from(LABELS))}


def worlds(said: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield every unit that it could be. One without a readable label may still be a listed one."""
    could = {name: [said[name]] if said[name] else values for name, values in FACTS.items()}
    could["made_on"] = MONTHS.get(said["made_on"], could["made_on"])
    could["serial"] = [said["serial"]] if said["serial"] else [*SERIALS, "AZZZZZZZ"]
    could["label"] = [said["label"]] if said["label"] or said["serial"] else LABELS
    return (dict(zip(could, each, strict=True)) for each in pairs(*could.values()))


@settings(max_examples=100, deadline=None)
@given(rules(), st.lists(inspections(), min_size=4, max_size=8))
def test_judge_never_answers_what_depends_on_an_unknown_fact_and_never_asks_needlessly(
    given_rules, said_of
) -> None:
    of_recall, lists = given_rules
    mine = [rule for rule in of_recall if rule.product == "M1"]
    if not mine:
        return
    what = replace(recall(*of_recall, products=PRODUCTS), channels=CHANNELS)
    finds = {
        rule.no: dict.fromkeys(lists[rule.file], 1).get for rule in of_recall if rule.file in lists
    }
    pack: Any = SimpleNamespace(
        recall=what, scopes={"M1": Scope(what, "M1", finds)}, ref=EditionRef("r", 1, "0" * 64)
    )
    elsewhere = {
        serial
        for rule in of_recall
        if rule.product != "M1" and rule.effect is Effect.INCLUDE
        for serial in lists.get(rule.file, ())
    }
    for said in said_of:
        possible = {truth(mine, lists, unit, elsewhere) for unit in worlds(said)}
        verdict = judge(pack, Inspection(model="M1", **said))
        known = said["made_on"] not in MONTHS and all(said[name] for name in (*FACTS, "serial"))
        if verdict.answer is Answer.AFFECTED:
            assert IN in possible and OUT not in possible
            assert possible == {IN} or not known
        elif verdict.answer is Answer.NOT_AFFECTED:
            assert OUT in possible
            assert possible == {OUT} or not said["serial"]
        else:
            assert verdict.answer is Answer.ASK
            assert not known or OPEN in possible or verdict.reason == "listed_but_differs"
