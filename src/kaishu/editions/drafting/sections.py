"""The sections of a recall draft: which tables of the recall file each of them holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kaishu.editions import shape
from kaishu.editions.problems import RECALL_FILE, Problem

Path = tuple[str | int, ...]

SECTIONS: Mapping[str, tuple[str, ...]] = {
    "identity": ("recall",),
    "texts": ("texts",),
    "formats": ("serials",),
    "products": ("products",),
    "rules": ("channels", "rules", "check"),
    "remedies": ("remedies",),
    "service": ("service", "evidence"),
    "population": ("parties", "population"),
    "notice": ("notice", "sources"),
}
FILES = "files"
_OF_TABLE = {table: section for section, tables in SECTIONS.items() for table in tables}
# Which key fills a part of the public notice; the check itself only names the part.
_OF_NOTICE_PART: Mapping[str, Path] = {
    "product": ("products",),
    "picture": ("products",),
    "identification": ("products",),
    "units": ("recall", "units"),
    "sold_when": ("products", 0, "sold_from"),
    "sold_where": ("notice", "sold_where"),
    "made_in": ("notice", "made_in"),
    "incidents": ("notice", "incidents"),
    "number": ("notice", "number"),
    "company": ("texts", "company"),
    "hazard": ("texts", "hazard"),
    "cause": ("texts", "cause"),
    "announced": ("recall", "announced"),
    "at_once": ("texts", "stop_use"),
    "disposal": ("texts", "never"),
    "remedies": ("remedies",),
    "contact": ("recall", "phone"),
}


def section_of(path: Path) -> str:
    """Return the section that a key of the recall file belongs to."""
    return _OF_TABLE.get(str(path[0]), "identity") if path else "identity"


def part(data: Mapping[str, Any], section: str) -> dict[str, Any]:
    """Return what a recall file says in one section."""
    return {name: data[name] for name in SECTIONS[section] if name in data}


def with_part(data: Mapping[str, Any], section: str, said: Mapping[str, Any]) -> dict[str, Any]:
    """Return a recall file with one section said anew, in the order of the file."""
    kept = {name: value for name, value in data.items() if name not in SECTIONS[section]}
    whole = {**kept, **said}
    order = [*shape.FILE, *(name for name in whole if name not in shape.FILE)]
    return {name: whole[name] for name in order if name in whole}


def path_of(problem: Problem, data: Mapping[str, Any]) -> Path:
    """Return the key that a problem is about: of a bad row, the rule that names its list."""
    if problem.code == "notice_part_missing":
        return _OF_NOTICE_PART.get(problem.facts.get("part", ""), problem.path)
    if problem.path or problem.file == RECALL_FILE:
        return problem.path
    rules = data.get("rules", [])
    for number, rule in enumerate(rules if isinstance(rules, list) else []):
        if isinstance(rule, dict) and rule.get("file") == problem.file:
            return ("rules", number, "file")
    return ("rules",)
