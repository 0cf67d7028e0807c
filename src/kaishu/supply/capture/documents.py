"""A document as a whole: its frame and its @context, before any event is looked at."""

from __future__ import annotations

from collections.abc import Sequence
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
    used: frozenset[str]  # prefixes that its text could use


def read_document(body: bytes) -> Document:
    """Return a document's events. Raises what is wrong with its frame, `pointer` says where."""
    if len(body) > MOST_BYTES:
        raise errors.TooLarge(most=MOST_BYTES // 1024 // 1024)
    found = reading.parse(body)
    for pointer, refusal in schema.document_problems(found):
        refusal.facts["pointer"] = pointer
        raise refusal
    try:
        reading.prefixes(found["@context"])
    except Refusal as refusal:
        refusal.facts["pointer"] = "/@context"
        raise
    return Document(found["@context"], found["epcisBody"]["eventList"], reading.used_prefixes(body))
