"""What an edition would change against the published one, sorted for a person who must approve."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from kaishu.core.recall import LANGUAGES, Effect, Recall, Rule, Window
from kaishu.editions import compare
from kaishu.editions.compare import Change, RuleChange
from kaishu.editions.drafting import judging
from kaishu.editions.drafting.models import Revision
from kaishu.editions.figures import count
from kaishu.editions.models import Edition
from kaishu.editions.queries import pack_for

_TEXT = re.compile(rf"^(.*)\.({'|'.join(LANGUAGES)})$")

_BARE = ("product", "kind", "file", "head", "first", "last", "prefix", "endings", "codes", "length")
_NOT_SAID = ("no", "when", "note", "verified", "why")
_CALLED = {"bought_from": "bought from", "bought_to": "bought to"}


@dataclass(frozen=True, slots=True, kw_only=True)
class TextChange:
    """One text in the three languages, as it was and as it would be; "" = not there."""

    path: str
    was: Mapping[str, str]
    now: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitChange:
    """How many units of a model were announced, and would be."""

    model: str
    was: int
    now: int

    @property
    def more(self) -> int:
        """Units gained; negative where they are lost."""
        return self.now - self.was


@dataclass(frozen=True, slots=True, kw_only=True)
class Differences:
    """All that a new edition changes. `edition` is what it is compared with; None = all is new."""

    edition: Edition | None
    counts: Mapping[str, Any]
    units: Sequence[UnitChange]
    rules_added: Sequence[str]
    rules_removed: Sequence[str]
    lists: Sequence[RuleChange]
    texts: Sequence[TextChange]
    fields: Sequence[Change]
    pictures: Sequence[str]

    @property
    def any(self) -> bool:
        """Say whether anything differs."""
        parts = (self.units, self.rules_added, self.rules_removed, self.lists)
        return any((*parts, self.texts, self.fields, self.pictures))


def differences(revision: Revision) -> Differences | None:
    """Return what a revision changes against its edition; None where it is no whole recall yet."""
    loaded = judging.load(revision)
    if loaded.recall is None:
        return None
    edition = revision.draft.based_on
    if edition is None:
        return Differences(
            edition=None,
            counts=count(loaded),
            units=_units(None, loaded.recall),
            rules_added=[_rule_line(rule) for rule in loaded.recall.rules],
            rules_removed=[],
            lists=[],
            texts=[],
            fields=[],
            pictures=[],
        )
    pack = pack_for(edition)
    changes = compare.field_changes(loaded, pack)
    was = [_rule_line(rule) for rule in pack.recall.rules]
    now = [_rule_line(rule) for rule in loaded.recall.rules]
    return Differences(
        edition=edition,
        counts=count(loaded),
        units=_units(pack.recall, loaded.recall),
        rules_added=[line for line in now if line not in was],
        rules_removed=[line for line in was if line not in now],
        lists=[each for each in compare.rule_changes(loaded, pack) if each.added or each.removed],
        texts=_texts(changes),
        fields=[each for each in changes if not _TEXT.match(each.path)],
        pictures=compare.picture_changes(loaded, pack),
    )


def _units(was: Recall | None, now: Recall) -> list[UnitChange]:
    before = {product.model: product.units for product in was.products} if was else {}
    after = {product.model: product.units for product in now.products}
    return [
        UnitChange(model=model, was=before.get(model, 0), now=after.get(model, 0))
        for model in dict.fromkeys([*after, *before])
        if before.get(model, 0) != after.get(model, 0)
    ]


def _rule_line(rule: Rule) -> str:
    """Name a rule by all that it says, so that a moved rule is no change and no change is hidden.

    Serials and codes stand bare; whatever else is set is named, a field of tomorrow too. How
    sure a rule is (`note`, `verified`) is not what it covers: that is among the changed fields.
    """
    bare = [text for name in _BARE for text in _texts_of(getattr(rule, name))]
    named = [
        _named(each.name, getattr(rule, each.name))
        for each in fields(rule)
        if each.name not in _BARE and each.name not in _NOT_SAID
    ]
    when = rule.when
    held = [
        _named(_CALLED.get(each.name, each.name), getattr(when, each.name)) for each in fields(when)
    ]
    return " · ".join(each for each in (*bare, *named, *held) if each)


def _named(name: str, value: Any) -> str:
    if value == Effect.INCLUDE:
        return ""
    said = ", ".join(_texts_of(value))
    return f"{name.replace('_', ' ')} {said}" if said else ""


def _texts_of(value: Any) -> list[str]:
    if isinstance(value, tuple):
        return [text for each in value for text in _texts_of(each)]
    if isinstance(value, Window):
        return [f"{value.start or ''}–{value.end or ''}"]
    return [str(value)] if value else []


def _texts(changes: Sequence[Change]) -> list[TextChange]:
    was: dict[str, dict[str, str]] = {}
    now: dict[str, dict[str, str]] = {}
    for change in changes:
        if match := _TEXT.match(change.path):
            path, tag = match.groups()
            was.setdefault(path, {})[tag] = change.was or ""
            now.setdefault(path, {})[tag] = change.now or ""
    return [TextChange(path=path, was=was[path], now=now[path]) for path in now]
