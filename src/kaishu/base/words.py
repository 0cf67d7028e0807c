"""Closed codes and quantities in words: accounts, stages, conditions, commodities, ages.

One place, so that an owner's page, a staff page and a letter call a thing by the same name. The
msgids are English in the context "word", so that a short word translates by its meaning here.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from babel.core import Locale
from babel.numbers import format_currency, format_decimal, get_currency_name, get_currency_precision
from django.utils import translation
from django.utils.translation import npgettext, pgettext

_LOCALES = {"ja": "ja_JP", "zh-hans": "zh_Hans_CN", "en": "en_GB"}

WORDS = {
    # unit accounts
    "declared": "counted at the start",
    "unsold": "in stock, not sold",
    "at_large": "sold, owner not yet known",
    "owner": "with owners we know",
    "transit": "on the way",
    "depot": "at a depot",
    "recycler": "at a recycler",
    "disposed": "recycled",
    "repaired": "repaired",
    "made_safe": "made safe",
    "gone": "thrown away or destroyed earlier",
    "released": "handed back",
    # promise accounts
    "cost": "promised in all",
    "owed": "owed",
    "sent": "sent, not yet confirmed",
    "paid": "paid or delivered",
    "waived": "declined",
    # condition of a unit
    "condition.intact": "It looks normal",
    "condition.swollen": "It is swollen or bent",
    "condition.hot": "It is hot, smells or smokes",
    "condition.leaking": "Something leaks out of it",
    "condition.wet": "It got wet",
    "condition.unknown": "I cannot tell",
    # stages as the owner reads them
    "owner.in_review": "We are checking your claim",
    "owner.contested": "We are checking this serial number with extra care",
    "owner.question": "We have a question for you",
    "owner.refused": "We could not accept this claim",
    "owner.withdrawn": "You took this claim back",
    "owner.kit_due": "We are preparing your return bag",
    "owner.kit_sent": "Your return bag is on its way or with you",
    "owner.parcel_on_way": "Your product is on its way to us",
    "owner.parcel_lost": "The carrier lost the parcel",
    "owner.collected": "We have your product",
    "owner.remedy_sent": "What we owe you is on its way",
    "owner.done": "Finished",
    # stages as staff read them
    "in_review": "In review",
    "contested": "Contested",
    "question": "Question to the owner",
    "refused": "Refused",
    "withdrawn": "Withdrawn",
    "kit_due": "Return bag due",
    "kit_sent": "Return bag sent",
    "parcel_on_way": "Parcel on the way",
    "parcel_lost": "Parcel lost",
    "collected": "Collected",
    "remedy_sent": "Remedy sent",
    "done": "Done",
    # the six steps of a claim
    "step.filed": "You send the claim",
    "step.approved": "We check the claim",
    "step.kit_sent": "We send you the return bag",
    "step.posted": "You send the product",
    "step.collected": "The product reaches us",
    "step.made_whole": "You receive what we owe you",
    # verdicts
    "affected": "Affected",
    "not_affected": "Not affected",
    "ask": "We cannot tell yet",
    "no_such_model": "Not in this recall",
    # answers to a question of the check
    "other colour": "Another colour",
    "unknown": "I do not know",
    "other": "Another country",
    "JP": "Japan",
    "CN": "Mainland China",
    # colours
    "black": "Black",
    "white": "White",
    "blue": "Blue",
    "red": "Red",
    "navy": "Navy",
    "grey": "Grey",
    "space grey": "Space grey",
    "green": "Green",
    "pink": "Pink",
    "purple": "Purple",
    "yellow": "Yellow",
    "orange": "Orange",
    "silver": "Silver",
    "gold": "Gold",
    "brown": "Brown",
}


def locale() -> Locale:
    """Return the Babel locale of the language in force."""
    return Locale.parse(_LOCALES.get(translation.get_language() or "en", "en_GB"))


def word(code: str) -> str:
    """Say a closed code; a code without a word is shown as it is, never hidden."""
    msgid = WORDS.get(code) or WORDS.get(code.lower())
    return pgettext("word", msgid) if msgid else code


def quantity(amount: int, commodity: str) -> str:
    """Say a quantity of a commodity: `JPY`, `coupon:CNY`, `sku:A1637`, `kit:bag`,
    `kit:pickup`.
    """
    kind, _, name = commodity.partition(":")
    if not name:
        return _currency(amount, kind)
    if kind == "coupon":
        return pgettext("word", "shop credit of %(amount)s") % {"amount": _currency(amount, name)}
    pieces = format_decimal(amount, locale=locale())
    if commodity == "kit:pickup":
        return pgettext("word", "pick-up by a special carrier")
    if kind == "kit":
        return npgettext("word", "%(pieces)s return bag", "%(pieces)s return bags", amount) % {
            "pieces": pieces
        }
    return pgettext("word", "%(pieces)s × %(name)s") % {"pieces": pieces, "name": name}


def commodity(code: str) -> str:
    """Name a commodity without a quantity, as the heading of a row: never the bare code."""
    kind, _, name = code.partition(":")
    if not name:
        return str(get_currency_name(kind, locale=locale()))
    if kind == "coupon":
        currency = get_currency_name(name, locale=locale())
        return pgettext("word", "shop credit in %(currency)s") % {"currency": currency}
    if code == "kit:pickup":
        return pgettext("word", "pick-up by a special carrier")
    if kind == "kit":
        return pgettext("word", "return bags")
    if kind == "sku":
        return pgettext("word", "replacement %(model)s") % {"model": name}
    return code


def age(elapsed: timedelta) -> str:
    """Say a time span in its largest unit: minutes, hours or days."""
    minutes = max(0, int(elapsed.total_seconds() // 60))
    if minutes < 60:
        return pgettext("word", "%(n)s min") % {"n": minutes}
    if minutes < 48 * 60:
        return pgettext("word", "%(n)s h") % {"n": minutes // 60}
    return pgettext("word", "%(n)s d") % {"n": minutes // (24 * 60)}


def _currency(amount: int, currency: str) -> str:
    precision = get_currency_precision(currency)
    return str(format_currency(Decimal(amount).scaleb(-precision), currency, locale=locale()))
