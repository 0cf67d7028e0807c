"""The signed receipt on one A4 page: what became of a unit, and the code that proves it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kaishu.paper import typeset
from kaishu.paper.codes import qr
from kaishu.paper.glyphs import printable
from kaishu.paper.typeset import FONTS, REGIONS


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Everything that stands on the page, in the words of one language; it names no person.

    `address` is what the square code holds, `page` and `code` are for whoever types.
    """

    language: str
    title: str
    company: str
    recall: str
    facts: tuple[tuple[str, str], ...]
    about: str
    address: str
    page: str
    code: str
    key_label: str
    key: str


def receipt_pdf(sheet: Sheet, *, at: datetime) -> bytes:
    """Return the receipt as a PDF of one page; `at` is the file's date."""
    lang, region = REGIONS[sheet.language]
    names = ("title", "company", "recall", "about", "page", "key_label", "key")
    data = {
        **{name: printable(getattr(sheet, name)).text for name in names},
        "lang": lang,
        "region": region,
        "fonts": list(FONTS[sheet.language]),
        "mono": list(FONTS["en"]),
        "facts": [[printable(label).text, printable(said).text] for label, said in sheet.facts],
        # Cut into pieces that may end a line: it is typed from here where no camera is at hand.
        "code": [sheet.code[at : at + 8] for at in range(0, len(sheet.code), 8)],
        "qr": qr(sheet.address, error="l"),
    }
    return typeset.pdf("receipt", data, at=at)
