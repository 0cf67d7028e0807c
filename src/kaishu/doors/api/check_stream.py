"""Check up to 10,000 units in one request: a line comes in, its answer goes out.

Newline-delimited JSON both ways, so that neither side ever holds the whole. A line that cannot be
read is answered with its problem, and the others go on. Nothing is kept.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from django.http import HttpRequest, StreamingHttpResponse
from django.utils import translation
from ninja import Router
from pydantic import ValidationError

from kaishu.core.errors import Refusal
from kaishu.core.pack import Pack
from kaishu.doors.api import errors
from kaishu.doors.api.check import UnitIn, check_one, count_units
from kaishu.doors.api.common import Bearer, Key, caller
from kaishu.editions import queries as editions

router = Router(tags=["Check"])
NDJSON = "application/x-ndjson"
MOST_LINES = 10_000
LONGEST_LINE = 4_000
PIECE = 512  # bytes read at a time; a server waits until it has them, so few
COUNTED = 100  # lines that are counted towards the hour in one go
_LINES = {"type": "string", "description": "One JSON object a line."}
DOCUMENT: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "A unit a line, as in checkUnits; `recall` may stand in each. At most "
        f"{MOST_LINES:,} lines of {LONGEST_LINE:,} bytes.",
        "content": {
            NDJSON: {"schema": _LINES, "example": '{"model":"A1263","serial":"ARF4P60F20300001"}\n'}
        },
    },
    "responses": {
        200: {
            "description": "Line by line: the members of a check's answer and `line`; or `line` "
            "and `problem`. The last line has `end`: without it the stream was cut.",
            "content": {NDJSON: {"schema": _LINES}},
        }
    },
}


class TooManyLines(Refusal):
    """More lines than one stream takes."""

    code = "api_too_many_lines"


class LineIn(UnitIn):
    """One line: a unit, and the recall to ask where it is not all of them."""

    recall: str = ""


@router.post(
    "/check/stream",
    auth=Bearer("check"),
    response={200: None},
    openapi_extra=DOCUMENT,
    operation_id="streamChecks",
)
def stream_checks(request: HttpRequest, idempotency_key: Key) -> StreamingHttpResponse:
    """Check up to 10,000 units, answered as they are read.

    All lines are answered by the editions that were in force at the first. Each line counts towards
    the limit of 20,000 units an hour; where that is reached the stream says so and ends. Nothing is
    stored: sent again, it is answered from the editions in force then.
    """
    count_units(caller(request), COUNTED)
    lines = _Lines(request, editions.current_packs(), translation.get_language() or "en")
    response = StreamingHttpResponse(lines.answers(), content_type=NDJSON)
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"
    return response


class _Lines:
    """The answers of one stream; its counts end up in the last line."""

    def __init__(self, request: HttpRequest, packs: list[Pack], tongue: str) -> None:
        self._request, self._packs, self._tongue = request, packs, tongue
        self._answered = self._problems = 0

    def answers(self) -> Iterator[bytes]:
        """Yield a line for each line, and one at the end."""
        number = 0
        for number, raw in _numbered(self._request):
            try:
                if number > MOST_LINES:
                    raise TooManyLines(most=f"{MOST_LINES:,}")
                if number > COUNTED and number % COUNTED == 1:
                    count_units(caller(self._request), COUNTED)
            except Refusal as refusal:
                yield self._problem(number, refusal)
                break
            yield self._answer(number, raw)
        counts = {"answered": self._answered, "problems": self._problems}
        yield _line({"end": True, "lines": number, **counts})

    def _answer(self, number: int, raw: bytes) -> bytes:
        try:
            if len(raw) > LONGEST_LINE:
                raise errors.TooBig
            said = LineIn.model_validate_json(raw)
            with translation.override(self._tongue):
                found = check_one(self._packs, said, said.recall)
        except ValidationError as wrong:
            return self._problem(number, errors.Invalid(), told=wrong.errors())
        except Refusal as refusal:
            return self._problem(number, refusal)
        self._answered += 1
        return _line({"line": number, **found.model_dump(mode="json")})

    def _problem(self, number: int, refusal: Refusal, told: Iterable[Any] = ()) -> bytes:
        self._problems += 1
        listed = [
            {"field": ".".join(map(str, each["loc"])), "message": str(each["msg"])[:200]}
            for each in told
        ]
        with translation.override(self._tongue):
            status = errors.status_of(refusal.code)
            problem = errors.document(refusal, tag=None, errors=listed, status=status)
        return _line({"line": number, "problem": problem})


def _numbered(request: HttpRequest) -> Iterator[tuple[int, bytes]]:
    """Yield the lines that say something; of one that is too long only its beginning is kept."""
    number = 0
    for raw in _lines(request):
        if raw.strip():
            number += 1
            yield number, raw


def _lines(request: HttpRequest) -> Iterator[bytes]:
    """Yield each line as it comes. Only `read` is asked: granian's `readline` ends at the first."""
    kept = b""
    while piece := request.read(PIECE):
        *whole, rest = piece.split(b"\n")
        for each in whole:
            yield kept + each[: LONGEST_LINE + 1 - len(kept)]
            kept = b""
        kept += rest[: LONGEST_LINE + 1 - len(kept)]
    yield kept


def _line(said: dict[str, Any]) -> bytes:
    text = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "replace") + b"\n"
