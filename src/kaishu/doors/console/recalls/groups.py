"""The forms of a recall draft: which tables and rows each section shows; keys come from `shape`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kaishu.core.recall import RuleKind
from kaishu.editions import shape
from kaishu.editions.reading import Key, Keys

TEXT_ROW: Keys = {"": Key("text")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One table of the recall file, or with `many` an array of them.

    `named`: a table of tables whose names are typed as `code` (serial formats). `bare`: each row
    is a text itself. `adds` are the buttons that add a row, by the `kind` that the new row gets.
    `pastes` says which columns pasted lines have, for rows of each kind.
    """

    name: str
    keys: Keys
    many: bool = False
    named: bool = False
    bare: bool = False
    inner: tuple[Group, ...] = ()
    adds: tuple[str, ...] = ("",)
    pastes: tuple[tuple[str, tuple[str, ...]], ...] = ()


def _but(keys: Keys, *names: str) -> Keys:
    return {name: key for name, key in keys.items() if name not in names}


SECTION_GROUPS: Mapping[str, tuple[Group, ...]] = {
    "identity": (Group(name="recall", keys=shape.RECALL),),
    "texts": (
        Group(
            name="texts",
            keys=_but(shape.TEXTS, "do_now"),
            inner=(Group(name="do_now", keys=TEXT_ROW, many=True, bare=True),),
        ),
    ),
    "formats": (
        Group(
            name="serials",
            keys={"code": Key("words"), **shape.SERIALS},
            many=True,
            named=True,
        ),
    ),
    "products": (
        Group(
            name="products",
            keys=_but(shape.PRODUCT, "variants", "aliases"),
            many=True,
            inner=(
                Group(name="variants", keys=shape.VARIANT, many=True),
                Group(name="aliases", keys=shape.ALIAS, many=True),
            ),
        ),
    ),
    "rules": (
        Group(name="channels", keys=shape.CHANNEL, many=True),
        Group(
            name="rules",
            keys=_but(shape.RULE, "when"),
            many=True,
            inner=(
                Group(
                    name="when",
                    keys=_but(shape.WHEN, "made"),
                    inner=(Group(name="made", keys=shape.WINDOW, many=True),),
                ),
            ),
            adds=tuple(kind.value for kind in RuleKind),
            pastes=(
                ("prefix", ("prefix", "product", "length")),
                ("range", ("first", "last", "product")),
                ("counter", ("head", "first", "last", "digits", "product")),
                ("list", ("file", "product")),
            ),
        ),
        Group(name="check", keys=shape.CHECK),
    ),
    "remedies": (
        Group(
            name="remedies",
            keys=_but(shape.REMEDY, "compare"),
            many=True,
            inner=(Group(name="compare", keys=shape.COMPARE, many=True),),
        ),
    ),
    "service": (
        Group(name="service", keys=shape.SERVICE),
        Group(name="evidence", keys=shape.EVIDENCE),
    ),
    "population": (
        Group(name="parties", keys=shape.PARTY, many=True),
        Group(
            name="population",
            keys=shape.POPULATION,
            many=True,
            pastes=(("", tuple(shape.POPULATION)),),
        ),
    ),
    "notice": (
        Group(name="notice", keys=shape.NOTICE),
        Group(name="sources", keys=shape.SOURCE, many=True),
    ),
}
