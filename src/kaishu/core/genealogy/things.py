"""What a trace speaks of: lots, units, boxes, parties and places, each under one canonical code.

A thing's code is the path of its GS1 Digital Link, so that it can stand in an address and needs no
table to be read; things without a GS1 key live under /x/. A lot never equals a unit, whatever its
letters: the kind is part of the code.

    /01/04548736120030/21/A1B2     unit      GTIN and serial
    /01/04548736120030/10/L77      lot       GTIN and lot
    /00/345487361200300011         box       SSCC of a carton, a pallet, a container
    /8003/04548736120030/7         box       returnable box (GRAI); /8004/… a unit (GIAI)
    /417/4548736000006             party     /414/4548736000006[/254/…]  place
    /x/item/CELL-18650/lot/L77     the same without GS1 keys; also /x/item/…/unit/…
    /x/box/…   /x/party/…   /x/place/…

Every value is percent-encoded by `urllib.parse.quote(value, safe="")`. The class of a thing is the
code without its last pair: /01/04548736120030, /x/item/CELL-18650.
Source: GS1 Digital Link URI syntax 1.5; GS1 General Specifications for the keys.
"""

from __future__ import annotations

from enum import IntEnum
from urllib.parse import quote, unquote


class Kind(IntEnum):
    """What a thing is; the number is what the graph file stores."""

    LOT = 1
    UNIT = 2
    BOX = 3
    PARTY = 4
    PLACE = 5
    ITEM = 6  # a class: a GTIN without serial and lot


_GS1 = {"00": Kind.BOX, "8003": Kind.BOX, "8004": Kind.UNIT, "417": Kind.PARTY, "414": Kind.PLACE}
_OWN = {"box": Kind.BOX, "party": Kind.PARTY, "place": Kind.PLACE}
_OF_ITEM = {"21": Kind.UNIT, "10": Kind.LOT, "unit": Kind.UNIT, "lot": Kind.LOT}


def lot(item: str, number: str) -> str:
    """Return the code of a lot of an item's code."""
    return f"{item}/{'10' if item.startswith('/01/') else 'lot'}/{quote(number, safe='')}"


def unit(item: str, serial: str) -> str:
    """Return the code of a unit of an item's code."""
    return f"{item}/{'21' if item.startswith('/01/') else 'unit'}/{quote(serial, safe='')}"


def item(name: str) -> str:
    """Return the code of an item: a GTIN of 14 digits, or a company's own word for it."""
    if len(name) == 14 and name.isascii() and name.isdigit():
        return f"/01/{name}"
    return f"/x/item/{quote(name, safe='')}"


def own(kind: str, name: str) -> str:
    """Return the code of a box, a party or a place that has no GS1 key."""
    return f"/x/{kind}/{quote(name, safe='')}"


def kind_of(code: str) -> Kind:
    """Return what a code names. Raises ValueError where it is no code of ours."""
    parts = code.split("/")[1:]
    match parts:
        case ["01", _]:
            return Kind.ITEM
        case ["01", _, ("21" | "10") as key, _]:
            return _OF_ITEM[key]
        case ["x", "item", _]:
            return Kind.ITEM
        case ["x", "item", _, ("unit" | "lot") as key, _]:
            return _OF_ITEM[key]
        case ["x", ("box" | "party" | "place") as key, _]:
            return _OWN[key]
        case [("00" | "8003" | "8004" | "414" | "417") as key, _, *_rest]:
            return _GS1[key]
    raise ValueError(f"no code of a thing: {code}")


def item_of(code: str) -> str:
    """Return the class that a unit or a lot belongs to; an empty text for what has none."""
    head, _, _ = code.rpartition("/")
    head, _, key = head.rpartition("/")
    return head if key in _OF_ITEM and head.startswith(("/01/", "/x/item/")) else ""


def name_of(code: str) -> str:
    """Return what people call a thing: its serial, its lot number, the number of its box."""
    return unquote(code.rpartition("/")[2])
