"""Read the code on a return label: the case number and the unit's number in it."""

from __future__ import annotations

import re
import unicodedata

from kaishu.claims import case_numbers
from kaishu.core.errors import Refusal

_DASHES = str.maketrans(dict.fromkeys("‐‑–—−ー", "-"))
_WHOLE = re.compile(r"(\d{12})(\d{1,2})")


class LabelUnreadable(Refusal):
    """This is not the code of a return label."""

    code = "label_unreadable"


class LabelWithoutUnit(Refusal):
    """The code ends before the number of the unit."""

    code = "label_without_unit"


class LabelWrong(Refusal):
    """The check digits of this code do not fit."""

    code = "label_wrong"


def read_label(typed: str) -> tuple[str, int]:
    """Return case number and unit number of "1234 5678 9012-1", however it is grouped.

    Raises LabelUnreadable, LabelWithoutUnit, LabelWrong.
    """
    plain = unicodedata.normalize("NFKC", typed).translate(_DASHES)
    digits = "".join(plain.split()).replace("-", "")
    if re.fullmatch(r"\d{12}", digits) and case_numbers.check(digits) is not None:
        raise LabelWithoutUnit(typed=typed)
    found = _WHOLE.fullmatch(digits) if digits.isascii() else None
    if found is None or not int(found[2]):
        raise LabelUnreadable(typed=typed[:40])
    if case_numbers.check(found[1]) is None:
        raise LabelWrong(typed=typed)
    return found[1], int(found[2])
