"""Read and show amounts of a commodity as staff type them."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from babel.numbers import get_currency_precision

from kaishu.core.remedy import currency_of

__all__ = ["cell", "currency_of", "minor_of", "plain", "read", "write"]

_NOISE = re.compile(r"[,、\s¥円元圆]|JPY|CNY|RMB", re.IGNORECASE)
_NUMBER = re.compile(r"\d{1,10}(?:\.\d+)?")


def read(typed: str, currency: str) -> int | None:
    """Return minor units of "¥3,990" or "269.00 元"; None where it cannot be read."""
    text = plain(typed)
    if not text:
        return None
    minor = minor_of(text, currency)
    return int(minor) if minor == minor.to_integral_value() else None


def plain(typed: str) -> str:
    """Return what was typed as a bare number: "3990", "269.5"; empty where it is none."""
    text = _NOISE.sub("", unicodedata.normalize("NFKC", typed))
    return text if _NUMBER.fullmatch(text) else ""


def minor_of(number: str, currency: str) -> Decimal:
    """Return minor units of a bare number, with what is smaller than one of them."""
    return Decimal(number).scaleb(get_currency_precision(currency))


def write(amount: int | None, currency: str) -> str:
    """Return an amount as it would be typed: "3990", "269.00"."""
    if amount is None:
        return ""
    precision = get_currency_precision(currency)
    return f"{Decimal(amount).scaleb(-precision):.{precision}f}"


def cell(quantity: int | None, commodity: str) -> Decimal | int | None:
    """Return a quantity as a file's cell shows it: 3513.00 of CNY, 3990 of JPY, 2 pieces."""
    currency = currency_of(commodity)
    if quantity is None or not currency:
        return quantity
    return Decimal(quantity).scaleb(-get_currency_precision(currency))
