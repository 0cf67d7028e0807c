"""A mapping as a form holds it: every answer a text under its own name, empty where none is given.

The names: `act`, `acts` (one "their word = our act" a line), `col-…` and `all-…` by our words,
`parent-is`, `parent-item`, `parent-item-is`, the same for `child`, `party-is`, `place-is`,
`format`, `zone`, `day`, `sheet`, `encoding`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kaishu.core.genealogy.things import name_of
from kaishu.editions.imports.text import ENCODINGS
from kaishu.supply.links import guess
from kaishu.supply.links.errors import (
    ActNotSaid,
    ActWordsWrong,
    ColumnNotSaid,
    ItemNotSaid,
    ItemWrong,
    MappingWrong,
)
from kaishu.supply.links.look import Look
from kaishu.supply.links.mapping import ACTS, CONSTANTS, FIELDS, LinkMapping, Side, from_tables

Typed = Mapping[str, str]
FORMATS = (
    "%d.%m.%Y", "%d.%m.%Y %H:%M", "%d/%m/%Y", "%d/%m/%Y %H:%M", "%m/%d/%Y", "%m/%d/%Y %H:%M",
    "%m/%d/%Y %I:%M %p", "%d-%b-%Y", "%y%m%d", "%y/%m/%d", "%Y年%m月%d日 %H時%M分",
)  # fmt: skip
NAMES = (
    "act", "acts", "parent-is", "parent-item", "parent-item-is", "child-is", "child-item",
    "child-item-is", "party-is", "place-is", "format", "zone", "day", "sheet", "encoding",
    *(f"col-{word}" for word in FIELDS), *(f"all-{word}" for word in CONSTANTS),
)  # fmt: skip
_NO_PARENT = ("moved", "ended")


def first(seen: Look) -> dict[str, str]:
    """Return what a form says before anybody touched it: guesses by the names of the columns."""
    columns = {f"col-{word}": name for word, name in guess.columns(seen.names).items()}
    own = {"parent-is": "lot", "child-is": "unit", "party-is": "name", "place-is": "name"}
    codes = any(cell.startswith(("/", "urn:", "http")) for _no, row in seen.below() for cell in row)
    sides = dict.fromkeys(own, "code") if codes else own
    return {**sides, **columns, "sheet": seen.sheet, "encoding": seen.encoding}


def to_mapping(typed: Typed) -> LinkMapping:
    """Return the mapping that a form says.

    Raises ActNotSaid, ColumnNotSaid, ItemNotSaid, ItemWrong, ActWordsWrong, MappingWrong.
    """
    said = {name: value.strip() for name, value in typed.items() if value.strip()}
    columns = {word: said[f"col-{word}"] for word in FIELDS if f"col-{word}" in said}
    constant = {word: said[f"all-{word}"] for word in CONSTANTS if f"all-{word}" in said}
    act = said.get("act", "")
    if act:
        columns.pop("act", None)
    _refuse(said, act, columns, constant)
    acts = {**{word: word for word in ACTS}, **_acts(said.get("acts", ""))}
    raw: dict[str, Any] = {
        "columns": columns,
        "constant": constant,
        "parent": _side(said, "parent"),
        "child": _side(said, "child"),
        "party": {"is": said.get("party-is", "code")},
        "place": {"is": said.get("place-is", "code")},
        "time": {name: said[name] for name in ("format", "zone", "day") if name in said},
        "sheet": said.get("sheet", ""),
        "encoding": _encoding(said.get("encoding", "")),
    }
    raw |= {"act": act} if act else {"acts": acts}
    try:
        return from_tables(raw)
    except MappingWrong as wrong:
        field, _, value = str(wrong.facts["where"]).partition(" = ")
        if field in ("parent.item", "child.item"):
            raise ItemWrong(field=field.replace(".", "-"), item=value) from wrong
        raise


def typed_of(mapping: LinkMapping) -> dict[str, str]:
    """Return a mapping as a form shows it."""
    acts = [f"{theirs} = {ours}" for theirs, ours in mapping.acts.items() if theirs not in ACTS]
    said = {
        "act": mapping.act,
        "acts": "\n".join(acts),
        "party-is": mapping.party,
        "place-is": mapping.place,
        "format": mapping.formats[0] if mapping.formats else "",
        "zone": mapping.zone,
        "day": mapping.day,
        "sheet": mapping.sheet,
        "encoding": mapping.encoding,
    }
    for name, side in (("parent", mapping.parent), ("child", mapping.child)):
        said |= {f"{name}-is": side.kind, f"{name}-item": _item(side)}
        said[f"{name}-item-is"] = side.item_is
    said |= {f"col-{word}": column for word, column in mapping.columns.items()}
    return said | {f"all-{word}": value for word, value in mapping.constants.items()}


def _refuse(said: Typed, act: str, columns: Typed, constant: Typed) -> None:
    """Tell what is missing, by the name of its control."""
    if not act and "act" not in columns:
        raise ActNotSaid()
    if "child" not in columns:
        raise ColumnNotSaid(field="child")
    if "time" not in columns and "time" not in constant:
        raise ColumnNotSaid(field="time")
    if act and act not in _NO_PARENT and act != "made" and "parent" not in columns:
        raise ColumnNotSaid(field="parent")
    for side in ("parent", "child"):
        needs = said.get(f"{side}-is", "code") in ("lot", "unit") and side in columns
        if needs and f"{side}-item" not in said and f"{side}_item" not in columns:
            raise ItemNotSaid(field=f"{side}-item")


def _side(said: Typed, name: str) -> dict[str, str]:
    side = {"is": said.get(f"{name}-is", "code")}
    if side["is"] in ("lot", "unit"):
        named = {"item": said.get(f"{name}-item"), "item_is": said.get(f"{name}-item-is")}
        side |= {word: value for word, value in named.items() if value}
    return side


def _encoding(written: str) -> str:
    """Return an encoding as a mapping names it; a mark at the beginning tells the rest."""
    return next((each for each in ENCODINGS if written.startswith(each)), written)


def _acts(lines: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in filter(str.strip, lines.splitlines()):
        theirs, sign, ours = line.partition("=")
        if not sign or ours.strip() not in ACTS or not theirs.strip():
            raise ActWordsWrong(line=line.strip()[:80], acts=", ".join(ACTS))
        found[theirs.strip()] = ours.strip()
    return found


def _item(side: Side) -> str:
    """Return an item as a person types it: its digits, or its own number."""
    return name_of(side.item) if side.item else ""
