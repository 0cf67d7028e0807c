"""Hold a value against the part of JSON Schema that this project's own schemas use."""

from __future__ import annotations

from typing import Any

_TYPES: dict[str, Any] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "boolean": bool,
    "null": type(None),
}


def problems_of(value: Any, schema: dict[str, Any], root: Any = None, at: str = "$") -> list[str]:
    """Return what in the value is not as the schema says, each with its place."""
    root = root or schema
    if "$ref" in schema:
        name = schema["$ref"].removeprefix("#/$defs/")
        return problems_of(value, root["$defs"][name], root, at)
    found = []
    if "const" in schema and value != schema["const"]:
        found.append(f"{at} is not {schema['const']!r}")
    types = schema.get("type", [])
    allowed = [types] if isinstance(types, str) else types
    if allowed and not any(_is(value, name) for name in allowed):
        return [*found, f"{at} is {type(value).__name__}, not {' or '.join(allowed)}"]
    if isinstance(value, dict):
        known = schema.get("properties", {})
        found += [
            f"{at}.{name} is missing" for name in schema.get("required", []) if name not in value
        ]
        if schema.get("additionalProperties") is False:
            found += [f"{at}.{name} is not described" for name in value if name not in known]
        for name, item in value.items():
            if name in known:
                found += problems_of(item, known[name], root, f"{at}.{name}")
    if isinstance(value, list):
        for number, item in enumerate(value):
            found += problems_of(item, schema.get("items", {}), root, f"{at}[{number}]")
    return found


def _is(value: Any, name: str) -> bool:
    if isinstance(value, bool):
        return name == "boolean"
    return isinstance(value, _TYPES[name])
