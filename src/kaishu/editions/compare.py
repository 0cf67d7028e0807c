"""Compare a recall folder with the edition that is published: fields, and units of each rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import numpy as np

from kaishu.core.pack import Pack
from kaishu.core.recall import Rule
from kaishu.editions.recall_file import Loaded

# What names a value within its list, so that a new first row does not make all rows look changed.
NAMED_BY = {
    "formats": ("code",),
    "products": ("model",),
    "variants": ("code",),
    "aliases": ("code",),
    "channels": ("code",),
    "remedies": ("code",),
    "parties": ("code",),
    "population": ("product", "pool", "account", "party"),
}
NO_SERIALS = np.zeros(0, "S1")


@dataclass(frozen=True, slots=True)
class Change:
    """One field that differs; None stands for "not there"."""

    path: str
    was: str | None
    now: str | None


@dataclass(frozen=True, slots=True)
class RuleChange:
    """How many serials a list rule of the new file gains and loses against the edition."""

    rule: int
    product: str
    was: int
    now: int
    added: int
    removed: int


def field_changes(loaded: Loaded, pack: Pack) -> list[Change]:
    """Return every field that a new edition would change, in the order of the recall file."""
    was, now = dict(_leaves(pack.recall, "")), dict(_leaves(loaded.recall, ""))
    paths = dict.fromkeys([*now, *was])
    return [
        Change(path, was.get(path), now.get(path))
        for path in paths
        if was.get(path) != now.get(path)
    ]


def picture_changes(loaded: Loaded, pack: Pack) -> list[str]:
    """Return the names of pictures that are new, gone or drawn differently."""
    prefix = "pictures/"
    was = {name.removeprefix(prefix) for name in pack.files if name.startswith(prefix)}
    return sorted(
        name
        for name in was | set(loaded.pictures)
        if name not in was
        or name not in loaded.pictures
        or pack.picture(name).read_bytes() != loaded.pictures[name]
    )


def rule_changes(loaded: Loaded, pack: Pack) -> list[RuleChange]:
    """Return what each product's list rules gain and lose; list rules pair up in file order."""
    assert loaded.recall is not None
    old = dict(_list_rules(pack.recall.rules))
    new = dict(_list_rules(loaded.recall.rules))
    changes = []
    for key in dict.fromkeys([*new, *old]):
        serials = loaded.lists[new[key].file] if key in new else NO_SERIALS
        section = pack.index.section(old[key].no) if key in old else None
        was = section.count if section else 0
        kept = int((section.find_many(serials) > 0).sum()) if section and len(serials) else 0
        rule = new.get(key) or old[key]
        changes.append(
            RuleChange(
                rule=rule.no,
                product=key[0],
                was=was,
                now=len(serials),
                added=len(serials) - kept,
                removed=was - kept,
            )
        )
    return changes


def _list_rules(rules: tuple[Rule, ...]) -> Iterator[tuple[tuple[str, int], Rule]]:
    seen: dict[str, int] = {}
    for rule in rules:
        if rule.file:
            seen[rule.product] = seen.get(rule.product, 0) + 1
            yield (rule.product, seen[rule.product]), rule


def _leaves(value: Any, path: str, name: str = "") -> Iterator[tuple[str, str]]:
    if is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from _leaves(getattr(value, field.name), _join(path, field.name), field.name)
    elif isinstance(value, Mapping):
        for key in value:
            yield from _leaves(value[key], _join(path, key))
    elif isinstance(value, tuple) and any(isinstance(item, str | int) for item in value):
        yield path, ", ".join(str(item) for item in value)
    elif isinstance(value, tuple):
        for number, item in enumerate(value, start=1):
            names = [getattr(item, key) for key in NAMED_BY.get(name, ())]
            yield from _leaves(item, f"{path}[{' '.join(filter(None, names)) or number}]")
    elif value is not None and value != "":
        yield path, str(value)


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
