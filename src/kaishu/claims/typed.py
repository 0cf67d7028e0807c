"""Read dates, amounts and mail addresses the way people type them, or say that it cannot be read.

Forgiving where there is one meaning, silent nowhere: 03/04/2024 has two, so it is asked again.
"""

from __future__ import annotations

import re
import unicodedata

from babel.numbers import get_currency_precision
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from kaishu.claims.facts import MOST_MONEY
from kaishu.core.dates import Made, Unreadable, plain, read_date, read_made

__all__ = [
    "LONGEST_MAIL",
    "Made",
    "Unreadable",
    "plain",
    "read_amount",
    "read_date",
    "read_made",
    "read_mail",
]

LONGEST_MAIL = 254

# A comma stands before three digits each: "199,00" may be 199 or 19,900, so it is asked again.
_NUMBER = re.compile(r"(?:[0-9]+|[0-9]{1,3}(?:[,、][0-9]{3})+)(?:\.[0-9]+)?")


def read_amount(typed: str, *, currency: str) -> int:
    """Return minor units of "¥3,990", "3990円" or "269.00 元"; raise `Unreadable`."""
    text = plain(typed)
    for noise in (
        "¥",
        "円",
        "元",
        "圆",
        "块钱",
        "块",
        "人民币",
        "rmb",
        "yuan",
        "yen",
        currency.lower(),
        " ",
    ):
        text = text.replace(noise, "")
    if not _NUMBER.fullmatch(text):
        raise Unreadable(typed)
    whole, _, cents = text.replace(",", "").replace("、", "").partition(".")
    precision = get_currency_precision(currency)
    if len(cents) > 2 or (cents.strip("0") and len(cents) > precision):
        raise Unreadable(typed)
    if len(whole) > len(str(MOST_MONEY)):
        raise Unreadable("more than anything costs")
    amount = int(whole) * 10**precision + int((cents + "0" * precision)[:precision] or 0)
    if amount > MOST_MONEY:
        raise Unreadable("more than anything costs")
    return amount


def read_mail(typed: str) -> str:
    """Return one mail address that can arrive; raise `Unreadable` for none, several or a part.

    Full width from a Japanese keyboard is folded, and the invisible signs of a paste are dropped:
    nobody can see what is wrong with them.
    """
    folded = unicodedata.normalize("NFKC", typed).strip()
    text = "".join(sign for sign in folded if unicodedata.category(sign) != "Cf")
    host = text.rpartition("@")[2]
    try:
        validate_email(text)
    except ValidationError:
        raise Unreadable(typed) from None
    if len(text) > LONGEST_MAIL or "." not in host or host.startswith("["):
        raise Unreadable(typed)
    return text
