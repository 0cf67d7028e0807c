"""Read the standard's query parameters; what is not answered here is refused with the reason.

Several values are parted by `|` (or by commas, where none can be part of a value), or the parameter
stands several times; one of them must fit. Different parameters must all fit. Source: EPCIS 2.0,
sections 8.2.7.1 (names) and 12 (web addresses).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn

from kaishu.core.errors import Refusal
from kaishu.core.genealogy import epc
from kaishu.supply.capture import fields
from kaishu.supply.capture.errors import QueryWrong
from kaishu.supply.capture.event_hash import STANDARD, Spaces
from kaishu.supply.capture.fields import Condition
from kaishu.supply.capture.models import indexed
from kaishu.supply.capture.naming import FIRST, LAST, moment
from kaishu.supply.capture.words import short

MOST_VALUES = 100
MOST_PARAMETERS = 100
LONGEST = 2000  # characters of a value
_HALVES = re.compile(r"[\ud800-\udfff]")  # of signs: JSON can name one alone, and no text has it
MOST_ON_PAGE = 100
TYPES = (
    "ObjectEvent", "AggregationEvent", "TransactionEvent", "TransformationEvent",
    "AssociationEvent",
)  # fmt: skip
_TIMES = {
    "GE_eventTime": ("at", "gte"),
    "LT_eventTime": ("at", "lt"),
    "GE_recordTime": ("recorded_at", "gte"),
    "LT_recordTime": ("recorded_at", "lt"),
}
_WORDS = {"EQ_action": "action", "EQ_bizStep": "biz_step", "EQ_disposition": "disposition"}
_PLACES = {"EQ_readPoint": "readPoint", "EQ_bizLocation": "bizLocation"}
_BELOW = {"WD_readPoint": "readPoint", "WD_bizLocation": "bizLocation"}
_INSTANCES: Mapping[str, tuple[str, ...]] = {
    "MATCH_epc": ("epc",),
    "MATCH_parentID": ("parentID",),
    "MATCH_inputEPC": ("inputEPC",),
    "MATCH_outputEPC": ("outputEPC",),
    "MATCH_anyEPC": ("epc", "parentID", "inputEPC", "outputEPC"),
}
_CLASSES: Mapping[str, tuple[str, ...]] = {
    "MATCH_epcClass": ("epcClass",),
    "MATCH_inputEPCClass": ("inputEPCClass",),
    "MATCH_outputEPCClass": ("outputEPCClass",),
    "MATCH_anyEPCClass": ("epcClass", "inputEPCClass", "outputEPCClass"),
}
_DISPOSITIONS = {
    "EQ_persistentDisposition_set": "persistentDisposition_set",
    "EQ_persistentDisposition_unset": "persistentDisposition_unset",
}
NAMES = (
    "eventType", *_TIMES, *_WORDS, *_PLACES, *_DISPOSITIONS, *_INSTANCES, *_CLASSES,
    *_BELOW, "EQ_eventID", "EQ_transformationID", "EQ_correctiveEventID", "EXISTS_errorDeclaration",
    "orderBy", "orderDirection", "eventCountLimit", "maxEventCount", *fields.NAMES,
)  # fmt: skip
OPEN = ("EQ_bizTransaction_", "EQ_source_", "EQ_destination_")  # followed by a type
_NEVER = {
    "HASATTR": "attributes of master data are not kept",
    "EQATTR": "attributes of master data are not kept",
    "EQ_ATTR": "attributes of master data are not kept",
    "EQ_userID": "ask for the events of a connection with its own token",
}


@dataclass(frozen=True, slots=True)
class Values:
    """What an event must name: one of the values, or one that begins so, under one of the names.

    `below` where what belongs to the places counts too.
    """

    names: tuple[str, ...]
    exact: tuple[str, ...] = ()
    beginnings: tuple[str, ...] = ()
    below: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """A question to the events. `columns` are conditions on its row, `fields` on its text."""

    columns: Mapping[str, object]
    values: tuple[Values, ...] = ()
    fields: tuple[Condition, ...] = ()
    declares_error: bool | None = None
    by_record_time: bool = False
    ascending: bool = False
    limit: int = 0  # the first so many, in order; 0 = all
    most: int = 0  # more than so many is refused; 0 = any number


def read(
    given: Mapping[str, Sequence[str]], *, spaces: Spaces = STANDARD, parted: bool = False
) -> Query:
    """Return the question that parameters ask. Raises QueryWrong.

    `spaces` says what the prefixes of field names stand for. `parted` where the values are parted
    already, as in a named query.
    """
    _not_many(given)
    columns: dict[str, object] = {}
    values: list[Values] = []
    inside: list[Condition] = []
    for name, texts in given.items():
        several = _few(name, list(texts)) if parted else _several(name, texts)
        if name in _TIMES:
            column, way = _TIMES[name]
            columns[f"{column}__{way}"] = _time(name, _one(name, texts))
        elif name == "eventType":
            columns["type__in"] = _closed(name, several, TYPES)
        elif name == "EQ_action":
            columns["action__in"] = _closed(name, several, ("ADD", "OBSERVE", "DELETE"))
        elif name in _WORDS:
            columns[f"{_WORDS[name]}__in"] = [short(each) for each in several]
        elif name in ("EQ_eventID", "EQ_transformationID"):
            columns["event_id__in" if name == "EQ_eventID" else "transformation__in"] = several
        elif (found := _values(name, several)) is not None:
            values.append(found)
        elif name in ("EXISTS_errorDeclaration", "orderBy", "orderDirection", *_COUNTS):
            continue
        elif (condition := fields.read(name, several, spaces)) is not None:
            inside.append(condition)
        else:
            refuse(name)
    return _ordered(given, columns, tuple(values), tuple(inside))


def refuse(name: str) -> NoReturn:
    """Raise QueryWrong for a parameter that is not answered."""
    never = (why for start, why in _NEVER.items() if name.startswith(start))
    reason = next(never, "no parameter of this name is known here")
    raise QueryWrong(parameter=name[:80], reason=reason)


_COUNTS = ("eventCountLimit", "maxEventCount")


def _ordered(
    given: Mapping[str, Sequence[str]],
    columns: Mapping[str, object],
    values: tuple[Values, ...],
    inside: tuple[Condition, ...],
) -> Query:
    def said(name: str, allowed: tuple[str, ...]) -> str:
        return _closed(name, [_one(name, given[name])], allowed)[0] if name in given else ""

    counts = {name: _count(name, given) for name in _COUNTS}
    if all(counts.values()):
        raise QueryWrong(parameter="maxEventCount", reason="not together with eventCountLimit")
    declared = said("EXISTS_errorDeclaration", ("true", "false", ""))
    return Query(
        columns=columns,
        values=values,
        fields=inside,
        declares_error=None if "EXISTS_errorDeclaration" not in given else declared != "false",
        by_record_time=said("orderBy", ("eventTime", "recordTime")) == "recordTime",
        ascending=said("orderDirection", ("ASC", "DESC")) == "ASC",
        limit=counts["eventCountLimit"],
        most=counts["maxEventCount"],
    )


def _values(name: str, several: list[str]) -> Values | None:
    if name in _PLACES:
        return Values((_PLACES[name],), _codes(name, several, epc.place))
    if name in _BELOW:
        codes = _codes(name, several, epc.place)
        return Values((_BELOW[name],), codes, tuple(f"{code}/" for code in codes), below=True)
    if name in _DISPOSITIONS:
        return Values((_DISPOSITIONS[name],), tuple(map(short, several)))
    if name == "EQ_correctiveEventID":
        return Values(("correctiveEventID",), tuple(map(indexed, several)))
    if name in _INSTANCES:
        return _matching(name, _INSTANCES[name], several, of_class=False)
    if name in _CLASSES:
        return _matching(name, _CLASSES[name], several, of_class=True)
    for start in OPEN:
        if name.startswith(start) and len(name) > len(start):
            return _of_type(name, start, several)
    return None


def _of_type(name: str, start: str, several: list[str]) -> Values:
    kind = short(name[len(start) :])
    word = f"{start[3:]}{kind}"
    if start == "EQ_bizTransaction_":
        return Values((word,), tuple(map(indexed, several)))
    return Values((word,), _codes(name, several, epc.place if kind == "location" else epc.party))


def _matching(name: str, names: tuple[str, ...], several: list[str], *, of_class: bool) -> Values:
    """Read names of things, and patterns that stand for all units or lots of a class."""
    exact: list[str] = []
    beginnings: list[str] = []
    for text in several:
        code = _code(name, text, lambda each: epc.thing(each, of_class).code)
        wide = text.startswith("urn:epc:idpat:") or (text.endswith("/*") and not of_class)
        if of_class or not wide:
            exact.append(indexed(code))
        if wide:
            beginnings.append(code + "/")
    return Values(names, tuple(exact), tuple(beginnings))


def _codes(name: str, several: list[str], read_: Callable[[str], str]) -> tuple[str, ...]:
    return tuple(indexed(_code(name, each, read_)) for each in several)


def _code(name: str, text: str, read_: Callable[[str], str]) -> str:
    try:
        return read_(text)
    except Refusal as refusal:
        raise QueryWrong(parameter=name, reason=str(refusal)) from None


def _several(name: str, texts: Sequence[str]) -> list[str]:
    found: list[str] = []
    for text in texts:
        pieces = text.split("|")
        if len(pieces) == 1 and "," in text:
            parted = text.split(",")
            pieces = parted if all(":" in each or ":" not in text for each in parted) else pieces
        found += [each.strip() for each in pieces]
    return _few(name, found)


def _not_many(given: Mapping[str, Sequence[str]]) -> None:
    if len(given) > MOST_PARAMETERS:
        raise QueryWrong(parameter="", reason=f"at most {MOST_PARAMETERS} parameters")


def _few(name: str, found: list[str]) -> list[str]:
    if not found or len(found) > MOST_VALUES:
        raise QueryWrong(parameter=name[:80], reason=f"1 to {MOST_VALUES} values")
    if not all(map(is_text, (name, *found))):
        shown = name[:80].encode(errors="replace").decode().replace("\0", "")
        raise QueryWrong(parameter=shown, reason=f"a text of at most {LONGEST} characters")
    return found


def is_text(text: str) -> bool:
    """Say whether both databases can look for a text."""
    return len(text) <= LONGEST and "\0" not in text and not _HALVES.search(text)


def _one(name: str, texts: Sequence[str]) -> str:
    if len(texts) != 1:
        raise QueryWrong(parameter=name, reason="one value only")
    return texts[0]


def _closed(name: str, several: list[str], allowed: tuple[str, ...]) -> list[str]:
    if set(several) - set(allowed):
        raise QueryWrong(parameter=name, reason=f"one of {', '.join(filter(None, allowed))}")
    return several


def _time(name: str, text: str) -> datetime:
    try:
        found = moment(text.replace(" ", "+"))  # a plus sign in an address is often not encoded
    except (ValueError, OverflowError):
        raise QueryWrong(parameter=name, reason="a time with its zone") from None
    return min(max(found, FIRST), LAST)


def _count(name: str, given: Mapping[str, Sequence[str]]) -> int:
    if name not in given:
        return 0
    text = _one(name, given[name])
    if not (text.isascii() and text.isdigit() and 0 < int(text[:12]) < 10**9 and len(text) < 12):
        raise QueryWrong(parameter=name, reason="a whole number above 0")
    return int(text)
