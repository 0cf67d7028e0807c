"""The record of a mock recall on paper: what was traced, how fast, what was found and what not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kaishu.paper import typeset
from kaishu.paper.glyphs import printable
from kaishu.paper.typeset import FONTS, REGIONS

Line = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A table with its title; `note` says what it leaves out, or that there is nothing in it."""

    title: str
    heads: Line
    rows: tuple[Line, ...]
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MockPaper:
    """Everything that stands in the record, in the words of one language.

    `warning` says what the figures do not see, "" where they see all. `figures` are the large ones
    (what, how much); `facts` the rest; `signs` who signs where.
    """

    language: str
    title: str
    about: str
    warning: str
    figures: tuple[tuple[str, str], ...]
    facts: tuple[tuple[str, str], ...]
    listings: tuple[Listing, ...]
    signs: tuple[str, ...]
    footer: str


def mock_recall_pdf(paper: MockPaper, *, at: datetime) -> bytes:
    """Return the record as a PDF; the same record gives the same bytes."""
    lang, region = REGIONS[paper.language]
    data = {
        "lang": lang,
        "region": region,
        "fonts": list(FONTS[paper.language]),
        "mono": list(FONTS["en"]),
        "title": _said(paper.title),
        "about": _said(paper.about),
        "warning": _said(paper.warning),
        "figures": [[_said(each) for each in pair] for pair in paper.figures],
        "facts": [[_said(each) for each in pair] for pair in paper.facts],
        "listings": [
            {
                "title": _said(each.title),
                "heads": [_said(head) for head in each.heads],
                "rows": [[_said(cell) for cell in row] for row in each.rows],
                "note": _said(each.note),
            }
            for each in paper.listings
        ],
        "signs": [_said(each) for each in paper.signs],
        "footer": _said(paper.footer),
    }
    return typeset.pdf("mock_recall", data, at=at)


def _said(text: str) -> str:
    return printable(text).text
