"""Case numbers: ten random digits and two check digits (ISO 7064 mod 97-10), read out as 4-4-4.

Digits alone, because they are said the same way on a telephone in every language. The check
digits catch every single wrong digit and every swap of neighbours. A number opens nothing.
"""

from __future__ import annotations

import secrets
import unicodedata

from stdnum.iso7064 import mod_97_10

LENGTH = 12


def new() -> str:
    """Return a fresh case number that nobody could have guessed from the one before."""
    stem = f"{secrets.randbelow(10**10):010d}"
    return stem + str(mod_97_10.calc_check_digits(stem))


def check(typed: str) -> str | None:
    """Return the twelve digits of what a person typed, or None if the check digits disagree.

    Spaces, dashes and full-width digits are what phones and Japanese keyboards add.
    """
    plain = unicodedata.normalize("NFKC", typed)
    digits = "".join(sign for sign in plain if not sign.isspace() and sign not in "-‐‑–—−ー")
    if len(digits) != LENGTH or not (digits.isascii() and digits.isdigit()):
        return None
    return digits if mod_97_10.is_valid(digits) else None


def group(case_no: str) -> str:
    """Write a case number the way people read it out: 1234-5678-9012."""
    return "-".join(case_no[start : start + 4] for start in range(0, LENGTH, 4))
