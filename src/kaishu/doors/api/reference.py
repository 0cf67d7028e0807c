"""The contract as JSON, and as a page without a script: rendered from the same document."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.cache import cache_control
from django.views.decorators.http import condition, require_safe

from kaishu.base import language
from kaishu.core.canonical import digest
from kaishu.core.sentences import sentence
from kaishu.doors.api.api import api
from kaishu.doors.api.errors import STATUS, UNDERSTOOD


@lru_cache(maxsize=1)
def document() -> dict[str, Any]:
    """Return the OpenAPI document, made once a process."""
    found: dict[str, Any] = json.loads(json.dumps(api.get_openapi_schema()))
    return found


@lru_cache(maxsize=1)
def _text() -> bytes:
    return json.dumps(document(), ensure_ascii=False, indent=1).encode()


def _tag(request: HttpRequest) -> str:
    return f'"{digest(_text().decode())[:32]}"'


@require_safe
@cache_control(public=True, max_age=300)
@condition(etag_func=_tag)
def openapi(request: HttpRequest) -> HttpResponse:
    """Answer the contract; needs no token."""
    return HttpResponse(_text(), content_type="application/json")


@require_safe
@cache_control(public=True, max_age=300)
def page(request: HttpRequest) -> HttpResponse:
    """Show the contract to a person, with every reason code at the end."""
    found = document()
    schemas = found["components"]["schemas"]
    context = {
        "version": found["info"]["version"],
        "about": _prose(found["info"]["description"]),
        "tag": language.tag(),
        "groups": _groups(found, schemas),
        "codes": [
            {"code": code, "status": status, "said": sentence(code, language.tag())}
            for code, status in sorted({**UNDERSTOOD, **STATUS}.items())
        ],
    }
    return render(request, "api/reference.html", context)


def _prose(text: str) -> SafeString:
    """Return text with what stands between backticks as code, and everything else escaped."""
    parts = enumerate(text.split("`"))
    return format_html_join(
        "", "{}", ((format_html("<code>{}</code>", part) if n % 2 else part,) for n, part in parts)
    )


def _groups(found: dict[str, Any], schemas: dict[str, Any]) -> list[dict[str, Any]]:
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, methods in found["paths"].items():
        for method, operation in methods.items():
            line = _operation(path, method, operation, schemas)
            groups.setdefault(operation["tags"][0], []).append(line)
    return [{"name": name, "operations": lines} for name, lines in groups.items()]


def _operation(
    path: str, method: str, operation: dict[str, Any], schemas: dict[str, Any]
) -> dict[str, Any]:
    body = operation.get("requestBody", {}).get("content", {})
    answers = [
        {"code": code, "said": each.get("description", ""), "fields": _of(each, schemas)}
        for code, each in operation["responses"].items()
        if code < "300"
    ]
    return {
        "id": operation["operationId"],
        "method": method.upper(),
        "path": path,
        "summary": operation["summary"],
        "description": [_prose(part) for part in operation.get("description", "").split("\n\n")],
        "scope": scope_of(operation),
        "parameters": operation["parameters"],
        "body": next((_fields(each["schema"], schemas) for each in body.values()), []),
        "answers": answers,
    }


def scope_of(operation: Mapping[str, Any]) -> str:
    """Return the scope that an operation needs, or nothing for one that needs no token."""
    return next((scope for each in operation["security"] for scope in each["token"]), "")


def _of(answer: dict[str, Any], schemas: dict[str, Any]) -> list[dict[str, str]]:
    content = answer.get("content", {})
    return next((_fields(each["schema"], schemas) for each in content.values()), [])


def _fields(schema: dict[str, Any], schemas: dict[str, Any]) -> list[dict[str, str]]:
    whole = _resolved(schema, schemas)
    needed = set(whole.get("required", ()))
    return [
        {
            "name": name,
            "kind": _kind(each, schemas),
            "needed": "yes" if name in needed else "",
            "said": each.get("description", ""),
        }
        for name, each in whole.get("properties", {}).items()
    ]


def _resolved(schema: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    reference = schema.get("$ref", "")
    found: dict[str, Any] = schemas[reference.rpartition("/")[2]] if reference else schema
    return found


def _kind(schema: dict[str, Any], schemas: dict[str, Any]) -> str:
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if "anyOf" in schema:
        return " | ".join(_kind(each, schemas) for each in schema["anyOf"])
    if schema.get("type") == "array":
        inside = _kind(schema.get("items", {}), schemas)
        return f"[{inside}]"
    if "$ref" in schema or schema.get("type") == "object":
        names = _resolved(schema, schemas).get("properties", {})
        return "{" + ", ".join(names) + "}"
    return str(schema.get("format") or schema.get("type", ""))
