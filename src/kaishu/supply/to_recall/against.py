"""What a trace's rules would change against an edition or a draft, unit by unit.

Taking a unit out of a recall can leave a dangerous thing in use, so what goes is named, and what
cannot be named is counted or at least said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from kaishu.core.coding import Coder
from kaishu.core.conditions import Facts
from kaishu.core.recall import Effect, Rule, RuleKind
from kaishu.core.scope import Scope
from kaishu.core.selectors import value
from kaishu.core.verdict import Answer
from kaishu.supply.to_recall.before import Before, find_in
from kaishu.supply.to_recall.joining import rule_of

MOST_SPELT = 200_000  # serials of one range that are spelt out to be compared
NOBODY_KNOWN = Facts()


@dataclass(frozen=True, slots=True)
class Gone:
    """A rule of the published edition that goes although nobody can name all of its units."""

    no: int
    kind: RuleKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Against:
    """The units of one model that come in, go out or stay, by serial; `gone` are rules that go."""

    model: str
    added: tuple[str, ...]
    removed: tuple[str, ...]
    kept: int
    gone: tuple[Gone, ...]

    @property
    def takes_out(self) -> bool:
        """Say whether anything leaves the recall."""
        return bool(self.removed or self.gone)


def against(
    before: Before | None,
    model: str,
    *,
    tables: Sequence[Mapping[str, Any]],
    files: Mapping[str, bytes],
    replaces: bool,
    serials: Iterable[str],
) -> Against:
    """Return what rules (as tables of a recall file) change for a model.

    `replaces` = the model's rules of the edition go, but those for units without a label and those
    that name safe units; otherwise the new rules join them. `serials` are all units of the model
    that anybody knows, in the normal form of the brand.
    """
    product = before.recall.product(model) if before else None
    if before is None or product is None:
        return Against(model=model, added=tuple(sorted(serials)), removed=(), kept=0, gone=())
    old = [rule for rule in before.recall.rules if rule.product == model]
    stays = [rule for rule in old if not (replaces and goes(rule))]
    first = max((rule.no for rule in before.rules), default=0) + 1
    new = [rule_of(table, no) for no, table in enumerate(tables, start=first)]
    scopes = [_scope(before, model, rules, files) for rules in (old, [*stays, *new])]
    named, unspelt = _named(before, old)
    added, removed, kept = [], [], 0
    for serial in sorted({*serials, *named}):
        was, now = (_in(scope, serial) for scope in scopes)
        kept += was and now
        if now and not was:
            added.append(serial)
        elif was and not now:
            removed.append(serial)
    return Against(
        model=model,
        added=tuple(added),
        removed=tuple(removed),
        kept=kept,
        gone=tuple(Gone(rule.no, rule.kind) for rule in unspelt if rule not in stays),
    )


def goes(rule: Rule) -> bool:
    """Say whether a new scope takes a rule's place: it names units, and not as safe."""
    return rule.effect is Effect.INCLUDE and rule.kind is not RuleKind.UNLABELLED


def _in(scope: Scope, serial: str) -> bool:
    """Say whether a recall has, or may have, a unit of which only the serial is known."""
    return scope.evaluate(serial, NOBODY_KNOWN).answer is not Answer.NOT_AFFECTED


def _scope(before: Before, model: str, rules: list[Rule], files: Mapping[str, bytes]) -> Scope:
    others = [rule for rule in before.recall.rules if rule.product != model]
    new = {
        rule.no: find_in(frozenset(files[rule.file].split(b"\n")[1:]))
        for rule in rules
        if rule.kind is RuleKind.LIST and rule.no not in before.finds
    }
    recall = replace(before.recall, rules=(*rules, *others))
    return Scope(recall, model, {**before.finds, **new})


def _named(before: Before, rules: Sequence[Rule]) -> tuple[set[str], list[Rule]]:
    """Return the serials that rules select, and the rules that select more than can be spelt."""
    named: set[str] = set()
    unspelt = []
    for rule in rules:
        if rule.kind is RuleKind.LIST:
            named |= {serial.decode() for serial in before.serials[rule.no]()}
        elif rule.kind is RuleKind.CODES:
            named |= set(rule.codes)
        elif rule.kind is RuleKind.COUNTER and _decimal(rule):
            width = len(rule.first)
            ends = (value(rule.first, rule), value(rule.last, rule))
            named |= {f"{rule.head}{number:0{width}}" for number in range(ends[0], ends[1] + 1)}
        elif rule.kind is RuleKind.RANGE and (spelt := _spelt(before, rule)) is not None:
            named |= spelt
        else:
            unspelt.append(rule)
    return named, unspelt


def _spelt(before: Before, rule: Rule) -> set[str] | None:
    """Return every serial of a range, or None where there are too many."""
    product = before.recall.product(rule.product)
    assert product is not None
    coder = Coder(before.form_of(product).alphabet)
    first, last = (coder.number()(end.encode()) for end in (rule.first, rule.last))
    if last - first >= MOST_SPELT:
        return None
    length = len(rule.first)
    return {coder.serial(number, length).decode() for number in range(first, last + 1)}


def _decimal(rule: Rule) -> bool:
    plain = not rule.digits and len(rule.first) == len(rule.last)
    return plain and value(rule.last, rule) - value(rule.first, rule) < MOST_SPELT
