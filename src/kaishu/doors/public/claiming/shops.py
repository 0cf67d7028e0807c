"""Where a product may have come from: the shops of its market, and the ways that no list names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from kaishu.base import language
from kaishu.core.recall import Recall, say
from kaishu.markets import shops

# No order of the owner's own stands behind these.
WITHOUT_ORDER = ("gift", "second_hand")
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class OrderHelp:
    """Where the order number of one shop stands; `picture` is a drawing's static path."""

    where: str
    picture: str = ""
    alt: str = ""


def choices(market: str) -> list[tuple[str, str]]:
    """Return every place to choose from, as code and words."""
    return list(_words(market).items())


def order_help(recall: Recall, code: str) -> OrderHelp:
    """Say where the order number is: as the shop shows it, else as the recall says."""
    tag = language.tag()
    for shop in shops(recall.market):
        if shop.code == code:
            return OrderHelp(say(shop.where, tag), shop.picture, say(shop.alt, tag))
    return OrderHelp(say(recall.evidence.order_where, tag))


def name_of(market: str, code: str, typed: str) -> str:
    """Return what a claim keeps of the shop: what was typed, else the name of the place."""
    if typed or code in ("", UNKNOWN):
        return typed
    return _words(market).get(code, "")


def _words(market: str) -> Mapping[str, str]:
    tag = language.tag()
    listed = {shop.code: say(shop.name, tag) for shop in shops(market)}
    general = {
        "maker": _("In the maker's own shop"),
        "store": _("In another shop"),
        "gift": _("It was a gift"),
        "second_hand": _("Second-hand, from a person or a shop"),
        UNKNOWN: _("I do not know"),
    }
    return {**listed, **{code: text for code, text in general.items() if code not in listed}}
