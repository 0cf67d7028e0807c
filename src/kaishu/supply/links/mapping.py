"""What the columns of a spreadsheet mean: a mapping, as people write it in TOML.

    act = "made"
    [columns]
    parent = "Cell lot"
    child = "Pack serial"
    quantity = "Pcs"
    time = "Date"
    [parent]
    is = "lot"
    item = "CELL-18650"
    [child]
    is = "unit"
    item = "04548736120037"
    [time]
    format = "%d.%m.%Y"
    zone = "Asia/Tokyo"

docs/howto/trace.md explains every word. A file whose columns have our own names needs no mapping.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from stdnum import ean

from kaishu.core.genealogy import things
from kaishu.core.genealogy.acts import Did
from kaishu.editions.imports.text import ENCODINGS
from kaishu.supply.links.errors import ActMissing, MappingWrong

ACTS = {did.name.lower(): did for did in Did}
FIELDS = (
    "act", "parent", "child", "quantity", "child_quantity", "time", "place", "party",
    "parent_item", "child_item", "order", "key",
)  # fmt: skip
SIDES = ("code", "lot", "unit", "box")
NAMED = ("code", "gln", "name")
DAYS = ("start", "end")
CONSTANTS = ("quantity", "child_quantity", "time", "place", "party", "order")
# What carries things on happens at the end of a day whose hour nobody wrote down.
_LATE = {Did.PACKED, Did.UNPACKED, Did.SEEN_IN, Did.MOVED, Did.ENDED, Did.REMOVED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """What the parent or the child column holds. `item` is the code of the class, where all rows
    have the same one; `item_is` says how the values of an item column are read ("" = by digits).
    """

    kind: str = "code"
    item: str = ""
    item_is: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkMapping:
    """How to read one kind of link file. `columns` and `constants` are by our words (FIELDS)."""

    act: str = ""
    acts: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    parent: Side = Side()
    child: Side = Side()
    party: str = "code"
    place: str = "code"
    formats: Sequence[str] = ()
    zone: str = ""
    day: str = ""
    sheet: str = ""
    encoding: str = ""

    def text(self) -> str:
        """Return it as canonical JSON: what is kept beside a file, and what its digest is of."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)

    def digest(self) -> str:
        """Return the digest of the mapping; two ways of writing the same one are the same."""
        return hashlib.sha256(self.text().encode()).hexdigest()

    def at_end_of_day(self, did: Did) -> bool:
        """Say whether a day without an hour stands for its last second."""
        return self.day == "end" if self.day else did in _LATE


def plain(names: Sequence[str], *, act: str = "", zone: str = "") -> LinkMapping:
    """Return the mapping of a file whose columns have our own names.

    Raises ActMissing where neither a column nor `act` says what happened.
    """
    known = {name.strip().lower().replace(" ", "_"): name for name in names}
    columns = {word: known[word] for word in FIELDS if word in known}
    if not act and "act" not in columns:
        raise ActMissing(acts=", ".join(ACTS))
    return _checked(
        LinkMapping(act=act, acts={name: name for name in ACTS}, columns=columns, zone=zone)
    )


def from_toml(text: str, *, act: str = "", zone: str = "") -> LinkMapping:
    """Return the mapping that a TOML file says. Raises MappingWrong with the place, ActMissing."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as broken:
        raise MappingWrong(where=str(broken), allowed="TOML") from broken
    return from_tables(raw, act=act, zone=zone)


def from_tables(raw: Mapping[str, Any], *, act: str = "", zone: str = "") -> LinkMapping:
    """Return the mapping that tables say, named as in TOML. Raises MappingWrong, ActMissing."""
    tables = ("columns", "constant", "acts", "parent", "child", "time", "party", "place")
    _closed("", raw, (*tables, "act", "sheet", "encoding"))
    for name in tables:
        if not isinstance(raw.get(name, {}), dict):
            raise MappingWrong(where=name, allowed=f"[{name}]")
    columns = _texts("columns", raw, FIELDS)
    said = raw.get("time", {})
    _closed("time", said, ("format", "zone", "day"))
    formats = said.get("format", [])
    made = LinkMapping(
        act=str(raw.get("act", "")) or act,
        acts={key: str(word) for key, word in raw.get("acts", {}).items()},
        columns=columns,
        constants=_texts("constant", raw, CONSTANTS),
        parent=_side("parent", raw.get("parent", {})),
        child=_side("child", raw.get("child", {})),
        party=_named("party", raw.get("party", {})),
        place=_named("place", raw.get("place", {})),
        formats=tuple([formats] if isinstance(formats, str) else formats),
        zone=str(said.get("zone", "")) or zone,
        day=str(said.get("day", "")),
        sheet=str(raw.get("sheet", "")),
        encoding=str(raw.get("encoding", "")),
    )
    return _checked(made)


def from_text(text: str) -> LinkMapping:
    """Return the mapping that `LinkMapping.text` wrote."""
    raw = json.loads(text)
    sides = {name: Side(**raw[name]) for name in ("parent", "child")}
    return LinkMapping(**{**raw, **sides, "formats": tuple(raw["formats"])})


def _checked(made: LinkMapping) -> LinkMapping:
    if made.act:
        _word("act", made.act, tuple(ACTS))
    elif "act" not in made.columns:
        raise ActMissing(acts=", ".join(ACTS))
    for key, act in made.acts.items():
        _word(f"acts.{key}", act, tuple(ACTS))
    for word in ("child", "time"):
        if word not in made.columns and not (word == "time" and word in made.constants):
            raise MappingWrong(where=f"columns.{word}", allowed="the name of a column")
    _check_sides(made)
    if made.encoding:
        _word("encoding", made.encoding, ENCODINGS)
    if made.day:
        _word("time.day", made.day, DAYS)
    try:
        ZoneInfo(made.zone or "UTC")
    except (KeyError, ValueError, OSError) as unknown:
        raise MappingWrong(where=f"time.zone = {made.zone}", allowed="Asia/Tokyo") from unknown
    return made


def _check_sides(made: LinkMapping) -> None:
    for name, side in (("parent", made.parent), ("child", made.child)):
        needs = side.kind in ("lot", "unit") and name in made.columns
        if needs and not side.item and f"{name}_item" not in made.columns:
            raise MappingWrong(where=f"{name}.item", allowed=f"GTIN, columns.{name}_item")


def _side(name: str, raw: Mapping[str, object]) -> Side:
    _closed(name, raw, ("is", "item", "item_is"))
    kind = _word(f"{name}.is", str(raw.get("is", "code")), SIDES)
    item_is = str(raw.get("item_is", ""))
    if item_is:
        _word(f"{name}.item_is", item_is, ("gtin", "name"))
    item = str(raw.get("item", "")).strip()
    return Side(kind=kind, item=_item(name, item, item_is) if item else "", item_is=item_is)


def _item(name: str, item: str, item_is: str) -> str:
    digits = item.isascii() and item.isdigit() and len(item) in (8, 12, 13, 14)
    if item_is == "name" or (not digits and item_is != "gtin"):
        return things.own("item", item)
    if not ean.is_valid(item):
        raise MappingWrong(where=f"{name}.item = {item}", allowed="GTIN")
    return things.item(item.zfill(14))


def _named(name: str, raw: Mapping[str, object]) -> str:
    _closed(name, raw, ("is",))
    return _word(f"{name}.is", str(raw.get("is", "code")), NAMED)


def _texts(
    name: str, raw: Mapping[str, Mapping[str, object]], known: tuple[str, ...]
) -> dict[str, str]:
    table = raw.get(name, {})
    _closed(name, table, known)
    return {key: str(value) for key, value in table.items()}


def _closed(where: str, table: Mapping[str, object], known: tuple[str, ...]) -> None:
    for key in table:
        if key not in known:
            raise MappingWrong(where=f"{where}.{key}".lstrip("."), allowed=", ".join(known))


def _word(where: str, value: str, known: Sequence[str]) -> str:
    if value not in known:
        raise MappingWrong(where=f"{where} = {value}", allowed=", ".join(known))
    return value
