"""What people agree to: the words they saw, by purpose and version.

The texts are data (consent.toml). A version is never worded anew: a stored consent names it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from kaishu.core.canonical import digest
from kaishu.core.recall import LANGUAGES, Text
from kaishu.people.errors import ConsentUnknown

FILE = Path(__file__).with_name("consent.toml")
PURPOSES = ("claim", "safety_watch", "account_data")


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentText:
    """One version of one text; `market` is empty where it holds in every market."""

    purpose: str
    market: str
    version: str
    from_date: date
    text: Text

    @property
    def digest(self) -> str:
        """Return what pins this version's words."""
        return digest([self.purpose, self.market, self.version, dict(self.text)])


def current(purpose: str, market: str = "") -> ConsentText:
    """Return the newest text for a purpose: the market's own if it has one. Raises ConsentUnknown.

    `account_data` is asked only where a market has a text for it.
    """
    mine = [row for row in all_texts() if row.purpose == purpose]
    found = [row for row in mine if row.market == market] or [r for r in mine if not r.market]
    if not found:
        raise ConsentUnknown(purpose=purpose, market=market)
    return max(found, key=lambda row: row.from_date)


def of_version(version: str) -> ConsentText | None:
    """Return the text that a stored consent names; None for one from before this file."""
    return next((row for row in all_texts() if row.version == version), None)


@cache
def all_texts() -> tuple[ConsentText, ...]:
    """Return every version of every text, in file order."""
    rows = tomllib.loads(FILE.read_text("utf-8"))["text"]
    return tuple(
        ConsentText(
            purpose=row["purpose"],
            market=row.get("market", ""),
            version=row["version"],
            from_date=row["from"],
            text=_text(row),
        )
        for row in rows
    )


def _text(row: Mapping[str, str]) -> Text:
    return {tag: row[tag] for tag in LANGUAGES}
