"""Join a trace's rules to those that a recall has: each once, and none of the old ones touched."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

from kaishu.core.recall import Conditions, Rule, RuleKind
from kaishu.supply.to_recall.before import Before
from kaishu.supply.to_recall.rules import RulesMade, Table


def rule_of(table: Mapping[str, Any], no: int) -> Rule:
    """Return a rule that a trace made as a recall would read it."""
    said: dict[str, Any] = {
        name: tuple(each) if isinstance(each, list) else each for name, each in table.items()
    }
    batches = tuple(said.pop("when", {}).get("batches", ()))
    conditions = Conditions(batches=batches)
    return Rule(**{**said, "no": no, "kind": RuleKind(table["kind"]), "when": conditions})


def unsaid(made: RulesMade, before: Before) -> RulesMade:
    """Leave out the rules that a recall has already, whatever they are called there."""
    there = [_bare(rule) for rule in before.rules]
    lists = [
        (replace(_bare(rule), file=""), frozenset(before.serials[rule.no]()))
        for rule in before.recall.rules
        if rule.kind is RuleKind.LIST
    ]
    new: list[Table] = []
    for table in made.rules:
        rule = rule_of(table, 0)
        if rule.kind is RuleKind.LIST:
            serials = frozenset(made.files[rule.file].split()[1:])
            known = (replace(_bare(rule), file=""), serials) in lists
        else:
            known = _bare(rule) in there
        if not known:
            new.append(table)
    files = {table["file"]: made.files[table["file"]] for table in new if "file" in table}
    return replace(made, rules=tuple(new), files=files)


def beside(made: RulesMade, taken: Mapping[str, Mapping[str, Any]]) -> RulesMade:
    """Give a list another name where a file of the draft has its name and says something else."""
    named: dict[str, str] = {}
    for name, content in made.files.items():
        path, number, free = PurePosixPath(name), 1, name
        while free in taken and taken[free]["sha256"] != hashlib.sha256(content).hexdigest():
            number += 1
            free = str(path.with_name(f"{path.stem}-{number}{path.suffix}"))
        named[name] = free
    rules = tuple(
        {**table, "file": named[table["file"]]} if "file" in table else table
        for table in made.rules
    )
    return replace(
        made, rules=rules, files={named[name]: each for name, each in made.files.items()}
    )


def _bare(rule: Rule) -> Rule:
    """Return what a rule covers, without its number and what it says of itself."""
    return replace(rule, no=0, note="", verified="", why={})
