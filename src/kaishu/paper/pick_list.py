"""The pick list: what to take from the shelf, grouped the way a packing table works."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kaishu.paper import typeset
from kaishu.paper.glyphs import printable
from kaishu.paper.typeset import FONTS, REGIONS


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Kits of one market, kind and language; `notes` say what the packer adds to each."""

    name: str
    notes: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PickList:
    """The whole list; a row has as many cells as the header, the first of them the code."""

    language: str
    title: str
    header: tuple[str, ...]
    made: str
    groups: tuple[Group, ...]


def pick_list_pdf(listed: PickList, *, at: datetime) -> bytes:
    """Return the list as a PDF, on as many A4 pages as it takes."""
    data = {
        "lang": REGIONS[listed.language][0],
        "fonts": list(FONTS[listed.language]),
        "mono": list(FONTS["en"]),
        "title": printable(listed.title).text,
        "header": [printable(cell).text for cell in listed.header],
        "made": printable(listed.made).text,
        "groups": [
            {
                "name": printable(group.name).text,
                "notes": [printable(note).text for note in group.notes],
                "rows": [[printable(cell).text for cell in row] for row in group.rows],
            }
            for group in listed.groups
        ],
    }
    return typeset.pdf("pick_list", data, at=at)
