"""Find rules of one product that may select the same unit; a recall file's check reports them.

Serial lists may hold 700,000 rows, so a list is ordered once as ranks and asked by bisection.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from kaishu.core.coding import Coder, Keys, as_keys
from kaishu.core.recall import Conditions, Recall, Rule, RuleKind, SerialFormat


@dataclass(frozen=True, slots=True, order=True)
class Overlap:
    """Two rules (the smaller number first) that may both select a unit, and by what."""

    first: int
    second: int
    what: str


@dataclass(frozen=True, slots=True)
class _Span:
    """All ranked serials of one length from `low` to `high`, both included."""

    rule: Rule
    low: bytes
    high: bytes


def overlaps(recall: Recall, lists: Mapping[str, Iterable[bytes] | Keys]) -> tuple[Overlap, ...]:
    """Return every pair of rules that overlap, sorted. `lists` has the serials of each list file.

    `what`: same_model, model_covers, spans (ranges and prefixes), list_in_span, lists_share.
    Rules whose conditions exclude each other (two date windows) do not overlap.
    """
    found: list[Overlap] = []
    for product in recall.products:
        rules = [rule for rule in recall.rules if rule.product == product.model]
        form = recall.serial_format(product)
        found += _models(rules)
        found += _spans(rules, form)
        found += _lists(rules, form, lists)
    return tuple(sorted(set(found)))


def can_both_hold(one: Conditions, other: Conditions) -> bool:
    """Say whether one unit can meet both conditions."""
    latest_start = max((d for d in (one.bought_from, other.bought_from) if d), default=None)
    first_end = min((d for d in (one.bought_to, other.bought_to) if d), default=None)
    if latest_start and first_end and latest_start > first_end:
        return False
    if one.markets and other.markets and not set(one.markets) & set(other.markets):
        return False
    named = [set(each.colours) for each in (one, other) if each.colours]
    left = set.intersection(*named) - {*one.not_colours, *other.not_colours} if named else None
    return left is None or bool(left)


def _pair(one: Rule, other: Rule, what: str) -> Iterator[Overlap]:
    if one.no != other.no and can_both_hold(one.when, other.when):
        yield Overlap(min(one.no, other.no), max(one.no, other.no), what)


def _models(rules: Sequence[Rule]) -> Iterator[Overlap]:
    for model in (rule for rule in rules if rule.kind is RuleKind.MODEL):
        for other in rules:
            same = other.kind is RuleKind.MODEL
            yield from _pair(model, other, "same_model" if same else "model_covers")


def _spans(rules: Sequence[Rule], form: SerialFormat) -> Iterator[Overlap]:
    """Sweep the ranges and prefixes in order; only spans still open can overlap the next."""
    open_: list[_Span] = []
    for span in sorted(_all_spans(rules, form), key=lambda each: (len(each.low), each.low)):
        open_ = [one for one in open_ if len(one.low) == len(span.low) and one.high >= span.low]
        for one in open_:
            yield from _pair(one.rule, span.rule, "spans")
        open_.append(span)


def _lists(
    rules: Sequence[Rule], form: SerialFormat, lists: Mapping[str, Iterable[bytes] | Keys]
) -> Iterator[Overlap]:
    listed = [rule for rule in rules if rule.kind is RuleKind.LIST]
    ordered = {rule.file: _ordered(lists[rule.file], form) for rule in listed if rule.file in lists}
    for rule in listed:
        for span in _all_spans(rules, form):
            here = ordered.get(rule.file, {}).get(len(span.low))
            if here is not None and _has_between(here, span):
                yield from _pair(rule, span.rule, "list_in_span")
    for one, other in combinations(listed, 2):
        mine, theirs = ordered.get(one.file, {}), ordered.get(other.file, {})
        if any(len(np.intersect1d(mine[n], theirs[n])) for n in mine.keys() & theirs.keys()):
            yield from _pair(one, other, "lists_share")


def _all_spans(rules: Sequence[Rule], form: SerialFormat) -> Iterator[_Span]:
    """Yield what each range and prefix covers; a prefix covers one span for each length."""
    for rule in rules:
        if rule.kind is RuleKind.RANGE:
            yield _Span(rule, _rank(rule.first, form), _rank(rule.last, form))
        elif rule.kind is RuleKind.PREFIX:
            for length in (rule.length,) if rule.length else form.lengths:
                left = length - len(rule.prefix)
                lowest = rule.prefix + form.alphabet[0] * left
                yield _Span(
                    rule, _rank(lowest, form), _rank(rule.prefix + form.alphabet[-1] * left, form)
                )


def _rank(serial: str, form: SerialFormat) -> bytes:
    """Return bytes that sort as the alphabet orders serials."""
    return bytes(form.alphabet.index(letter) + 1 for letter in serial)


def _ordered(serials: Iterable[bytes] | Keys, form: SerialFormat) -> dict[int, Keys]:
    """Return a list's ranked serials, sorted, by length; unfit rows are another check's matter."""
    keys, coder = as_keys(serials), Coder(form.alphabet)
    ordered = {}
    for length in form.lengths:
        ranks, fits = coder.ranked(keys, length)
        ordered[length] = np.sort((ranks[fits] + 1).view(f"S{length}").ravel())
    return ordered


def _has_between(keys: Keys, span: _Span) -> bool:
    start = np.searchsorted(keys, np.bytes_(span.low), "left")
    return bool(start < np.searchsorted(keys, np.bytes_(span.high), "right"))
