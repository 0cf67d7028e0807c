"""Runs of serials in a letter: "SN-0001 to SN-0200". Read wide: a serial too many is looked at by a
person, a serial too few burns.

A serial is in a run where either is true; capitals and small letters are the same:
- both ends and it are alike but for their last number (SN-9 is between SN-8 and SN-0011), and the
  number is between theirs;
- all three are of one length and it stands between them in the order of ASCII (A00001E8 is between
  A00001E1 and A0000208).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TypeVar

MOST_RUNS = 1000
LONGEST = 80
Run = tuple[str, str]
_LAST_NUMBER = re.compile(r"(.*?)(\d+)(\D*)", re.ASCII | re.DOTALL)
_Form = tuple[str, str]
T = TypeVar("T", int, str)


class Runs:
    """Many runs at once: each serial costs two looks, however many runs there are."""

    def __init__(self, runs: Iterable[Run]) -> None:
        """Sort the runs by their forms."""
        numbers: dict[_Form, list[tuple[int, int]]] = defaultdict(list)
        words: dict[int, list[tuple[str, str]]] = defaultdict(list)
        for first, last in runs:
            low, high = first.upper(), last.upper()
            one, other = _parted(low), _parted(high)
            if one and other and one[0] == other[0] and one[1] <= other[1]:
                numbers[one[0]].append((one[1], other[1]))
            if len(low) == len(high) and low <= high:
                words[len(low)].append((low, high))
        self._numbers = {form: _joined(each) for form, each in numbers.items()}
        self._words = {length: _joined(each) for length, each in words.items()}

    def has(self, serial: str) -> bool:
        """Say whether some run has this serial."""
        word = serial.upper()
        if len(word) in self._words and _inside(self._words[len(word)], word):
            return True
        parted = _parted(word) if self._numbers else None
        return bool(
            parted and parted[0] in self._numbers and _inside(self._numbers[parted[0]], parted[1])
        )


def is_run(first: str, last: str) -> bool:
    """Say whether two serials can be the ends of a run."""
    return Runs([(first, last)]).has(first) and Runs([(first, last)]).has(last)


def _parted(word: str) -> tuple[_Form, int] | None:
    found = _LAST_NUMBER.fullmatch(word)
    return ((found[1], found[3]), int(found[2])) if found else None


def _joined(spans: Sequence[tuple[T, T]]) -> tuple[list[T], list[T]]:
    """Return first and last of spans that do not overlap, ascending."""
    starts: list[T] = []
    ends: list[T] = []
    for low, high in sorted(spans):
        if ends and low <= ends[-1]:
            ends[-1] = max(ends[-1], high)
        else:
            starts.append(low)
            ends.append(high)
    return starts, ends


def _inside(spans: tuple[list[T], list[T]], value: T) -> bool:
    at = bisect_right(spans[0], value) - 1
    return at >= 0 and value <= spans[1][at]
