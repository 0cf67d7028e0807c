"""The arithmetic of a common cause: one table of two by two, and many tables at once.

        incident   none
    exposed   a      b
    not       c      d

Whole numbers stay whole numbers until the last division, so that a probability is right to the
last digit of a float also for millions of units. Sources: R. A. Fisher, The Logic of Inductive
Inference, JRSS 98 (1935); B. Woolf, Ann. Hum. Genet. 19 (1955) for the interval, with the half of
J. B. S. Haldane (1956) and F. J. Anscombe (1956) where a cell is empty; S. Holm, Scand. J. Statist.
6 (1979); Y. Benjamini and Y. Hochberg, JRSS B 57 (1995).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

NORMAL_95 = 1.959963984540054  # 97.5 % of a standard normal lies below it
EXACT_UP_TO = 1_000  # the smallest margin up to which every term is a whole number


@dataclass(frozen=True, slots=True)
class Table:
    """Units counted by exposure and incident; never negative."""

    a: int
    b: int
    c: int
    d: int

    @property
    def exposed(self) -> int:
        """Return how many units have the lot in them."""
        return self.a + self.b

    @property
    def incidents(self) -> int:
        """Return how many units had an incident."""
        return self.a + self.c

    @property
    def units(self) -> int:
        """Return how many units were counted."""
        return self.a + self.b + self.c + self.d

    def with_more(self, incidents: int) -> Table:
        """Return the table if so many more exposed units had an incident."""
        return Table(self.a + incidents, self.b - incidents, self.c, self.d)


@dataclass(frozen=True, slots=True)
class Odds:
    """An odds ratio with its 95 % interval; `halved` where 0.5 was added because a cell is 0."""

    ratio: float
    low: float
    high: float
    halved: bool


def odds(table: Table) -> Odds:
    """Return the odds ratio ad/bc with Woolf's interval.

    Where a cell is 0, every cell counts half a unit more (Haldane, Anscombe): the ratio stays a
    number, and `halved` lets the reader be told.
    """
    halved = 0 in (table.a, table.b, table.c, table.d)
    a, b, c, d = (cell + halved * 0.5 for cell in (table.a, table.b, table.c, table.d))
    log = math.log(a) + math.log(d) - math.log(b) - math.log(c)
    reach = NORMAL_95 * math.sqrt(1 / a + 1 / b + 1 / c + 1 / d)
    return Odds(math.exp(log), math.exp(log - reach), math.exp(log + reach), halved)


def at_least(table: Table) -> float:
    """Return Fisher's one-sided p: at least `a` incidents exposed if the lot played no part.

    Up to a smallest margin of EXACT_UP_TO the sum is one exact fraction, rounded once (relative
    error 2^-53). Above, terms are built outwards from the largest; the relative error is below
    2^-51 times the smallest margin, 1e-9 for a million. Below 1e-300 the answer may be 0.
    """
    drawn, marked = sorted((table.incidents, table.exposed))
    least = min(drawn, table.units - marked)
    if least <= EXACT_UP_TO:
        return _exact(table.a, drawn, marked, table.units)
    return _outwards(table.a, drawn, marked, table.units)


def _exact(found: int, drawn: int, marked: int, units: int) -> float:
    lowest, highest = max(0, drawn + marked - units), min(drawn, marked)
    if found <= lowest:
        return 1.0
    clean = units - marked
    if drawn <= clean:
        term = math.comb(marked, highest) * math.comb(clean, drawn - highest)
        whole = math.comb(units, drawn)
    else:
        term = math.comb(drawn, highest) * math.comb(units - drawn, clean - (drawn - highest))
        whole = math.comb(units, clean)
    total = term
    for hit in range(highest, found, -1):
        up = hit * (clean - drawn + hit)
        term = term * up // ((marked - hit + 1) * (drawn - hit + 1))
        total += term
    return total / whole


def _outwards(found: int, drawn: int, marked: int, units: int) -> float:
    lowest, highest = max(0, drawn + marked - units), min(drawn, marked)
    spare = units - marked - drawn
    mode = (drawn + 1) * (marked + 1) // (units + 2)
    tail: list[float] = []
    rest: list[float] = []
    term = 1.0
    for hit in range(mode, highest + 1):
        (tail if hit >= found else rest).append(term)
        term *= (drawn - hit) * (marked - hit) / ((hit + 1) * (spare + hit + 1))
        if term == 0.0:
            break
    term = 1.0
    for hit in range(mode, lowest, -1):
        term *= hit * (spare + hit) / ((drawn - hit + 1) * (marked - hit + 1))
        (tail if hit - 1 >= found else rest).append(term)
        if term == 0.0:
            break
    above, below = math.fsum(tail), math.fsum(rest)
    return above / (above + below)


def holm(chances: Sequence[float], *, tested: int | None = None) -> list[float]:
    """Return Holm's corrected p, in the given order.

    `tested` counts the hypotheses where more were tested than are given: the others had p = 1.
    """
    return _stepped(chances, [(tested or len(chances)) - rank for rank in range(len(chances))])


def benjamini_hochberg(chances: Sequence[float], *, tested: int | None = None) -> list[float]:
    """Return Benjamini and Hochberg's corrected p (false discovery rate), in the given order."""
    count = tested or len(chances)
    order = sorted(range(len(chances)), key=lambda index: chances[index], reverse=True)
    found, least = [1.0] * len(chances), 1.0
    for place, index in enumerate(order):
        least = min(least, chances[index] * count / (len(chances) - place))
        found[index] = least
    return found


def _stepped(chances: Sequence[float], factors: Sequence[int]) -> list[float]:
    order = sorted(range(len(chances)), key=lambda index: chances[index])
    found, most = [1.0] * len(chances), 0.0
    for factor, index in zip(factors, order, strict=True):
        most = max(most, min(chances[index] * factor, 1.0))
        found[index] = most
    return found


def more_to_decide(table: Table, *, tested: int, level: float) -> int | None:
    """Return how many more incidents, all exposed, make p times `tested` fall below the level.

    Each more can only make p smaller, so the least number is found by halving. None where not even
    an incident of every exposed unit would do: the lot is too common, or too small.
    """

    def decides(more: int) -> bool:
        return at_least(table.with_more(more)) * tested < level

    if decides(0):
        return 0
    low, high = 0, 1
    while high < table.b and not decides(high):
        low, high = high, high * 2
    high = min(high, table.b)
    if high == low or not decides(high):
        return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if decides(middle) else (middle, high)
    return high
