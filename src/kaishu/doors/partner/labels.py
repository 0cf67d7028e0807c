"""Closed codes in the words of the depot: what was in a parcel."""

from __future__ import annotations

from django.utils.translation import pgettext

WORDS = {
    "outcome.ok": "The product, intact",
    "outcome.swollen": "The product, swollen",
    "outcome.wrong_item": "A wrong item",
    "outcome.empty": "An empty parcel",
    "outcome.contested": "Put it apart",
}


def label(family: str, code: object) -> str:
    """Say a code of a family; a code without a word is shown as it is, never hidden."""
    msgid = WORDS.get(f"{family}.{code}")
    return pgettext("word", msgid) if msgid else str(code)
