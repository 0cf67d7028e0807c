"""What stands inside a template's braces: names with dots, quoted words, filters, conditions."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any

Context = dict[str, Any]
Value = Callable[[Context], Any]
_PART = re.compile(r'("[^"]*"|[\w.]+)(?::("[^"]*"|[\w.]+))?')
_WHOLE = re.compile(r'("[^"]*"|[\w.]+)(\|\w+(:("[^"]*"|[\w.]+))?)*')


class Safe(str):
    """Text that is HTML already."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Tools:
    """What templates may call: filters, tags of our own, and the catalogue's words.

    A filter takes the value, its argument and the context. `seen` gathers the messages that the
    compiled templates show, so that a missing one is found when the server starts.
    """

    filters: Mapping[str, Callable[[Any, Any, Context], Any]]
    tags: Mapping[str, Callable[[Context], Any]]
    translate: Callable[[str, Context], str]
    seen: set[str] = field(default_factory=set)


def shown(value: Any) -> str:
    """Return a value as a page shows it: escaped, unless it is HTML already."""
    if isinstance(value, Safe):
        return value
    return escape(str(value))


def compile_value(source: str, tools: Tools) -> Value:
    """Return what reads `name.part|filter:"argument"` from a context; unknown names are empty."""
    return _filtered(source, tools, "")


def compile_condition(source: str, tools: Tools) -> Callable[[Context], bool]:
    """Return what an `if` asks: `or`, `and`, `not`, `==`, `!=`; an unknown name is false."""
    either = [
        [_term(part.strip(), tools) for part in side.split(" and ")]
        for side in source.split(" or ")
    ]
    return lambda context: any(all(term(context) for term in terms) for terms in either)


def _term(source: str, tools: Tools) -> Callable[[Context], bool]:
    if source.startswith("not "):
        inner = _term(source[4:].strip(), tools)
        return lambda context: not inner(context)
    for sign, equal in (("==", True), ("!=", False)):
        left, found, right = source.partition(sign)
        if found:
            one = _filtered(left.strip(), tools, None)
            other = _filtered(right.strip(), tools, None)
            return lambda context: (one(context) == other(context)) is equal
    value = _filtered(source, tools, None)
    return lambda context: bool(value(context))


def _filtered(source: str, tools: Tools, missing: object) -> Value:
    if not _WHOLE.fullmatch(source):
        raise ValueError(f"the edge cannot read {source}")
    (name, _none), *filters = _PART.findall(source)
    value = _plain(name, missing)
    for each, argument in filters:
        value = _applied(
            tools.filters[each], value, _plain(argument, missing) if argument else None
        )
    return value


def _applied(
    act: Callable[[Any, Any, Context], Any], value: Value, argument: Value | None
) -> Value:
    return lambda context: act(value(context), argument(context) if argument else None, context)


def _plain(source: str, missing: object) -> Value:
    """Read a quoted word or a name with dots."""
    if source.startswith('"'):
        word = Safe(source[1:-1])
        return lambda context: word
    first, *steps = source.split(".")

    def found(context: Context) -> Any:
        value: Any = context.get(first, missing)
        for step in steps:
            value = _inside(value, step, missing)
        return value() if callable(value) else value

    return found


def _inside(value: Any, step: str, missing: object) -> Any:
    """Take one step into a value: a key, an attribute, a place in a row."""
    if isinstance(value, Mapping) and step in value:
        return value[step]
    if isinstance(value, list | tuple) and step.isdigit():
        return value[int(step)] if int(step) < len(value) else missing
    return getattr(value, step, missing)
