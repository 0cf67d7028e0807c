"""Where people of a market bought, and where each kind of shop shows the order number.

The texts and drawings are our own description, made without the shops. Apps change their menus:
a page that shows them says so, and an order number is never the only way to prove a purchase.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache

from kaishu.core.recall import Text
from kaishu.markets.market import FOLDER

_PICTURES = "kaishu/shops/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """One place to buy: `where` says how to find the order number there.

    `picture` is the static path of a drawing ("kaishu/shops/jd.svg") with its `alt` text, or empty.
    """

    code: str
    name: Text
    where: Text
    picture: str = ""
    alt: Text = field(default_factory=dict)


@cache
def shops(market: str) -> tuple[Shop, ...]:
    """Return the shops of a market in the order to show them; none for one without a list."""
    path = FOLDER / market.lower() / "shops.toml"
    if not market.isalpha() or not path.is_file():
        return ()
    rows = tomllib.loads(path.read_text(encoding="utf-8"))["shops"]
    return tuple(
        Shop(
            code=row["code"],
            name=row["name"],
            where=row["where"],
            picture=_PICTURES + row["picture"] if row["picture"] else "",
            alt=row.get("alt", {}),
        )
        for row in rows
    )
