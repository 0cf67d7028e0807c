"""Conditions on what an event says itself: quantities, ILMD, extensions, sensors, declarations.

They are not in the index: the database finds the events whose text can fit (`texts`), and
`fits` then looks into each. Source of the names: EPCIS 2.0, section 8.2.7.1.
"""

from __future__ import annotations

import json
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from kaishu.supply.capture.errors import QueryWrong
from kaishu.supply.capture.event_hash import Spaces, key_of, spaces_of, uri_of
from kaishu.supply.capture.naming import moment
from kaishu.supply.capture.words import short

QUANTITIES = ("quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList")
_WAYS: Mapping[str, Callable[[Any, Any], bool]] = {
    "GT": operator.gt,
    "GE": operator.ge,
    "LT": operator.lt,
    "LE": operator.le,
}
_FIELD = re.compile(
    r"(EQ|GT|GE|LT|LE|EXISTS)_(INNER_)?"
    r"(ILMD_|ERROR_DECLARATION_|SENSORELEMENT_|SENSORMETADATA_|SENSORREPORT_|readPoint_"
    r"|bizLocation_)?([^\s\"\\]+:[^\s\"\\]+)"
)
_INSIDE = {
    "": "event",
    "ILMD_": "ilmd",
    "ERROR_DECLARATION_": "errorDeclaration",
    "SENSORELEMENT_": "element",
    "SENSORMETADATA_": "metadata",
    "SENSORREPORT_": "report",
    "readPoint_": "readPoint",
    "bizLocation_": "bizLocation",
}
_NUMBER = re.compile(
    r"(EQ|GT|GE|LT|LE)_(quantity|value|minValue|maxValue|meanValue|sDev|percValue|percRank)"
    r"(?:_([A-Z0-9]{2,4}))?"
)
_SENSED = re.compile(
    r"EQ_(type|deviceID|deviceMetadata|rawData|dataProcessingMethod|bizRules|microorganism"
    r"|chemicalSubstance|stringValue|booleanValue|hexBinaryValue|uriValue)"
    r"|(GE|LT)_(time|startTime|endTime)"
)
_DECLARED = re.compile(r"(GE|LT)_errorDeclaration_?Time|EQ_errorReason")
_LISTS = {"EXISTS_sensorElementList": "sensorElementList", "EXISTS_ilmd": "ilmd"}
NAMES = (
    *(f"{way}_quantity" for way in ("EQ", *_WAYS)), *(f"{way}_percRank" for way in ("EQ", *_WAYS)),
    "EQ_type", "EQ_deviceID", "EQ_deviceMetadata", "EQ_rawData", "EQ_dataProcessingMethod",
    "EQ_bizRules", "EQ_microorganism", "EQ_chemicalSubstance", "EQ_stringValue", "EQ_booleanValue",
    "EQ_hexBinaryValue", "EQ_uriValue", "GE_time", "LT_time", "GE_startTime", "LT_startTime",
    "GE_endTime", "LT_endTime", "EQ_errorReason", "GE_errorDeclarationTime",
    "LT_errorDeclarationTime", *_LISTS,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Condition:
    """What one object of an event must say: `inside` names the objects, `name` the field.

    `way` is EQ, EXISTS or a comparison; `absent` turns EXISTS round. `inner` looks below the
    extensions of the object instead of at them. An object must also say `uom`, where one is given.
    """

    inside: str
    name: str
    way: str
    values: tuple[str, ...] = ()
    inner: bool = False
    uom: str = ""
    absent: bool = False
    spaces: Spaces = field(default_factory=dict)

    def texts(self) -> tuple[str, ...]:
        """Return texts of which an event holds at least one if it fits; none = any event may."""
        if self.absent:
            return ()
        plain = [each for each in self.values if self.way == "EQ" and _is_plain(each)]
        if plain and len(plain) == len(self.values):
            return tuple(json.dumps(each, ensure_ascii=False)[1:-1] for each in plain)
        local = key_of(self.name, self.spaces).rpartition("}")[2] if ":" in self.name else self.name
        return (json.dumps(local, ensure_ascii=False)[1:-1],)

    def fits(self, event: Mapping[str, Any], spaces: Spaces) -> bool:
        """Say whether an event fits; `spaces` are the prefixes of its document."""
        if "@context" in event:
            spaces = {**spaces, **spaces_of(event["@context"])}
        found = any(self._said(each, spaces) for each in _objects(event, self.inside))
        return found is not self.absent

    def _said(self, held: Mapping[str, Any], spaces: Spaces) -> bool:
        if self.uom and held.get("uom") != self.uom:
            return False
        return any(self._holds(value) for value in self._values(held, spaces))

    def _values(self, held: Mapping[str, Any], spaces: Spaces) -> Iterator[Any]:
        if ":" not in self.name:
            if self.name in held:
                yield held[self.name]
            return
        key = key_of(self.name, self.spaces)
        for name, value in held.items():
            if ":" not in name or name.startswith("@"):
                continue
            if self.inner:
                yield from _below(value, lambda inner: self._named(inner, key, spaces))
            elif self._named(name, key, spaces):
                yield value

    def _named(self, name: str, key: str, spaces: Spaces) -> bool:
        return name == self.name or (":" in name and key_of(name, spaces) == key)

    def _holds(self, value: Any) -> bool:
        if self.way == "EXISTS":
            return True
        if isinstance(value, list):
            return any(self._holds(each) for each in value)
        if isinstance(value, dict):
            return "@value" in value and self._holds(value["@value"])
        if self.way == "EQ":
            word = self.name in ("type", "reason")
            return any(_equal(value, each, word) for each in self.values)
        return _compared(_WAYS[self.way], value, self.values[0])


def read(name: str, several: list[str], spaces: Spaces) -> Condition | None:
    """Return the condition that a parameter sets, None where it is none of these.

    `spaces` says what prefixes stand for in the question. Raises QueryWrong.
    """
    if name in _LISTS:
        return Condition("event", _LISTS[name], "EXISTS", absent=_absent(name, several))
    if found := _NUMBER.fullmatch(name):
        way, said, uom = found[1], found[2], found[3] or ""
        for each in several:
            if _number(each) is None:
                raise QueryWrong(parameter=name, reason="a number")
        inside = "quantity" if said == "quantity" else "report"
        return Condition(inside, said, way, _few(name, way, several), uom=uom)
    if found := _SENSED.fullmatch(name):
        if found[2]:
            return Condition("sensed", found[3], found[2], (_time(name, several),))
        return Condition("sensed", found[1], "EQ", tuple(several))
    if found := _DECLARED.fullmatch(name):
        if found[1]:
            said = (_time(name, several),)
            return Condition("errorDeclaration", "declarationTime", found[1], said)
        return Condition("errorDeclaration", "reason", "EQ", tuple(map(short, several)))
    if found := _FIELD.fullmatch(name):
        return _extension(name, found, several, spaces)
    return None


def _extension(
    name: str, found: re.Match[str], several: list[str], spaces: Spaces
) -> Condition | None:
    way, inner, inside, said = found[1], bool(found[2]), _INSIDE[found[3] or ""], found[4]
    if way == "EXISTS":
        absent = _absent(name, several)
        return Condition(inside, said, way, inner=inner, absent=absent, spaces=spaces)
    if way != "EQ" and _number(several[0]) is None and _moment(several[0]) is None:
        raise QueryWrong(parameter=name[:80], reason="a number, or a time with its zone")
    return Condition(inside, said, way, _few(name, way, several), inner=inner, spaces=spaces)


def _few(name: str, way: str, several: list[str]) -> tuple[str, ...]:
    if way != "EQ" and len(several) != 1:
        raise QueryWrong(parameter=name[:80], reason="one value only")
    return tuple(several)


def _absent(name: str, several: list[str]) -> bool:
    said = [each.lower() for each in several]
    if len(said) != 1 or said[0] not in ("", "true", "false", "1", "null"):
        raise QueryWrong(parameter=name[:80], reason="one of true, false")
    return said[0] == "false"


def _time(name: str, several: list[str]) -> str:
    text = several[0].replace(" ", "+")  # a plus sign in an address is often not encoded
    if len(several) != 1 or _moment(text) is None:
        raise QueryWrong(parameter=name[:80], reason="a time with its zone")
    return text


def _objects(event: Mapping[str, Any], inside: str) -> Iterator[Mapping[str, Any]]:
    if inside == "event":
        yield event
    elif inside == "quantity":
        for name in QUANTITIES:
            yield from event.get(name, ())
    elif inside in ("element", "metadata", "report", "sensed"):
        for element in event.get("sensorElementList", ()):
            yield from _sensors(element, inside)
    elif inside in event:
        yield event[inside]


def _sensors(element: Mapping[str, Any], inside: str) -> Iterator[Mapping[str, Any]]:
    if inside == "element":
        yield element
    if inside in ("metadata", "sensed") and "sensorMetadata" in element:
        yield element["sensorMetadata"]
    if inside in ("report", "sensed"):
        yield from element["sensorReport"]


def _below(value: Any, named: Callable[[str], bool]) -> Iterator[Any]:
    """Yield the values of all members of a name, at any depth inside a value."""
    if isinstance(value, list):
        for each in value:
            yield from _below(each, named)
    elif isinstance(value, dict):
        for name, inner in value.items():
            if named(name):
                yield inner
            yield from _below(inner, named)


def _equal(value: Any, wanted: str, word: bool) -> bool:
    if isinstance(value, bool):
        return wanted.lower() == ("true" if value else "false")
    if isinstance(value, int | float):
        return _number(wanted) == value
    if not isinstance(value, str):
        return False
    if value == wanted:
        return True
    if word:
        return _bare(value) == _bare(wanted)
    if (there := _moment(value)) is not None:
        return there == _moment(wanted)
    return ":" in value and ":" in wanted and uri_of(value) == uri_of(wanted)


def _bare(text: str) -> str:
    """Return a word of the vocabularies without its root: gs1:Temperature is Temperature."""
    for root in ("gs1:", "https://gs1.org/voc/", "https://www.gs1.org/voc/"):
        text = text.removeprefix(root)
    return short(text)


def _compared(way: Callable[[Any, Any], bool], value: Any, wanted: str) -> bool:
    if (limit := _number(wanted)) is not None:
        there = None if isinstance(value, bool) else _number(value)
        return there is not None and way(there, limit)
    moments = (_moment(value) if isinstance(value, str) else None, _moment(wanted))
    return None not in moments and way(*moments)


def _number(value: Any) -> float | None:
    try:
        found = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return found if found == found and abs(found) != float("inf") else None


@lru_cache(maxsize=4096)
def _moment(text: str) -> datetime | None:
    if len(text) < 10 or text[4:5] != "-":
        return None
    try:
        return moment(text)
    except (ValueError, OverflowError):
        return None


def _is_plain(text: str) -> bool:
    """Say whether a value is written in one way only: no number, time, name or true and false."""
    return bool(
        text
        and ":" not in text
        and text.lower() not in ("true", "false")
        and _number(text) is None
        and _moment(text) is None
    )
