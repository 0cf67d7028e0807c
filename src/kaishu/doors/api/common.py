"""What every route shares: who calls, how often, the key of a POST, pages, and entity tags."""

from __future__ import annotations

import base64
import binascii
import hashlib
import inspect
import json
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Annotated, Any, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.http import parse_etags
from ninja import Header, Schema
from ninja.security import HttpBearer
from pydantic import AfterValidator, ConfigDict, Field

from kaishu.base import clock, limiter
from kaishu.base.sealing import keyed_digest
from kaishu.connections import answers, tokens
from kaishu.connections.errors import TokenMissing, TooOften
from kaishu.connections.tokens import Caller
from kaishu.core.errors import Refusal
from kaishu.doors.api import errors

A_MINUTE, AN_HOUR = 60, 3600
REQUESTS_A_MINUTE = 300
MOST_ON_PAGE = 100
SCOPE = "kaishu_scope"
View = TypeVar("View", bound=Callable[..., Any])
M = TypeVar("M", bound=Model)

Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        pattern=r"^[\x21-\x7e]+$",
        description="Your own name for this request, new for each thing you want done (a UUID is "
        "good). Send it again with the same body and you get the first answer.",
    ),
]


def _plain(text: str) -> str:
    """Refuse what no database column and no JSON reader takes."""
    if any(unicodedata.category(sign) in ("Cc", "Cs") and sign not in "\n\t" for sign in text):
        raise ValueError("control characters and lone surrogates are not text")
    return text


Text = Annotated[str, AfterValidator(_plain)]


class Body(Schema):
    """A body whose fields are all known: a misspelled name is told, not ignored."""

    model_config = ConfigDict(extra="forbid", strict=True, str_strip_whitespace=True)


class Bearer(HttpBearer):
    """A token in the Authorization header, and nothing else: no cookie, no session."""

    openapi_description = "A token that an administrator issues in the console."

    def __init__(self, scope: str) -> None:
        super().__init__()
        self.scope = scope

    def __call__(self, request: HttpRequest) -> Caller | None:
        """Return who calls. Raises TokenMissing, TokenWrong, ScopeMissing, TooOften."""
        kind, _space, token = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "bearer" or not token.strip():
            raise TokenMissing
        return self.authenticate(request, token.strip())

    def authenticate(self, request: HttpRequest, token: str) -> Caller:
        """Return the caller of a token that has the route's scope and some tries left."""
        caller = tokens.caller_of(token, at=clock.now())
        count(caller, name="api", limit=REQUESTS_A_MINUTE, seconds=A_MINUTE)
        if self.scope:
            caller.require(self.scope)
        return caller


def caller(request: HttpRequest) -> Caller:
    """Return who calls; the route's `auth` put it there."""
    found: Caller = request.auth  # type: ignore[attr-defined]  # ninja sets it before the view
    return found


def count(by: Caller, *, name: str, limit: int, seconds: int, cost: int = 1) -> None:
    """Count a request of a connection; raise TooOften with how many seconds to wait."""
    subject, at = by.connection.code, clock.now()
    if not limiter.allow(
        name=name, subject=subject, limit=limit, seconds=seconds, at=at, cost=cost
    ):
        left = limiter.wait(name=name, subject=subject, limit=limit - cost + 1, at=at)
        raise TooOften(retry_after=max(1, left))


def once(view: View) -> View:
    """Do a POST once: the same key and body give the kept answer, whoever repeats it when.

    Refusals are kept too, because they are answers; what broke is not, so that it can be tried
    again. Bodies that were never understood did not reach this.
    """

    @wraps(view)
    def kept(request: HttpRequest, *args: Any, **said: Any) -> HttpResponse:
        connection, key = caller(request).connection, said["idempotency_key"]
        asked = answers.request_hash([request.method, request.path_info, _said(request, said)])
        first = answers.begin(connection=connection, key=key, asked=asked, at=clock.now())
        if first is not None:
            return _again(first)
        try:
            response = _answer(view, request, args, said)
        except BaseException:
            answers.forget(connection=connection, key=key)
            raise
        if response.status_code == 429:
            answers.forget(connection=connection, key=key)
        else:
            status, body = response.status_code, response.content
            answers.finish(connection=connection, key=key, status=status, body=body)
        return response

    # Ninja reads the types of a route from here; as names they would be looked up in this file.
    kept.__signature__ = inspect.signature(view, eval_str=True)  # type: ignore[attr-defined]  # any callable takes one
    return kept  # type: ignore[return-value]  # the same signature, by wraps


def action_key(by: Caller, key: str) -> str:
    """Return the key that an action behind a POST gets: short, and this connection's own."""
    return hashlib.sha256(f"{by.connection.code} {key}".encode()).hexdigest()


def answer(body: Schema | Mapping[str, Any], status: int = 200) -> HttpResponse:
    """Return a JSON answer."""
    plain = body.model_dump(mode="json") if isinstance(body, Schema) else body
    text = json.dumps(plain, ensure_ascii=False, separators=(",", ":"))
    data = text.encode("utf-8", "replace")
    return HttpResponse(data, status=status, content_type="application/json")


def tagged(request: HttpRequest, body: Schema) -> HttpResponse:
    """Return a JSON answer with its entity tag; 304 where the caller has it already."""
    response = answer(body)
    tag = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
    response["ETag"] = tag
    known = parse_etags(request.headers.get("If-None-Match", ""))
    if tag in known or f"W/{tag}" in known or known == ["*"]:
        response = HttpResponse(status=304, headers={"ETag": tag})
    response["Cache-Control"] = "private, no-cache"
    return response


class PageOf(Schema):
    """What every list has besides its items."""

    next: str | None = Field(
        None,
        description="Give it as `cursor` to read on; null at the end. Keep the last one you "
        "had, and ask again later: what is new comes after it.",
    )


def page(rows: QuerySet[M], *, cursor: str, limit: int, name: str) -> tuple[list[M], str | None]:
    """Return one page by number, oldest first, and the cursor after it.

    New rows get higher numbers: they come at the end and never move what was read.
    """
    after = read_cursor(cursor, name=name) if cursor else 0
    found: list[Any] = list(rows.filter(pk__gt=after).order_by("pk")[: limit + 1])
    more = len(found) > limit
    found = found[:limit]
    return found, make_cursor(found[-1].pk, name=name) if more else None


def make_cursor(number: int, *, name: str) -> str:
    """Return a number as a cursor that only we can make."""
    mark = keyed_digest(f"{name} {number}".encode(), purpose="api-cursor")[:9]
    return base64.urlsafe_b64encode(mark + str(number).encode()).decode().rstrip("=")


def read_cursor(cursor: str, *, name: str) -> int:
    """Return the number of one of our cursors. Raises CursorWrong."""
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        number = int(raw[9:].decode("ascii"))
    except (ValueError, binascii.Error):
        raise errors.CursorWrong from None
    if make_cursor(number, name=name) != cursor:
        raise errors.CursorWrong
    return number


def _said(request: HttpRequest, said: Mapping[str, Any]) -> dict[str, Any]:
    plain = {name: _comparable(value) for name, value in said.items() if name != "idempotency_key"}
    if request.FILES:
        plain["fields"] = sorted((name, list(values)) for name, values in request.POST.lists())
        plain["files"] = [
            [name, hashlib.sha256(_whole(file)).hexdigest()]
            for name, file in sorted(request.FILES.items())
        ]
    return plain


def _whole(file: Any) -> bytes:
    file.seek(0)
    data: bytes = file.read()
    file.seek(0)
    return data


def _comparable(value: Any) -> Any:
    return value.model_dump(mode="json") if isinstance(value, Schema) else value


def _answer(
    view: Callable[..., Any], request: HttpRequest, args: Sequence[Any], said: Mapping[str, Any]
) -> HttpResponse:
    try:
        response: HttpResponse = view(request, *args, **said)
    except Refusal as refusal:
        return errors.problem(refusal)
    return response


def _again(first: answers.Kept) -> HttpResponse:
    kind = errors.TYPE if first.status >= 400 else "application/json"
    response = HttpResponse(first.body, status=first.status, content_type=kind)
    response["Idempotency-Replayed"] = "true"
    return response
