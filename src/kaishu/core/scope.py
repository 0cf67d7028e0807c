"""Which rule of a recall a unit falls under, and on what conditions.

`core.selectors` knows which serials a rule selects, `core.conditions` whether the rest holds; here
both meet. A fact that decides and is not known is a question, never a guess.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from kaishu.core.conditions import NO_CONDITIONS, Facts, Holds, weigh
from kaishu.core.recall import Conditions, Effect, Recall, Rule, RuleKind, SerialFormat
from kaishu.core.selectors import SELECTORS, Finds, Selector, by_range
from kaishu.core.verdict import Answer

__all__ = ["EXCLUDED", "Facts", "Finds", "Outcome", "Scope", "by_range", "reason_of", "weigh"]

EXCLUDED = (
    "colour_excluded",
    "variant_excluded",
    "channel_excluded",
    "batch_excluded",
    "bought_outside",
    "made_outside",
    "market_excluded",
)
REASONS = {
    RuleKind.LIST: "listed",
    RuleKind.RANGE: "in_range",
    RuleKind.COUNTER: "in_counter",
    RuleKind.PREFIX: "prefix_match",
    RuleKind.TAIL: "tail_match",
    RuleKind.CODES: "code_listed",
    RuleKind.MODEL: "whole_model",
    RuleKind.UNLABELLED: "label_missing",
}
NEEDS_NO_SERIAL = frozenset({RuleKind.MODEL, RuleKind.UNLABELLED, RuleKind.LOOKUP})
# A list of serials that each name one unit has decided already: what an owner remembers of the
# colour or the date can raise a doubt about it, and never a "not affected".
NAMES_UNITS = frozenset({RuleKind.LIST, RuleKind.CODES})
# How closely a rule of a kind points at a unit; an exclusion must point closer than what took the
# unit in, or the two contradict each other.
CLOSENESS = {RuleKind.MODEL: 0, RuleKind.LOOKUP: 0, RuleKind.LIST: 2, RuleKind.CODES: 2}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the rules say: an answer, its reason code, and the number of the rule that decided."""

    answer: Answer
    reason: str
    rule: int = 0


def reason_of(rule: Rule) -> str:
    """Return why a unit is affected by a rule; a batch with its days says so in its own words."""
    by_batch = rule.when.batches or (rule.kind is RuleKind.CODES and rule.when.made)
    return "batch_covered" if by_batch else REASONS[rule.kind]


def closeness(rule: Rule) -> tuple[int, bool]:
    """Return how closely a rule points at a unit, for an exclusion to be held against."""
    return CLOSENESS.get(rule.kind, 1), rule.when != NO_CONDITIONS


def is_beaten_by(taking: Rule, safe: Rule, *, unit_unique: bool) -> bool:
    """Say whether a rule of safe units wins over one that takes units in.

    It must point closer, and nothing wins over a list that names the very unit.
    """
    named = unit_unique and taking.kind in NAMES_UNITS
    return not named and closeness(safe) > closeness(taking)


class Scope:
    """The rules of one product, ready to be asked."""

    def __init__(self, recall: Recall, model: str, finds: Finds) -> None:
        product = recall.product(model)
        assert product is not None, model
        form = recall.serial_format(product)
        rules = [rule for rule in recall.rules if rule.product == model]
        self._rules = {rule.no: rule for rule in rules}
        self._decided = NAMES_UNITS if form.unit_unique else frozenset()
        self._whole = tuple(rule.no for rule in rules if rule.kind is RuleKind.MODEL)
        grouped: dict[RuleKind, list[Rule]] = {}
        for rule in rules:
            if rule.kind in SELECTORS and rule.kind is not RuleKind.MODEL:
                grouped.setdefault(rule.kind, []).append(rule)
        self._selectors = tuple(SELECTORS[kind](of, form, finds) for kind, of in grouped.items())
        self._tails = tuple(rule for rule in rules if rule.kind is RuleKind.TAIL)
        self._lookups = tuple(rule for rule in rules if rule.kind is RuleKind.LOOKUP)
        self._unlabelled = tuple(rule for rule in rules if rule.kind is RuleKind.UNLABELLED)
        self._alike = alike_codes(rules, form)
        self._elsewhere = _elsewhere(recall, model, finds) if form.unit_unique else None
        self._excludes = any(rule.effect is Effect.EXCLUDE for rule in rules)
        first_of: dict[tuple[Conditions, Effect, tuple[int, bool]], Rule] = {}
        for rule in rules:
            if rule.kind not in NEEDS_NO_SERIAL:
                first_of.setdefault((rule.when, rule.effect, closeness(rule)), rule)
        self._by_serial = tuple(first_of.values())

    def evaluate(self, serial: str | None, facts: Facts) -> Outcome:
        """Return what the rules say of a serial in normal form, or of a unit without one.

        Affected if any rule certainly applies, or a list names this very unit. Otherwise a rule
        that may still apply, or a listed unit that is said to differ, makes it a question.
        Otherwise not affected, by the condition that excluded it where there was one. A rule that
        names safe units wins only where it points closer than every rule that takes the unit in.
        A serial that another model's list names is a question: somebody took the wrong model. So is
        a code that only the recall's own look-alikes tell from one that these facts leave in.
        """
        outcome = (
            self._with_exclusions(serial, facts)
            if self._excludes
            else _outcome(self._applied(serial, facts))
        )
        if serial is None or outcome.answer is not Answer.NOT_AFFECTED:
            return outcome
        for no in self._alike(serial) if self._alike is not None else ():
            if weigh(self._rules[no].when, facts)[0] is not Holds.NO:
                return Outcome(Answer.ASK, "code_looks_listed", no)
        if self._elsewhere is not None and (others := self._elsewhere(serial)):
            return Outcome(Answer.ASK, "listed_other_model", others[0])
        return outcome

    def signature(self) -> Callable[[str], object]:
        """Return what reads all that an outcome rests on in a serial: where equal, so is that."""
        selectors: tuple[Selector, ...] = self._selectors
        selectors += tuple(each for each in (self._alike, self._elsewhere) if each is not None)
        tails = self._tails
        if len(selectors) == 1 and not tails:
            return selectors[0]
        return lambda serial: (
            *[select(serial) for select in selectors],
            *[serial.endswith(rule.safe_endings) for rule in tails],
        )

    def _with_exclusions(self, serial: str | None, facts: Facts) -> Outcome:
        """Weigh what takes the unit in against what the maker has said is safe.

        A safe rule that points no closer than what takes the unit in contradicts it: a person
        decides. One that may apply, and would win, leaves its own question.
        """
        applied = list(self._applied(serial, facts))
        included = [each for each in applied if each.rule.effect is Effect.INCLUDE]
        spared = [each for each in applied if each.rule.effect is Effect.EXCLUDE]
        certain = [each for each in spared if each.holds is Holds.YES]
        taken = _outcome(included)
        if taken.answer is Answer.NOT_AFFECTED:
            return _named_safe(certain[0].rule) if certain else taken
        against = [each for each in included if each.counts is not Holds.NO]
        for each in certain:
            if all(each.beats(other) for other in against):
                return _named_safe(each.rule)
        if taken.answer is Answer.ASK:
            return taken
        if certain:
            return Outcome(Answer.ASK, "named_both", certain[0].rule.no)
        surely = [each for each in against if each.counts is Holds.YES]
        for each in spared:
            if each.holds is Holds.UNKNOWN and all(each.beats(other) for other in surely):
                return Outcome(Answer.ASK, each.reason, each.rule.no)
        return taken

    def _applied(self, serial: str | None, facts: Facts) -> Iterator[_Applied]:
        """Yield how rules stand to a unit, first those that certainly select it, by number."""
        for no in sorted(self._selected(serial, facts)):
            rule = self._rules[no]
            holds, reason = weigh(rule.when, facts)
            yield _Applied(rule, holds, reason, rule.kind in self._decided)
        for rule, selects, doubt in self._doubtful(serial, facts):
            holds, reason = weigh(rule.when, facts)
            if holds is Holds.NO or selects is Holds.NO:
                why = reason if holds is Holds.NO else doubt
                yield _Applied(rule, Holds.NO, why, decided=False)
            else:
                why = doubt if doubt == "serial_empty" else reason or doubt
                yield _Applied(rule, Holds.UNKNOWN, why, decided=False)

    def _selected(self, serial: str | None, facts: Facts) -> list[int]:
        if serial is not None:
            return [*self._whole, *(no for select in self._selectors for no in select(serial))]
        bare = [rule.no for rule in self._unlabelled if facts.label and _is_bare(rule, facts.label)]
        return [*self._whole, *bare]

    def _doubtful(self, serial: str | None, facts: Facts) -> Iterator[tuple[Rule, Holds, str]]:
        """Yield rules that do not certainly select the unit, and what stands in the way."""
        if serial is None:
            for rule in (*self._by_serial, *(() if facts.label else self._unlabelled)):
                yield rule, Holds.UNKNOWN, "serial_empty"
        else:
            for rule in self._tails:
                if serial.endswith(rule.safe_endings):
                    yield rule, Holds.NO, "tail_safe"
                elif not serial.endswith(rule.endings):
                    yield rule, Holds.UNKNOWN, "tail_unknown"
        for rule in self._lookups:
            yield rule, Holds.UNKNOWN, "maker_decides"


@dataclass(frozen=True, slots=True)
class _Applied:
    """How one rule stands to a unit. `decided`: it is a list that names this very unit."""

    rule: Rule
    holds: Holds
    reason: str
    decided: bool

    @property
    def counts(self) -> Holds:
        """Say whether it takes the unit in; a list that names it is never simply a no."""
        if not self.decided or self.holds is Holds.YES:
            return self.holds
        return Holds.YES if self.holds is Holds.UNKNOWN else Holds.UNKNOWN

    def beats(self, other: _Applied) -> bool:
        """Say whether this, a rule of safe units, points closer than one that takes units in."""
        return is_beaten_by(other.rule, self.rule, unit_unique=other.decided)


def _outcome(applied: Iterable[_Applied]) -> Outcome:
    """Return what rules that take units in say together; the first of equals speaks."""
    question: Outcome | None = None
    excluded: Outcome | None = None
    for each in applied:
        counts, no = each.counts, each.rule.no
        if counts is Holds.YES:
            return Outcome(Answer.AFFECTED, reason_of(each.rule), no)
        if counts is Holds.NO:
            excluded = excluded or Outcome(Answer.NOT_AFFECTED, each.reason, no)
        elif each.decided:
            question = question or Outcome(Answer.ASK, "listed_but_differs", no)
        elif each.reason == "serial_empty":
            question = Outcome(Answer.ASK, "serial_empty")
        else:
            question = question or Outcome(Answer.ASK, each.reason, no)
    return question or excluded or Outcome(Answer.NOT_AFFECTED, "not_listed")


def _named_safe(rule: Rule) -> Outcome:
    named = rule.kind in NAMES_UNITS
    return Outcome(Answer.NOT_AFFECTED, "named_safe" if named else "kind_safe", rule.no)


def alike_codes(rules: Iterable[Rule], form: SerialFormat) -> Selector | None:
    """Return what finds the rules that name a code which looks like this one, but not this one.

    Only for published codes that many units share: their digits and letters are no secret.
    """
    if form.unit_unique or not form.lookalikes:
        return None
    alike = str.maketrans(_one_sign(form.lookalikes))
    named: set[str] = set()
    looks: dict[str, tuple[int, ...]] = {}
    for rule in rules:
        if rule.kind is RuleKind.CODES and rule.effect is Effect.INCLUDE:
            named |= set(rule.codes)
            for each in dict.fromkeys(code.translate(alike) for code in rule.codes):
                looks[each] = (*looks.get(each, ()), rule.no)

    def select(serial: str) -> tuple[int, ...]:
        return () if serial in named else looks.get(serial.translate(alike), ())

    return select if named else None


def _one_sign(lookalikes: Iterable[str]) -> dict[str, str]:
    """Return one sign for all that look alike; groups that share a sign are one."""
    signs: dict[str, str] = {}
    for group in lookalikes:
        reached = {signs.get(each, each) for each in group}
        joined = {each for each, sign in signs.items() if sign in reached}
        signs |= dict.fromkeys(joined.union(group), min(reached))
    return signs


def other_lists(recall: Recall, model: str) -> tuple[Rule, ...]:
    """Return the list rules of other models whose serials are written alike, each one unit."""
    product = recall.product(model)
    alike = [
        each.model
        for each in recall.products
        if product and each.model != model and each.serial_format == product.serial_format
    ]
    return tuple(
        rule
        for rule in recall.rules
        if rule.product in alike and rule.kind is RuleKind.LIST and rule.effect is Effect.INCLUDE
    )


def _elsewhere(recall: Recall, model: str, finds: Finds) -> Selector | None:
    rules = [rule for rule in other_lists(recall, model) if rule.no in finds]
    form = recall.formats[0]  # a list rests on no format
    return SELECTORS[RuleKind.LIST](rules, form, finds) if rules else None


def _is_bare(rule: Rule, label: str) -> bool:
    return not rule.labels or label in rule.labels
