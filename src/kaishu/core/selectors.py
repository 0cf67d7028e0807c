"""Which serials the rules of each kind select.

Each kind is one small function that turns the rules of that kind into a `Selector`; a new kind
joins by one function and one row of `SELECTORS`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence

from kaishu.core.coding import Coder
from kaishu.core.recall import Rule, RuleKind, SerialFormat

Selector = Callable[[str], tuple[int, ...]]  # serial -> numbers of the rules that select it
Finds = Mapping[int, Callable[[bytes], int]]  # list rule number -> find in its section

DECIMAL = "0123456789"


def by_list(rules: Sequence[Rule], form: SerialFormat, finds: Finds) -> Selector:
    """Select the serials that stand in a list."""
    lists = tuple((rule.no, finds[rule.no]) for rule in rules)
    if len(lists) == 1:  # nearly always, and asked most of all
        ((no, only),) = lists
        return lambda serial: (no,) if only(serial.encode()) else ()

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


def by_counter(rules: Sequence[Rule], form: SerialFormat, finds: Finds) -> Selector:
    """Select the numbers from first to last behind a fixed head, in each rule's own digit order.

    The ends may differ in length (99 to 1200); then a number of any length between them counts,
    with or without leading zeros, because nobody can tell which way a label was printed.
    """
    counters = tuple(
        (rule.no, rule.head, counted(rule), value(rule.first, rule), value(rule.last, rule))
        for rule in rules
    )
    digits = {rule.no: rule.digits or DECIMAL for rule in rules}

    def select(serial: str) -> tuple[int, ...]:
        return tuple(
            no
            for no, head, lengths, first, last in counters
            if serial.startswith(head)
            and len(serial) - len(head) in lengths
            and first <= count(serial[len(head) :], digits[no]) <= last
        )

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


def by_tail(rules: Sequence[Rule], form: SerialFormat, finds: Finds) -> Selector:
    """Select the serials that end in one of the covered endings."""
    return lambda serial: tuple(rule.no for rule in rules if serial.endswith(rule.endings))


def by_codes(rules: Sequence[Rule], form: SerialFormat, finds: Finds) -> Selector:
    """Select the codes that the recall file itself names."""
    named: dict[str, tuple[int, ...]] = {}
    for rule in rules:
        for code in dict.fromkeys(rule.codes):
            named[code] = (*named.get(code, ()), rule.no)
    return lambda serial: named.get(serial, ())


def by_model(rules: Sequence[Rule], form: SerialFormat, finds: Finds) -> Selector:
    """Select every unit of the model."""
    numbers = tuple(rule.no for rule in rules)
    return lambda serial: numbers


SELECTORS: Mapping[RuleKind, Callable[[Sequence[Rule], SerialFormat, Finds], Selector]] = {
    RuleKind.LIST: by_list,
    RuleKind.RANGE: by_range,
    RuleKind.COUNTER: by_counter,
    RuleKind.PREFIX: by_prefix,
    RuleKind.TAIL: by_tail,
    RuleKind.CODES: by_codes,
    RuleKind.MODEL: by_model,
}


def count(tail: str, digits: str) -> int:
    """Return the number that a tail is in a digit order; -1 where a character is no digit."""
    number = 0
    for character in tail:
        rank = digits.find(character)
        if rank < 0:
            return -1
        number = number * len(digits) + rank
    return number


def value(tail: str, rule: Rule) -> int:
    """Return the number of a counter rule's end."""
    return count(tail, rule.digits or DECIMAL)


def counted(rule: Rule) -> range:
    """Return how long the number behind a counter's head may be."""
    return range(len(rule.first), len(rule.last) + 1)


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
