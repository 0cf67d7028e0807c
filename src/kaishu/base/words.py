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

from kaishu.core.words import WORDS

_LOCALES = {"ja": "ja_JP", "zh-hans": "zh_Hans_CN", "en": "en_GB"}


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
