"""Write the tables of a recall file as TOML text; `tomllib.loads(write(data)) == data`.

Every key stands on a line of its own and tables nest by headers, as people write them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from typing import Any

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_SHORT = {"\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", '"': '\\"', "\\": "\\\\"}
Table = Mapping[str, Any]


def write(data: Table) -> str:
    """Return a TOML document. Values: text, whole numbers, true/false, dates, lists and tables."""
    return "\n".join(_table(data, ())).strip("\n") + "\n"


def _table(table: Table, path: tuple[str, ...]) -> Iterator[str]:
    """Yield a table's own values first, then its tables: a header ends what stands above it."""
    for name, value in table.items():
        if not _has_header(value):
            yield f"{_key(name)} = {_value(value)}"
    for name, value in table.items():
        below = (*path, name)
        if isinstance(value, Mapping):
            yield from ("", f"[{_header(below)}]")
            yield from _table(value, below)
        elif _has_header(value):
            for row in value:
                yield from ("", f"[[{_header(below)}]]")
                yield from _table(row, below)


def _has_header(value: Any) -> bool:
    if isinstance(value, Mapping):
        return True
    rows = isinstance(value, list | tuple) and bool(value)
    return rows and all(isinstance(row, Mapping) for row in value)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return f"[{', '.join(_value(item) for item in value)}]"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(k)} = {_value(v)}" for k, v in value.items()) + "}"
    return _text(str(value))


def _text(value: str) -> str:
    return f'"{"".join(_letter(letter) for letter in value)}"'


def _letter(letter: str) -> str:
    if letter in _SHORT:
        return _SHORT[letter]
    code = ord(letter)
    return f"\\u{code:04X}" if code < 0x20 or code == 0x7F else letter


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _text(name)


def _header(path: tuple[str, ...]) -> str:
    return ".".join(_key(name) for name in path)
