"""Which rule of a recall a unit falls under, and on what conditions.

Each rule kind is one small function that turns the rules of that kind into a `Selector`; a new
kind joins by one function and one row of `SELECTORS`. A fact that decides and is not known is a
question, never a guess.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum

from kaishu.core.coding import Coder
from kaishu.core.recall import Conditions, Recall, Rule, RuleKind, SerialFormat
from kaishu.core.verdict import Answer

Selector = Callable[[str], tuple[int, ...]]  # serial -> numbers of the rules that select it
Finds = Mapping[int, Callable[[bytes], int]]  # list rule number -> find in its section

EXCLUDED = ("colour_excluded", "bought_outside", "market_excluded")
REASONS = {
    RuleKind.LIST: "listed",
    RuleKind.RANGE: "in_range",
    RuleKind.PREFIX: "prefix_match",
    RuleKind.MODEL: "whole_model",
}
NEEDS_NO_SERIAL = frozenset({RuleKind.MODEL})
# A list of serials that each name one unit has decided already: what an owner remembers of the
# colour or the date can raise a doubt about it, and never a "not affected".
NAMES_UNITS = frozenset({RuleKind.LIST})


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of a unit besides its serial; an empty field is not known."""

    colour: str = ""
    bought: date | None = None
    market: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the rules say: an answer, its reason code, and the number of the rule that decided."""

    answer: Answer
    reason: str
    rule: int = 0


class _Holds(Enum):
    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


def by_list(rules: Sequence[Rule], form: SerialFormat, finds: Finds) -> Selector:
    """Select the serials that stand in a list."""
    lists = tuple((rule.no, finds[rule.no]) for rule in rules)

    def select(serial: str) -> tuple[int, ...]:
        key = serial.encode()
        return tuple(no for no, find in lists if find(key))

    return select


def by_range(rules: Sequence[Rule], form: SerialFormat, finds: Finds) -> Selector:
    """Select the serials between a first and a last of the same length, both included.

    The ends of all ranges cut each length into stretches; a stretch knows every rule over it.
    """
    number = Coder(form.alphabet).number()
    cuts: dict[int, dict[int, list[tuple[int, bool]]]] = {}
    for rule in rules:
        at = cuts.setdefault(len(rule.first), {})
        at.setdefault(number(rule.first.encode()), []).append((rule.no, True))
        at.setdefault(number(rule.last.encode()) + 1, []).append((rule.no, False))
    stretches = {length: _stretches(at) for length, at in cuts.items()}

    def select(serial: str) -> tuple[int, ...]:
        if (found := stretches.get(len(serial))) is None:
            return ()
        starts, over = found
        return over[bisect_right(starts, number(serial.encode()))]

    return select


def by_prefix(rules: Sequence[Rule], form: SerialFormat, finds: Finds) -> Selector:
    """Select the serials that begin so and, where a length is given, have that length."""

    def select(serial: str) -> tuple[int, ...]:
        return tuple(
            rule.no
            for rule in rules
            if serial.startswith(rule.prefix) and rule.length in (0, len(serial))
        )

    return select


def by_model(rules: Sequence[Rule], form: SerialFormat, finds: Finds) -> Selector:
    """Select every unit of the model."""
    numbers = tuple(rule.no for rule in rules)
    return lambda serial: numbers


SELECTORS: Mapping[RuleKind, Callable[[Sequence[Rule], SerialFormat, Finds], Selector]] = {
    RuleKind.LIST: by_list,
    RuleKind.RANGE: by_range,
    RuleKind.PREFIX: by_prefix,
    RuleKind.MODEL: by_model,
}


class Scope:
    """The rules of one product, ready to be asked."""

    def __init__(self, recall: Recall, model: str, finds: Finds) -> None:
        product = recall.product(model)
        assert product is not None, model
        form = recall.serial_format(product)
        self._rules = {rule.no: rule for rule in recall.rules if rule.product == model}
        self._decided = NAMES_UNITS if form.unit_unique else frozenset()
        grouped: dict[RuleKind, list[Rule]] = {}
        for rule in self._rules.values():
            grouped.setdefault(rule.kind, []).append(rule)
        self._selectors = tuple(
            (kind in NEEDS_NO_SERIAL, SELECTORS[kind](rules, form, finds))
            for kind, rules in grouped.items()
        )
        first_of: dict[Conditions, Rule] = {}
        for rule in self._rules.values():
            if rule.kind not in NEEDS_NO_SERIAL:
                first_of.setdefault(rule.when, rule)
        self._by_serial = tuple(first_of.values())

    def evaluate(self, serial: str | None, facts: Facts) -> Outcome:
        """Return what the rules say of a serial in normal form, or of a unit without one.

        Affected if any rule certainly applies, or a list names this very unit. Otherwise a rule
        that may still apply, or a listed unit that is said to differ, makes it a question.
        Otherwise not affected, by the condition that excluded it where there was one.
        """
        certain = sorted(self._selected(serial))
        possible = self._by_serial if serial is None else ()
        question: Outcome | None = None
        excluded: Outcome | None = None
        for no in certain:
            rule = self._rules[no]
            holds, reason = weigh(rule.when, facts)
            decided = rule.kind in self._decided
            if holds is _Holds.YES or (decided and holds is _Holds.UNKNOWN):
                return Outcome(Answer.AFFECTED, REASONS[rule.kind], no)
            if decided:
                question = question or Outcome(Answer.ASK, "listed_but_differs", no)
            elif holds is _Holds.UNKNOWN:
                question = question or Outcome(Answer.ASK, reason, no)
            else:
                excluded = excluded or Outcome(Answer.NOT_AFFECTED, reason, no)
        for rule in possible:
            holds, reason = weigh(rule.when, facts)
            if holds is not _Holds.NO:
                question = Outcome(Answer.ASK, "serial_empty")
            else:
                excluded = excluded or Outcome(Answer.NOT_AFFECTED, reason, rule.no)
        return question or excluded or Outcome(Answer.NOT_AFFECTED, "not_listed")

    def _selected(self, serial: str | None) -> list[int]:
        return [
            no
            for needs_no_serial, select in self._selectors
            if needs_no_serial or serial is not None
            for no in select(serial or "")
        ]


def weigh(when: Conditions, facts: Facts) -> tuple[_Holds, str]:
    """Say whether conditions hold, with the reason where they do not or nobody knows.

    One condition that certainly fails decides, whatever else is unknown.
    """
    weighed = (_colour(when, facts), _bought(when, facts), _market(when, facts))
    for verdict in (_Holds.NO, _Holds.UNKNOWN):
        for holds, reason in weighed:
            if holds is verdict:
                return holds, reason
    return _Holds.YES, ""


def _colour(when: Conditions, facts: Facts) -> tuple[_Holds, str]:
    if not when.colours and not when.not_colours:
        return _Holds.YES, ""
    if not facts.colour:
        return _Holds.UNKNOWN, "need_colour"
    among = not when.colours or facts.colour in when.colours
    kept = among and facts.colour not in when.not_colours
    return (_Holds.YES, "") if kept else (_Holds.NO, "colour_excluded")


def _bought(when: Conditions, facts: Facts) -> tuple[_Holds, str]:
    if when.bought_from is None and when.bought_to is None:
        return _Holds.YES, ""
    if facts.bought is None:
        return _Holds.UNKNOWN, "need_bought_on"
    early = when.bought_from is not None and facts.bought < when.bought_from
    late = when.bought_to is not None and facts.bought > when.bought_to
    return (_Holds.NO, "bought_outside") if early or late else (_Holds.YES, "")


def _market(when: Conditions, facts: Facts) -> tuple[_Holds, str]:
    if not when.markets:
        return _Holds.YES, ""
    if not facts.market:
        return _Holds.UNKNOWN, "need_market"
    inside = facts.market.lower() in {market.lower() for market in when.markets}
    return (_Holds.YES, "") if inside else (_Holds.NO, "market_excluded")


def _stretches(
    cuts: Mapping[int, Sequence[tuple[int, bool]]],
) -> tuple[list[int], list[tuple[int, ...]]]:
    """Return the sorted cuts and, for before the first and after each, the rules over there."""
    starts = sorted(cuts)
    over: list[tuple[int, ...]] = [()]
    now: set[int] = set()
    for start in starts:
        for no, begins in cuts[start]:
            (now.add if begins else now.discard)(no)
        over.append(tuple(sorted(now)))
    return starts, over
