"""How long what is kept, as data: `rule("draft").cut(at)` is the moment before which it goes."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("retention.toml")
AFTER = (
    "last_touch",
    "recall_closed",
    "incident_closed",
    "stored",
    "queued",
    "made",
    "asked",
    "expired",
)


@dataclass(frozen=True, slots=True)
class Rule:
    """Keep for `days` days after an event of a closed list."""

    name: str
    days: int
    after: str

    def cut(self, at: datetime) -> datetime:
        """Return the latest moment whose data goes at `at`."""
        return at - timedelta(days=self.days)


def rule(name: str) -> Rule:
    """Return one rule by its word; an unknown word is a fault of ours."""
    return rules()[name]


@cache
def rules() -> dict[str, Rule]:
    """Return every rule, in file order."""
    rows = tomllib.loads(FILE.read_text("utf-8"))["rules"]
    return {name: Rule(name, row["days"], row["after"]) for name, row in rows.items()}
