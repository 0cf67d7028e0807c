"""Read the energy of a battery as people copy it from the label, in watt-hours, exactly.

Wh = mAh × V / 1000 with the voltage of the cells. All in decimals: a float would put 100 Wh on the
wrong side of a limit. What cannot be read with certainty is asked again, never guessed.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

EMPTY = "energy_empty"
NO_NUMBER = "energy_no_number"
UNIT = "energy_unit"
TWO = "energy_two"
VOLTS_MISSING = "energy_volts_missing"
MAH_MISSING = "energy_mah_missing"
ODD = "energy_odd"
PROBLEMS = (EMPTY, NO_NUMBER, UNIT, TWO, VOLTS_MISSING, MAH_MISSING, ODD)

_LONGEST_TYPED = 120
_UNITS = {
    "wh": r"w\s*[.·・]?\s*h|ワット時|ワットアワー|瓦特?小?[时時]",
    "mah": r"mah|ma|ミリアンペア(?:アワー|時)?|毫安(?:小?[时時])?",
    "ah": r"ah|安(?:培?小?[时時])",
    "v": r"v(?:dc)?|ボルト|伏特?",
}
_UNIT = "|".join(f"(?P<{name}>{pattern})" for name, pattern in _UNITS.items())
_QUANTITY = re.compile(
    rf"(?P<number>\d{{1,3}}(?:[, ]\d{{3}})+(?:\.\d+)?|\d+(?:[.,]\d+)?)(?P<wan>\s*[万萬])?"
    rf"\s*(?:(?:{_UNIT})(?![a-z])|(?P<other>[a-z]+|%|[一-龥ァ-ヶ]+))?"
)
# Beyond these a number on a label is something else: a model, a price, a date.
_SANE = {
    "wh": (Decimal("0.1"), Decimal(10_000)),
    "mah": (Decimal(50), Decimal(1_000_000)),
    "v": (Decimal(1), Decimal(100)),
}


@dataclass(frozen=True, slots=True)
class Energy:
    """Watt-hours, or the code of the `problem` and the field ("wh", "mah", "volts") it is about."""

    wh: Decimal | None
    problem: str | None = None
    field: str = "wh"


class _Unreadable(Exception):
    """One field cannot be read; carries the code of the problem."""


def read_energy(wh: str = "", mah: str = "", volts: str = "") -> Energy:
    """Read three fields, each of which may hold more than its own unit ("10000mAh / 37Wh").

    Printed watt-hours are enough; else milliamp-hours and volts are both needed. Where all three
    are given, the larger figure counts: the smaller may be of the output, or a slip.
    """
    found: dict[str, Decimal] = {}
    for field, typed, unit in (("wh", wh, "wh"), ("mah", mah, "mah"), ("volts", volts, "v")):
        try:
            for name, value in _quantities(typed, unit).items():
                if found.setdefault(name, value) != value:
                    raise _Unreadable(TWO)
        except _Unreadable as wrong:
            return Energy(None, str(wrong), field)
    if "mah" in found and "v" in found:
        counted = watt_hours(found["mah"], found["v"])
        return Energy(max(counted, found.get("wh", counted)))
    if "wh" in found:
        return Energy(found["wh"])
    if "mah" in found:
        return Energy(None, VOLTS_MISSING, "volts")
    return Energy(None, MAH_MISSING, "mah") if found else Energy(None, EMPTY)


def watt_hours(mah: Decimal, volts: Decimal) -> Decimal:
    """Return mAh × V / 1000, exact."""
    return mah * volts / 1000


def _quantities(typed: str, unit: str) -> dict[str, Decimal]:
    """Return each quantity of a field by its unit; a bare number has the field's own unit."""
    text = unicodedata.normalize("NFKC", typed[:_LONGEST_TYPED]).lower().strip()
    found: dict[str, Decimal] = {}
    for match in _QUANTITY.finditer(text):
        if match["other"]:
            raise _Unreadable(UNIT)
        name = next((each for each in _UNITS if match[each]), unit)
        value = _number(match["number"]) * (10_000 if match["wan"] else 1)
        if name == "ah":
            name, value = "mah", value * 1000
        low, high = _SANE[name]
        if not low <= value <= high:
            raise _Unreadable(ODD)
        if found.setdefault(name, value) != value:
            raise _Unreadable(TWO)
    if text and not found:
        raise _Unreadable(NO_NUMBER)
    return found


def _number(digits: str) -> Decimal:
    """Read 10,000 and 10 000 as thousands, 3,7 and 3.7 as a decimal."""
    if re.fullmatch(r"\d{1,3}([, ]\d{3})+(\.\d+)?", digits):
        return Decimal(re.sub(r"[, ]", "", digits))
    return Decimal(digits.replace(",", "."))
