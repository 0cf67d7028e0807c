"""Read a date the way people type it, or say that it cannot be read.

Forgiving where there is one meaning, silent nowhere: 03/04/2024 has two, so it is asked again.
"""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

# Year one of each era, so that era year n is base + n.
_ERAS = {"令和": 2018, "r": 2018, "平成": 1988, "h": 1988, "昭和": 1925, "s": 1925}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ERA = re.compile(
    r"^(令和|平成|昭和|[rhs])\s*(元|\d{1,2})\s*[年./-]\s*(\d{1,2})\s*[月./-]\s*(\d{1,2})\s*日?$"
)
_YEAR_FIRST = re.compile(r"^(\d{4})\s*[年./\s-]\s*(\d{1,2})\s*[月./\s-]\s*(\d{1,2})\s*[日号]?$")
_ISO_MONTH = re.compile(r"^[0-9]{4}-[0-9]{2}$")
_EIGHT = re.compile(r"^(\d{4})(\d{2})(\d{2})$")
_YEAR_LAST = re.compile(r"^(\d{1,2})[./\s-](\d{1,2})[./\s-](\d{4})$")
_DAY_WORD = re.compile(r"^(\d{1,2})(?:st|nd|rd|th)?\s+([a-z]{3,9})\.?,?\s+(\d{4})$")
# The same without a day: a label often prints no more. Six digits alone have two readings.
_ERA_MONTH = re.compile(r"^(令和|平成|昭和|[rhs])\s*(元|\d{1,2})\s*[年./-]\s*(\d{1,2})\s*月?$")
_YEAR_MONTH = re.compile(r"^(\d{4})\s*[年./\s-]\s*(\d{1,2})\s*月?$")
_MONTH_YEAR = re.compile(r"^(\d{1,2})\s*[./-]\s*(\d{4})$")
_WORD_MONTH = re.compile(r"^([a-z]{3,9})\.?,?\s+(\d{4})$")
_WORD_DAY = re.compile(r"^([a-z]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})$")


class Unreadable(ValueError):
    """What was typed has no reading, or more than one."""


@dataclass(frozen=True, slots=True)
class Month:
    """A month of which nobody knows the day. It is never taken for one of its days."""

    year: int
    month: int

    def __post_init__(self) -> None:
        date(self.year, self.month, 1)  # raises ValueError where there is no such month

    def __str__(self) -> str:
        return self.isoformat()

    def isoformat(self) -> str:
        """Return it as 2024-05."""
        return f"{self.year:04}-{self.month:02}"

    def days(self) -> Iterator[date]:
        """Yield each of its days."""
        for day in range(1, monthrange(self.year, self.month)[1] + 1):
            yield date(self.year, self.month, day)


Made = date | Month  # when something was made, as closely as its label says


def plain(typed: str) -> str:
    """Fold width and case and trim: what a phone keyboard and a paste add."""
    return unicodedata.normalize("NFKC", typed).strip().lower()


def read_date(typed: str) -> date:
    """Return the date that was typed; raise `Unreadable` where it is none or could be two."""
    text = plain(typed).replace("−", "-").replace("‐", "-").replace("ー", "-")
    try:
        return date(*_year_month_day(text))
    except ValueError:
        raise Unreadable(typed) from None


def read_made(typed: str) -> Made:
    """Return the day that was typed, or the month where no day was; raise `Unreadable`."""
    text = plain(typed).replace("−", "-").replace("‐", "-").replace("ー", "-")
    try:
        if found := _ERA_MONTH.match(text):
            return Month(_era_year(found[1], found[2]), int(found[3]))
        if found := _YEAR_MONTH.match(text):
            return Month(int(found[1]), int(found[2]))
        if found := _MONTH_YEAR.match(text):
            return Month(int(found[2]), int(found[1]))
        if found := _WORD_MONTH.match(text):
            return Month(int(found[2]), _month(found[1]))
    except ValueError:
        raise Unreadable(typed) from None
    return read_date(typed)


def made_from(iso: str) -> Made:
    """Read back what `isoformat` of a day or a month wrote; raise ValueError where it is neither.

    Stricter than `read_made`: for data that one program hands to another.
    """
    if _ISO_MONTH.match(iso):
        return Month(int(iso[:4]), int(iso[5:]))
    return date.fromisoformat(iso)


def _era_year(era: str, year: str) -> int:
    return _ERAS[era] + (1 if year == "元" else int(year))


def _year_month_day(text: str) -> tuple[int, int, int]:
    if found := _ERA.match(text):
        era, year, month, day = found.groups()
        return _era_year(era, year), int(month), int(day)
    if found := _YEAR_FIRST.match(text) or _EIGHT.match(text):
        return int(found[1]), int(found[2]), int(found[3])
    if found := _DAY_WORD.match(text):
        return int(found[3]), _month(found[2]), int(found[1])
    if found := _WORD_DAY.match(text):
        return int(found[3]), _month(found[1]), int(found[2])
    if found := _YEAR_LAST.match(text):
        return _year_last(int(found[1]), int(found[2]), int(found[3]))
    raise Unreadable(text)


def _year_last(first: int, second: int, year: int) -> tuple[int, int, int]:
    if first > 12:
        return year, second, first
    if second > 12 or first == second:
        return year, first, second
    raise Unreadable("day or month first?")


def _month(name: str) -> int:
    if name[:3] not in _MONTHS:
        raise Unreadable(name)
    return _MONTHS.index(name[:3]) + 1
