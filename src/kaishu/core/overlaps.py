"""Find rules of one product that may select the same unit; a recall file's check reports them.

Serial lists may hold 700,000 rows, so a list is ordered once as ranks and asked by bisection.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from itertools import product as pairs

import numpy as np

from kaishu.core.boxes import boxes, meet
from kaishu.core.coding import Coder, Keys, as_keys
from kaishu.core.recall import Conditions, Recall, Rule, RuleKind, SerialFormat, Window
from kaishu.core.selectors import SELECTORS

NAMED = (RuleKind.LIST, RuleKind.CODES)
SPANS = (RuleKind.RANGE, RuleKind.PREFIX)
PATTERNS = (RuleKind.COUNTER, RuleKind.TAIL)
Lists = Mapping[str, Iterable[bytes] | Keys]


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


def overlaps(recall: Recall, lists: Lists) -> tuple[Overlap, ...]:
    """Return every pair of rules that overlap, sorted. `lists` has the serials of each list file.

    `what`: same_model, model_covers, spans (ranges and prefixes), patterns (counters and endings
    with each other and with spans), list_in_span, list_in_pattern, lists_share (codes are a list).
    Rules whose conditions exclude each other (two date windows) do not overlap.
    """
    found: list[Overlap] = []
    for product in recall.products:
        rules = [rule for rule in recall.rules if rule.product == product.model]
        form = recall.serial_format(product)
        found += _models(rules)
        found += _spans(rules, form)
        found += _patterns(rules, form)
        found += _lists(rules, form, lists)
    return tuple(sorted(set(found)))


def can_both_hold(one: Conditions, other: Conditions) -> bool:
    """Say whether one unit can meet both conditions."""
    bought = (Window(start=each.bought_from, end=each.bought_to) for each in (one, other))
    return (
        windows_meet(*bought)
        and (
            not one.made
            or not other.made
            or any(windows_meet(mine, theirs) for mine, theirs in pairs(one.made, other.made))
        )
        and _shared(one.markets, other.markets)
        and _shared(one.batches, other.batches)
        and _shared(one.colours, other.colours, one.not_colours + other.not_colours)
        and _shared(one.variants, other.variants, one.not_variants + other.not_variants)
        and _shared(one.channels, other.channels, one.not_channels + other.not_channels)
    )


def windows_meet(one: Window, other: Window) -> bool:
    """Say whether two windows have a day in common."""
    start = max(one.start or date.min, other.start or date.min)
    return start <= min(one.end or date.max, other.end or date.max)


def _shared(one: tuple[str, ...], other: tuple[str, ...], but: tuple[str, ...] = ()) -> bool:
    """Say whether a word is left that both allow; an empty list allows every word."""
    named = [set(each) for each in (one, other) if each]
    return not named or bool(set.intersection(*named) - set(but))


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


def _patterns(rules: Sequence[Rule], form: SerialFormat) -> Iterator[Overlap]:
    """Hold counters and endings against each other and against the spans, box by box."""
    odd = [(rule, boxes(rule, form)) for rule in rules if rule.kind in PATTERNS]
    plain = [(rule, boxes(rule, form)) for rule in rules if odd and rule.kind in SPANS]
    for (one, mine), (other, theirs) in [*combinations(odd, 2), *pairs(odd, plain)]:
        if meet(mine, theirs):
            yield from _pair(one, other, "patterns")


def _lists(rules: Sequence[Rule], form: SerialFormat, lists: Lists) -> Iterator[Overlap]:
    listed = {
        rule: _serials(rule, lists)
        for rule in rules
        if rule.kind in NAMED and (rule.file in lists or rule.codes)
    }
    ordered = {rule: _ordered(serials, form) for rule, serials in listed.items()}
    for rule, serials in listed.items():
        for span in _all_spans(rules, form):
            here = ordered[rule].get(len(span.low))
            if here is not None and _has_between(here, span):
                yield from _pair(rule, span.rule, "list_in_span")
        for other in (each for each in rules if each.kind in PATTERNS):
            select = SELECTORS[other.kind]([other], form, {})
            if any(select(bytes(serial).decode()) for serial in serials):
                yield from _pair(rule, other, "list_in_pattern")
    for one, other in combinations(listed, 2):
        mine, theirs = ordered[one], ordered[other]
        if any(len(np.intersect1d(mine[n], theirs[n])) for n in mine.keys() & theirs.keys()):
            yield from _pair(one, other, "lists_share")


def _serials(rule: Rule, lists: Lists) -> Keys:
    """Return the serials that a list rule names, in its file or in the recall file itself."""
    return as_keys(lists[rule.file] if rule.file else [code.encode() for code in rule.codes])


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
