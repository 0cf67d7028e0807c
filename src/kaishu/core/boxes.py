"""Every serial that a pattern selects, as a few boxes: for each place, which characters may stand.

Two patterns share a serial exactly where two of their boxes have a common character in each place,
so ranges, prefixes, counters in any digit order and endings can be compared without writing out a
single serial.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from kaishu.core.recall import Rule, RuleKind, SerialFormat
from kaishu.core.selectors import DECIMAL, counted, value

Box = tuple[int, ...]  # for each place a set of characters: bit n stands for the alphabet's n-th


def boxes(rule: Rule, form: SerialFormat) -> tuple[Box, ...]:
    """Return the boxes of a pattern rule; empty for a rule that is no pattern."""
    make = _MAKERS.get(rule.kind)
    return tuple(make(rule, form)) if make else ()


def meet(some: tuple[Box, ...], others: tuple[Box, ...]) -> bool:
    """Say whether two patterns select a serial in common."""
    return any(
        len(one) == len(other) and all(a & b for a, b in zip(one, other, strict=True))
        for one in some
        for other in others
    )


def _range(rule: Rule, form: SerialFormat) -> Iterator[Box]:
    return _between(rule.first, rule.last, form.alphabet, form)


def _counter(rule: Rule, form: SerialFormat) -> Iterator[Box]:
    digits = rule.digits or DECIMAL
    first, last = value(rule.first, rule), value(rule.last, rule)
    head = tuple(_bit(character, form) for character in rule.head)
    for length in counted(rule):
        top = min(last, len(digits) ** length - 1)
        if first <= top:
            ends = (_spelled(first, digits, length), _spelled(top, digits, length))
            for box in _between(*ends, digits, form):
                yield head + box


def _prefix(rule: Rule, form: SerialFormat) -> Iterator[Box]:
    head = tuple(_bit(character, form) for character in rule.prefix)
    for length in (rule.length,) if rule.length else form.lengths:
        yield head + (_any(form.alphabet, form),) * (length - len(head))


def _tail(rule: Rule, form: SerialFormat) -> Iterator[Box]:
    for ending in rule.endings:
        tail = tuple(_bit(character, form) for character in ending)
        for length in form.lengths:
            yield (_any(form.alphabet, form),) * (length - len(tail)) + tail


_MAKERS: Mapping[RuleKind, Callable[[Rule, SerialFormat], Iterator[Box]]] = {
    RuleKind.RANGE: _range,
    RuleKind.COUNTER: _counter,
    RuleKind.PREFIX: _prefix,
    RuleKind.TAIL: _tail,
}


def _between(first: str, last: str, order: str, form: SerialFormat) -> Iterator[Box]:
    """Yield the boxes of all texts from first to last (one length, both included) in an order.

    Where the ends part, three blocks follow: the rest above the first, the rest below the last,
    and whole blocks between them.
    """
    if not first:
        yield ()
        return
    low, high = order.index(first[0]), order.index(last[0])
    if low == high:
        for rest in _between(first[1:], last[1:], order, form):
            yield (_bit(first[0], form), *rest)
        return
    for rest in _between(first[1:], order[-1] * len(first[1:]), order, form):
        yield (_bit(first[0], form), *rest)
    if high - low > 1:
        yield (_any(order[low + 1 : high], form), *(_any(order, form),) * (len(first) - 1))
    for rest in _between(order[0] * len(last[1:]), last[1:], order, form):
        yield (_bit(last[0], form), *rest)


def _bit(character: str, form: SerialFormat) -> int:
    return 1 << form.alphabet.index(character)


def _any(characters: str, form: SerialFormat) -> int:
    return sum(_bit(character, form) for character in characters)


def _spelled(number: int, digits: str, length: int) -> str:
    letters = []
    for _place in range(length):
        number, rank = divmod(number, len(digits))
        letters.append(digits[rank])
    return "".join(reversed(letters))
