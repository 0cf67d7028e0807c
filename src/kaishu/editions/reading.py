"""Turn the tables of a recall file into the values of `core.recall`, noting what is wrong.

A wrong or missing value is noted and replaced by an empty one of its kind, so that one reading
reports every problem. `Reader.broken` then says that the result is not fit for use.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from kaishu.core.recall import LANGUAGES, Text
from kaishu.editions.positions import Path, Positions
from kaishu.editions.problems import Findings

KINDS: Mapping[str, tuple[type, Any]] = {
    "text": (dict, None),
    "maybe text": (dict, {}),
    "words": (str, ""),
    "number": (int, 0),
    "days": (int, None),
    "yes or no": (bool, False),
    "date": (date, None),
    "list of words": (list, ()),
    "list of numbers": (list, ()),
    "table": (dict, {}),
    "tables": (list, ()),
}
EXAMPLES: Mapping[str, str] = {
    "text": 'ja = "…", zh-Hans = "…", en = "…"',
    "maybe text": 'ja = "…", zh-Hans = "…", en = "…"',
    "words": '"…"',
    "number": "12_000",
    "days": "14",
    "yes or no": "true",
    "date": "2025-10-21",
    "list of words": '["…", "…"]',
    "list of numbers": "[16]",
    "table": "[…]",
    "tables": "[[…]]",
}
ELEMENTS: Mapping[str, type] = {"list of words": str, "list of numbers": int, "tables": dict}


@dataclass(frozen=True, slots=True)
class Key:
    """One key that a table may have: its kind, whether it must be there, and its closed words."""

    kind: str
    required: bool = True
    choices: tuple[str, ...] = ()
    default: Any = None

    @property
    def empty(self) -> Any:
        """Return what stands in for a value that is not there."""
        if self.default is not None:
            return self.default
        if self.kind == "text":
            return dict.fromkeys(LANGUAGES, "")
        if self.kind == "date" and self.required:
            return date.min
        return KINDS[self.kind][1]


Keys = Mapping[str, Key]


class Reader:
    """Reads tables of one file by their keys."""

    def __init__(self, *, positions: Positions, findings: Findings) -> None:
        self.positions = positions
        self.findings = findings
        self.broken = False

    def table(self, data: Mapping[str, Any], path: Path, keys: Keys) -> dict[str, Any]:
        """Return one value per key; lists become tuples."""
        for name in data:
            if name not in keys:
                self._note("key_unknown", (*path, name), known=", ".join(keys))
        values = {}
        for name, key in keys.items():
            if name not in data:
                values[name] = key.empty
                if key.required:
                    self._note("key_missing", path, key=name)
            else:
                values[name] = self._value(data[name], (*path, name), key)
        return values

    def tables(
        self, data: Sequence[Mapping[str, Any]], path: Path, keys: Keys
    ) -> list[dict[str, Any]]:
        """Return the values of each table of an array of tables, in file order."""
        return [self.table(entry, (*path, number), keys) for number, entry in enumerate(data)]

    def text(self, data: Mapping[str, Any], path: Path) -> Text:
        """Return a text of the three languages; each must be there and not blank."""
        for name in data:
            if name not in LANGUAGES:
                self._note("key_unknown", (*path, name), known=", ".join(LANGUAGES))
        words = {}
        for language in LANGUAGES:
            value = data.get(language)
            if not isinstance(value, str) or not value.strip():
                self._note("text_missing", (*path, language), language=language)
                value = ""
            words[language] = value.strip()
        return words

    def _value(self, value: Any, path: Path, key: Key) -> Any:
        if not _is_kind(value, key.kind):
            self._note("key_type", path, wanted=EXAMPLES[key.kind])
            return key.empty
        if key.kind in ("text", "maybe text"):
            return self.text(value, path)
        if key.kind == "words" and key.required and not value.strip():
            self._note("key_empty", path)
        wrong = [each for each in _each(value) if key.choices and each not in key.choices]
        if wrong:
            self._note("value_unknown", path, value=wrong[0], known=", ".join(key.choices))
            return key.empty
        return tuple(value) if isinstance(value, list) else value

    def _note(self, code: str, path: Path, **facts: object) -> None:
        self.broken = True
        name = facts.pop("key", None) or path[-1]
        within = name_of(path if code == "key_missing" else path[:-1])
        line = self.positions.line(path)
        at = (*path, str(name)) if code == "key_missing" else path
        self.findings.error(code, {"key": name, "table": within, **facts}, line=line, path=at)


def name_of(path: Path) -> str:
    """Return a key path as a person writes it: `products[2].variants`; counts from 1."""
    words = ""
    for part in path:
        words += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if words else part
    return words or "the file"


def _each(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _is_kind(value: Any, kind: str) -> bool:
    wanted = KINDS[kind][0]
    if not isinstance(value, wanted) or (wanted is int and isinstance(value, bool)):
        return False
    if wanted is date and type(value) is not date:  # a TOML date-time is a date in Python
        return False
    element = ELEMENTS.get(kind, object)
    items = value if isinstance(value, list) else []
    return all(isinstance(item, element) and not isinstance(item, bool) for item in items)
