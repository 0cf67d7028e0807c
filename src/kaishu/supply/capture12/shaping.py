"""Say an event of EPCIS 1.x in the words of EPCIS 2.0, losing nothing that it says.

Source: GS1 EPCIS 1.2 (XML schema, section 9) and EPCIS 2.0 (JSON, section 10). What 1.2 puts into
`extension` and `baseExtension` stands in the event itself; elements of others' namespaces keep
their prefix. A QuantityEvent, which 2.0 no longer has, is an ObjectEvent that observes.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from kaishu.supply.capture.words import short
from kaishu.supply.capture12.reading import Node

Plain = dict[str, Any]
CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
_TEXTS = (
    "eventTime", "recordTime", "eventTimeZoneOffset", "eventID", "action", "parentID",
    "transformationID",
)  # fmt: skip
_WORDS = ("bizStep", "disposition")
_EPCS = ("epcList", "childEPCs", "inputEPCList", "outputEPCList")
_QUANTITIES = ("quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList")
_ENDS = {"sourceList": "source", "destinationList": "destination"}
_INTO = ("extension", "baseExtension")


def event(node: Node) -> Plain:
    """Return one event. Its order is that of the file; what it lacks, the checks will say."""
    made: Plain = {"type": node.name}
    if node.name == "QuantityEvent":
        made = {"type": "ObjectEvent", "action": "OBSERVE"}
        quantity = {"epcClass": node.said("epcClass"), "quantity": number(node.said("quantity"))}
        made["quantityList"] = [quantity]
    _fill(made, node)
    return made


def document(events: list[dict[str, Any]], namespaces: dict[str, str], at: datetime) -> bytes:
    """Return events as an EPCIS 2.0 document."""
    context: list[Any] = [CONTEXT]
    if namespaces:
        context.append(dict(namespaces))
    whole = {
        "@context": context,
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        "epcisBody": {"eventList": events},
    }
    return json.dumps(whole, ensure_ascii=False).encode()


def number(text: str) -> float | int | str:
    """Return a number as one; what is none stays as it is, and the checks say so."""
    try:
        found = float(text)
    except ValueError:
        return text
    return int(found) if found == found and abs(found) < 1e15 and found == int(found) else found


def _fill(made: Plain, node: Node) -> None:
    for each in node.children:
        name, text = each.name, each.text.strip()
        if name in _INTO:
            _fill(made, each)
        elif name in _TEXTS:
            made[name] = text
        elif name in _WORDS:
            made[name] = short(text)
        elif shaped := _SHAPES.get(name):
            made[name] = shaped(each)
        elif name in ("epcClass", "quantity") and node.name == "QuantityEvent":
            continue
        else:
            _add(made, name, _anything(each))


def _epcs(node: Node) -> list[str]:
    return [each.text.strip() for each in node.children if each.name == "epc"]


def _quantities(node: Node) -> list[Plain]:
    found = []
    for each in node.children:
        line: Plain = {"epcClass": each.said("epcClass")}
        if each.child("quantity") is not None:
            line["quantity"] = number(each.said("quantity"))
        if uom := each.said("uom"):
            line["uom"] = uom
        found.append(line)
    return found


def _place(node: Node) -> Plain:
    found: Plain = {"id": node.said("id")}
    for each in node.children:
        if ":" in each.name:
            _add(found, each.name, _anything(each))
    return found


def _transactions(node: Node) -> list[Plain]:
    return [_typed(each, "bizTransaction") for each in node.children]


def _ends(node: Node) -> list[Plain]:
    return [_typed(each, _ENDS[node.name]) for each in node.children]


def _typed(node: Node, name: str) -> Plain:
    kind = node.attributes.get("type", "")
    return {**({"type": short(kind)} if kind else {}), name: node.text.strip()}


def _declaration(node: Node) -> Plain:
    found: Plain = {"declarationTime": node.said("declarationTime")}
    if reason := node.said("reason"):
        found["reason"] = short(reason)
    if (ids := node.child("correctiveEventIDs")) is not None:
        found["correctiveEventIDs"] = [each.text.strip() for each in ids.children]
    for each in node.children:
        if ":" in each.name:
            _add(found, each.name, _anything(each))
    return found


def _anything(node: Node) -> Any:
    """Return an element that only its sender understands."""
    if not node.children and not node.attributes:
        return node.text.strip()
    found: Plain = {}
    for key, value in node.attributes.items():
        found[[*key.split(" "), key][1]] = value  # "namespace name prefix", or the name alone
    for each in node.children:
        _add(found, each.name, _anything(each))
    if text := node.text.strip():
        found["value"] = text
    return found


def _add(made: Plain, name: str, value: Any) -> None:
    """Put a value there; a name that comes again makes a list."""
    if name not in made:
        made[name] = value
    elif isinstance(made[name], list):
        made[name].append(value)
    else:
        made[name] = [made[name], value]


_SHAPES: dict[str, Callable[[Node], Any]] = {
    **dict.fromkeys(_EPCS, _epcs),
    **dict.fromkeys(_QUANTITIES, _quantities),
    **dict.fromkeys(_ENDS, _ends),
    "readPoint": _place,
    "bizLocation": _place,
    "bizTransactionList": _transactions,
    "errorDeclaration": _declaration,
    "ilmd": _anything,
}
