"""The standard's closed words, however they were written: bare, as a URN, or as a web address."""

from __future__ import annotations

from functools import lru_cache

_WEB = ("https://ref.gs1.org/cbv/", "http://ref.gs1.org/cbv/", "cbv:", "https://ns.gs1.org/cbv/")
_URN = "urn:epcglobal:cbv:"
_KINDS = {
    "BizStep": "bizstep",
    "Disp": "disp",
    "BTT": "btt",
    "SDT": "sdt",
    "ER": "er",
    "Comp": "comp",
}


@lru_cache(maxsize=5_000)
def short(text: str) -> str:
    """Return a word of the Core Business Vocabulary bare (`shipping`); others as they are."""
    for root in _WEB:
        if text.startswith(root):
            kind, dash, word = text[len(root) :].partition("-")
            return word if dash and kind in _KINDS else text
    if text.startswith(_URN):
        kind, colon, word = text[len(_URN) :].partition(":")
        return word if colon and kind in _KINDS.values() else text
    return text


# Business steps after which a thing is no longer where it was read.
LEAVES = frozenset({"shipping", "departing", "loading", "transporting", "dispensing"})
SOLD = frozenset({"retail_selling", "dispensing"})
SOLD_AS = frozenset({"retail_sold", "dispensed"})
