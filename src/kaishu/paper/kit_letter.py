"""The letter and return slip of a kit: one A4 page for one unit, in its owner's language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kaishu.paper import typeset
from kaishu.paper.codes import qr, unit_code
from kaishu.paper.glyphs import printable
from kaishu.paper.typeset import FONTS, REGIONS


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One numbered thing to do, with its line drawing (SVG source)."""

    words: str
    drawing: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """Everything that stands on one page, in the words of one language.

    `slip` says whether it has a slip to send the unit back with: a unit that must not be posted
    has none, and `to` then says who fetches it. `marks` are the words the law wants outside.
    """

    language: str
    case_no: str
    unit_no: int
    slip: bool
    address: tuple[str, ...]
    company: str
    contact: tuple[str, ...]
    reference_label: str
    title: str
    intro: str
    steps: tuple[Step, ...]
    stop_title: str
    stop: str
    cut: str
    to_label: str
    to: tuple[str, ...]
    code_label: str
    product: tuple[str, ...]
    marks: tuple[str, ...]

    def missing(self) -> tuple[str, ...]:
        """Return the characters of the address that no font has; they are written by hand."""
        found = (char for line in self.address for char in printable(line).missing)
        return tuple(dict.fromkeys(found))


def letters_pdf(letters: Sequence[Letter], *, title: str, at: datetime) -> bytes:
    """Return a PDF of exactly one page a letter, in the order given."""
    data = {
        "title": title,
        "mono": list(FONTS["en"]),
        "letters": [_data(letter) for letter in letters],
    }
    return typeset.pdf("kit_letter", data, at=at)


def _data(letter: Letter) -> dict[str, Any]:
    lang, region = REGIONS[letter.language]
    code = unit_code(letter.case_no, letter.unit_no)
    plain = {
        name: printable(getattr(letter, name)).text
        for name in (
            "company",
            "reference_label",
            "title",
            "intro",
            "stop_title",
            "stop",
            "cut",
            "to_label",
            "code_label",
        )
    }
    rows = {
        name: _printed(getattr(letter, name))
        for name in ("address", "contact", "to", "product", "marks")
    }
    steps = [
        {"words": printable(step.words).text, "drawing": step.drawing} for step in letter.steps
    ]
    return {
        **plain,
        **rows,
        "lang": lang,
        "region": region,
        "fonts": list(FONTS[letter.language]),
        "slip": letter.slip,
        "steps": steps,
        "reference": unit_code(letter.case_no, letter.unit_no).rpartition("-")[0],
        "code": code,
        "qr": qr(code),
    }


def _printed(rows: Sequence[str]) -> list[str]:
    return [printable(line).text for row in rows for line in row.splitlines() if line.strip()]
