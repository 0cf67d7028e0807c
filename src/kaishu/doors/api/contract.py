"""The parts of the OpenAPI document that are the same for every route: problems, headers, keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

DESCRIPTION = """\
For the software of shops, warehouses and the maker. Every request carries a token
(`Authorization: Bearer kaishu_…`) that an administrator issues in the console, with the scopes it
needs. Every POST carries an `Idempotency-Key`: send it again with the same key and body and you get
the first answer (for 48 hours). One route needs neither, because strangers answer our letters
there: `POST /api/v1/alerts/answers`. What is refused comes as `application/problem+json` with a
stable `code` and, in the language of `Accept-Language` (ja, zh-Hans, en), a sentence and the next
step. Lists come in pages, oldest first: give `next` back as `cursor`. 300 requests a minute for
each connection; 429 says in `Retry-After` when to go on.
"""
PROBLEM = "application/problem+json"
_TEXT = {"type": "string"}
PROBLEM_SCHEMA: dict[str, Any] = {
    "title": "Problem",
    "description": "Why not, and what to do next (RFC 9457).",
    "type": "object",
    "required": [
        "type",
        "title",
        "status",
        "detail",
        "next",
        "code",
        "facts",
        "errors",
        "request_id",
    ],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {**_TEXT, "description": "The same for every problem of this code, in English."},
        "status": {"type": "integer"},
        "detail": {**_TEXT, "description": "One sentence in the caller's language."},
        "next": {
            **_TEXT,
            "description": "What to do next, in the caller's language; may be empty.",
        },
        "code": {**_TEXT, "description": "Stable: programs read this."},
        "facts": {"type": "object", "additionalProperties": _TEXT},
        "errors": {
            "type": "array",
            "description": "Which fields, for code api_invalid.",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {"field": _TEXT, "message": _TEXT},
            },
        },
        "request_id": {**_TEXT, "description": "Name it when you ask us about it."},
    },
}
REQUEST_ID = {"X-Request-Id": {"description": "Name it when you ask us about it.", "schema": _TEXT}}
TOLD = {
    "400": "No Idempotency-Key, a body that is no JSON, or a cursor that is not ours.",
    "401": "No token, or one that opens nothing.",
    "403": "The token lacks the scope, or works for another site or recall.",
    "404": "Not there, or not this connection's.",
    "409": "The first request with this key is still worked on, or somebody was faster.",
    "413": "The body is too big.",
    "422": "Understood and refused; the code says why. Also: this key came with another body.",
    "429": "Too many requests; see Retry-After.",
}
# What one answer is good for next: programs that walk the contract find their way by these.
LINKS: dict[str, tuple[str, dict[str, dict[str, str]]]] = {
    "fileClaim": (
        "201",
        {"readClaim": {"case_no": "$response.body#/case_no"}},
    ),
    "registerWebhook": (
        "201",
        {
            operation: {"webhook": "$response.body#/webhook"}
            for operation in ("readWebhook", "renewSecret", "listDeliveries", "endWebhook")
        },
    ),
    "listSites": (
        "200",
        {
            operation: {"site": "$response.body#/items/0/site"}
            for operation in ("answerForSite", "putAside")
        },
    ),
}
ONLY_POST = frozenset({"409", "413"})
ONLY_TOKEN = frozenset({"401", "403", "409"})  # told by the token, or by the key beside it
# The only operations that need neither a token nor an Idempotency-Key, and why.
OPEN = {
    "handInAnswer": "A company that holds our letter may have no account here; its signature says"
    " who answers, and the answer's own number makes it happen once.",
}


def completed(document: dict[str, Any], scopes: Mapping[str, str]) -> dict[str, Any]:
    """Return the document with problems, request ids and scopes on every operation.

    The security requirement of an operation names its scope, as OpenAPI 3.1 allows for tokens; an
    open one has none. Any other without a scope is a fault of ours.
    """
    components = document.setdefault("components", {})
    components.setdefault("schemas", {})["Problem"] = PROBLEM_SCHEMA
    components["securitySchemes"] = {
        "token": {
            "type": "http",
            "scheme": "bearer",
            "description": "A token that an administrator issues in the console.",
        }
    }
    for path in document["paths"].values():
        for method, operation in path.items():
            name = operation["operationId"]
            _complete(method, operation, "" if name in OPEN else scopes[name])
    return document


def _complete(method: str, operation: dict[str, Any], scope: str) -> None:
    operation["security"] = [{"token": [scope]}] if scope else []
    answers = {str(code): said for code, said in operation["responses"].items()}
    for code, said in TOLD.items():
        if (code in ONLY_POST and method != "post") or (code in ONLY_TOKEN and not scope):
            continue
        reference = {"schema": {"$ref": "#/components/schemas/Problem"}}
        answers[code] = {"description": said, "content": {PROBLEM: reference}}
    for said in answers.values():
        said["headers"] = REQUEST_ID
    if operation["operationId"] in LINKS:
        code, leads = LINKS[operation["operationId"]]
        answers[code]["links"] = {
            name: {"operationId": name, "parameters": known} for name, known in leads.items()
        }
    operation["responses"] = dict(sorted(answers.items()))
