"""Read plain JSON values back into the dataclasses that `canonical` wrote them from."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

Value = TypeVar("Value")


class Undecodable(ValueError):
    """The JSON does not have the shape that the type asks for."""

    code = "undecodable"


def decode(kind: type[Value], raw: object) -> Value:
    """Return `raw` as a `kind`: dataclasses, tuples, texts by key, dates, enums, optionals.

    A field that is missing takes its default, so that an edition of years ago still opens after
    a field has joined; a key that the type does not know is refused.
    """
    value: Value = _decode(kind, raw, kind.__name__)
    return value


@cache
def _hints(kind: type) -> Mapping[str, Any]:
    return get_type_hints(kind)


def _decode(kind: Any, raw: Any, where: str) -> Any:
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        (inner,) = (each for each in get_args(kind) if each is not type(None))
        return None if raw is None else _decode(inner, raw, where)
    if origin is tuple:
        inner = get_args(kind)[0]
        return tuple(_decode(inner, each, where) for each in _is(list, raw, where))
    if origin is Mapping:
        inner = get_args(kind)[1]
        plain = _is(dict, raw, where)
        return {key: _decode(inner, each, f"{where}.{key}") for key, each in plain.items()}
    if is_dataclass(kind):
        return _dataclass(kind, _is(dict, raw, where), where)
    return _single(kind, raw, where)


def _single(kind: Any, raw: Any, where: str) -> Any:
    try:
        if issubclass(kind, Enum):
            return kind(raw)
        if kind is date:
            return date.fromisoformat(_is(str, raw, where))
    except ValueError as error:
        raise Undecodable(f"{where}: {error}") from error
    return _is(kind, raw, where)


def _dataclass(kind: Any, raw: dict[str, Any], where: str) -> Any:
    hints = _hints(kind)
    if unknown := raw.keys() - hints.keys():
        raise Undecodable(f"{where}: unknown {', '.join(sorted(unknown))}")
    for each in fields(kind):
        required = each.default is MISSING and each.default_factory is MISSING
        if required and each.name not in raw:
            raise Undecodable(f"{where}: no {each.name}")
    return kind(
        **{name: _decode(hints[name], value, f"{where}.{name}") for name, value in raw.items()}
    )


def _is(kind: type, raw: Any, where: str) -> Any:
    if type(raw) is not kind:
        raise Undecodable(f"{where}: {type(raw).__name__} instead of {kind.__name__}")
    return raw
