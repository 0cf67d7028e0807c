"""The flight card on one A4 page, in three languages for whatever desk it is shown at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from kaishu.paper import typeset
from kaishu.paper.codes import qr
from kaishu.paper.glyphs import printable
from kaishu.paper.typeset import FONTS, REGIONS


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What the card says in one language."""

    language: str
    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """Everything that stands on the page; it names no person.

    `address` is what the square code holds, `page` and `code` are for whoever types.
    """

    words: tuple[Words, ...]
    name: str
    facts: tuple[tuple[str, str], ...]
    address: str
    page: str
    code: str
    key_label: str
    key: str


@lru_cache(maxsize=64)  # a repeat is the same bytes, and no work for whoever asks in a loop
def card_pdf(card: Card, *, at: datetime) -> bytes:
    """Return the card as a PDF of one page; `at` is the file's date."""
    data = {
        **{name: printable(getattr(card, name)).text for name in ("name", "page", "key_label")},
        "key": card.key,
        "mono": list(FONTS["en"]),
        "words": [_words(each) for each in card.words],
        "facts": [[printable(label).text, printable(said).text] for label, said in card.facts],
        # Cut into pieces that may end a line: it is typed from here where no camera is at hand.
        "code": [card.code[at : at + 8] for at in range(0, len(card.code), 8)],
        "qr": qr(card.address, error="l"),
    }
    return typeset.pdf("flight_card", data, at=at)


def _words(each: Words) -> dict[str, object]:
    lang, region = REGIONS[each.language]
    return {
        "lang": lang,
        "region": region,
        "fonts": list(FONTS[each.language]),
        "title": printable(each.title).text,
        "lines": [printable(line).text for line in each.lines],
    }
