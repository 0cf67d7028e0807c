"""A report to a regulator on paper: head, sections of fields, tables; as many pages as needed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kaishu.paper import typeset
from kaishu.paper.glyphs import printable
from kaishu.paper.typeset import FONTS, REGIONS


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A table; a row has one cell more than there are heads: its own name comes first.

    `numbers` says of each head whether what stands under it is a number.
    """

    heads: tuple[str, ...]
    numbers: tuple[bool, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One field: lines of text, or a table. `mark` says how sure we are of it; often nothing."""

    label: str
    mark: str
    lines: tuple[str, ...] = ()
    grid: Grid | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A section with its title."""

    title: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """Everything that stands in the document, in the words of one language."""

    language: str
    title: str
    to: str
    about: str
    marks: tuple[str, ...]
    head: tuple[tuple[str, str], ...]
    footer: str
    blocks: tuple[Block, ...]


def report_pdf(paper: Paper, *, at: datetime) -> bytes:
    """Return the report as a PDF."""
    lang, region = REGIONS[paper.language]
    data = {
        "lang": lang,
        "region": region,
        "fonts": list(FONTS[paper.language]),
        "title": _print(paper.title),
        "to": _print(paper.to),
        "about": _print(paper.about),
        "marks": [_print(mark) for mark in paper.marks],
        "head": [[_print(name), _print(value)] for name, value in paper.head],
        "footer": _print(paper.footer),
        "blocks": [
            {"title": _print(block.title), "items": [_item(item) for item in block.items]}
            for block in paper.blocks
        ],
    }
    return typeset.pdf("report", data, at=at)


def _item(item: Item) -> dict[str, object]:
    return {
        "label": _print(item.label),
        "mark": _print(item.mark),
        "lines": [_print(line) for line in item.lines],
        "heads": [_print(head) for head in item.grid.heads] if item.grid else [],
        "rows": [[_print(cell) for cell in row] for row in item.grid.rows] if item.grid else [],
        "numbers": list(item.grid.numbers) if item.grid else [],
        "table": item.grid is not None,
    }


def _print(text: str) -> str:
    return printable(text).text
