"""Read a market's deadlines.toml: the duties that an incident may start, each with its source.

The file says what to check and how the days count. Nothing here decides that a duty applies.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from typing import Any

from kaishu.core.deadlines import Counting, Limit
from kaishu.core.recall import Text
from kaishu.markets.market import FOLDER, Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """One duty to report. `limit` is None where the law names no number ("without undue delay").

    `target_hours` is then our own target, counted on the clock. `counting_basis` is "house" where
    the source does not say how the first day counts and we read it strictly. `seen` is "text"
    where the article's own text was read, "secondary" where others quote it.
    """

    code: str
    addressee: str
    name: Text
    check: Text
    limit: Limit | None
    target_hours: int | None
    counting_basis: str
    seen: str
    fact: Fact


@cache
def load_duties(code: str) -> tuple[Duty, ...]:
    """Return the duties on file for a market; none where nothing was seen in a source."""
    path = FOLDER / code / "deadlines.toml"
    if not code.isalpha() or not path.is_file():
        return ()
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    return tuple(_duty(row) for row in data["duties"])


def _duty(row: dict[str, Any]) -> Duty:
    limit = None
    if "days" in row or "hours" in row:
        limit = Limit(
            days=row.get("days", 0),
            hours=row.get("hours", 0),
            counting=Counting(row["counting"]),
            start_inclusive=row["start_inclusive"],
        )
    return Duty(
        code=row["code"],
        addressee=row["addressee"],
        name=row["name"],
        check=row["check"],
        limit=limit,
        target_hours=row.get("target_hours"),
        counting_basis=row.get("counting_basis", ""),
        seen=row.get("seen", "text"),
        fact=Fact(
            basis=row["basis"],
            article=row["article"],
            source=row["source"],
            from_date=row["from"],
        ),
    )
