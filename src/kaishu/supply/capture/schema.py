"""Hold events against the schema (`epcis.json`), compiled once a process."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib import resources
from typing import Any

import jsonschema_rs

from kaishu.core.errors import Refusal
from kaishu.supply.capture import errors
from kaishu.supply.capture.reading import escaped

MOST_TOLD = 10


@lru_cache(maxsize=1)
def _compiled() -> tuple[Any, Any, Mapping[str, Any]]:
    whole = json.loads(resources.files(__package__).joinpath("epcis.json").read_bytes())
    shared = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$defs": whole["$defs"]}

    def made(part: Mapping[str, Any]) -> Any:
        return jsonschema_rs.validator_for({**shared, **part}, offline=True)

    events = {name: made(part) for name, part in whole["events"].items()}
    return made(whole["document"]), made(_answer(whole["document"])), events


def _answer(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the schema of an EPCISQueryDocument: the same frame, its events two levels deeper."""
    body: Any = document["properties"]["epcisBody"]
    for name in ("resultsBody", "queryResults"):
        body = {"type": "object", "required": [name], "properties": {name: body}}
    said = {"type": {"const": "EPCISQueryDocument"}, "epcisBody": body}
    return {**document, "properties": {**document["properties"], **said}}


def document_problems(document: object, *, asked: bool = False) -> list[tuple[str, Refusal]]:
    """Return (pointer, what is wrong) of everything about a document but its events.

    `asked` where it is the answer to a query.
    """
    return list(_told(_compiled()[1 if asked else 0], document))


def event_problems(event: object) -> list[tuple[str, Refusal]]:
    """Return (pointer within the event, what is wrong), at most ten; none = it fits."""
    if not isinstance(event, dict):
        return [("", errors.FieldWrong(rule="object"))]
    kind = event.get("type")
    known = _compiled()[2]
    if not isinstance(kind, str) or kind not in known:
        return [("/type", errors.TypeUnknown(types=", ".join(known)))]
    checker = known[kind]
    return [] if checker.is_valid(event) else list(_told(checker, event))


def _told(checker: Any, value: object) -> Iterator[tuple[str, Refusal]]:
    for number, wrong in enumerate(checker.iter_errors(value)):
        if number == MOST_TOLD:
            return
        place = "".join(f"/{escaped(str(part))}" for part in wrong.instance_path)
        yield place, _refusal(wrong)


def _refusal(wrong: Any) -> Refusal:
    """Return what was not held to, without repeating what was sent but for names of fields."""
    rule = str(wrong.schema_path[-1]) if wrong.schema_path else "schema"
    if rule == "required":
        return errors.FieldMissing(field=wrong.kind.property)
    if rule == "additionalProperties":
        return errors.FieldUnknown(field=", ".join(wrong.kind.unexpected)[:120])
    if rule == "anyOf" and not wrong.instance_path:
        return errors.NothingNamed()
    return errors.FieldWrong(rule=rule)
