"""Two people wrote in one section: what each of them says, field by field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def lines(theirs: Mapping[str, Any], yours: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return every field on which the two differ."""
    was, now = dict(_leaves(theirs, "")), dict(_leaves(yours, ""))
    return [
        {"path": path, "theirs": was.get(path, ""), "yours": now.get(path, "")}
        for path in dict.fromkeys([*was, *now])
        if was.get(path) != now.get(path)
    ]


def _leaves(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for name, each in value.items():
            yield from _leaves(each, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list) and any(isinstance(each, Mapping) for each in value):
        for number, each in enumerate(value, start=1):
            yield from _leaves(each, f"{path}[{number}]")
    elif isinstance(value, list):
        yield path, ", ".join(str(each) for each in value)
    else:
        yield path, str(value)
