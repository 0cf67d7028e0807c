"""Read market.toml: who regulates, in which languages and money, and which words play down a risk.

Only facts that were seen in a source are in the files; what is unverified is left out.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from kaishu.core.errors import Refusal

FOLDER = Path(__file__).parent
CODES = tuple(sorted(path.parent.name for path in FOLDER.glob("*/market.toml")))


class MarketUnknown(Refusal):
    """No law is on file for this market."""

    code = "market_unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Where a value comes from and since when it holds. `basis` is "law" or "house"."""

    basis: str
    article: str
    source: str
    from_date: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Regulator:
    """An authority that recalls of this market are reported to."""

    code: str
    name: dict[str, str]
    role: str
    fact: Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Softening:
    """Words of one language that make a hazard sound smaller than it is."""

    language: str
    words: tuple[str, ...]
    severity: str
    fact: Fact

    def found_in(self, text: str) -> Iterator[str]:
        """Yield the words that occur in a text, in file order."""
        for word in self.words:
            if _pattern(word).search(text):
                yield word


@dataclass(frozen=True, slots=True, kw_only=True)
class LawfulChoice:
    """How many of which remedy types an owner must be able to choose from.

    Fewer than `at_least` is for a person to justify; none at all is never lawful.
    """

    types: tuple[str, ...]
    at_least: int
    fact: Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """One market: `code` is the folder name, `languages` are those a notice must be in."""

    code: str
    country: str
    name: dict[str, str]
    languages: tuple[str, ...]
    currency: str
    time_zone: str
    fact: Fact
    regulators: tuple[Regulator, ...]
    softening: tuple[Softening, ...]
    choice: LawfulChoice | None = None


@cache
def load_market(code: str) -> Market:
    """Return the market of this code ("jp", "cn"); raise MarketUnknown for any other."""
    if code not in CODES:
        raise MarketUnknown(market=code, known=", ".join(CODES))
    data = tomllib.loads((FOLDER / code / "market.toml").read_text(encoding="utf-8"))
    head = data["market"]
    return Market(
        code=code,
        country=head["country"],
        name=head["name"],
        languages=tuple(head["languages"]),
        currency=head["currency"],
        time_zone=head["time_zone"],
        fact=_fact(head),
        regulators=tuple(
            Regulator(code=row["code"], name=row["name"], role=row["role"], fact=_fact(row))
            for row in data["regulators"]
        ),
        softening=tuple(
            Softening(
                language=row["language"],
                words=tuple(row["words"]),
                severity=row["severity"],
                fact=_fact(row),
            )
            for row in data["softening"]
        ),
        choice=_choice(data.get("choice")),
    )


def zone_of(codes: Iterable[str]) -> ZoneInfo | None:
    """Return the clock on the wall of the one market named; None for several or an unknown one."""
    markets = {code.lower() for code in codes}
    known = markets & set(CODES)
    return ZoneInfo(load_market(*known).time_zone) if len(markets) == len(known) == 1 else None


def _choice(row: dict[str, Any] | None) -> LawfulChoice | None:
    if row is None:
        return None
    return LawfulChoice(types=tuple(row["types"]), at_least=row["at_least"], fact=_fact(row))


def _fact(row: dict[str, Any]) -> Fact:
    return Fact(
        basis=row["basis"], article=row["article"], source=row["source"], from_date=row["from"]
    )


@cache
def _pattern(word: str) -> re.Pattern[str]:
    """Match Latin words as words; Chinese and Japanese have no spaces, so match as text."""
    edge = r"\b" if word.isascii() else ""
    return re.compile(edge + re.escape(word) + edge, re.IGNORECASE)
