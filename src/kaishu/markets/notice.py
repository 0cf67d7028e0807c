"""What a public notice of a market must say, in which order and under which headline.

Read from notice.toml beside market.toml. The parts are closed words; whether a recall has a part
is one small function each, so that law stays data and only "is it there" is code.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from kaishu.core.errors import Refusal
from kaishu.core.recall import Recall, Text
from kaishu.markets.market import CODES, FOLDER, MarketUnknown


class NoticeDataWrong(Refusal):
    """A market's notice data names a part or a severity that does not exist."""

    code = "notice_data_wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """Where a requirement comes from: `basis` is "law", "guidance" or "house"."""

    basis: str
    article: str
    source: str
    from_date: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of the notice. `severity` is what its absence is: "error" or "warning"."""

    code: str
    severity: str
    because: Basis


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """The notice of one market: its fixed headline and its parts in the order of the page."""

    market: str
    headline: Text
    headline_because: Basis
    parts: tuple[Part, ...]

    def lacking(self, recall: Recall) -> tuple[Part, ...]:
        """Return the parts that a recall does not have, in order."""
        return tuple(part for part in self.parts if not HAS[part.code](recall))


def _all_products(recall: Recall, *names: str) -> bool:
    return all(getattr(product, name) for product in recall.products for name in names)


# Which key of the recall file fills a part stands in docs/reference/recall-file.md.
HAS: Mapping[str, Callable[[Recall], bool]] = {
    "product": lambda recall: _all_products(recall, "name", "model") and bool(recall.brand),
    "picture": lambda recall: _all_products(recall, "picture"),
    "identification": lambda recall: _all_products(recall, "serial_where", "serial_picture"),
    "units": lambda recall: _all_products(recall, "units"),
    "sold_when": lambda recall: _all_products(recall, "sold_from", "sold_to"),
    "sold_where": lambda recall: any(recall.notice.sold_where.values()),
    "made_in": lambda recall: any(recall.notice.made_in.values()),
    "company": lambda recall: any(recall.company.values()),
    "announced": lambda recall: True,
    "hazard": lambda recall: any(recall.hazard.values()),
    "cause": lambda recall: any(recall.cause.values()),
    "incidents": lambda recall: any(recall.notice.incidents.values()),
    "at_once": lambda recall: any(recall.stop_use.values()) and bool(recall.do_now),
    "disposal": lambda recall: any(recall.never.values()),
    "remedies": lambda recall: bool(recall.remedies),
    "contact": lambda recall: bool(recall.phone),
    "number": lambda recall: bool(recall.notice.number),
    "pass_on": lambda recall: True,
}


@cache
def load_notice(code: str) -> Notice:
    """Return the notice rules of a market; raise MarketUnknown or NoticeDataWrong."""
    if code not in CODES:
        raise MarketUnknown(market=code, known=", ".join(CODES))
    data = tomllib.loads((FOLDER / code / "notice.toml").read_text(encoding="utf-8"))
    because = {
        name: Basis(
            basis=row["basis"], article=row["article"], source=row["source"], from_date=row["from"]
        )
        for name, row in data["because"].items()
    }
    parts = tuple(
        Part(code=row["code"], severity=row["severity"], because=because[row["because"]])
        for row in data["parts"]
    )
    wrong = [
        part.code
        for part in parts
        if part.code not in HAS or part.severity not in ("error", "warning")
    ]
    if wrong:
        raise NoticeDataWrong(market=code, parts=", ".join(wrong))
    return Notice(
        market=code,
        headline=data["headline"]["text"],
        headline_because=because[data["headline"]["because"]],
        parts=parts,
    )
