"""Read travel.toml: the rules of the air for power banks, each with its source and dates."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from functools import cache
from typing import Any

from kaishu.core.travel import Rule
from kaishu.markets.market import FOLDER


@cache
def travel_rules() -> tuple[Rule, ...]:
    """Return every rule on file, in the order in which a page names them."""
    data = tomllib.loads((FOLDER / "travel.toml").read_text(encoding="utf-8"))
    return tuple(_rule(row) for row in data["rules"])


def _rule(row: dict[str, Any]) -> Rule:
    return Rule(
        id=row["id"],
        routes=frozenset(row["routes"]),
        from_date=row["from"],
        until=row.get("until"),
        name=row["name"],
        source=row["source"],
        bars=frozenset(row.get("bars", ())),
        free_wh=Decimal(row["free_wh"]) if "free_wh" in row else None,
        asked_wh=Decimal(row["asked_wh"]) if "asked_wh" in row else None,
        carry=tuple(row.get("carry", ())),
        older=row.get("older", False),
    )
