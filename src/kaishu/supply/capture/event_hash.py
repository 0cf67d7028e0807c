"""The event hash of the Core Business Vocabulary 2.0 (section 8.9): one name for one event.

Written from the text of the algorithm. Two writings of one event (URN or Digital Link, bare word or
web address, another order of fields) give one hash. Not covered, and therefore hashed as they were
written: EPC URNs of schemes that hold no goods (GSRN, GDTI, CPI, ITIP …), extension values that are
JSON-LD objects with a type of their own, and terms that an @context defines by address elsewhere.
Texts that look like numbers stay texts: lots 007 and 7 are two. `certificationInfo` and
`errorDeclaration` take no part, as in the text.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import timedelta
from functools import lru_cache
from typing import Any

from kaishu.core.errors import Refusal
from kaishu.core.genealogy import epc
from kaishu.supply.capture.naming import moment
from kaishu.supply.capture.words import short

Spaces = Mapping[str, str]  # prefix -> what it stands for
_CBV, _VOC = "https://ref.gs1.org/cbv/", "https://gs1.org/voc/"
STANDARD: Spaces = {
    "cbvmda": "urn:epcglobal:cbv:mda:",
    "gs1": _VOC,
    "epcis": "https://ref.gs1.org/epcis/",
    "cbv": _CBV,
}
_QUANTITIES = frozenset(
    {"quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList"}
)
_EPCS = frozenset({"epcList", "inputEPCList", "childEPCs", "outputEPCList"})
_ORDER = (
    "epcList", "parentID", "inputEPCList", "childEPCs", "quantityList", "childQuantityList",
    "inputQuantityList", "outputEPCList", "outputQuantityList", "action", "transformationID",
    "bizStep", "disposition", "persistentDisposition", "readPoint", "bizLocation",
    "bizTransactionList", "sourceList", "destinationList", "sensorElementList", "ilmd",
)  # fmt: skip
_ENDS = {
    "bizTransactionList": ("bizTransaction", "BTT-"),
    "sourceList": ("source", "SDT-"),
    "destinationList": ("destination", "SDT-"),
}
_METADATA = (
    "time", "startTime", "endTime", "deviceID", "deviceMetadata", "rawData",
    "dataProcessingMethod", "bizRules",
)  # fmt: skip
_REPORT = (
    "type", "exception", "deviceID", "deviceMetadata", "rawData", "dataProcessingMethod", "time",
    "microorganism", "chemicalSubstance", "value", "component", "stringValue", "booleanValue",
    "hexBinaryValue", "uriValue", "minValue", "maxValue", "meanValue", "sDev", "percRank",
    "percValue", "uom", "coordinateReferenceSystem",
)  # fmt: skip
_TIMES = frozenset({"time", "startTime", "endTime"})
_ROOTS = {"type": _VOC, "exception": _VOC, "component": f"{_CBV}Comp-"}


def event_hash(event: Mapping[str, Any], spaces: Spaces = STANDARD) -> str:
    """Return the hash id of an event that fits the schema, `ni:///sha-256;…?ver=CBV2.0`."""
    digest = hashlib.sha256(pre_hash(event, spaces).encode()).hexdigest()
    return f"ni:///sha-256;{digest}?ver=CBV2.0"


def spaces_of(context: object) -> Spaces:
    """Return what the prefixes of an @context stand for."""
    found = dict(STANDARD)
    for part in context if isinstance(context, list) else [context]:
        for name, value in part.items() if isinstance(part, Mapping) else ():
            meaning = value.get("@id") if isinstance(value, Mapping) else value
            if isinstance(meaning, str):
                found[name] = meaning
    return found


def pre_hash(event: Mapping[str, Any], spaces: Spaces = STANDARD) -> str:
    """Return the text that is hashed: fields in their canonical order, without separators."""
    made = [
        f"eventType={event['type']}",
        f"eventTime={_time(event['eventTime'])}",
        f"eventTimeZoneOffset={event['eventTimeZoneOffset']}",
    ]
    made += [
        text for name in _ORDER if name in event and (text := _field(name, event[name], spaces))
    ]
    made.append(_extensions(event, spaces))
    return "".join(made)


def _field(name: str, value: Any, spaces: Spaces) -> str:
    if name == "action":
        return f"action={value}"
    if name in _EPCS:
        return _listed(name, [f"epc={uri_of(each, spaces)}" for each in value])
    if name in _QUANTITIES:
        return _listed(name, (_quantity(each, spaces) for each in value))
    if name in _ENDS:
        return _listed(name, (_end(each, *_ENDS[name], spaces) for each in value))
    if name in ("bizStep", "disposition"):
        root = "BizStep-" if name == "bizStep" else "Disp-"
        return f"{name}={_word(value, _CBV + root, spaces)}"
    if name == "persistentDisposition":
        words = [
            f"{way}={_word(each, f'{_CBV}Disp-', spaces)}"
            for way in ("set", "unset")
            for each in sorted(_word(one, f"{_CBV}Disp-", spaces) for one in value.get(way, ()))
        ]
        return name + "".join(words)
    if name in ("readPoint", "bizLocation"):
        return f"{name}id={uri_of(value['id'], spaces)}{_extensions(value, spaces)}"
    if name == "sensorElementList":
        return _listed(name, (_sensor(each, spaces) for each in value))
    if name == "ilmd":
        inside = _extensions(value, spaces)
        return f"ilmd{inside}" if inside else ""
    return f"{name}={uri_of(str(value), spaces)}"


def _listed(name: str, parts: Iterable[str]) -> str:
    found = list(parts)
    if len(found) > 1:
        found.sort()
    return name + "".join(found) if found else ""


def _quantity(row: Mapping[str, Any], spaces: Spaces) -> str:
    text = f"quantityElementepcClass={uri_of(row['epcClass'], spaces)}"
    if "quantity" in row:
        text += f"quantity={_plain(row['quantity'])}"
    return text + (f"uom={row['uom']}" if "uom" in row else "")


def _end(row: Mapping[str, Any], name: str, root: str, spaces: Spaces) -> str:
    text = f"{name}={uri_of(row[name], spaces)}"
    return text + (f"type={_word(row['type'], _CBV + root, spaces)}" if "type" in row else "")


def _sensor(row: Mapping[str, Any], spaces: Spaces) -> str:
    text = "sensorElement"
    if "sensorMetadata" in row:
        text += "sensorMetadata" + _sensed(row["sensorMetadata"], _METADATA, spaces)
    reports = sorted(
        f"sensorReport{_sensed(each, _REPORT, spaces)}" for each in row["sensorReport"]
    )
    return text + "".join(reports) + _extensions(row, spaces)


def _sensed(row: Mapping[str, Any], order: tuple[str, ...], spaces: Spaces) -> str:
    made = []
    for name in order:
        if name not in row:
            continue
        value = row[name]
        if name in _TIMES:
            value = _time(value)
        elif name in _ROOTS:
            value = _word(value, _ROOTS[name], spaces)
        elif isinstance(value, str):
            value = uri_of(value, spaces)
        made.append(f"{name}={_plain(value)}")
    return "".join(made) + _extensions(row, spaces)


def _extensions(row: Mapping[str, Any], spaces: Spaces) -> str:
    if ":" not in "".join(row):
        return ""
    found: list[str] = []
    for name, value in row.items():
        if ":" in name and not name.startswith("@"):
            found += _extension(key_of(name, spaces), value, spaces)
    return "".join(sorted(found))


def _extension(key: str, value: Any, spaces: Spaces) -> list[str]:
    if isinstance(value, list):
        return [text for each in value for text in _extension(key, each, spaces)]
    if isinstance(value, Mapping):
        return [key + _extensions(value, spaces)]
    text = uri_of(value.strip(), spaces) if isinstance(value, str) else _plain(value)
    return [f"{key}={text}" if text else key]


@lru_cache(maxsize=5_000)
def _cut(name: str) -> tuple[str, str]:
    prefix, _, local = name.partition(":")
    return prefix, local


def key_of(name: str, spaces: Spaces) -> str:
    """Return the full name of a field, {what its prefix stands for}local."""
    prefix, local = _cut(name)
    if prefix in spaces and not local.startswith("//"):
        return f"{{{spaces[prefix]}}}{local}"
    cut = max(name.rfind("/"), name.rfind("#"), name.rfind(":")) + 1
    return f"{{{name[:cut]}}}{name[cut:]}"


def _word(text: str, root: str, spaces: Spaces) -> str:
    bare = short(text)
    return root + bare if ":" not in bare else uri_of(bare, spaces)


def uri_of(text: str, spaces: Spaces = STANDARD) -> str:
    """Return a value in the one form of all its writings, where it names something."""
    if text.startswith(("urn:epc:", "https://")):
        return _linked(text)
    prefix, colon, local = text.strip().partition(":")
    if not colon:
        return prefix
    if prefix in spaces and not local.startswith("//"):
        return spaces[prefix] + local
    return _linked(text.strip()) if prefix in ("urn", "http", "https") else text.strip()


def _linked(text: str) -> str:
    """Return the constrained canonical GS1 Digital Link of an EPC, any other text as it is."""
    try:
        code = epc.thing(text, of_class=True).code
    except Refusal:
        return text
    if code.startswith("/x/"):
        return text
    if code.startswith("/8003/"):  # the serial of a GRAI stands in one value with its type
        code = "/8003/" + "".join(code.split("/")[2:])
    return f"https://id.gs1.org{code}"


def _time(text: str) -> str:
    at = moment(text)
    if at.microsecond % 1000 >= 500:
        at += timedelta(microseconds=500)
    return f"{at.isoformat(timespec='milliseconds')[:-6]}Z"


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return "" if value is None else str(value)
