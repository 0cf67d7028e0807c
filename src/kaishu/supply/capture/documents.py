"""A document as a whole: its frame and its @context, before any event is looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kaishu.core.errors import Refusal
from kaishu.supply.capture import errors, reading, schema

MOST_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Document:
    """A document whose frame is as the standard says; its events are not looked at yet."""

    context: object
    events: Sequence[Any]
    used: frozenset[str] | None  # prefixes that its text could use, where somebody looked
    place: str  # the JSON pointer of its events
    header: Mapping[str, Any]  # epcisHeader, with master data


def read_document(body: bytes) -> Document:
    """Return a document's events. Raises what is wrong with its frame, `pointer` says where."""
    if len(body) > MOST_BYTES:
        raise errors.TooLarge(most=MOST_BYTES // 1024 // 1024)
    return of_parts(reading.parse(body), reading.used_prefixes(body))


def of_parts(found: Any, used: frozenset[str] | None = None, place: str = "") -> Document:
    """Return the document that a JSON value is: one of events, or the answer to a query.

    `place` is known where the events were read apart. Raises what is wrong with the frame.
    """
    asked = isinstance(found, dict) and found.get("type") == "EPCISQueryDocument"
    for pointer, refusal in schema.document_problems(found, asked=asked):
        refusal.facts["pointer"] = pointer
        raise refusal
    try:
        reading.prefixes(found["@context"])
    except Refusal as refusal:
        refusal.facts["pointer"] = "/@context"
        raise
    body = found["epcisBody"]
    events = (body["queryResults"]["resultsBody"] if asked else body)["eventList"]
    where = "/epcisBody/queryResults/resultsBody" if asked else "/epcisBody"
    return Document(
        found["@context"], events, used, place or f"{where}/eventList", found.get("epcisHeader", {})
    )
