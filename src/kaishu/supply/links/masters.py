"""Items and partners from a spreadsheet: what classes and parties are called, whose they are.

Items have the columns item, name, kind, brand, model; partners code, name, role, country, party,
belongs_to. A row that is there already is put right; nothing is taken away.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
from django.db import transaction
from django.db.models import Model

from kaishu.core.genealogy import things
from kaishu.core.genealogy.things import Kind
from kaishu.supply.links import coding
from kaishu.supply.links.actions import Note
from kaishu.supply.links.errors import ColumnsMissing
from kaishu.supply.links.sources import BAD_ROWS, open_table
from kaishu.supply.models import Item, ItemKind, Network, Partner, PartnerRole

ITEMS = ("item", "name", "kind", "brand", "model")
PARTNERS = ("code", "name", "role", "country", "party", "belongs_to")
AT_ONCE = 500
Row = Mapping[str, str]
Made = Item | Partner
Wrong = tuple[str, str]  # why, and what stood there


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What came of a file: `what` is items or partners."""

    what: str
    good: int
    bad: int


def load_names(*, network: Network, path: Path, dry_run: bool = False, note: Note) -> Names:
    """Read items or partners, whichever the columns say, and keep the good rows.

    Raises what open_table raises, and ColumnsMissing.
    """
    table = open_table(path, wanted="name")
    known = {name.strip().lower().replace(" ", "_"): name for name in table.names}
    is_items = "item" in known
    words = ITEMS if is_items else PARTNERS
    needed = words[:3]
    if missing := [word for word in needed if word not in known]:
        raise ColumnsMissing(missing=", ".join(missing), columns=", ".join(table.names)[:400])
    read: Callable[[Network, Row], Made | Wrong] = _item if is_items else _partner
    good: dict[str, Made] = {}
    bad: list[tuple[object, ...]] = []
    for piece in table.pieces({word: known[word] for word in words if word in known}):
        for raw in piece.frame.iter_rows(named=True):
            made = read(network, {word: (raw.get(word) or "").strip() for word in words})
            if isinstance(made, tuple):
                bad.append((raw["row"], piece.sheet, *made))
            else:
                good[made.code] = made
    note(pl.DataFrame(bad, schema=BAD_ROWS, orient="row"))
    if not dry_run:
        _keep(Item if is_items else Partner, list(good.values()), words)
    return Names(what="items" if is_items else "partners", good=len(good), bad=len(bad))


def _keep(model: type[Model], rows: list[Any], words: tuple[str, ...]) -> None:
    fields = [word for word in words if word not in ("item", "code")]
    with transaction.atomic():
        model._default_manager.bulk_create(
            rows,
            batch_size=AT_ONCE,
            update_conflicts=True,
            unique_fields=["network", "code"],
            update_fields=fields,
        )


def _item(network: Network, row: Row) -> Made | Wrong:
    code, why = coding.item(row["item"])
    if code is None:
        return why or "link_row_item", row["item"]
    if row["kind"].lower() not in ItemKind.values:
        return "link_row_word", row["kind"]
    return _fitting(
        Item(
            network=network,
            code=code,
            kind=row["kind"].lower(),
            brand=row["brand"],
            model=row["model"],
            name=row["name"],
        )
    )


def _partner(network: Network, row: Row) -> Made | Wrong:
    code, why = _party(row["code"])
    home, home_why = _party(row["belongs_to"]) if row["belongs_to"] else ("", None)
    if code is None or home is None:
        return why or home_why or "link_row_code", row["code"]
    if row["role"].lower() not in PartnerRole.values:
        return "link_row_word", row["role"]
    if row["country"] and not (row["country"].isascii() and len(row["country"]) == 2):
        return "link_row_word", row["country"]
    return _fitting(
        Partner(
            network=network,
            code=code,
            role=row["role"].lower(),
            name=row["name"],
            country=row["country"].upper(),
            party=row["party"],
            belongs_to=home,
        )
    )


def _party(text: str) -> tuple[str | None, str | None]:
    """Read a party's code or GLN; a place by its code. A bare word is a party's own name."""
    if len(text) == 13 and text.isascii() and text.isdigit():
        read = coding.named(pl.Series([text]), kind="gln", word="party")
        return read.codes[0], read.why[0]
    if not text.startswith("/"):
        return (things.own("party", text), None) if text else (None, "link_row_code")
    try:
        good = things.kind_of(text) in (Kind.PARTY, Kind.PLACE)
    except ValueError:
        good = False
    return (text, None) if good else (None, "link_row_code")


def _fitting(made: Item | Partner) -> Made | Wrong:
    """Refuse a text that is longer than its column."""
    for field in made._meta.concrete_fields:
        value = getattr(made, field.attname)
        if isinstance(value, str) and field.max_length and len(value) > field.max_length:
            return "link_row_letters", value
    return ("link_row_item", "") if not made.name else made
