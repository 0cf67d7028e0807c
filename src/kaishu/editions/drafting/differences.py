"""What an edition would change against the published one, sorted for a person who must approve."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kaishu.core.recall import LANGUAGES, Recall
from kaishu.editions import compare
from kaishu.editions.compare import Change, RuleChange
from kaishu.editions.drafting import judging
from kaishu.editions.drafting.models import Revision
from kaishu.editions.figures import count
from kaishu.editions.models import Edition
from kaishu.editions.queries import pack_for

_TEXT = re.compile(rf"^(.*)\.({'|'.join(LANGUAGES)})$")


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


def _rule_line(rule: Any) -> str:
    """Name a rule by what it says, so that a moved rule is no change."""
    said = [rule.product, rule.kind.value, rule.file, rule.head, rule.first, rule.last]
    said += [rule.prefix, *rule.endings, *rule.codes]
    if rule.length:
        said.append(str(rule.length))
    when = rule.when
    said += [
        *when.batches,
        *when.colours,
        *(f"not {colour}" for colour in when.not_colours),
        *when.markets,
    ]
    said += [f"from {when.bought_from}"] if when.bought_from else []
    said += [f"to {when.bought_to}"] if when.bought_to else []
    return " · ".join(each for each in said if each)


def _texts(changes: Sequence[Change]) -> list[TextChange]:
    was: dict[str, dict[str, str]] = {}
    now: dict[str, dict[str, str]] = {}
    for change in changes:
        if match := _TEXT.match(change.path):
            path, tag = match.groups()
            was.setdefault(path, {})[tag] = change.was or ""
            now.setdefault(path, {})[tag] = change.now or ""
    return [TextChange(path=path, was=was[path], now=now[path]) for path in now]
