"""Read the bytes of a document: JSON that means one thing only, with an @context that is known."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any

import orjson

from kaishu.supply.capture import errors

DEEPEST = 60
LONGEST_NUMBER = 30
_EPCIS = re.compile(
    r"https?://(?:ref\.gs1\.org/standards/epcis/(?:2\.0(?:\.\d+)?/)?|gs1\.github\.io/EPCIS/"
    r"|id\.gs1\.org/)epcis-context\.jsonld"
)
_PREFIXED = re.compile(rb'"([^":\\]+):[^"]*"\s*:')
# Prefixes that the standard's own context explains.
_KNOWN = frozenset(
    {"epcis", "cbv", "cbvmda", "gs1", "rdf", "rdfs", "owl", "xsd", "dcterms", "type", "id"}
)


def parse(body: bytes) -> Any:
    """Return the value of a JSON text. Raises NotJson, KeyTwice, NumberTooBig, TooDeep, NotText."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise errors.NotJson(line=1) from None
    try:
        value = DECODER.decode(text)
    except json.JSONDecodeError as wrong:
        raise errors.NotJson(line=wrong.lineno) from None
    except RecursionError:
        raise errors.TooDeep(most=DEEPEST) from None
    if "\\u" in text or "\\U" in text:
        _whole_characters(value)
    return value


def kept(value: object) -> str:
    """Return an event as the JSON text that is kept; `written` says the same, slower.

    Raises NotText, TooDeep.
    """
    try:
        return orjson.dumps(value).decode()
    except TypeError:  # a whole number of more than 64 bits, half a character, or very deep
        _whole_characters(value)
        return written(value)


def written(value: object) -> str:
    """Return a value as JSON text, the same in every release: digests are made of it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def depth(value: Any, most: int = DEEPEST) -> None:
    """Raise TooDeep where objects and lists lie in each other beyond `most` levels."""
    level = [value]
    for _level in range(most + 1):
        level = [inner for each in level for inner in _inside(each)]
        if not level:
            return
    raise errors.TooDeep(most=most)


def _inside(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [each for each in value.values() if isinstance(each, dict | list)]
    return (
        [each for each in value if isinstance(each, dict | list)] if value.__class__ is list else []
    )


def prefixes(context: object) -> frozenset[str] | None:
    """Return the prefixes that an @context explains, None where it points at others' contexts.

    Raises ContextWrong where the EPCIS context is not among them, or is given another meaning.
    """
    parts = context if isinstance(context, list) else [context]
    texts = [part for part in parts if isinstance(part, str)]
    if not any(_EPCIS.fullmatch(text) for text in texts):
        raise errors.ContextWrong
    known = inner_prefixes(parts)
    others = [text for text in texts if not _EPCIS.fullmatch(text)]
    return None if others else _KNOWN | known


def inner_prefixes(parts: object) -> frozenset[str]:
    """Return what the objects of an @context explain. Raises ContextWrong."""
    found: set[str] = set()
    for part in parts if isinstance(parts, list) else [parts]:
        if isinstance(part, str):
            continue
        if not isinstance(part, Mapping) or _TAKEN & set(part):
            raise errors.ContextWrong
        found.update(str(name) for name in part)
    return frozenset(found)


def used_prefixes(body: bytes) -> frozenset[str]:
    """Return all that could be the prefix of a name in a JSON text, fast: at least all that are."""
    return frozenset(found.decode() for found in _PREFIXED.findall(body))


def undeclared(value: Any, known: frozenset[str], pointer: str) -> str:
    """Return the pointer of the first name with a prefix that nothing explains, or ""."""
    if isinstance(value, dict):
        for name, inner in value.items():
            prefix, colon, _rest = name.partition(":")
            if colon and "/" not in name and prefix not in known:
                return f"{pointer}/{escaped(name)}"
            if isinstance(inner, dict | list) and (
                found := undeclared(inner, known, f"{pointer}/{escaped(name)}")
            ):
                return found
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            if isinstance(inner, dict | list) and (
                found := undeclared(inner, known, f"{pointer}/{number}")
            ):
                return found
    return ""


def escaped(name: str) -> str:
    """Return a name as it stands in a JSON pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")


_TAKEN = frozenset(
    {
        "@vocab", "@base", "type", "id", "eventTime", "eventTimeZoneOffset", "eventID", "epcList",
        "action", "bizStep", "disposition", "readPoint", "bizLocation", "bizTransactionList",
        "quantityList", "sourceList", "destinationList", "parentID", "childEPCs",
        "childQuantityList", "inputEPCList", "outputEPCList", "inputQuantityList",
        "outputQuantityList", "transformationID", "ilmd", "errorDeclaration", "epcisBody",
        "eventList", "sensorElementList", "persistentDisposition", "epcClass", "quantity", "uom",
    }
)  # fmt: skip


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in made if names.count(name) > 1)
        raise errors.KeyTwice(name=twice[:80].encode("utf-8", "replace").decode())
    return made


def _real(text: str) -> float:
    value = float(text)
    if math.isinf(value) or len(text) > LONGEST_NUMBER:
        raise errors.NumberTooBig(number=text[:20])
    return value


def _whole(text: str) -> int:
    if len(text) > LONGEST_NUMBER:
        raise errors.NumberTooBig(number=text[:20])
    return int(text)


def _no_number(text: str) -> float:
    raise errors.NotJson(line=1)


def _whole_characters(value: Any) -> None:
    try:
        written(value).encode()
    except UnicodeEncodeError:
        raise errors.NotText from None
    except RecursionError:
        raise errors.TooDeep(most=DEEPEST) from None


DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=_real, parse_int=_whole, parse_constant=_no_number
)
