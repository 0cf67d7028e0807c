"""Serials that a spreadsheet took for numbers: what is left of them, and when digits are lost."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

# A spreadsheet keeps 15 digits of a number. From the 16th on they are zeros, whatever was typed.
EXACT_DIGITS = 15


def digits_lost(raw: str) -> bool:
    """Say whether a number cell may have lost digits of what somebody typed into it."""
    try:
        number = Decimal(raw)
    except InvalidOperation:
        return False
    return number.is_finite() and abs(number) >= 10**EXACT_DIGITS


def whole(raw: str) -> str:
    """Return a whole number as its digits ("1.5E+3" is 1500); anything else as it is."""
    try:
        number = Decimal(raw)
    except InvalidOperation:
        return raw
    if not number.is_finite() or digits_lost(raw) or number != number.to_integral_value():
        return raw
    return str(int(number))
