"""Read transport.toml: what must stand outside a parcel with a recalled lithium battery."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache

from kaishu.core.recall import LANGUAGES, Text, say
from kaishu.markets.market import FOLDER, Fact

SLIP, BAG = "slip", "bag"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One mark or duty. `where` is "slip" (printed on the letter) or "bag" (the packer's work).

    `carrier` are the words for carriers and inspectors; `words` say it to people, or are empty.
    `un` asks for the UN number of the model after the words. `fact.basis` is "law" or "practice".
    """

    code: str
    markets: tuple[str, ...]
    where: str
    un: bool
    carrier: str
    words: Text
    fact: Fact

    def lines(self, language: str, un_number: str = "") -> tuple[str, ...]:
        """Return what is printed: the carrier's words with the UN number, then the owner's."""
        number = un_number if self.un else ""
        first = " · ".join(part for part in (self.carrier, number) if part)
        own = say(self.words, language) if self.words else ""
        return tuple(dict.fromkeys(line for line in (first, own) if line))


@cache
def transport_marks() -> tuple[Mark, ...]:
    """Return every mark on file, in the order in which they are printed."""
    data = tomllib.loads((FOLDER / "transport.toml").read_text(encoding="utf-8"))
    return tuple(
        Mark(
            code=row["code"],
            markets=tuple(row["markets"]),
            where=row["where"],
            un=row["un"],
            carrier=row["carrier"],
            words={tag: row[tag] for tag in LANGUAGES} if row["en"] else {},
            fact=Fact(
                basis=row["basis"],
                article=row["article"],
                source=row["source"],
                from_date=row["from"],
            ),
        )
        for row in data["mark"]
    )


def marks_for(market: str, *, where: str, on: date) -> tuple[Mark, ...]:
    """Return the marks of a market in force on a day; those of every market among them."""
    return tuple(
        mark
        for mark in transport_marks()
        if mark.where == where
        and (not mark.markets or market.lower() in mark.markets)
        and mark.fact.from_date <= on
    )
